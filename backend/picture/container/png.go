package container

import (
	"bytes"
	"compress/zlib"
	"io"
)

// Bounds on what compressed chunks of a PNG may grow to.
const (
	maxProfileBytes = 1 << 20
	maxTextBytes    = 1 << 20
	maxTextChunks   = 64
)

func (f *File) openPNG(data []byte, limits Limits) error {
	if len(data) < 33 || string(data[12:16]) != "IHDR" || be32(data[8:]) != 13 {
		return refuse("The PNG is broken: it does not begin with its header.")
	}
	head := data[16:29]
	width, height := uint64(be32(head)), uint64(be32(head[4:]))
	depth, colour, interlace := head[8], head[9], head[12]
	channels, ok := map[byte]uint64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
	if !ok || depth != 1 && depth != 2 && depth != 4 && depth != 8 && depth != 16 || depth < 8 && colour != 0 && colour != 3 || depth == 16 && colour == 3 {
		return refuse("The PNG is broken: %d bits of colour type %d do not exist.", depth, colour)
	}
	held := uint64(0)
	if interlace != 0 {
		held = channels * uint64(max(depth/8, 1))
	}
	if err := f.size(width, height, held, limits); err != nil {
		return err
	}
	return f.pngChunks(data, colour == 3)
}

// pngChunks reads the metadata and builds a copy with the chunks that a decoder needs.
func (f *File) pngChunks(data []byte, palette bool) error {
	keep := [][]byte{data[:8]}
	var pictureBytes, texts int
	at := 8
	for at+12 <= len(data) {
		size := uint64(be32(data[at:]))
		kind := string(data[at+4 : at+8])
		end := uint64(at) + 12 + size
		if end > uint64(len(data)) {
			if kind != "IDAT" {
				break
			}
			end = uint64(len(data))
			f.Short = true
		}
		body := data[at+8 : max(uint64(at)+8, min(end-4, uint64(at)+8+size))]
		whole := data[at:end]
		at = int(end)
		switch kind {
		case "IHDR", "PLTE", "tRNS":
			keep = append(keep, whole)
			palette = palette && kind != "PLTE"
			continue
		case "IDAT":
			pictureBytes += len(body)
			keep = append(keep, whole)
			continue
		case "iCCP":
			if profileFits(body) {
				keep = append(keep, whole)
			}
		case "eXIf":
			f.Exif = append(f.Exif, bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "tEXt", "zTXt", "iTXt":
			if texts++; texts <= maxTextChunks {
				f.pngText(kind, body)
			}
		case "IEND":
			keep = append(keep, whole)
			at = len(data)
		}
	}
	switch {
	case pictureBytes == 0:
		return truncated("it holds no picture data")
	case palette:
		return refuse("The PNG is broken: its palette is missing.")
	}
	f.Picture = join(keep)
	return nil
}

func profileFits(body []byte) bool {
	name := bytes.IndexByte(body, 0)
	if name < 0 || name+2 > len(body) {
		return false
	}
	_, ok := inflate(body[name+2:], maxProfileBytes)
	return ok
}

// pngText takes XMP, EXIF and IPTC out of a text chunk.
func (f *File) pngText(kind string, body []byte) {
	key, rest, ok := bytes.Cut(body, []byte{0})
	if !ok {
		return
	}
	switch string(key) {
	case "XML:com.adobe.xmp":
		if kind != "iTXt" || len(rest) < 2 {
			return
		}
		compressed := rest[0] == 1
		rest = rest[2:]
		for range 2 { // language, translated keyword
			if _, rest, ok = bytes.Cut(rest, []byte{0}); !ok {
				return
			}
		}
		if compressed {
			if rest, ok = inflate(rest, maxTextBytes); !ok {
				return
			}
		}
		f.XMP = append(f.XMP, rest)
	case "Raw profile type exif", "Raw profile type APP1", "Raw profile type iptc", "Raw profile type xmp":
		if kind == "iTXt" {
			return
		}
		if kind == "zTXt" {
			if len(rest) < 1 {
				return
			}
			if rest, ok = inflate(rest[1:], maxTextBytes); !ok {
				return
			}
		}
		f.rawProfile(string(key[len("Raw profile type "):]), unhex(rest))
	}
}

func (f *File) rawProfile(kind string, block []byte) {
	switch kind {
	case "iptc":
		if f.IPTC = iimOfPhotoshop(block); f.IPTC == nil && len(block) > 0 && block[0] == 0x1c {
			f.IPTC = block
		}
	case "xmp":
		f.XMP = append(f.XMP, block)
	default:
		if rest, ok := bytes.CutPrefix(block, []byte("Exif\x00\x00")); ok {
			f.Exif = append(f.Exif, rest)
		}
	}
}

// unhex reads ImageMagick's raw profile: a name, a length, then hexadecimal digits with line breaks.
func unhex(text []byte) []byte {
	fields := bytes.Fields(text)
	if len(fields) < 3 {
		return nil
	}
	var out []byte
	var high byte
	odd := false
	for _, field := range fields[2:] {
		for _, c := range field {
			var v byte
			switch {
			case c >= '0' && c <= '9':
				v = c - '0'
			case c >= 'a' && c <= 'f':
				v = c - 'a' + 10
			case c >= 'A' && c <= 'F':
				v = c - 'A' + 10
			default:
				return out
			}
			if odd {
				out = append(out, high<<4|v)
			}
			high, odd = v, !odd
		}
	}
	return out
}

// inflate unpacks zlib data of at most limit bytes; ok is false where it is broken or longer.
func inflate(data []byte, limit int64) ([]byte, bool) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil || int64(len(out)) > limit {
		return nil, false
	}
	return out, true
}
