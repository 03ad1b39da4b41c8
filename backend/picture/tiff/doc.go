// Package tiff reads the directory structure that TIFF, EXIF and most RAW files share. It reads no pixels. It owns
// nothing: every value it returns is a slice of, or copied from, the bytes it was given.
//
// What always holds: no input makes it panic, loop or allocate more than a constant; an entry that points outside the
// data is left out; directories are visited once.
package tiff
