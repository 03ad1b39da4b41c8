package container

// BMPInfo is a BMP's header.
type BMPInfo struct {
	Width, Height int
	TopDown       bool
	Bits          int // a pixel: 1, 4, 8, 16, 24, 32
	Masks         [3]uint32
	Palette       []byte // 4 or 3 bytes an entry: blue, green, red
	PaletteStep   int
	Data          int // where the pixels begin
	Stride        int // bytes a row
}

// ReadBMP reads a BMP's header. Compressed ones are refused. Errors are *RefusedError.
func ReadBMP(data []byte, limits Limits) (*BMPInfo, error) {
	if len(data) < 26 {
		return nil, truncated("inside its header")
	}
	size := int(le32(data[14:]))
	if len(data) < 14+size {
		return nil, truncated("inside its header")
	}
	b := &BMPInfo{Data: int(le32(data[10:])), PaletteStep: 4}
	var width, height int64
	var compression, colours uint32
	if size == 12 {
		width, height = int64(le16(data[18:])), int64(le16(data[20:]))
		b.Bits, b.PaletteStep = int(le16(data[24:])), 3
	} else {
		width, height = int64(int32(le32(data[18:]))), int64(int32(le32(data[22:])))
		b.Bits = int(le16(data[28:]))
		compression, colours = le32(data[30:]), le32(data[46:])
	}
	if height < 0 {
		b.TopDown, height = true, -height
	}
	if width < 0 {
		return nil, refuse("The BMP is broken: its width is negative.")
	}
	var f File
	if err := f.size(uint64(width), uint64(height), 0, limits); err != nil {
		return nil, err
	}
	b.Width, b.Height = f.Width, f.Height
	b.Stride = (b.Width*b.Bits + 31) / 32 * 4
	head := 14 + size
	switch b.Bits {
	case 1, 4, 8:
		if colours == 0 || colours > 1<<b.Bits {
			colours = 1 << b.Bits
		}
		head = min(head, len(data))
		b.Palette = data[head:min(head+int(colours)*b.PaletteStep, len(data))]
	case 16:
		b.Masks = [3]uint32{0x7c00, 0x3e0, 0x1f}
	case 24, 32:
		b.Masks = [3]uint32{0xff0000, 0xff00, 0xff}
	default:
		return nil, refuse("The BMP is broken: %d bits a pixel do not exist.", b.Bits)
	}
	switch compression {
	case 0:
	case 3, 6:
		if b.Bits != 16 && b.Bits != 32 || len(data) < 14+40+12 {
			return nil, refuse("The BMP is broken: bit masks for %d bits a pixel.", b.Bits)
		}
		for i := range b.Masks {
			b.Masks[i] = le32(data[54+4*i:])
		}
	default:
		return nil, refuse("This BMP is compressed, which is not supported.")
	}
	if b.Data < head || uint64(b.Data)+uint64(b.Stride) > uint64(len(data)) {
		return nil, refuse("The BMP is broken: its picture data lie outside the file.")
	}
	return b, nil
}

func (f *File) openBMP(data []byte, limits Limits) error {
	b, err := ReadBMP(data, limits)
	if err != nil {
		return err
	}
	f.Width, f.Height = b.Width, b.Height
	f.Short = uint64(b.Data)+uint64(b.Stride)*uint64(b.Height) > uint64(len(data))
	return nil
}
