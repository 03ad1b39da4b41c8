package container

import "bytes"

// heldJXL is what libjxl holds of a pixel: the picture, and float planes of a part of it (measured: 4.5 in all).
const heldJXL = 6

func (f *File) openJXL(data []byte, limits Limits) error {
	f.Upright = true
	stream := data
	if !bytes.HasPrefix(data, []byte{0xff, 0x0a}) {
		list, ok := boxes(data)
		f.Short = !ok
		stream = nil
		for _, b := range list {
			switch b.kind {
			case "jxlc":
				stream = append(stream, b.body...)
			case "jxlp":
				if len(stream) == 0 && len(b.body) > 4 { // the first part holds the size
					stream = b.body[4:]
				}
			case "Exif":
				if len(b.body) > 4 {
					if skip := uint64(be32(b.body)) + 4; skip < uint64(len(b.body)) {
						f.Exif = append(f.Exif, b.body[skip:])
					}
				}
			case "xml ":
				f.XMP = append(f.XMP, b.body)
			}
		}
	}
	if !bytes.HasPrefix(stream, []byte{0xff, 0x0a}) {
		return refuse("The JPEG XL file is broken: it holds no picture.")
	}
	width, height, ok := jxlSize(stream[2:])
	if !ok {
		return truncated("inside its header")
	}
	return f.size(width, height, heldJXL, limits)
}

// jxlSize reads the SizeHeader (ISO/IEC 18181-1, D.3.1), bits from the lowest up.
func jxlSize(data []byte) (width, height uint64, ok bool) {
	at := 0
	bits := func(n int) uint64 {
		var v uint64
		for i := range n {
			if at/8 < len(data) {
				v |= uint64(data[at/8]>>(at%8)&1) << i
			}
			at++
		}
		return v
	}
	long := func() uint64 {
		return bits([]int{9, 13, 18, 30}[bits(2)]) + 1
	}
	small := bits(1) == 1
	if small {
		height = 8 * (bits(5) + 1)
	} else {
		height = long()
	}
	ratio := bits(3)
	switch {
	case ratio == 0 && small:
		width = 8 * (bits(5) + 1)
	case ratio == 0:
		width = long()
	default:
		r := [8][2]uint64{1: {1, 1}, 2: {12, 10}, 3: {4, 3}, 4: {3, 2}, 5: {16, 9}, 6: {5, 4}, 7: {2, 1}}[ratio]
		width = height * r[0] / r[1]
	}
	return width, height, (at+7)/8 <= len(data)
}
