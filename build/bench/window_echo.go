package main

import (
	"context"
	"fmt"
	"image"
	"slices"
	"time"

	"github.com/jezek/xgb/xproto"
)

// echo is what keys put on the screen, learnt from a window at rest: the letter in its field, the ring round what has the
// keyboard. What else they set off (a hint that goes, a button that comes) is none of it.
type echo struct {
	keys   []xproto.Keysym
	part   image.Rectangle // that holds all of it
	places []int           // of the pixels that are not the ground, in bytes of part
	after  []byte          // part, once the keys were echoed
}

const (
	// apart is how many columns without a change end an echo.
	apart = 24
	// slim is how wide at most is what comes and goes by itself: a caret, a bar to scroll by. The letter is wider.
	slim = 8
)

// learn presses keys in a window at rest and keeps what the last of them changed, in a field if that is not empty: a page
// that answers changes more with the same frame.
func (s *screen) learn(ctx context.Context, field image.Rectangle, keys ...xproto.Keysym) (echo, error) {
	before, err := s.settle(ctx, 800*time.Millisecond)
	if err != nil {
		return echo{}, err
	}
	if len(keys) > 1 {
		if err := s.press(keys[:len(keys)-1]...); err != nil {
			return echo{}, err
		}
		if before, err = s.settle(ctx, 800*time.Millisecond); err != nil {
			return echo{}, err
		}
	}
	if err := s.press(keys[len(keys)-1]); err != nil {
		return echo{}, err
	}
	var after []byte // as soon as there is a change: what an answer shows comes later
	var changed []image.Point
	if _, err := s.wait(ctx, 5*time.Second, func() bool {
		now, err := s.pixels(image.Rect(0, 0, screenWidth, screenHeight))
		if err != nil {
			return false
		}
		after, changed = now, changes(before, now)
		if !field.Empty() {
			changed = slices.DeleteFunc(changed, func(p image.Point) bool { return !p.In(field) })
		}
		return len(changed) > 60 && widest(changed) > slim
	}); err != nil {
		return echo{}, fmt.Errorf("the keys %x: %w", keys, err)
	}
	e := echo{keys: keys}
	top := changed[0].Y // the field is what lies highest of all that changed
	changed = slices.DeleteFunc(changed, func(p image.Point) bool { return p.Y >= top+60 })
	slices.SortFunc(changed, func(p, q image.Point) int { return p.X - q.X }) // and the letter what lies first in it
	for i, p := range changed {
		if i > 0 && p.X-changed[i-1].X > apart {
			changed = changed[:i]
			break
		}
		e.part = e.part.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
	}
	for y := e.part.Min.Y; y < e.part.Max.Y; y++ {
		row := 4 * (y*screenWidth + e.part.Min.X)
		e.after = append(e.after, after[row:row+4*e.part.Dx()]...)
	}
	ground := commonest(e.after)
	for _, p := range changed {
		i := 4 * ((p.Y-e.part.Min.Y)*e.part.Dx() + p.X - e.part.Min.X)
		if [3]byte(e.after[i:]) != ground {
			e.places = append(e.places, i)
		}
	}
	if len(e.places) == 0 {
		return echo{}, fmt.Errorf("the keys %x put nothing on the screen", keys)
	}
	return e, nil
}

// changes are the places, row by row, in which two pictures of the screen differ.
func changes(before, after []byte) []image.Point {
	var changed []image.Point
	for i := 0; i+4 <= min(len(before), len(after)); i += 4 {
		if [3]byte(before[i:]) != [3]byte(after[i:]) {
			changed = append(changed, image.Pt(i/4%screenWidth, i/4/screenWidth))
		}
	}
	return changed
}

// widest is how many columns lie between the first and the last place, both included.
func widest(places []image.Point) int {
	var r image.Rectangle
	for _, p := range places {
		r = r.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
	}
	return r.Dx()
}

// commonest is the colour that most pixels have.
func commonest(pixels []byte) [3]byte {
	counts := map[[3]byte]int{}
	var most [3]byte
	for i := 0; i+4 <= len(pixels); i += 4 {
		c := [3]byte(pixels[i:])
		if counts[c]++; counts[c] > counts[most] {
			most = c
		}
	}
	return most
}

// shown reports whether the echo is on the screen: four fifths of its pixels, as a caret blinks in it.
func (e echo) shown(s *screen) bool {
	now, err := s.pixels(e.part)
	if err != nil || len(now) != len(e.after) {
		return false
	}
	same := 0
	for _, i := range e.places {
		if [3]byte(now[i:]) == [3]byte(e.after[i:]) {
			same++
		}
	}
	return 5*same >= 4*len(e.places)
}
