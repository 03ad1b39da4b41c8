package windowtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The screen, and the part of it that the window leaves free.
const (
	screenWidth  = 1500
	screenHeight = 900
	freeX        = 1420
)

// patience is how long a test waits for what must come. The machine may be busy; figures are taken elsewhere.
const patience = 90 * time.Second

// screen is a screen in memory with a keyboard and a mouse.
type screen struct {
	t       *testing.T
	display string
	hand    string // the executable made of testdata/hand.c
}

// newScreen starts an X server. The test is skipped where something that it takes is not there.
func newScreen(t *testing.T) *screen {
	t.Helper()
	for _, tool := range []string{"Xvfb", "xdotool", "import", "cc", "pkg-config"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed; make test installs it", tool)
		}
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", screenWidth, screenHeight), "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{write}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("the X server named no display: %v", err)
	}
	s := &screen{t: t, display: ":" + strings.TrimSpace(number)}
	s.hand = makeHand(t)
	return s
}

// makeHand compiles testdata/hand.c.
func makeHand(t *testing.T) string {
	t.Helper()
	flags, err := exec.Command("pkg-config", "--cflags", "--libs", "gtk+-3.0", "x11").Output()
	if err != nil {
		t.Skip("the headers of GTK are not installed; make test installs them")
	}
	hand := filepath.Join(t.TempDir(), "hand")
	args := append([]string{"-o", hand, "testdata/hand.c"}, strings.Fields(string(flags))...)
	if out, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
		t.Fatalf("compiling hand.c: %v\n%s", err, out)
	}
	return hand
}

// command runs a program on the screen and returns what it wrote.
func (s *screen) command(name string, args ...string) []byte {
	s.t.Helper()
	out, err := s.try(name, args...)
	if err != nil {
		s.t.Fatalf("%s %q: %v", name, args, err)
	}
	return out
}

func (s *screen) try(name string, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeout(s.t.Context(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "GDK_BACKEND=x11")
	return cmd.Output()
}

// window returns the number of the window that is on the screen; 0: there is none.
func (s *screen) window() int {
	out, _ := s.try("xdotool", "search", "--onlyvisible", "--name", "^Pixel Detective$") // finding nothing is an error to it
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	number, _ := strconv.Atoi(first)
	return number
}

// waitWindow waits until the window is on the screen, or until it is not.
func (s *screen) waitWindow(there bool) int {
	s.t.Helper()
	var number int
	s.eventually(fmt.Sprintf("the window is on the screen: %v", there), func() bool {
		number = s.window()
		return (number != 0) == there
	})
	return number
}

// eventually polls until a condition holds.
func (s *screen) eventually(what string, holds func() bool) {
	s.t.Helper()
	end := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(end) {
			s.keep(what)
			s.t.Fatalf("not within %v: %s", patience, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// keep leaves a screenshot where a person can look at it after a failure.
func (s *screen) keep(what string) {
	dir := os.Getenv("PIXEL_DETECTIVE_SHOTS")
	if dir == "" {
		return
	}
	name := strings.NewReplacer("/", "-", " ", "-").Replace(s.t.Name() + "-" + what)
	_, _ = s.try("import", "-window", "root", filepath.Join(dir, name+".png"))
}

// focus gives the keyboard to the window: there is no window manager that would.
func (s *screen) focus() {
	s.t.Helper()
	s.command("xdotool", "windowfocus", "--sync", strconv.Itoa(s.waitWindow(true)))
}

func (s *screen) press(keys ...string) {
	s.t.Helper()
	s.command("xdotool", append([]string{"key", "--clearmodifiers"}, keys...)...)
}

func (s *screen) typeText(text string) {
	s.t.Helper()
	s.command("xdotool", "type", "--delay", "60", text)
}

// close asks the window to close, as its title bar would.
func (s *screen) close() {
	s.t.Helper()
	s.command(s.hand, "close", strconv.Itoa(s.waitWindow(true)))
}

// shot is what the screen shows.
func (s *screen) shot() image.Image {
	s.t.Helper()
	picture, err := png.Decode(bytes.NewReader(s.command("import", "-window", "root", "png:-")))
	if err != nil {
		s.t.Fatal(err)
	}
	return picture
}

// windowRect is where the window is on the screen.
func (s *screen) windowRect() image.Rectangle {
	s.t.Helper()
	values := map[string]int{}
	for line := range strings.Lines(string(s.command("xdotool", "getwindowgeometry", "--shell", strconv.Itoa(s.waitWindow(true))))) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[key], _ = strconv.Atoi(value)
	}
	at := image.Pt(values["X"], values["Y"])
	return image.Rectangle{at, at.Add(image.Pt(values["WIDTH"], values["HEIGHT"]))}
}

// colours counts the colours of a part of a picture.
func colours(picture image.Image, part image.Rectangle) map[color.RGBA]int {
	seen := map[color.RGBA]int{}
	part = part.Intersect(picture.Bounds())
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			seen[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	return seen
}

// changed is the smallest rectangle that holds every pixel of a part in which two pictures differ.
func changed(a, b image.Image, part image.Rectangle) image.Rectangle {
	var r image.Rectangle
	part = part.Intersect(a.Bounds())
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if color.RGBAModel.Convert(a.At(x, y)) != color.RGBAModel.Convert(b.At(x, y)) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}
