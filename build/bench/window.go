package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"time"

	"github.com/jezek/xgb/xproto"
)

const (
	windowRounds = 11 // of starts, in turns
	memoryRounds = 5
)

// contender is a window that is started over and over.
type contender struct {
	name       string
	executable string
	args       []string
	home       string // of its own: a page remembers how it was left
	keys       []xproto.Keysym
	field      image.Rectangle // where the last key's letter comes on the screen; empty: anywhere
	echo       echo

	pixel, key   []float64 // ms since exec
	unique, tree []float64 // MB
	lost         int       // keys that were pressed at the first pixel and never echoed
}

// contenders are the empty window, and the program's with no photos and with many. A key goes into a text field; where
// there is none, Tab shows where the keyboard is.
func (b *bench) contenders(ctx context.Context) ([]*contender, error) {
	w, err := b.places(ctx)
	if err != nil {
		return nil, err
	}
	large, err := b.largeLibrary(ctx)
	if err != nil {
		return nil, err
	}
	none, err := b.library()
	if err != nil {
		return nil, err
	}
	program := filepath.Join(b.bin, "pixel-detective-window")
	all := []*contender{
		{name: "an empty window", executable: w.empty, keys: []xproto.Keysym{keyW}},
		{name: "no photos", executable: program, args: []string{"--library", none, "--trace"}, keys: []xproto.Keysym{keyTab}},
		{name: "100,000 photos", executable: program, args: []string{"--library", large, "--trace"}, keys: []xproto.Keysym{keySlash, keyW}, field: image.Rect(150, 45, 176, 76)},
	}
	for _, c := range all {
		if c.home, err = os.MkdirTemp(b.work, "home-"); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// measureWindowStart measures from exec to the first pixel that the page drew, and to the first key on the screen, which is
// pressed as soon as that pixel is there.
func measureWindowStart(ctx context.Context, b *bench) error {
	all, err := b.contenders(ctx)
	if err != nil {
		return err
	}
	for _, c := range all { // once to learn what the key shows, and to have what each start needs in memory
		if err := b.learnEcho(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for round := range windowRounds {
		for i := range all { // each follows each: the end of one window takes from the start of the next
			c := all[(i+round)%len(all)]
			if err := b.startOnce(ctx, c); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	empty := all[0]
	b.figure("first own pixel / first key echoed, an empty window", "%.0f / %.0f ms (median of %d)", median(empty.pixel), median(empty.key), windowRounds)
	for _, c := range all[1:] {
		b.atMost("first own pixel, "+c.name+", against it", ratio(c.pixel, empty.pixel), 1.2, "x", "")
		b.atMost("first own pixel, "+c.name, median(c.pixel), 1000, " ms", spread(c.pixel))
		if len(c.key) > 0 {
			b.atMost("first key echoed, "+c.name+", against it", ratio(c.key, empty.key), 1.2, "x", "")
			b.atMost("first key echoed, "+c.name, median(c.key), 1000, " ms", spread(c.key))
		}
		b.atMost("keys pressed at the first pixel and lost, "+c.name, float64(c.lost), 0, "", fmt.Sprintf(" of %d", windowRounds))
	}
	return nil
}

// ratio is that of the medians.
func ratio(a, b []float64) float64 { return median(a) / median(b) }

func spread(v []float64) string {
	low, high := v[0], v[0]
	for _, x := range v {
		low, high = min(low, x), max(high, x)
	}
	return fmt.Sprintf(" (%.0f to %.0f)", low, high)
}

func (b *bench) learnEcho(ctx context.Context, c *contender) error {
	s := b.window.screen
	shown, err := b.show(ctx, c.home, c.executable, c.args...)
	if err != nil {
		return err
	}
	defer b.ended(ctx, shown)
	if _, err := s.wait(ctx, time.Minute, func() bool { return s.colours(ownColours) >= ownColours }); err != nil {
		return err
	}
	s.focus()
	c.echo, err = s.learn(ctx, c.field, c.keys...)
	return err
}

// startOnce starts a window and notes when it showed what.
func (b *bench) startOnce(ctx context.Context, c *contender) error {
	s := b.window.screen
	shown, err := b.show(ctx, c.home, c.executable, c.args...)
	if err != nil {
		return err
	}
	defer b.ended(ctx, shown)
	pixel, err := s.wait(ctx, time.Minute, func() bool { return s.colours(ownColours) >= ownColours })
	if err != nil {
		return err
	}
	s.focus()
	if err := s.press(c.keys...); err != nil {
		return err
	}
	c.pixel = append(c.pixel, float64(pixel.Sub(shown.began).Microseconds())/1000)
	key, err := s.wait(ctx, 4*time.Second, func() bool { return c.echo.shown(s) })
	if err != nil {
		c.lost++
		return ctx.Err()
	}
	c.key = append(c.key, float64(key.Sub(shown.began).Microseconds())/1000)
	return nil
}

// ended ends a window and waits until the screen is bare again.
func (b *bench) ended(ctx context.Context, shown *shownWindow) {
	shown.end()
	s := b.window.screen
	_, _ = s.wait(ctx, 10*time.Second, func() bool { return s.colours(2) < 2 })
}

// measureWindowMemory measures what the windows hold when the first pixel is there, and what the program's holds once it
// has settled with a large library.
func measureWindowMemory(ctx context.Context, b *bench) error {
	all, err := b.contenders(ctx)
	if err != nil {
		return err
	}
	heavy := ""
	for range memoryRounds {
		for _, c := range all {
			found, err := b.weighOnce(ctx, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			heavy += found
		}
	}
	empty := all[0]
	b.figure("an empty window at its first pixel", "%.0f MB of its own, %.0f MB with all processes (PSS)", median(empty.unique), median(empty.tree))
	for _, c := range all[1:] {
		b.atMost("memory of its own at the first pixel, "+c.name, median(c.unique), 100, " MB", "")
		b.atMost("all processes (PSS), "+c.name+", against the empty window", ratio(c.tree, empty.tree), 1.2, "x", fmt.Sprintf(" (%.0f MB)", median(c.tree)))
	}
	b.note(row{"model runtime or picture library in the window's process", orNone(heavy), "none", heavy == ""})
	return b.idleMemory(ctx, all[2])
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// weighOnce starts a window and weighs it.
func (b *bench) weighOnce(ctx context.Context, c *contender) (heavy string, err error) {
	s := b.window.screen
	shown, err := b.show(ctx, c.home, c.executable, c.args...)
	if err != nil {
		return "", err
	}
	defer b.ended(ctx, shown)
	if _, err := s.wait(ctx, time.Minute, func() bool { return s.colours(ownColours) >= ownColours }); err != nil {
		return "", err
	}
	pid := shown.cmd.Process.Pid
	own, ok := memoryOf(pid)
	if !ok {
		return "", os.ErrProcessDone
	}
	var tree float64
	for _, pid := range shown.family() {
		u, _ := memoryOf(pid)
		tree += u.proportional
	}
	c.unique, c.tree = append(c.unique, own.unique), append(c.tree, tree)
	return heavyIn(pid)
}

// idleMemory lets the window rest with a large library, whose vectors were read before as on any start but the first.
func (b *bench) idleMemory(ctx context.Context, c *contender) error {
	if _, err := b.output(ctx, b.window.large, "search", "a dog"); err != nil {
		return err
	}
	shown, err := b.show(ctx, c.home, c.executable, c.args...)
	if err != nil {
		return err
	}
	defer b.ended(ctx, shown)
	if err := shown.reach(ctx, "complete"); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(10 * time.Second):
	}
	u, _ := memoryOf(shown.cmd.Process.Pid)
	b.atMost("memory at rest with 100,000 photos, resident", u.resident, 350, " MB", fmt.Sprintf(" (%.0f MB of its own)", u.unique))
	return nil
}
