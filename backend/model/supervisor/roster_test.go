package supervisor

import (
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

var (
	oldRef = photo.ModelRef{ID: "starter", Revision: "1"}
	newRef = photo.ModelRef{ID: "better", Revision: "1"}
)

func modelNamed(ref photo.ModelRef) catalog.Model {
	m := testModel()
	if ref != (photo.ModelRef{}) {
		m.ID, m.Revision = ref.ID, ref.Revision
	}
	return m
}

// use tells the world's core which models are in use.
func (w *world) use(answering, wanted photo.ModelRef) {
	found := findings{}
	for _, ref := range []photo.ModelRef{answering, wanted} {
		found[ref] = resolved{model: modelNamed(ref)}
	}
	w.event(useEvent{use: Use{Answering: answering, Wanted: wanted}, found: found})
}

// by sends a request to a model that is named and lets the world come to rest.
func (w *world) by(t *testing.T, ref photo.ModelRef, k kind, p Priority) {
	t.Helper()
	r := w.bring(&request{kind: k, priority: p, ref: ref, texts: []string{"dog"}, pixels: make([][]byte, 8)})
	w.calm()
	a, ok := w.answerOf(r)
	if !ok || a.err != nil {
		t.Fatalf("a request to %s got %v\n%s", ref, a.err, w.dump())
	}
	if want := ref; want != (photo.ModelRef{}) && a.model.Ref() != want {
		t.Fatalf("a request to %s was answered by %s", want, a.model.Ref())
	}
}

func (w *world) held(name catalog.GraphName, ref photo.ModelRef) string {
	if g := w.core.graphOf(name, ref); g != nil {
		return string(g.state)
	}
	return "forgotten"
}

func TestEachRequestIsDoneByTheModelThatItNames(t *testing.T) {
	w := ready(t, testLimits())
	w.use(oldRef, newRef)
	w.by(t, oldRef, encodeImages, PriorityIndex)
	w.by(t, newRef, encodeImages, PriorityIndex)
	w.by(t, photo.ModelRef{}, encodeText, PriorityQuery)
	if a, _ := w.answerOf(w.requests[2]); a.model.Ref() != oldRef {
		t.Fatalf("a question that names no model went to %s", a.model.Ref())
	}
	w.by(t, newRef, encodeText, PriorityIndex)
	view := w.core.view()
	if len(view.Models) != 2 || view.Models[0].ID != oldRef.ID || len(view.OtherModels) != 2 || view.OtherModels[0].ID != newRef.ID {
		t.Fatalf("models %+v, others %+v", view.Models, view.OtherModels)
	}
	if view.Use.Answering.ID != oldRef.ID || view.Use.Wanted.ID != newRef.ID {
		t.Fatalf("in use: %+v", view.Use)
	}
}

func TestAfterTheSwitchTheOldModelRestsAndLeaves(t *testing.T) {
	w := ready(t, testLimits(), PreloadAll()...)
	w.use(oldRef, newRef)
	for _, ref := range []photo.ModelRef{oldRef, newRef} {
		w.by(t, ref, encodeText, PriorityIndex)
		w.by(t, ref, encodeImages, PriorityIndex)
	}
	loads := w.core.counts[countLoads]
	w.use(newRef, newRef)
	w.by(t, photo.ModelRef{}, encodeText, PriorityQuery)
	if n := w.core.counts[countLoads]; n != loads {
		t.Fatalf("the first question after the switch loaded %d graphs", n-loads)
	}
	for _, c := range w.core.viewCapabilities() {
		if !c.Available {
			t.Errorf("%s is not available: %s", c.Name, c.Reason)
		}
	}
	w.by(t, oldRef, encodeText, PriorityQuery) // a question that began before it
	w.advance(testLimits().swapRest)
	w.calm()
	for len(w.dying) > 0 {
		w.crash(w.dying[0], false, true)
	}
	w.settle()
	if got := w.held(catalog.GraphText, oldRef) + " " + w.held(catalog.GraphImage, oldRef); got != "forgotten forgotten" {
		t.Fatalf("the old model's graphs: %s\n%s", got, w.dump())
	}
	w.by(t, oldRef, encodeText, PriorityQuery) // even later it can be asked, where it is installed
}

func TestTheCapabilitiesStayAsTheyAreWhileAnotherModelIsWanted(t *testing.T) {
	w := ready(t, testLimits(), PreloadAll()...)
	w.use(oldRef, oldRef)
	w.calm()
	before := w.core.viewCapabilities()
	w.use(oldRef, newRef)
	w.by(t, newRef, encodeImages, PriorityIndex)
	for i, c := range w.core.viewCapabilities() {
		if c.Name != before[i].Name || c.Available != before[i].Available || !c.Available {
			t.Errorf("%+v was %+v", c, before[i])
		}
	}
	found := findings{newRef: {err: &catalog.NoModelError{Reason: "it was removed"}}, oldRef: {model: modelNamed(oldRef)}}
	w.event(useEvent{use: Use{Answering: oldRef, Wanted: newRef}, found: found})
	w.by(t, photo.ModelRef{}, encodeText, PriorityQuery)
}

// TestWhereOneModelFitsTheHalvesOfOneKindTakeTurns: a thousand photos by one model, then by the other, cost a load each, and
// the half that reads questions stays.
func TestWhereOneModelFitsTheHalvesOfOneKindTakeTurns(t *testing.T) {
	l := testLimits()
	l.memory = 290 << 20 // a text graph, an image graph, and no other
	w := ready(t, l)
	w.use(oldRef, newRef)
	w.by(t, oldRef, encodeText, PriorityQuery)
	if w.core.together() {
		t.Fatal("both models are said to fit")
	}
	for turn := range 4 {
		ref := []photo.ModelRef{oldRef, newRef}[turn%2]
		for range 125 {
			w.by(t, ref, encodeImages, PriorityIndex)
		}
		if got, want := w.core.counts[countLoads], int64(1+turn+1); got != want {
			t.Fatalf("%d loads after %d turns, want %d\n%s", got, turn+1, want, w.dump())
		}
		if s := w.held(catalog.GraphText, oldRef); s != string(StateReady) {
			t.Fatalf("the half that reads questions is %s", s)
		}
		w.advance(time.Second)
	}
}
