package encoder

import (
	"context"
	"errors"

	"pixeldetective/backend/model/encoder/internal/onnx"
)

var errClosed = errors.New("this model was unloaded")

// turns lets one caller at a time have a session, and none after it was closed.
type turns struct {
	free    chan struct{} // holds one token while nobody has a turn
	session *onnx.Session // nil once closed
}

func newTurns(s *onnx.Session) turns {
	t := turns{free: make(chan struct{}, 1), session: s}
	t.free <- struct{}{}
	return t
}

// take waits for a turn. The caller must give it back unless there was an error.
func (t *turns) take(ctx context.Context) error {
	select {
	case <-t.free:
	case <-ctx.Done():
		return ctx.Err()
	}
	if t.session == nil {
		t.give()
		return errClosed
	}
	return nil
}

func (t *turns) give() { t.free <- struct{}{} }

// close waits for the turn in hand and frees the session.
func (t *turns) close() {
	<-t.free
	defer t.give()
	if t.session != nil {
		t.session.Close()
		t.session = nil
	}
}
