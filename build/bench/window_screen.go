package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// The screen in memory, and how closely it is watched.
const (
	screenWidth  = 1300
	screenHeight = 840
	screenPatrol = 4 * time.Millisecond // between two looks
	screenRows   = 8                    // each so many rows one is looked at
	ownColours   = 6                    // more than the screen, a window and its background show; a page shows them at once
)

// The keys that are pressed, by their X numbers.
const (
	keyTab   = 0xff09
	keyF9    = 0xffc6
	keySlash = '/'
	keyW     = 'w'
)

// screen is an X server without a monitor, with a keyboard and a mouse.
type screen struct {
	display string
	server  *exec.Cmd
	conn    *xgb.Conn
	root    xproto.Window
	codes   map[xproto.Keysym]xproto.Keycode
}

func openScreen(ctx context.Context) (_ *screen, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	s := &screen{server: exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", screenWidth, screenHeight), "-nolisten", "tcp")}
	s.server.ExtraFiles = []*os.File{write}
	err = s.server.Start()
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("starting a screen in memory: %w; apt-get install xvfb", err)
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the X server named no display: %w", err)
	}
	xgb.Logger.SetOutput(io.Discard) // it complains of a screen without secrets
	s.display = ":" + strings.TrimSpace(number)
	if s.conn, err = xgb.NewConnDisplay(s.display); err != nil {
		return nil, err
	}
	if err := xtest.Init(s.conn); err != nil {
		return nil, err
	}
	setup := xproto.Setup(s.conn)
	s.root = setup.DefaultScreen(s.conn).Root
	count := byte(setup.MaxKeycode - setup.MinKeycode + 1)
	mapping, err := xproto.GetKeyboardMapping(s.conn, setup.MinKeycode, count).Reply()
	if err != nil {
		return nil, err
	}
	s.codes = map[xproto.Keysym]xproto.Keycode{}
	for i := range int(count) {
		s.codes[mapping.Keysyms[i*int(mapping.KeysymsPerKeycode)]] = setup.MinKeycode + xproto.Keycode(i)
	}
	return s, nil
}

// Close ends the X server.
func (s *screen) Close() {
	if s.conn != nil {
		s.conn.Close()
	}
	_ = s.server.Process.Kill()
	_ = s.server.Wait()
}

// focus gives the keyboard to the window that covers the screen, and reports whether there is one.
func (s *screen) focus() bool {
	tree, err := xproto.QueryTree(s.conn, s.root).Reply()
	if err != nil {
		return false
	}
	for _, w := range tree.Children {
		at, err := xproto.GetWindowAttributes(s.conn, w).Reply()
		if err != nil || at.MapState != xproto.MapStateViewable {
			continue
		}
		if g, err := xproto.GetGeometry(s.conn, xproto.Drawable(w)).Reply(); err != nil || g.Width < screenWidth/2 {
			continue
		}
		return xproto.SetInputFocusChecked(s.conn, xproto.InputFocusPointerRoot, w, xproto.TimeCurrentTime).Check() == nil
	}
	return false
}

// press presses keys one after the other.
func (s *screen) press(keys ...xproto.Keysym) error {
	for _, key := range keys {
		code, known := s.codes[key]
		if !known {
			return fmt.Errorf("the keyboard has no key %#x", key)
		}
		s.fake(xproto.KeyPress, byte(code))
		s.fake(xproto.KeyRelease, byte(code))
	}
	return nil
}

// wheel turns the mouse's wheel by a notch, down or up.
func (s *screen) wheel(down bool) {
	button := byte(4)
	if down {
		button = 5
	}
	s.fake(xproto.ButtonPress, button)
	s.fake(xproto.ButtonRelease, button)
}

// point puts the mouse somewhere.
func (s *screen) point(x, y int16) {
	_ = xtest.FakeInputChecked(s.conn, xproto.MotionNotify, 0, 0, s.root, x, y, 0).Check()
}

func (s *screen) fake(event, detail byte) {
	_ = xtest.FakeInputChecked(s.conn, event, detail, 0, s.root, 0, 0, 0).Check()
}

// colours counts the colours of some rows, up to many.
func (s *screen) colours(many int) int {
	var rows []xproto.GetImageCookie
	for y := screenRows / 2; y < screenHeight; y += screenRows {
		rows = append(rows, xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, xproto.Drawable(s.root), 0, int16(y), screenWidth, 1, ^uint32(0)))
	}
	seen := map[[3]byte]bool{}
	for _, row := range rows {
		reply, err := row.Reply()
		if err != nil || len(seen) >= many {
			continue
		}
		for i := 0; i+4 <= len(reply.Data) && len(seen) < many; i += 4 {
			seen[[3]byte(reply.Data[i:])] = true
		}
	}
	return len(seen)
}

// pixels are those of a part of the screen, four bytes each.
func (s *screen) pixels(part image.Rectangle) ([]byte, error) {
	reply, err := xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, xproto.Drawable(s.root),
		int16(part.Min.X), int16(part.Min.Y), uint16(part.Dx()), uint16(part.Dy()), ^uint32(0)).Reply()
	if err != nil {
		return nil, err
	}
	return reply.Data, nil
}

var errNotSeen = errors.New("it was not seen on the screen")

// wait looks until something is there, and returns when that was.
func (s *screen) wait(ctx context.Context, limit time.Duration, there func() bool) (time.Time, error) {
	tick := time.NewTicker(screenPatrol)
	defer tick.Stop()
	end := time.Now().Add(limit)
	for {
		if there() {
			return time.Now(), nil
		}
		if time.Now().After(end) {
			return time.Time{}, errNotSeen
		}
		select {
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		case <-tick.C:
		}
	}
}

// settle waits until the screen stays as it is for a while, and returns it.
func (s *screen) settle(ctx context.Context, still time.Duration) ([]byte, error) {
	all := image.Rect(0, 0, screenWidth, screenHeight)
	var last []byte
	since := time.Now()
	_, err := s.wait(ctx, 30*time.Second, func() bool {
		time.Sleep(50 * time.Millisecond)
		now, err := s.pixels(all)
		if err != nil {
			return false
		}
		if differing(last, now) > 200 { // more than a caret
			since = time.Now()
		}
		last = now
		return time.Since(since) > still
	})
	if errors.Is(err, errNotSeen) { // something keeps moving; what is measured goes on all the same
		err = nil
	}
	return last, err
}

// differing is how many pixels of two pictures differ.
func differing(a, b []byte) int {
	if len(a) != len(b) {
		return max(len(a), len(b)) / 4
	}
	n := 0
	for i := 0; i+4 <= len(a); i += 4 {
		if [3]byte(a[i:]) != [3]byte(b[i:]) {
			n++
		}
	}
	return n
}
