package window

import (
	"context"
	"maps"
	"path"
	"slices"
	"time"
	"unicode/utf16"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search"
	"pixeldetective/backend/search/query"
)

// wallClock is how the moment of a photo crosses: local, without a zone.
const wallClock = "2006-01-02T15:04:05"

// answer makes what the page shows of what was found.
func (b *Bridge) answer(ctx context.Context, p *Parts, q Question, found search.Answer) (Answer, error) {
	a := noAnswer()
	a.Total, a.Stage = found.Total, string(found.Model.Stage)
	a.Model = modelName(p, found.Model.ID)
	for _, note := range found.Notes {
		a.Notes = append(a.Notes, sentence(note))
	}
	ids := make([]photo.ID, len(found.Hits))
	for i, h := range found.Hits {
		ids[i] = h.Photo
	}
	decided, err := p.Store.DecisionsOf(ctx, ids)
	if err != nil {
		return a, err
	}
	for _, h := range found.Hits {
		a.Hits = append(a.Hits, hit(h, decided[h.Photo]))
	}
	runes := []rune(q.Query)
	for _, c := range found.Clues {
		a.Clues = append(a.Clues, Clue{Word: display(c.Word), At: units(runes, c.At), Lit: c.Lit})
	}
	if h := found.Histogram; h != nil {
		a.Line = &Line{Low: h.Low, High: h.High, Cut: h.Cut, Bins: slices.Clone(h.Bins[:])}
		for _, n := range h.Bins {
			a.Looked += int64(n)
		}
	}
	months, err := p.Store.Months(ctx, found.Nums)
	if err != nil {
		return a, err
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		a.Months = append(a.Months, MonthCount{Month: month, Count: months[month]})
	}
	return a, nil
}

func hit(h search.Hit, d store.Decisions) Hit {
	m := h.Metadata
	shown := Hit{
		ID: h.Photo.String(), Width: m.Width, Height: m.Height, Taken: takenText(m.Taken.Local),
		Favourite: d.Favourite, Rating: rating(m, d), Why: []Reason{}, Evidence: []Evidence{},
	}
	if len(h.Paths) > 0 {
		shown.Name = display(path.Base(h.Paths[0].Rel))
	}
	for _, w := range h.Why {
		shown.Why = append(shown.Why, Reason{Source: string(w.Source), Text: display(w.Text)})
	}
	for _, e := range h.Evidence {
		shown.Evidence = append(shown.Evidence, Evidence{
			Clue: display(e.Clue), Level: string(e.Level), OneIn: max(e.OneIn, 1), Source: string(e.Source),
		})
	}
	return shown
}

// rating is a person's own, else that of the file.
func rating(m photo.Metadata, d store.Decisions) int {
	if d.Rating != nil {
		return *d.Rating
	}
	return m.Rating
}

func takenText(local time.Time) string {
	if local.IsZero() {
		return ""
	}
	return local.Format(wallClock)
}

// modelName is the name of a model as it is shown.
func modelName(p *Parts, id string) string {
	if id == "" {
		return ""
	}
	for _, m := range p.Supervisor.Snapshot().Models {
		if m.ID == id && m.Name != "" {
			return m.Name
		}
	}
	return id
}

// units counts the UTF-16 units before a rune of a text.
func units(runes []rune, at int) int {
	n := 0
	for _, r := range runes[:min(max(at, 0), len(runes))] {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// wrongIn points at what is wrong with a question.
func wrongIn(text string, e *query.Error) *Wrong {
	runes := []rune(text)
	length := 1
	if e.At >= 0 && e.At < len(runes) {
		length = max(utf16.RuneLen(runes[e.At]), 1)
	}
	return &Wrong{At: units(runes, e.At), Length: length, Message: sentence(e.Message)}
}
