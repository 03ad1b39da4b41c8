package resize

// RGB is a picture of 8-bit red, green and blue samples, row by row without padding.
type RGB struct {
	Width, Height int
	Pix           []byte // Width*Height*3
}

// Fit says how a picture is brought to another shape.
type Fit string

// The fits.
const (
	// Stretch ignores the aspect ratio.
	Stretch Fit = "stretch"
	// CenterCrop shrinks or grows until the picture covers the target and cuts off what hangs over, evenly.
	CenterCrop Fit = "center-crop"
)

// Filter is a resampling kernel. Both widen with the scale when shrinking (antialias), as Pillow's do.
type Filter string

// The filters.
const (
	Bilinear Filter = "bilinear" // triangle, support 1
	Bicubic  Filter = "bicubic"  // Keys' cubic with a = −0.5, support 2
)

// Spec is a picture that is wanted: Width × Height pixels.
type Spec struct {
	Width, Height int
	Fit           Fit
	Filter        Filter
}
