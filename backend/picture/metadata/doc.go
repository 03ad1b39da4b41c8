// Package metadata makes of EXIF, XMP, IPTC and a sidecar what a person wants to know of a photo.
//
// Who is believed: for the date EXIF, then XMP, then IPTC, then EXIF's date of modification; for words XMP, then IPTC,
// then EXIF, but for the creator EXIF before IPTC, which cuts names at 32 bytes; a sidecar before all, since it is where
// programs write what the user decided. Keywords of all sources inside the file are united; a sidecar's list replaces
// them. Orientation is EXIF's alone. A camera's filler text ("OLYMPUS DIGITAL CAMERA") is no description; the place 0, 0
// is a camera without a fix. Where EXIF names no zone, the satellites' clock gives it, without moving the local time.
//
// What always holds: broken metadata is no error, what can be read is used; no NaN, infinity, control character or
// invalid UTF-8 gets out; work and memory are bounded whatever the input claims; nothing outside the input is read.
//
// The readers are our own: they are needed anyhow for RAW files and sidecars, and have bounds where others trust claims.
package metadata
