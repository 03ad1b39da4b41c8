package container

import (
	"bytes"
	"encoding/hex"

	"pixeldetective/backend/picture/tiff"
)

// Tags of previews in RAW files.
const (
	tagJPEGOffset = 513
	tagJPEGLength = 514
	tagJpgFromRaw = 0x2e // Panasonic
)

// maxPreviews bounds how many embedded pictures are looked at.
const maxPreviews = 256

// openRaw takes the largest preview of a TIFF-like RAW file.
func (f *File) openRaw(data []byte, limits Limits) error {
	t, err := tiff.Parse(data)
	if err != nil {
		return refuse("The RAW file is broken: its header cannot be read.")
	}
	previews := tiffPreviews(data, t)
	if f.Format == ORF && len(previews) == 0 {
		previews = embeddedJPEGs(data)
	}
	if main := t.First(tiff.Main); main != nil {
		f.tiffMetadata(data, main)
	}
	return f.choose(previews, limits)
}

// Photometric interpretations of sensor data, which are no previews though they may be stored as JPEG.
const (
	photometricCFA       = 32803
	photometricLinearRaw = 34892
)

// tiffPreviews lists what tags 513/514, JPEG strips and Panasonic's JpgFromRaw point at.
func tiffPreviews(data []byte, t *tiff.File) [][]byte {
	var out [][]byte
	add := func(offset, length uint32) {
		if end := uint64(offset) + uint64(length); length > 0 && end <= uint64(len(data)) {
			out = append(out, data[offset:end])
		}
	}
	for i := range t.Directories {
		d := &t.Directories[i]
		offset, ok := d.Uint(tagJPEGOffset)
		length, ok2 := d.Uint(tagJPEGLength)
		if ok && ok2 {
			add(offset, length)
		}
		if e := d.Find(tagJpgFromRaw); e != nil && t.Magic == 0x55 {
			out = append(out, e.Value)
		}
		compression, _ := d.Uint(tagCompression)
		photometric, _ := d.Uint(tagPhotometric)
		offsets, counts := d.Find(tagStripOffsets), d.Find(tagStripByteCounts)
		if (compression == 6 || compression == 7) && photometric != photometricCFA && photometric != photometricLinearRaw &&
			offsets != nil && counts != nil && offsets.Count == 1 {
			at, _ := offsets.Uint(0)
			size, _ := counts.Uint(0)
			add(at, size)
		}
	}
	return out
}

// embeddedJPEGs finds JPEGs by their first bytes: Olympus keeps the preview behind its maker note, whose layout differs
// from one generation to the next.
func embeddedJPEGs(data []byte) [][]byte {
	var out [][]byte
	for at := 0; len(out) < maxPreviews; {
		i := bytes.Index(data[at:], []byte{0xff, markerSOI, 0xff})
		if i < 0 {
			break
		}
		out = append(out, data[at+i:])
		at += i + 3
	}
	return out
}

// choose takes the largest preview that is a JPEG which can be read.
func (f *File) choose(previews [][]byte, limits Limits) error {
	var best *jpegInfo
	var chosen []byte
	for _, p := range previews[:min(len(previews), maxPreviews)] {
		if !bytes.HasPrefix(p, []byte{0xff, markerSOI, 0xff}) {
			continue
		}
		if j, err := readJPEG(p); err == nil && (best == nil || j.width*j.height > best.width*best.height) {
			best, chosen = j, p
		}
	}
	if best == nil {
		return refuse("The RAW file holds no preview that can be read, and its sensor data are not supported.")
	}
	if err := f.sizeJPEG(chosen, best, limits); err != nil {
		return err
	}
	f.PictureFormat = JPEG
	f.Short = best.short(chosen)
	f.Picture = join(best.keep)
	f.Preview = best.exif
	if f.Format == RAF {
		f.XMP = append(f.XMP, best.xmp...)
	}
	return nil
}

func (f *File) openRAF(data []byte, limits Limits) error {
	if len(data) < 92 {
		return truncated("inside its header")
	}
	offset, length := uint64(be32(data[84:])), uint64(be32(data[88:]))
	if length == 0 || offset+length > uint64(len(data)) {
		return refuse("The RAW file holds no preview that can be read, and its sensor data are not supported.")
	}
	if err := f.choose([][]byte{data[offset : offset+length]}, limits); err != nil {
		return err
	}
	f.Exif = f.Preview
	return nil
}

// The uuids of Canon's boxes.
var (
	uuidCanonMetadata = mustUUID("85c0b687820f11e08111f4ce462b6a48")
	uuidCanonPreview  = mustUUID("eaf42b5e1c984b88b9fbb7dc406e4d16")
	uuidXMP           = mustUUID("be7acfcb97a942e89c71999491e3afac")
)

func mustUUID(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (f *File) openCR3(data []byte, limits Limits) error {
	top, _ := boxes(data)
	var previews [][]byte
	for _, b := range top {
		switch {
		case b.kind == "uuid" && bytes.HasPrefix(b.body, []byte(uuidCanonPreview)):
			if i := bytes.Index(b.body[:min(len(b.body), 128)], []byte{0xff, markerSOI, 0xff}); i >= 0 {
				previews = append(previews, b.body[i:])
			}
		case b.kind == "uuid" && bytes.HasPrefix(b.body, []byte(uuidXMP)):
			f.XMP = append(f.XMP, b.body[16:])
		case b.kind == "moov":
			previews = append(previews, f.cr3Movie(data, b.body)...)
		}
	}
	return f.choose(previews, limits)
}

// cr3Movie reads Canon's metadata boxes and the tracks, the first of which is the full-size JPEG.
func (f *File) cr3Movie(data, moov []byte) [][]byte {
	var previews [][]byte
	list, _ := boxes(moov)
	for _, b := range list {
		switch {
		case b.kind == "uuid" && bytes.HasPrefix(b.body, []byte(uuidCanonMetadata)):
			inner, _ := boxes(b.body[16:])
			f.CR3.Main, _ = child(inner, "CMT1")
			f.CR3.Exif, _ = child(inner, "CMT2")
			f.CR3.GPS, _ = child(inner, "CMT4")
		case b.kind == "trak" && len(previews) < 8:
			if p, ok := cr3Track(data, b.body); ok {
				previews = append(previews, p)
			}
		}
	}
	return previews
}

func cr3Track(data, trak []byte) ([]byte, bool) {
	table, ok := path(trak, "mdia", "minf", "stbl")
	if !ok {
		return nil, false
	}
	list, _ := boxes(table)
	sizes, _ := child(list, "stsz")
	offsets, _ := child(list, "co64")
	if len(sizes) < 12 || len(offsets) < 16 {
		return nil, false
	}
	size := uint64(be32(sizes[4:]))
	if size == 0 && len(sizes) >= 16 {
		size = uint64(be32(sizes[12:]))
	}
	at := be64(offsets[8:])
	if size == 0 || at > uint64(len(data)) || size > uint64(len(data))-at {
		return nil, false
	}
	return data[at : at+size], true
}
