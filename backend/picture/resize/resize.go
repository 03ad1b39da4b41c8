package resize

// Resize makes a new picture of s.Width × s.Height pixels from src.
func Resize(src *RGB, s Spec) *RGB {
	return &RGB{Width: s.Width, Height: s.Height, Pix: make([]byte, s.Width*s.Height*3)}
}
