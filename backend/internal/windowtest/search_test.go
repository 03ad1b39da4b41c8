package windowtest

import (
	"image"
	"image/color"
	"testing"

	"pixeldetective/backend/desktop"
)

// lit is the page's colour for what was found, in the light theme.
//
//nolint:gochecknoglobals // a constant
var lit = color.RGBA{0xd9, 0x5f, 0x00, 0xff}

// TestTypeAndFind types a question on the keyboard, sees the first key on the screen, and the photos that answer.
func TestTypeAndFind(t *testing.T) {
	s := newScreen(t)
	l := newLibrary(t)
	l.set("[window]\ntheme = \"light\"\n")
	l.index(samplePhotos())
	p := l.open(s, "--trace")
	p.wait(s, desktop.StepReady)
	p.wait(s, "text graph ready")
	s.focus()
	s.press("slash")

	window := s.windowRect()
	top := image.Rect(window.Min.X, window.Min.Y, window.Max.X, window.Min.Y+160)
	before := s.settled(top)
	s.press("w")
	s.eventually("the key is echoed", func() bool { return changed(before, s.shot(), top).Dx() > caret })

	s.press("BackSpace")
	s.typeText("animal")
	p.waitHits(s)
	s.eventually("photos are lit", func() bool { return colours(s.shot(), window)[lit] > 0 })
}

// caret is how wide the mark is that blinks where text is typed, at most.
const caret = 4

// settled returns a screenshot once two in a row differ by no more than a caret.
func (s *screen) settled(part image.Rectangle) image.Image {
	s.t.Helper()
	last := s.shot()
	s.eventually("the window comes to rest", func() bool {
		next := s.shot()
		calm := changed(last, next, part).Dx() <= caret
		last = next
		return calm
	})
	return last
}

// waitHits waits for an answer with hits.
func (p *program) waitHits(s *screen) {
	p.t.Helper()
	s.eventually("a question is answered with hits", func() bool {
		return p.count("answered:") > p.count("answered: 0 hits") || !p.alive()
	})
	if !p.alive() {
		p.t.Fatal("the window ended")
	}
}
