package picture

import (
	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/resize"
)

// buffer is a photo's pixels, upright and possibly shrunk, and what is known of the whole.
type buffer struct {
	pixels                *resize.RGB
	fullWidth, fullHeight int // upright, not shrunk
	damaged               bool
	decoded               *decoded // whose memory pixels may lie in; nil if none
}

func (b *buffer) free() {
	if b.decoded != nil {
		b.decoded.free()
	}
}

// decodePixels decodes a picture strictly first and, where its end is missing, once more for what is there.
func decodePixels(f *container.File, orientation int, limits Limits) (*buffer, error) {
	b := &buffer{fullWidth: f.Width, fullHeight: f.Height, damaged: f.Short}
	if f.PictureFormat == container.BMP {
		pixels, err := decodeBMP(f.Picture, limits)
		if err != nil {
			return nil, err
		}
		b.pixels = pixels
	} else {
		shrink := loaderShrinkTo(f, limits.sides())
		d, err := load(f.Picture, f.PictureFormat, shrink, true, limits)
		if err != nil {
			first := err
			if d, err = load(f.Picture, f.PictureFormat, shrink, false, limits); err != nil {
				if f.Short {
					return nil, &RefusedError{"The file ends too early, and nothing of the picture can be shown."}
				}
				return nil, first
			}
			b.damaged = true
		}
		b.decoded = d
		b.pixels = &resize.RGB{Width: d.width, Height: d.height, Pix: d.pix}
		if shrink == 1 {
			b.fullWidth, b.fullHeight = d.fullWidth, d.fullHeight // the decoder may have turned it
		}
	}
	b.pixels = upright(b.pixels, orientation)
	if orientation >= 5 {
		b.fullWidth, b.fullHeight = b.fullHeight, b.fullWidth
	}
	return b, nil
}

// loaderShrink is the factor by which the decoder itself can shrink: a power of two for JPEG, any whole number for WebP.
func loaderShrink(f *container.File) int { return loaderShrinkTo(f, MinSide) }

// loaderShrinkTo is the same for another length of both sides.
func loaderShrinkTo(f *container.File, minSide int) int {
	factor := boxFactor(f.Width, f.Height, minSide)
	switch f.PictureFormat {
	case container.WebP:
		return factor
	case container.JPEG:
		for _, n := range []int{8, 4, 2} {
			if factor >= n {
				return n
			}
		}
	}
	return 1
}
