package desktop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"pixeldetective/backend"
	"pixeldetective/backend/window"
)

// Mark is a step of a window's start or life, as `--trace` prints it: one JSON object a line.
type Mark struct {
	Step string  `json:"step"`
	At   float64 `json:"at"` // milliseconds since 1970
}

// The steps of a start that others look for. More are printed, for people.
const (
	StepFirstPaint = "first paint"
	StepReady      = "ready"
	StepComplete   = "complete" // every model is ready or cannot be, and a hit was looked for if that was wanted
)

// trace prints marks; nil prints none. It remembers what should not have been.
type trace struct {
	ask bool // for a first hit, after which the program ends

	mu     sync.Mutex // guards what follows
	out    *json.Encoder
	ready  bool
	failed error
}

func newTrace(out io.Writer, ask bool) *trace { return &trace{ask: ask, out: json.NewEncoder(out)} }

func (t *trace) note(step string) {
	if t == nil {
		return
	}
	t.noteAt(step, float64(time.Now().UnixMicro())/1000)
}

func (t *trace) noteAt(step string, at float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.out.Encode(Mark{step, at}) // whoever asked for it may have gone
}

// paged notes that the page has painted and is about to make the program ready.
func (t *trace) paged(m window.Marks, nothingHeavy func() error) {
	if t == nil {
		return
	}
	t.mu.Lock()
	again := t.ready
	t.ready = true
	t.mu.Unlock()
	if again {
		t.note("ready again")
		return
	}
	if err := nothingHeavy(); err != nil {
		t.mu.Lock()
		t.failed = err
		t.mu.Unlock()
		t.note("not as it should be: " + err.Error())
	}
	t.noteAt("page asked for", m.Navigation)
	t.noteAt("keys taken", m.Listening)
	t.noteAt(StepFirstPaint, m.FirstPaint)
	t.note(StepReady)
}

// emitted notes what is sent to the page.
func (t *trace) emitted(event string, data any) {
	if drop, ok := data.(window.Drop); ok && event == window.EventDrop {
		t.note(fmt.Sprintf("dropped: %d folders, %d pictures %s", len(drop.Folders), len(drop.Pictures), drop.Problem))
	}
}

// answered notes the answer to a question of the page.
func (t *trace) answered(a window.Answer) {
	if t != nil && !a.Superseded && a.Wrong == nil {
		t.note(fmt.Sprintf("answered: %d hits", a.Total))
	}
}

// follow notes how the workers start and what is found first.
func (t *trace) follow(ctx context.Context, d *backend.Desktop) error {
	if err := d.Trace(ctx, t.ask, t.note); err != nil {
		return err
	}
	t.note(StepComplete)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}
