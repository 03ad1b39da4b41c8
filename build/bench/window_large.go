package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	scrollRounds = 3
	scrollSpan   = 8 * time.Second
	wheelPause   = 16 * time.Millisecond // between two notches
)

// measureWindowLarge measures in the real window with 100,000 photos: how long each call of the page takes, and the frames
// while the mouse's wheel turns over the photos, in turns with an empty page.
func measureWindowLarge(ctx context.Context, b *bench) error {
	if _, err := b.places(ctx); err != nil {
		return err
	}
	library, err := b.largeLibrary(ctx)
	if err != nil {
		return err
	}
	empty, err := b.buildWindow(ctx, "./build/bench/empty", "build/bench/empty/page")
	if err != nil {
		return err
	}
	program, err := b.buildWindow(ctx, ".", "frontend/dist")
	if err != nil {
		return err
	}
	home, err := b.library()
	if err != nil {
		return err
	}
	var bare, ours []float64
	var bareMost, oursMost []float64
	for range scrollRounds {
		gaps, err := b.scroll(ctx, home, empty, nil)
		if err != nil {
			return fmt.Errorf("an empty window: %w", err)
		}
		bare, bareMost = append(bare, gaps...), append(bareMost, longest(gaps))
		if gaps, err = b.scroll(ctx, home, program, b.resting, "--library", library, "--trace"); err != nil {
			return err
		}
		ours, oursMost = append(ours, gaps...), append(oursMost, longest(gaps))
	}
	b.figure("frames while an empty page is scrolled", "%.0f a second, longest %.0f ms, %.2f %% over 50 ms",
		rate(bare), median(bareMost), 100*share(bare, 50))
	b.figure("frames while 100,000 photos are scrolled", "%.0f a second, longest %.0f ms, %.2f %% over 50 ms",
		rate(ours), median(oursMost), 100*share(ours, 50))
	b.atMost("longest frame while 100,000 photos are scrolled", median(oursMost), max(50, median(bareMost)), " ms", "")

	shown, err := b.show(ctx, home, program, "--library", library, "--trace")
	if err != nil {
		return err
	}
	defer b.ended(ctx, shown)
	if err := b.resting(ctx, shown); err != nil {
		return err
	}
	return b.callAll(ctx, shown)
}

// rate is how many frames a second there were.
func rate(gaps []float64) float64 {
	sum := 0.
	for _, g := range gaps {
		sum += g
	}
	return 1000 * float64(len(gaps)) / sum
}

// resting waits until the program has loaded what it loads at a start.
func (b *bench) resting(ctx context.Context, shown *shownWindow) error {
	if err := shown.reach(ctx, "complete"); err != nil {
		return err
	}
	_, err := b.window.screen.settle(ctx, time.Second)
	return err
}

// scroll turns the wheel over a window, down and a part of the way up again, and returns the gaps between its frames.
func (b *bench) scroll(ctx context.Context, home, executable string, rest func(context.Context, *shownWindow) error, args ...string) ([]float64, error) {
	shown, err := b.show(ctx, home, executable, args...)
	if err != nil {
		return nil, err
	}
	defer b.ended(ctx, shown)
	s := b.window.screen
	if _, err := s.wait(ctx, time.Minute, func() bool { return s.colours(ownColours) >= ownColours }); err != nil {
		return nil, err
	}
	s.focus()
	if rest != nil {
		if err := rest(ctx, shown); err != nil {
			return nil, err
		}
	}
	s.point(screenWidth/2, screenHeight/2)
	before, err := s.settle(ctx, time.Second)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	tick := time.NewTicker(wheelPause)
	defer tick.Stop()
	for past := time.Duration(0); past < scrollSpan; past = time.Since(begun) {
		s.wheel(past < scrollSpan*2/3)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
	ended := time.Now()
	time.Sleep(600 * time.Millisecond) // the last frames are told
	if after, err := s.settle(ctx, 200*time.Millisecond); err == nil && len(args) > 0 && differing(before, after) < 1000 {
		return nil, errors.New("the photos did not move")
	}
	gaps := gapsBetween(shown.all(), begun.UnixMilli()+500, ended.UnixMilli())
	if len(gaps) == 0 {
		return nil, errors.New("the page told of no frames")
	}
	return gaps, nil
}

// callAll has the page call everything, and notes the slowest hundredth of each call.
func (b *bench) callAll(ctx context.Context, shown *shownWindow) error {
	b.window.screen.focus()
	if err := b.window.screen.press(keyF9); err != nil {
		return err
	}
	var last measured
	if err := shown.await(ctx, "the page calls everything", 5*time.Minute, func() bool {
		if all := shown.all(); len(all) > 0 {
			for _, m := range all[max(0, len(all)-20):] {
				if m.Kind == "end" {
					last = m
				}
			}
		}
		return last.Kind != ""
	}); err != nil {
		return err
	}
	if last.Failed != "" {
		return fmt.Errorf("the calls of the page: %s", last.Failed)
	}
	for _, m := range shown.all() {
		if m.Kind != "call" {
			continue
		}
		slices.Sort(m.Took)
		detail := fmt.Sprintf(" (p50 %.0f ms of %d)", m.Took[len(m.Took)/2], len(m.Took))
		if m.Failed != "" {
			detail += ", refused: " + m.Failed
		}
		b.atMost("call of the page, p99: "+m.Name, m.Took[min(len(m.Took)-1, len(m.Took)*99/100)], 50, " ms", detail)
	}
	return nil
}
