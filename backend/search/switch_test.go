package search

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
)

// twoModels is an encoder of two models, whose vectors are each other's opposite: a score of one by the other is the
// negative of what it should be, so an answer that mixes them finds nothing.
type twoModels struct {
	*fakeEncoder
	other  catalog.Model
	second atomic.Bool // the other answers
}

func (m *twoModels) TextModel() (catalog.Model, error) {
	if m.second.Load() {
		return m.other, nil
	}
	return m.model, nil
}

func (m *twoModels) EncodeTextBy(ctx context.Context, ref photo.ModelRef, texts []string, p supervisor.Priority) (supervisor.Encoded, error) {
	out, err := m.fakeEncoder.EncodeTextBy(ctx, ref, texts, p)
	if ref != m.other.Ref() {
		return out, err
	}
	out.Ref, out.Stage = m.other.Ref(), m.other.Stage
	for i, v := range out.Vectors {
		out.Vectors[i] = opposite(v)
	}
	return out, err
}

func opposite(v []float32) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = -x
	}
	return out
}

func TestAnAnswerNeverMixesTwoModels(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	other := l.model
	other.ID, other.Stage = "other", photo.StageAccurate
	l.listing(t, g.files(), func(name string) store.Indexed {
		i := g.place(name)
		return l.indexed(g, i, g.photos[i])
	})
	waiting, err := l.Unembedded(t.Context(), other.Ref(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var done []store.Indexed
	for _, p := range waiting {
		v := opposite(g.photos[g.place(p.Rel)])
		done = append(done, store.Indexed{Pending: p, Photo: *p.Previous, Embedding: &store.Embedding{Ref: other.Ref(), Vector: v}})
	}
	if _, err := l.Commit(t.Context(), done, nil); err != nil {
		t.Fatal(err)
	}
	encoder := &twoModels{fakeEncoder: newFakeEncoder(l.model, g), other: other}
	e := run(t, l, encoder)
	want := names(ask(t, e, Request{Query: "elephant"}).Hits)
	if len(want) == 0 {
		t.Fatal("nothing is found")
	}
	by := map[string]int{}
	var mu sync.Mutex
	var askers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		askers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				a, err := e.Words(t.Context(), Request{Query: "elephant"})
				if err != nil || !slices.Equal(names(a.Hits), want) {
					t.Errorf("%s answers %v, %v, with %v", a.Model.ID, names(a.Hits), err, a.Notes)
					return
				}
				mu.Lock()
				by[a.Model.ID]++
				mu.Unlock()
			}
		})
	}
	for turn := range 6 {
		encoder.second.Store(turn%2 == 0)
		asked := map[bool]photo.ModelRef{true: other.Ref(), false: l.model.Ref()}[turn%2 == 0]
		e.kick()
		for {
			if ref, _ := e.Model(); ref == asked {
				break
			}
			select {
			case <-t.Context().Done():
				t.Fatal("the matrix did not change")
			default:
			}
			ask(t, e, Request{Query: "elephant"})
		}
		for range 5 {
			if a := ask(t, e, Request{Query: "elephant"}); a.Model.ID != asked.ID {
				t.Fatalf("%s answers, not %s", a.Model.ID, asked.ID)
			}
		}
	}
	close(stop)
	askers.Wait()
	if by["other"] == 0 || by[l.model.ID] == 0 {
		t.Errorf("answers: %v", by)
	}
	_, err = e.Similar(t.Context(), Request{Vector: g.photos[0], VectorBy: photo.ModelRef{ID: "other", Revision: "0"}})
	if err == nil {
		t.Error("a picture's vector by another model was compared")
	}
}
