package desktop

// Colour is what the window shows before its page has painted.
type Colour struct{ Red, Green, Blue uint8 }

// Background is the colour for the theme that the page will have.
func (p *Program) Background() Colour { return Colour{0xf6, 0xf6, 0xf4} }
