package windowtest

import (
	"bufio"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pixeldetective/backend/desktop"
)

// TestDropStays drags a folder from another program onto the window, then a photo. Both arrive, photos like the photo are
// shown, and the page stays where it is: WebKit would open what is dropped on it.
func TestDropStays(t *testing.T) {
	s := newScreen(t)
	l := newLibrary(t)
	l.set("[window]\ntheme = \"light\"\n")
	l.index(samplePhotos())
	p := l.open(s, "--trace")
	p.wait(s, desktop.StepReady)
	p.wait(s, "text graph ready")

	s.drag(t.TempDir())
	p.wait(s, "dropped: 1 folders, 0 pictures")
	window := s.windowRect()
	s.settled(window)
	if n := colours(s.shot(), window)[lit]; n > 0 {
		t.Errorf("%d points are lit before anything was looked for", n)
	}
	s.drag(onePhoto(t))
	p.wait(s, "dropped: 0 folders, 1 pictures")
	p.waitHits(s)
	s.eventually("photos like the dropped one are lit", func() bool { return colours(s.shot(), window)[lit] > 0 })

	s.focus()
	s.press("slash")
	before := p.count("answered:")
	s.typeText("animal")
	s.eventually("words are answered too", func() bool { return p.count("answered:") > before || !p.alive() })
	if n := p.count("ready again"); n > 0 {
		t.Errorf("the page was loaded %d times more", n)
	}
}

// onePhoto is the path of a photo.
func onePhoto(t *testing.T) string {
	t.Helper()
	for _, pattern := range []string{"*.jpg", "*/*.jpg"} {
		if files, _ := filepath.Glob(filepath.Join(samplePhotos(), pattern)); len(files) > 0 {
			return files[0]
		}
	}
	t.Fatal("there is no sample photo")
	return ""
}

// drag drags a file out of another program's window and drops it in the middle of the window, where it is welcome.
func (s *screen) drag(file string) {
	s.t.Helper()
	held := exec.Command(s.hand, "hold", fmt.Sprint(freeX), "20", file)
	held.Env = append(os.Environ(), "DISPLAY="+s.display, "GDK_BACKEND=x11")
	out, err := held.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := held.Start(); err != nil {
		s.t.Fatal(err)
	}
	said := make(chan string, 64)
	go func() {
		defer close(said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			said <- lines.Text()
		}
	}()
	defer func() {
		_ = held.Process.Kill()
		for range said { // what it still had to say
		}
		_ = held.Wait()
	}()
	// says moves the mouse to and fro until the program has said a word.
	says := func(word string, at image.Point) {
		s.t.Helper()
		s.eventually("the program that holds "+file+" says "+word, func() bool {
			for {
				select {
				case next, open := <-said:
					if !open {
						s.t.Fatalf("the program that holds %q ended before it said %q", file, word)
					}
					if next == word {
						return true
					}
				default:
					if at != (image.Point{}) {
						s.move(at)
						s.move(at.Add(image.Pt(2, 2)))
					}
					return false
				}
			}
		})
	}
	says("shown", image.Point{})
	from := image.Pt(freeX+30, 50)
	s.move(from)
	s.command("xdotool", "mousedown", "1")
	says("taken", from.Sub(image.Pt(20, 0))) // a drag begins with a movement
	window := s.windowRect()
	to := window.Min.Add(window.Size().Div(2))
	const steps = 20 // and is followed from point to point
	for i := 1; i <= steps; i++ {
		s.move(from.Add(to.Sub(from).Mul(i).Div(steps)))
	}
	says("welcome", to)
	s.command("xdotool", "mouseup", "1")
	says("ended", image.Point{})
}

func (s *screen) move(to image.Point) {
	s.t.Helper()
	s.command("xdotool", "mousemove", fmt.Sprint(to.X), fmt.Sprint(to.Y))
}
