package search

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
)

// keptTexts is how many vectors of texts are held in memory: 4 MB at 1024 values.
const keptTexts = 1024

// textKey names a text as one model understands it.
type textKey struct {
	ref  photo.ModelRef
	text string
}

// textCache holds the vectors of the texts that were used last.
type textCache struct {
	mu    sync.Mutex
	order *list.List // of *textEntry, most recently used first
	find  map[textKey]*list.Element

	hits, misses int64
}

type textEntry struct {
	key    textKey
	vector []float32
}

func newTextCache() *textCache {
	return &textCache{order: list.New(), find: map[textKey]*list.Element{}}
}

func (c *textCache) get(key textKey) ([]float32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.find[key]
	if !ok {
		c.misses++
		return nil, false
	}
	c.hits++
	c.order.MoveToFront(e)
	return e.Value.(*textEntry).vector, true
}

func (c *textCache) put(key textKey, vector []float32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.find[key]; ok {
		e.Value.(*textEntry).vector = vector
		c.order.MoveToFront(e)
		return
	}
	c.find[key] = c.order.PushFront(&textEntry{key, vector})
	for c.order.Len() > keptTexts {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.find, last.Value.(*textEntry).key)
	}
}

// encoded are the vectors of texts, by text, and the model that made them.
type encoded struct {
	vectors map[string][]float32
	ref     photo.ModelRef
	stage   photo.Stage
}

// encode returns the vectors of texts: from memory, from the store, and for the rest from the model, in one batch.
func (e *Engine) encode(ctx context.Context, model catalog.Model, texts []string) (encoded, error) {
	out := encoded{vectors: map[string][]float32{}, ref: model.Ref(), stage: model.Stage}
	var missing []string
	for _, t := range texts {
		if v, ok := e.texts.get(textKey{out.ref, t}); ok {
			out.vectors[t] = v
		} else {
			missing = append(missing, t)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	if known, err := e.deps.Store.QueryVectors(ctx, out.ref, missing); err != nil {
		e.deps.Log.Warn().Err(err).Msg("vectors of earlier questions could not be read")
	} else {
		rest := missing[:0]
		for _, t := range missing {
			if v, ok := known[t]; ok && len(v) == model.Dimension {
				out.vectors[t] = v
				e.texts.put(textKey{out.ref, t}, v)
			} else {
				rest = append(rest, t)
			}
		}
		missing = rest
	}
	if len(missing) == 0 {
		return out, nil
	}
	prompted := make([]string, len(missing))
	for i, t := range missing {
		prompted[i] = prompt(model.Prompt, t)
	}
	made, err := e.deps.Encoder.EncodeTextBy(ctx, out.ref, prompted, supervisor.PriorityQuery)
	if err != nil {
		return out, err
	}
	if made.Ref != out.ref {
		return out, &modelChangedError{from: out.ref, to: made.Ref}
	}
	if len(made.Vectors) != len(missing) {
		return out, fmt.Errorf("the model gave %d vectors for %d texts", len(made.Vectors), len(missing))
	}
	fresh := make(map[string][]float32, len(missing))
	for i, t := range missing {
		if len(made.Vectors[i]) != model.Dimension {
			return out, fmt.Errorf("the model gave a vector of %d values, want %d", len(made.Vectors[i]), model.Dimension)
		}
		out.vectors[t] = made.Vectors[i]
		fresh[t] = made.Vectors[i]
		e.texts.put(textKey{out.ref, t}, made.Vectors[i])
	}
	e.remember(out.ref, fresh)
	return out, nil
}

// remember gives vectors to Run, which keeps them in the store; nobody waits for that.
func (e *Engine) remember(ref photo.ModelRef, vectors map[string][]float32) {
	select {
	case e.keep <- keptVectors{ref, vectors}:
	default:
	}
}

type keptVectors struct {
	ref     photo.ModelRef
	vectors map[string][]float32
}

// modelChangedError says that another model took over between two steps of a question.
type modelChangedError struct{ from, to photo.ModelRef }

func (e *modelChangedError) Error() string {
	return fmt.Sprintf("the model changed from %s to %s while the question was read", e.from, e.to)
}

func changed(err error) bool {
	var c *modelChangedError
	return errors.As(err, &c)
}

func prompt(format, text string) string {
	if !strings.Contains(format, "%s") {
		return text
	}
	return strings.Replace(format, "%s", text, 1)
}
