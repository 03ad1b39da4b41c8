package search

import (
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

// Sort is the order of hits.
type Sort string

// The orders of hits. All but relevance order the photos that answer; they do not change which do.
const (
	SortRelevance Sort = ""
	SortDate      Sort = "date" // newest first, photos without a date last
	SortName      Sort = "name"
	SortSize      Sort = "size" // most bytes first
)

// Request is a question.
type Request struct {
	// Query is in the language of package query. Words reads it.
	Query string
	// Photo and Vector are what Similar compares with: a photo of the library, or the vector of a picture that the caller
	// had encoded by the active model. Exactly one is set.
	Photo  *photo.ID
	Vector []float32
	// VectorBy is the model that made Vector; the zero ModelRef: the one that answers.
	VectorBy photo.ModelRef
	// Self lets Similar find Photo itself too, before all others.
	Self bool
	// Limit is how many hits are wanted at most; 0: the setting.
	Limit int
	// Offset is how many hits are left out at the start.
	Offset int
	// Filter narrows what is looked at.
	Filter store.Filter
	Sort   Sort
	// Uncut asks for every photo in order of fit, not only those that answer.
	Uncut bool
	// Stream names the search box that asks: a newer question of a stream ends the older with ErrSuperseded. Empty: the
	// question stands alone.
	Stream string
	// Patience is how long to wait for the model before only names and words are searched; 0: as long as the context.
	Patience time.Duration
	// Whole asks Words for the numbers of up to 10,000 photos that answer, where some hundred would do for a page.
	Whole bool
	// Plain leaves evidence and clues out, which saves encoding the question's words one by one.
	Plain bool
}

// Model names what a question was encoded with. Zero where no model took part.
type Model struct {
	ID    string      `json:"id"`
	Stage photo.Stage `json:"stage"`
}

// Answer is what was found.
type Answer struct {
	Query  string  `json:"query"`
	Model  Model   `json:"model"`
	TookMS float64 `json:"took_ms"`
	// Total is the number of photos that answer, of which Hits holds a page.
	Total int   `json:"total"`
	Hits  []Hit `json:"hits"`
	// Nums are the photos that answer, best first: all of them where the request asked for the whole and there are not very
	// many, else the best.
	Nums []int64 `json:"-"`
	// Clues are the content words of the question.
	Clues []Clue `json:"clues,omitempty"`
	// Histogram is nil where no meaning was compared.
	Histogram *Histogram `json:"histogram,omitempty"`
	// Notes are sentences for people about what could not be done.
	Notes []string `json:"notes,omitempty"`
}

// Hit is a photo that answers.
type Hit struct {
	Num   int64        `json:"-"`
	Photo photo.ID     `json:"photo"`
	Paths []store.Path `json:"paths"`
	// Score orders hits of one answer by relevance; it means nothing between answers.
	Score float64 `json:"score"`
	// Fit is the cosine of the question and the photo; nil where no meaning was compared.
	Fit      *float64       `json:"fit,omitempty"`
	Why      []Reason       `json:"why"`
	Evidence []Evidence     `json:"evidence,omitempty"`
	Metadata photo.Metadata `json:"metadata"`
	Tags     []photo.Tag    `json:"tags,omitempty"`

	sources []store.Source // that the words of the question met
}

// Source is where a reason comes from.
type Source string

// The sources of reasons: the picture itself, a picture that it resembles, and the words kept with a photo.
const (
	SourceMeaning Source = "meaning"
	SourceLike    Source = "like"
	SourceCaption Source = Source(store.SourceCaption)
	SourceTag     Source = Source(store.SourceTag)
	SourceKeyword Source = Source(store.SourceKeyword)
	SourceTitle   Source = Source(store.SourceTitle)
	SourceFile    Source = Source(store.SourceFile)
	SourceFolder  Source = Source(store.SourceFolder)
	SourceCamera  Source = Source(store.SourceCamera)
	SourcePlace   Source = Source(store.SourcePlace)
)

// Reason says why a photo is there.
type Reason struct {
	Source Source `json:"source"`
	Text   string `json:"text"` // a sentence or the words that matched
}

// Level is how clearly a photo shows a clue.
type Level string

// The levels of evidence.
const (
	Full   Level = "full"   // shown
	Half   Level = "half"   // perhaps
	Hollow Level = "hollow" // not seen
)

// Evidence is what a photo says about one clue.
type Evidence struct {
	Clue string `json:"clue"`
	// OneIn is N where one in N photos of the library fits the clue as well as this one or better; at least 1.
	OneIn float64 `json:"one_in"`
	Level Level   `json:"level"`
	// Source is what the level rests on: the meaning, or a word kept with the photo.
	Source Source `json:"source"`
}

// Clue is a content word of the question.
type Clue struct {
	Word string `json:"word"`
	// At is the position of its first character in the query, in runes.
	At int `json:"at"`
	// Lit says whether some photo that answers shows it.
	Lit bool `json:"lit"`
}

// Histogram is how well every photo that was looked at fits the question.
type Histogram struct {
	// Low and High are the scores at the edges of the bins.
	Low  float64  `json:"low"`
	High float64  `json:"high"`
	Bins [100]int `json:"bins"`
	// Cut is the score below which no photo answers by its meaning; above High where none does.
	Cut float64 `json:"cut"`
}
