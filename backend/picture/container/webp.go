package container

import (
	"bytes"
	"encoding/binary"
)

func (f *File) openWebP(data []byte, limits Limits) error {
	var width, height, canvasW, canvasH uint64
	var rename []int
	picture := false
	frame := func(kind string, body []byte) {
		var w, h uint64
		switch {
		case kind == "VP8 " && len(body) >= 10 && bytes.Equal(body[3:6], []byte{0x9d, 1, 0x2a}):
			w, h = uint64(le16(body[6:])&0x3fff), uint64(le16(body[8:])&0x3fff)
		case kind == "VP8L" && len(body) >= 5 && body[0] == 0x2f:
			bits := le32(body[1:])
			w, h = uint64(bits&0x3fff)+1, uint64(bits>>14&0x3fff)+1
		default:
			return
		}
		picture = true
		width, height = max(width, w), max(height, h)
	}
	for at := 12; at+8 <= len(data) && !picture; {
		kind := string(data[at : at+4])
		size := uint64(le32(data[at+4:]))
		end := uint64(at) + 8 + size
		if end > uint64(len(data)) {
			end = uint64(len(data))
			f.Short = true
		}
		body := data[at+8 : end]
		switch kind {
		case "VP8X":
			if len(body) >= 10 {
				canvasW = uint64(le32(body[4:])&0xffffff) + 1
				canvasH = uint64(le32(body[6:])>>8) + 1
			}
		case "ANMF":
			for at := 16; at+8 <= len(body) && !picture; { // a frame's own chunks: transparency, then the picture
				size := uint64(le32(body[at+4:]))
				end := min(uint64(at)+8+size, uint64(len(body)))
				frame(string(body[at:at+4]), body[at+8:end])
				at = int(min(end+size&1, uint64(len(body))))
			}
		default:
			frame(kind, body)
		}
		at = int(min(end+size&1, uint64(len(data))))
	}
	for at := 12; at+8 <= len(data); {
		size := uint64(le32(data[at+4:]))
		end := min(uint64(at)+8+size, uint64(len(data)))
		body := data[at+8 : end]
		switch string(data[at : at+4]) {
		case "EXIF":
			rename = append(rename, at)
			f.Exif = append(f.Exif, bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "XMP ":
			rename = append(rename, at)
			f.XMP = append(f.XMP, body)
		}
		at = int(min(end+size&1, uint64(len(data))))
	}
	if canvasW != 0 {
		width, height = canvasW, canvasH
	} else if !picture {
		return truncated("it holds no picture data")
	}
	if err := f.size(width, height, 4, limits); err != nil {
		return err
	}
	if !picture {
		return truncated("it holds no picture data")
	}
	outer := uint64(le32(data[4:])) + 8
	if len(rename) > 0 || outer != uint64(len(data)) {
		// The decoder shall not read metadata: give the chunks a name that it does not know. And it takes no file whose
		// outer length is wrong.
		f.Picture = bytes.Clone(data)
		binary.LittleEndian.PutUint32(f.Picture[4:], uint32(len(data)-8))
		for _, at := range rename {
			copy(f.Picture[at:], "skip")
		}
	}
	return nil
}
