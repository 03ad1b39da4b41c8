package container

import "bytes"

// Bounds on a HEIF file's items. A 100 MP photo of a phone is a grid of about 400 tiles.
const (
	maxItems = 4096
	maxTiles = 2048
)

// heldHEIF is what libheif holds of a pixel: the planes and the RGB copy.
const heldHEIF = 4

func (f *File) openHEIF(data []byte, limits Limits) error {
	f.Upright = true
	top, _ := boxes(data)
	meta, ok := child(top, "meta")
	if !ok || len(meta) < 4 {
		return refuse("The file is broken: it does not describe its picture.")
	}
	for _, b := range top {
		if b.cut {
			if b.kind != "mdat" {
				return truncated("inside its structure")
			}
			f.Short = true
		}
	}
	list, ok := boxes(meta[4:])
	if !ok {
		return refuse("The file is broken: its description of the picture is cut or malformed.")
	}
	if err := f.heifSize(list, limits); err != nil {
		return err
	}
	if refs, ok := child(list, "iref"); ok {
		if err := judgeRefs(refs); err != nil {
			return err
		}
	}
	f.heifMetadata(data, list)
	f.Picture = unassign(data)
	return nil
}

// unassign returns a copy in which no metadata belong to a picture: so the decoder parses none, and libheif 1.15 takes the
// files of newer iPhones, whose metadata belong to items that it does not know.
func unassign(data []byte) []byte {
	data = bytes.Clone(data)
	meta, _ := path(data, "meta")
	refs, ok := []byte(nil), false
	if len(meta) > 4 {
		refs, ok = path(meta[4:], "iref")
	}
	if ok && len(refs) > 4 {
		list, _ := boxes(refs[4:])
		for _, b := range list {
			if b.kind == "cdsc" {
				copy(b.name, "skip")
			}
		}
	}
	return data
}

// heifSize takes the largest of all sizes that the file names: no item may be over the limit.
func (f *File) heifSize(meta []box, limits Limits) error {
	iprp, _ := child(meta, "iprp")
	properties, _ := path(iprp, "ipco")
	list, ok := boxes(properties)
	if !ok || len(list) == 0 {
		return refuse("The file is broken: it does not say how large its picture is.")
	}
	var width, height uint64
	for _, b := range list {
		if b.kind != "ispe" || len(b.body) < 12 {
			continue
		}
		w, h := uint64(be32(b.body[4:])), uint64(be32(b.body[8:]))
		if err := f.size(w, h, heldHEIF, limits); err != nil {
			return err
		}
		if w*h > width*height {
			width, height = w, h
		}
	}
	return f.size(width, height, heldHEIF, limits)
}

// judgeRefs refuses grids of too many tiles and items made of themselves.
func judgeRefs(body []byte) error {
	if len(body) < 4 {
		return nil
	}
	wide := 2
	if body[0] != 0 {
		wide = 4
	}
	list, _ := boxes(body[4:])
	parts := map[uint64][]uint64{}
	total := 0
	for _, b := range list {
		if b.kind != "dimg" {
			continue
		}
		r := reader{data: b.body}
		from := r.uint(wide)
		n := int(r.uint(2))
		if total += n; n > maxTiles || total > 2*maxTiles {
			return refuse("The picture is made of too many tiles: %d.", total)
		}
		for range n {
			if to := r.uint(wide); !r.bad {
				parts[from] = append(parts[from], to)
			}
		}
	}
	for from := range parts { // one item may be derived of another that is derived, but not deeper than 4, nor of itself
		if derives(parts, from, from, 4) {
			return refuse("The file is broken: a picture in it is made of itself.")
		}
	}
	return nil
}

func derives(parts map[uint64][]uint64, start, at uint64, depth int) bool {
	if depth == 0 {
		return true
	}
	for i, to := range parts[at] {
		if to == start || (i < 64 && len(parts[to]) > 0 && derives(parts, start, to, depth-1)) {
			return true
		}
	}
	return false
}

// heifMetadata finds the EXIF and XMP items.
func (f *File) heifMetadata(data []byte, meta []box) {
	iinf, _ := child(meta, "iinf")
	iloc, _ := child(meta, "iloc")
	idat, _ := child(meta, "idat")
	exif, xmp := metadataItems(iinf)
	for id, at := range itemLocations(iloc) {
		source := data
		if at.inIdat {
			source = idat
		}
		if at.offset > uint64(len(source)) || at.length > uint64(len(source))-at.offset {
			continue
		}
		body := source[at.offset : at.offset+at.length]
		switch {
		case exif[id] && len(body) > 4:
			if skip := uint64(be32(body)) + 4; skip < uint64(len(body)) {
				f.Exif = append(f.Exif, bytes.TrimPrefix(body[skip:], []byte("Exif\x00\x00")))
			}
		case xmp[id]:
			f.XMP = append(f.XMP, body)
		}
	}
}

func metadataItems(iinf []byte) (exif, xmp map[uint64]bool) {
	exif, xmp = map[uint64]bool{}, map[uint64]bool{}
	if len(iinf) < 6 {
		return exif, xmp
	}
	head := 6
	if iinf[0] != 0 {
		head = 8
	}
	if len(iinf) < head {
		return exif, xmp
	}
	list, _ := boxes(iinf[head:])
	for _, b := range list {
		if b.kind != "infe" || len(b.body) < 4 || b.body[0] < 2 {
			continue
		}
		r := reader{data: b.body[4:]}
		wide := 2
		if b.body[0] > 2 {
			wide = 4
		}
		id := r.uint(wide)
		r.take(2) // protection
		kind := string(r.take(4))
		r.text() // name
		switch kind {
		case "Exif":
			exif[id] = true
		case "mime":
			if r.text() == "application/rdf+xml" {
				xmp[id] = true
			}
		}
	}
	return exif, xmp
}

type location struct {
	offset, length uint64
	inIdat         bool
}

// itemLocations reads iloc (ISO/IEC 14496-12, 8.11.3); items of several extents are left out.
func itemLocations(iloc []byte) map[uint64]location {
	out := map[uint64]location{}
	if len(iloc) < 8 {
		return out
	}
	version := iloc[0]
	r := reader{data: iloc[4:]}
	sizes := r.uint(2)
	offsetSize, lengthSize, baseSize, indexSize := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	if offsetSize > 8 || lengthSize > 8 || baseSize > 8 || indexSize > 8 {
		return out
	}
	wide := 2
	if version == 2 {
		wide = 4
	}
	n := r.uint(wide)
	for range min(n, maxItems) {
		id := r.uint(wide)
		var method uint64
		if version > 0 {
			method = r.uint(2) & 15
		}
		r.take(2) // data reference
		base := r.uint(baseSize)
		extents := r.uint(2)
		var l location
		for i := range extents {
			r.take(indexSize)
			offset, length := r.uint(offsetSize), r.uint(lengthSize)
			if i == 0 {
				l = location{base + offset, length, method == 1}
			}
			if r.bad {
				return out
			}
		}
		if extents == 1 && method < 2 && base+l.offset >= base {
			out[id] = l
		}
	}
	return out
}
