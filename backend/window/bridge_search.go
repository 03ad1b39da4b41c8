package window

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search"
	"pixeldetective/backend/search/query"
)

const (
	// patienceReady is how long a question waits for a model that is in memory, and patienceLoading for one that is not:
	// then names are searched, and the answer says so.
	patienceReady   = 5 * time.Second
	patienceLoading = 300 * time.Millisecond
	// patienceLike is how long a question by picture waits for the vectors to be read.
	patienceLike = 3 * time.Second
	// mostAsked is how many hits one page of an answer may hold.
	mostAsked = 1000
)

// asking is the window's one search box: a newer question ends the older. The zero value has no question.
type asking struct {
	mu     sync.Mutex
	serial uint64
	cancel context.CancelFunc
}

// begin ends the question before. superseded says whether a newer one has begun since; end must be called.
func (a *asking) begin(ctx context.Context) (inner context.Context, superseded func() bool, end func()) {
	inner, cancel := context.WithCancel(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel != nil {
		a.cancel()
	}
	a.serial++
	serial := a.serial
	a.cancel = cancel
	return inner, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.serial != serial
	}, cancel
}

// Search answers a question. A newer one takes an older one's place, which then returns Superseded. It may wait for a model
// where it is asked by a picture; a question in words is answered by names after a moment.
func (b *Bridge) Search(ctx context.Context, q Question) (Answer, error) {
	began := time.Now()
	ctx, superseded, end := b.asking.begin(ctx)
	defer end()
	answer, err := b.search(ctx, q)
	if superseded() {
		answer, err = noAnswer(), nil
		answer.Superseded = true
	}
	answer.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return answer, err
}

// noAnswer is an answer whose lists are empty, not null.
func noAnswer() Answer {
	return Answer{Hits: []Hit{}, Clues: []Clue{}, Months: []MonthCount{}, Notes: []string{}}
}

func (b *Bridge) search(ctx context.Context, q Question) (Answer, error) {
	p, err := b.parts(ctx)
	if err != nil {
		return noAnswer(), err
	}
	r, err := b.request(q)
	if err != nil {
		return noAnswer(), err
	}
	var found search.Answer
	switch {
	case q.Like != "" && q.Query == "" && q.Picture == "":
		found, err = b.searchLike(ctx, p, q.Like, r)
	case q.Picture != "" && q.Query == "" && q.Like == "":
		found, err = b.searchPicture(ctx, p, q.Picture, r)
	case q.Like == "" && q.Picture == "":
		r.Query, r.Patience = q.Query, patienceLoading
		if m, ok := p.Supervisor.Snapshot().Model(string(catalog.GraphText)); ok && m.State == supervisor.StateReady {
			r.Patience = patienceReady
		}
		found, err = p.Search.Words(ctx, r)
	default:
		err = errors.New("a question is asked in words, by a photo or by a picture, not by several of them")
	}
	var wrong *query.Error
	if errors.As(err, &wrong) {
		answer := noAnswer()
		answer.Wrong = wrongIn(q.Query, wrong)
		return answer, nil
	}
	if err != nil {
		return noAnswer(), err
	}
	return b.answer(ctx, p, q, found)
}

// request is a question as the engine knows it, without what it is asked by.
func (b *Bridge) request(q Question) (search.Request, error) {
	r := search.Request{
		Limit: min(max(q.Limit, 0), mostAsked), Offset: max(q.Offset, 0), Sort: search.Sort(q.Sort), Whole: true, Uncut: q.Uncut,
	}
	if !slices.Contains([]search.Sort{search.SortRelevance, search.SortDate, search.SortName, search.SortSize}, r.Sort) {
		return r, errors.New("hits can be sorted by fit, date, name or size")
	}
	if r.Limit == 0 {
		r.Limit = b.settings.current().Search.Limit
	}
	var err error
	r.Filter, err = q.Narrow.filter()
	return r, err
}

// searchLike answers with the photos that look like one of the library.
func (b *Bridge) searchLike(ctx context.Context, p *Parts, text string, r search.Request) (search.Answer, error) {
	id, err := photo.ParseID(text)
	if err != nil {
		return search.Answer{}, errors.New("there is no such photo")
	}
	waitReady(ctx, p)
	r.Photo = &id
	found, err := p.Search.Similar(ctx, r)
	if errors.Is(err, search.ErrNoVector) {
		err = errors.New("no model has looked at this photo yet, so it cannot be compared; try again when it has been seen")
	}
	return found, err
}

// searchPicture answers with the photos that look like a picture that was dropped or pasted. Whoever asks by a picture that
// the library holds looks for that one first.
func (b *Bridge) searchPicture(ctx context.Context, p *Parts, token string, r search.Request) (search.Answer, error) {
	asked, ok := b.pictures.get(token)
	if !ok {
		return search.Answer{}, errors.New("this picture is no longer kept; drop or paste it again")
	}
	waitReady(ctx, p)
	r.Photo, r.Self = &asked.ID, true
	found, err := p.Search.Similar(ctx, r)
	if err == nil || !errors.Is(err, search.ErrNoVector) {
		return found, err
	}
	r.Photo = nil
	if r.Vector, r.VectorBy, err = embedPicture(ctx, p, asked.Preview); err != nil {
		return search.Answer{}, err
	}
	return p.Search.Similar(ctx, r)
}

// waitReady waits a moment for the vectors that the library holds.
func waitReady(ctx context.Context, p *Parts) {
	ctx, cancel := context.WithTimeout(ctx, patienceLike)
	defer cancel()
	_ = p.Search.WaitReady(ctx) // the engine says it better
}

// embedPicture makes the vector of a picture, by the model whose vectors are in memory, and names it.
func embedPicture(ctx context.Context, p *Parts, data []byte) ([]float32, photo.ModelRef, error) {
	model, err := p.Supervisor.ImageModel()
	if ref, ok := p.Search.Model(); ok {
		model, err = p.Supervisor.ModelOf(ref)
	}
	if err != nil {
		return nil, photo.ModelRef{}, err
	}
	pre := model.Image.Preprocess
	decoded, err := p.Supervisor.Decode(ctx, worker.DecodeJob{
		Data: data, Extension: "jpg",
		Inputs: []worker.InputSpec{{Width: pre.Width, Height: pre.Height, Fit: pre.Fit, Filter: pre.Filter}},
	}, supervisor.PriorityQuery)
	if err != nil {
		return nil, photo.ModelRef{}, err
	}
	made, err := p.Supervisor.EncodeImagesBy(ctx, model.Ref(), decoded.Inputs, supervisor.PriorityQuery)
	if err != nil {
		return nil, photo.ModelRef{}, err
	}
	return made[0].Vector, model.Ref(), nil
}

// filter is what narrows a question as the store knows it.
func (n Narrow) filter() (store.Filter, error) {
	q := listingQuery{FromMonth: n.FromMonth, ToMonth: n.ToMonth, Favourite: n.Favourite, MinRating: n.MinRating}
	if n.Folder != "" {
		id, err := folderID(n.Folder)
		if err != nil {
			return store.Filter{}, err
		}
		q.Folder = id
	}
	return q.filter(), nil
}
