package search

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"sync"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/search/vector"
)

const (
	followEvery = 200 * time.Millisecond // how often the store looks for commits of other processes
	modelEvery  = 2 * time.Second        // how often it is asked which model is in use
	loadBatch   = 2048                   // vectors appended at a time
	changeBatch = 5000                   // changes read at a time
	// cacheFrom is the number of photos from which the matrix is kept in a file: below, reading the vectors takes less
	// than half a second.
	cacheFrom = 50_000
	saveAfter = 50_000 // changes after which the file is written anew
)

// Run loads the vectors of the model in use and follows the library's changes until ctx ends. It returns the context's
// error, or the store's where changes can no longer be followed.
func (e *Engine) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	failed := make(chan error, 1)
	group.Add(1)
	go func() {
		defer group.Done()
		err := e.deps.Store.Follow(ctx, followEvery, func(int64) error {
			e.kick()
			return nil
		})
		if err != nil && ctx.Err() == nil {
			failed <- err
		}
	}()
	defer func() {
		cancel()
		group.Wait()
		if l := e.current.Swap(nil); l != nil {
			if err := l.matrix.Close(); err != nil {
				e.deps.Log.Warn().Err(err).Msg("vector matrix not closed")
			}
		}
	}()
	ticker := time.NewTicker(modelEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return fmt.Errorf("follow the library's changes: %w", err)
		case k := <-e.keep:
			if err := e.deps.Store.PutQueryVectors(ctx, k.ref, k.vectors); err != nil && ctx.Err() == nil {
				e.deps.Log.Debug().Err(err).Msg("vectors of a question not kept")
			}
			continue
		case <-e.wake:
		case <-ticker.C:
		}
		if err := e.sync(ctx); err != nil && ctx.Err() == nil {
			// The store may be busy or the disk full: the next change or tick tries again, answers stay as they are.
			e.deps.Log.Warn().Err(err).Msg("vectors not brought up to date")
		}
	}
}

// kick makes Run look for changes now.
func (e *Engine) kick() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// sync brings the matrix in line with the model in use and the library.
func (e *Engine) sync(ctx context.Context) error {
	model, err := e.deps.Encoder.TextModel()
	if err != nil || model.Dimension <= 0 {
		// No model: names and words can be searched all the same, and what is loaded goes on answering as far as it can.
		e.readyOnce.Do(func() { close(e.ready) })
		return nil
	}
	l := e.current.Load()
	if l == nil || l.model.Ref() != model.Ref() || l.model.Dimension != model.Dimension {
		return e.load(ctx, model)
	}
	err = e.apply(ctx, l)
	if errors.Is(err, store.ErrGap) {
		return e.load(ctx, model)
	}
	return err
}

// load builds the matrix, from its cache file where that is of use, and puts it in the place of the one before.
func (e *Engine) load(ctx context.Context, model catalog.Model) error {
	began := time.Now()
	l := e.mapped(ctx, model)
	if l == nil {
		l = &loaded{model: model, calibration: calibrationOf(model.Cutoff), matrix: vector.New(model.Ref(), model.Dimension, vector.Config{})}
		var err error
		// Changes that come while the vectors are read are applied again afterwards; that changes nothing.
		if l.seq, err = e.deps.Store.Seq(ctx); err != nil {
			return err
		}
		if err := e.read(ctx, l); err != nil {
			return err
		}
		if err := l.matrix.Narrow(ctx); err != nil {
			return err
		}
	}
	if err := e.apply(ctx, l); err != nil && !errors.Is(err, store.ErrGap) {
		return err
	}
	old := e.current.Swap(l)
	e.words.clear()
	e.readyOnce.Do(func() { close(e.ready) })
	e.deps.Log.Info().Str("model", model.Ref().String()).Int("photos", l.matrix.Len()).Dur("took", time.Since(began)).Msg("vectors loaded")
	if old != nil {
		if err := old.matrix.Close(); err != nil {
			return err
		}
	}
	e.save(ctx, l)
	if l.matrix.Len() >= e.cacheFrom {
		debug.FreeOSMemory() // reading so many vectors leaves several times their size
	}
	return nil
}

// read appends all vectors of the library.
func (e *Engine) read(ctx context.Context, l *loaded) error {
	nums := make([]int64, 0, loadBatch)
	room := make([]float32, loadBatch*l.model.Dimension)
	vectors := make([][]float32, 0, loadBatch)
	flush := func() error {
		refused, err := l.matrix.Append(nums, vectors)
		if len(refused) > 0 {
			e.deps.Log.Warn().Ints64("photos", refused).Msg("vectors that are zero or not numbers were left out")
		}
		nums, vectors = nums[:0], vectors[:0]
		return err
	}
	err := e.deps.Store.Embeddings(ctx, l.model.Ref(), 0, func(num int64, halfs []byte) error {
		if len(halfs) != 2*l.model.Dimension {
			e.deps.Log.Warn().Int64("photo", num).Int("bytes", len(halfs)).Msg("a vector of a wrong length was left out")
			return nil
		}
		x := room[len(vectors)*l.model.Dimension : (len(vectors)+1)*l.model.Dimension]
		vector.Halfs(halfs, x)
		nums, vectors = append(nums, num), append(vectors, x)
		if len(nums) == loadBatch {
			return flush()
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	return flush()
}

// apply brings the matrix up to the last change. ErrGap: it must be loaded anew.
func (e *Engine) apply(ctx context.Context, l *loaded) error {
	for {
		changes, err := e.deps.Store.Changes(ctx, l.seq, changeBatch)
		if err != nil || len(changes) == 0 {
			return err
		}
		// Of a photo, the last word counts; one that lost its last file is out until a file comes back.
		touched, gone := map[int64]bool{}, map[int64]bool{}
		for _, c := range changes {
			switch c.Kind {
			case store.PhotoRemoved:
				gone[c.Num] = true
				delete(touched, c.Num)
			case store.PhotoAdded:
				touched[c.Num] = true
				delete(gone, c.Num)
			case store.Embedded:
				if c.Ref == l.model.Ref() && !gone[c.Num] {
					touched[c.Num] = true
				}
			}
		}
		for num := range gone {
			l.matrix.Remove(num)
		}
		if err := e.fetch(ctx, l, touched); err != nil {
			return err
		}
		l.seq = changes[len(changes)-1].Seq
		if len(gone)+len(touched) > 0 {
			e.words.age(len(gone)+len(touched), l.matrix.Len())
		}
		if len(changes) < changeBatch {
			if err := l.matrix.Narrow(ctx); err != nil {
				return err
			}
			if e.current.Load() == l {
				e.save(ctx, l)
			}
			return nil
		}
	}
}

// fetch appends the vectors of photos, in the order of their numbers.
func (e *Engine) fetch(ctx context.Context, l *loaded, touched map[int64]bool) error {
	all := sorted(touched)
	for start := 0; start < len(all); start += loadBatch {
		part := all[start:min(len(all), start+loadBatch)]
		found, err := e.deps.Store.EmbeddingsOf(ctx, l.model.Ref(), part)
		if err != nil {
			return err
		}
		var nums []int64
		var vectors [][]float32
		for _, num := range part {
			if x, ok := found[num]; ok && len(x) == l.model.Dimension {
				nums, vectors = append(nums, num), append(vectors, x)
			}
		}
		if _, err := l.matrix.Append(nums, vectors); err != nil {
			return err
		}
	}
	return nil
}

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

func (e *Engine) cachePath(model catalog.Model) string {
	return filepath.Join(e.deps.Cache, "vectors-"+unsafeName.ReplaceAllString(model.Ref().String(), "_")+".bin")
}

// save writes the cache file of a large library, where what it holds lags far behind.
func (e *Engine) save(ctx context.Context, l *loaded) {
	if e.deps.Cache == "" || l.matrix.Len() < e.cacheFrom || l.saved > 0 && l.seq-l.saved < saveAfter {
		return
	}
	l.saved = max(l.seq, 1)
	// It is written also by a program that ends with its answer: the next one would read all vectors again.
	if err := l.matrix.Save(context.WithoutCancel(ctx), e.cachePath(l.model), l.seq); err != nil {
		e.deps.Log.Warn().Err(err).Msg("vector cache not written; the next start reads the library instead")
	}
}

// mapped opens the cache file; nil if there is none, or it is not of this library, or the library went on too far since.
func (e *Engine) mapped(ctx context.Context, model catalog.Model) *loaded {
	if e.deps.Cache == "" {
		return nil
	}
	matrix, seq, err := vector.Open(e.cachePath(model), model.Ref(), model.Dimension, vector.Config{})
	if err != nil {
		e.deps.Log.Debug().Err(err).Msg("vectors are read from the library")
		return nil
	}
	l := &loaded{model: model, calibration: calibrationOf(model.Cutoff), matrix: matrix, seq: seq, saved: max(seq, 1)}
	if _, err := e.deps.Store.Changes(ctx, seq, 1); err == nil && e.sameLibrary(ctx, l) {
		return l
	}
	if err := matrix.Close(); err != nil {
		e.deps.Log.Warn().Err(err).Msg("vector cache not closed")
	}
	return nil
}

// sameLibrary compares some vectors of the matrix with those of the library: the file may have outlived its database.
func (e *Engine) sameLibrary(ctx context.Context, l *loaded) bool {
	nums := l.matrix.Nums()
	const probes = 32
	var some []int64
	for i := range min(probes, len(nums)) {
		some = append(some, nums[i*len(nums)/min(probes, len(nums))])
	}
	want, err := e.deps.Store.EmbeddingsOf(ctx, l.model.Ref(), some)
	if err != nil {
		return false
	}
	for num, have := range l.matrix.Vectors(some) {
		x, ok := want[num]
		if ok && (len(x) != len(have) || vector.Dot(x, have) < 0.98*vector.Dot(x, x)) {
			return false
		}
	}
	return len(want) > 0 || len(some) == 0
}
