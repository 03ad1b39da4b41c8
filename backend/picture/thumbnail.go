package picture

import "pixeldetective/backend/picture/resize"

// smallSide is the longest side of the reduced picture that the perceptual hash is made of, and the thumbnail where it
// has that size, which is the program's default.
const smallSide = 320

// thumbnailQuality and previewQuality are libjpeg's: what is looked at closely is packed with more care.
const (
	thumbnailQuality = 80
	previewQuality   = 88
)

// reduce shrinks a picture until its longest side is at most side. Smaller ones stay as they are.
func reduce(p *resize.RGB, side int) *resize.RGB {
	w, h := resize.Inside(p.Width, p.Height, side)
	if w == p.Width && h == p.Height {
		return p
	}
	return resize.Resize(p, resize.Spec{Width: w, Height: h, Fit: resize.Stretch, Filter: resize.Bicubic})
}
