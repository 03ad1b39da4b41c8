package main

import (
	"context"
	"fmt"
	"image"
	"time"

	"github.com/jezek/xgb/xproto"
)

// echo is what keys change on the screen, learnt from a window at rest.
type echo struct {
	keys   []xproto.Keysym
	part   image.Rectangle // that holds all of it
	places []int           // of the pixels, in bytes of part
	after  []byte          // part, once the keys were echoed
}

// learn presses keys in a window at rest and keeps what changed.
func (s *screen) learn(ctx context.Context, keys ...xproto.Keysym) (echo, error) {
	before, err := s.settle(ctx, 800*time.Millisecond)
	if err != nil {
		return echo{}, err
	}
	if err := s.press(keys...); err != nil {
		return echo{}, err
	}
	if _, err := s.wait(ctx, 5*time.Second, func() bool {
		now, err := s.pixels(image.Rect(0, 0, screenWidth, screenHeight))
		return err == nil && differing(before, now) > 60
	}); err != nil {
		return echo{}, fmt.Errorf("the keys %x: %w", keys, err)
	}
	after, err := s.settle(ctx, 120*time.Millisecond) // before an answer comes to what was typed
	if err != nil {
		return echo{}, err
	}
	e := echo{keys: keys}
	var changed []image.Point
	for i := 0; i+4 <= len(after); i += 4 {
		if [3]byte(before[i:]) != [3]byte(after[i:]) {
			changed = append(changed, image.Pt(i/4%screenWidth, i/4/screenWidth))
		}
	}
	top := changed[0].Y // the field is what lies highest of all that changed
	for _, p := range changed {
		if p.Y < top+60 {
			e.part = e.part.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
		}
	}
	for _, p := range changed {
		if p.In(e.part) {
			e.places = append(e.places, 4*((p.Y-e.part.Min.Y)*e.part.Dx()+p.X-e.part.Min.X))
		}
	}
	if e.after, err = s.pixels(e.part); err != nil {
		return echo{}, err
	}
	return e, nil
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
