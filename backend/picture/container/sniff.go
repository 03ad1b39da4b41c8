package container

import (
	"bytes"

	"pixeldetective/backend/picture/tiff"
)

// Sniff says which format the bytes are. Only what begins with one of the known signatures is a photo, whatever its name.
func Sniff(data []byte, extension string) (Format, error) {
	has := func(s string) bool { return bytes.HasPrefix(data, []byte(s)) }
	at := func(i int, s string) bool { return len(data) >= i+len(s) && string(data[i:i+len(s)]) == s }
	switch {
	case len(data) == 0:
		return "", refuse("The file is empty.")
	case has("\xff\xd8\xff"):
		return JPEG, nil
	case has("\xff\xd8"):
		return "", truncated("it holds no picture data")
	case has("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has("GIF87a"), has("GIF89a"):
		return GIF, nil
	case has("RIFF") && at(8, "WEBP"):
		return WebP, nil
	case has("BM") && len(data) >= 26 && bmpHeaderSize(data):
		return BMP, nil
	case has("\xff\x0a"), has("\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return JXL, nil
	case at(4, "ftyp"):
		return sniffFtyp(data)
	case has("FUJIFILMCCD-RAW"):
		return RAF, nil
	case has("IIU\x00"):
		return RW2, nil
	case has("IIRO"), has("IIRS"), has("MMOR"):
		return ORF, nil
	case has("II\x2b\x00"), has("MM\x00\x2b"):
		return "", refuse("This is a BigTIFF file, which is not supported.")
	case has("II*\x00"), has("MM\x00*"):
		return sniffTIFF(data, extension), nil
	}
	return "", refuse("%s", stranger(data))
}

// stranger names what a file is that is no photo, so that the reason helps.
func stranger(data []byte) string {
	head := bytes.ToLower(bytes.TrimLeft(data[:min(len(data), 512)], "\xef\xbb\xbf \t\r\n"))
	has := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	switch {
	case bytes.Contains(head, []byte("<svg")):
		return "This is an SVG drawing, not a photo."
	case has("%pdf"):
		return "This is a PDF document, not a photo."
	case has("<!doctype html"), has("<html"):
		return "This is a web page, not a photo."
	case len(head) > 2 && head[0] == 'p' && head[1] >= '1' && head[1] <= '7' && bytes.IndexByte([]byte(" \t\r\n"), head[2]) >= 0:
		return "This is a PNM picture, which is not supported."
	}
	return "This is not a photo in a format that is known: its first bytes fit none."
}

func bmpHeaderSize(data []byte) bool {
	switch uint32(data[14]) | uint32(data[15])<<8 | uint32(data[16])<<16 | uint32(data[17])<<24 {
	case 12, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

func sniffFtyp(data []byte) (Format, error) {
	size := int(min(uint64(be32(data)), uint64(len(data))))
	var heic bool
	for i := 8; i+4 <= size && i < 8+4*64; i += 4 {
		if i == 12 { // the minor version
			continue
		}
		switch string(data[i : i+4]) {
		case "crx ":
			return CR3, nil
		case "avif", "avis":
			return AVIF, nil
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			heic = true
		}
	}
	if heic {
		return HEIC, nil
	}
	return "", refuse("This is a film or another file of that family, not a photo.")
}

// Tags by which RAW files are told from TIFF pictures.
const (
	tagNewSubfileType = 254
	tagMake           = 271
	tagSubIFDs        = 330
	tagDNGVersion     = 50706
)

func sniffTIFF(data []byte, extension string) Format {
	if len(data) >= 10 && string(data[8:10]) == "CR" {
		return CR2
	}
	f, err := tiff.Parse(data)
	if err != nil {
		return TIFF
	}
	main := f.First(tiff.Main)
	if main.Find(tagDNGVersion) != nil {
		return DNG
	}
	switch Format(extension) {
	case DNG, CR2, NEF, ARW:
		return Format(extension)
	}
	// A picture of reduced size first and the rest behind SubIFDs: a RAW file whose name lies.
	if kind, ok := main.Uint(tagNewSubfileType); ok && kind == 1 && main.Find(tagSubIFDs) != nil {
		if maker := main.Find(tagMake); maker != nil {
			switch {
			case bytes.HasPrefix(maker.Value, []byte("NIKON")):
				return NEF
			case bytes.HasPrefix(maker.Value, []byte("SONY")):
				return ARW
			}
		}
	}
	return TIFF
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }
func be32(b []byte) uint32 { return uint32(be16(b))<<16 | uint32(be16(b[2:])) }
func be64(b []byte) uint64 { return uint64(be32(b))<<32 | uint64(be32(b[4:])) }
func le16(b []byte) uint16 { return uint16(b[1])<<8 | uint16(b[0]) }
func le32(b []byte) uint32 { return uint32(le16(b[2:]))<<16 | uint32(le16(b)) }
