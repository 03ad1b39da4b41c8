package picture

import (
	"math/bits"

	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/resize"
)

// decodeBMP reads an uncompressed BMP: libvips would hand it to ImageMagick, which is blocked. What is missing at the end
// stays black.
func decodeBMP(data []byte, limits Limits) (*resize.RGB, error) {
	b, err := container.ReadBMP(data, container.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return nil, err
	}
	factor := boxFactor(b.Width, b.Height, limits.sides())
	out := newBoxes(b.Width, b.Height, factor)
	row := make([]byte, b.Width*3)
	for y := range b.Height {
		stored := y
		if !b.TopDown {
			stored = b.Height - 1 - y
		}
		at := uint64(b.Data) + uint64(stored)*uint64(b.Stride)
		if at+uint64(b.Stride) <= uint64(len(data)) {
			bmpRow(row, data[at:at+uint64(b.Stride)], b)
		} else {
			clear(row)
		}
		out.add(row)
	}
	return out.finish(), nil
}

func bmpRow(row, line []byte, b *container.BMPInfo) {
	switch b.Bits {
	case 1, 4, 8:
		per := 8 / b.Bits
		for x := range b.Width {
			shift := (per - 1 - x%per) * b.Bits
			at := int(line[x/per]>>shift&(1<<b.Bits-1)) * b.PaletteStep
			p := row[3*x : 3*x+3]
			if at+3 > len(b.Palette) {
				clear(p)
				continue
			}
			p[0], p[1], p[2] = b.Palette[at+2], b.Palette[at+1], b.Palette[at]
		}
	case 24:
		for x := range b.Width {
			row[3*x], row[3*x+1], row[3*x+2] = line[3*x+2], line[3*x+1], line[3*x]
		}
	case 16:
		for x := range b.Width {
			masked(row[3*x:3*x+3], uint32(line[2*x])|uint32(line[2*x+1])<<8, b.Masks)
		}
	case 32:
		for x := range b.Width {
			v := uint32(line[4*x]) | uint32(line[4*x+1])<<8 | uint32(line[4*x+2])<<16 | uint32(line[4*x+3])<<24
			masked(row[3*x:3*x+3], v, b.Masks)
		}
	}
}

func masked(p []byte, v uint32, masks [3]uint32) {
	for i, m := range masks {
		if m == 0 {
			p[i] = 0
			continue
		}
		shift := bits.TrailingZeros32(m)
		full := uint64(m >> shift)
		p[i] = byte((uint64((v&m)>>shift)*255 + full/2) / full)
	}
}
