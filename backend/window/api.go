package window

import "pixeldetective/backend/model/supervisor"

// EventState is the event that carries a State. EventDrop is the one that carries a Drop.
const (
	EventState = "state"
	EventDrop  = "drop"
)

// Stage is which of the page's three faces fits the library.
type Stage string

// The stages.
const (
	StageStart     Stage = "start"     // no folder was chosen yet
	StagePreparing Stage = "preparing" // the greater part of the library still waits to be seen
	StageLibrary   Stage = "library"
)

// State is all that the page needs to draw itself anew. It is pushed as EventState when something changed, at most ten
// times a second. Seq grows by one with each push.
type State struct {
	Seq     string `json:"seq"`
	Version string `json:"version"`
	Stage   Stage  `json:"stage"`
	// Snapshot is what `status --json` prints, with the last 40 lines of the log (Log has all).
	Snapshot   supervisor.Snapshot `json:"snapshot"`
	Library    Library             `json:"library"`
	Folders    []Folder            `json:"folders"`
	Index      Index               `json:"index"`
	Candidates []Candidate         `json:"candidates"`
	Notices    []Notice            `json:"notices"`
	Appearance Appearance          `json:"appearance"`
}

// Library is how much there is.
type Library struct {
	Photos    int64  `json:"photos"`    // that have a file
	Files     int64  `json:"files"`     // that were found, of any state
	Seen      int64  `json:"seen"`      // photos that can be found by what they show
	Pending   int64  `json:"pending"`   // files that wait
	Failed    int64  `json:"failed"`    // files that were set aside
	Favourite int64  `json:"favourite"` // photos
	Listing   string `json:"listing"`   // changes whenever a listing of photos may have changed
	ReadOnly  bool   `json:"read_only"` // decisions cannot be written
	Path      string `json:"path"`      // of the library's own folder, to be shown
}

// Folder is a folder of the library.
type Folder struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // last part of its path
	Path    string `json:"path"` // to be shown
	Online  bool   `json:"online"`
	Reason  string `json:"reason"` // why it is offline, a sentence
	Photos  int64  `json:"photos"`
	Scanned string `json:"scanned"` // RFC 3339; empty: never
}

// Index is how far looking at photos is.
type Index struct {
	Running   bool    `json:"running"`
	Paused    bool    `json:"paused"`
	Cancelled bool    `json:"cancelled"` // files wait and nothing looks at them until Resume
	Scanning  bool    `json:"scanning"`  // folders are being walked
	Done      int64   `json:"done"`
	Total     int64   `json:"total"`
	Failed    int64   `json:"failed"`
	Rate      float64 `json:"rate"`              // files a second; 0: not known yet
	Remaining float64 `json:"remaining_seconds"` // −1: not known yet
	Current   string  `json:"current"`           // path of a file in hand, to be shown
	// Keeper names the other process that does the work; empty: this one does.
	Keeper string `json:"keeper"`
}

// Candidate is a folder that may be added to the library, and what a bare walk found in it.
type Candidate struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Path  string `json:"path"` // to be shown
	Kind  string `json:"kind"` // pictures, known, chosen, dropped
	State string `json:"state"`
	// Problem is a sentence; empty: none.
	Problem string `json:"problem"`
	Photos  int64  `json:"photos"`
	Bytes   int64  `json:"bytes"`
	// NamesSeconds and MeaningSeconds are the expected times until all can be found by name, and by what they show; −1:
	// not known yet.
	NamesSeconds   float64 `json:"names_seconds"`
	MeaningSeconds float64 `json:"meaning_seconds"`
	// Months counts photos by the month in which their file last changed: [year*12 + month−1, photos] pairs, ascending.
	Months []MonthCount `json:"months"`
}

// The states of a Candidate.
const (
	CandidateNew      = "new"      // nobody counted yet
	CandidateCounting = "counting" // Photos, Bytes and Months grow
	CandidateCounted  = "counted"
	CandidateFailed   = "failed" // see Problem
)

// MonthCount is a number of photos in one month.
type MonthCount struct {
	Month int   `json:"month"` // year*12 + month−1
	Count int64 `json:"count"`
}

// Notice is something that a person should know: what happened, what was kept, what to do.
type Notice struct {
	ID     string `json:"id"`
	Level  string `json:"level"` // info, warning, error
	Text   string `json:"text"`
	Remedy string `json:"remedy"`
}

// Appearance is what the page looks like, from the settings.
type Appearance struct {
	Theme string `json:"theme"` // system, light, dark
}

// Drop is what was dropped on the window.
type Drop struct {
	Folders  []Candidate `json:"folders"`
	Pictures []Picture   `json:"pictures"` // pictures to search by; at most one is used
	Problem  string      `json:"problem"`  // a sentence; empty: none
}

// Picture is a picture that is not of the library, to search by. It is forgotten when the program ends.
type Picture struct {
	Token string `json:"token"` // /media/picture/TOKEN shows it
	Name  string `json:"name"`
}

// Marks are moments of the page's start, in milliseconds since 1970.
type Marks struct {
	Navigation float64 `json:"navigation"`
	FirstPaint float64 `json:"first_paint"`
	Listening  float64 `json:"listening"` // keys are taken
}

// Question is what is looked for. Exactly one of Query, Like and Picture is set.
type Question struct {
	Query   string `json:"query"`
	Like    string `json:"like"`    // id of a photo
	Picture string `json:"picture"` // token of a Picture
	Offset  int    `json:"offset"`
	Limit   int    `json:"limit"`
	Sort    string `json:"sort"` // "" (best first), date, name, size
	Narrow  Narrow `json:"narrow"`
	// Uncut asks for every photo in order of fit, not only those that answer.
	Uncut bool `json:"uncut"`
}

// Narrow leaves photos out. Zero values leave none out.
type Narrow struct {
	Folder    string `json:"folder"` // id
	FromMonth int    `json:"from_month"`
	ToMonth   int    `json:"to_month"` // inclusive; 0 with FromMonth 0: any date
	Favourite bool   `json:"favourite"`
	MinRating int    `json:"min_rating"`
}

// Answer is what was found.
type Answer struct {
	// Wrong says what is wrong with the question; everything else is empty then.
	Wrong *Wrong `json:"wrong"`
	// Superseded: a newer question took this one's place. Nothing is shown.
	Superseded bool         `json:"superseded"`
	Total      int          `json:"total"`
	TookMS     float64      `json:"took_ms"`
	Model      string       `json:"model"` // name to be shown; empty: no model took part
	Stage      string       `json:"stage"`
	Hits       []Hit        `json:"hits"`
	Clues      []Clue       `json:"clues"`
	Months     []MonthCount `json:"months"` // of all that answer
	Line       *Line        `json:"line"`
	Looked     int64        `json:"looked"` // photos that were compared
	Notes      []string     `json:"notes"`
}

// Wrong points at what is wrong with a question.
type Wrong struct {
	At      int    `json:"at"`     // first character, in UTF-16 units
	Length  int    `json:"length"` // at least 1
	Message string `json:"message"`
}

// Hit is a photo that answers.
type Hit struct {
	ID        string     `json:"id"`
	Width     int        `json:"width"`
	Height    int        `json:"height"`
	Name      string     `json:"name"` // of its first file
	Taken     string     `json:"taken"`
	Favourite bool       `json:"favourite"`
	Rating    int        `json:"rating"`
	Why       []Reason   `json:"why"`
	Evidence  []Evidence `json:"evidence"` // in the order of Answer.Clues
}

// Reason is a place where something was found.
type Reason struct {
	Source string `json:"source"` // meaning, like, caption, tag, keyword, title, file, folder, camera, place
	Text   string `json:"text"`
}

// Evidence is what a photo says about one clue.
type Evidence struct {
	Clue   string  `json:"clue"`
	Level  string  `json:"level"`  // full, half, hollow
	OneIn  float64 `json:"one_in"` // one in so many photos fits as well; at least 1
	Source string  `json:"source"`
}

// Clue is a meaningful word of the question.
type Clue struct {
	Word string `json:"word"`
	At   int    `json:"at"` // in UTF-16 units of the question
	Lit  bool   `json:"lit"`
}

// Line is how well all photos fit, and where fitting ends.
type Line struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Cut  float64 `json:"cut"`
	Bins []int   `json:"bins"` // 100
}

// Photo is what the viewer shows of one photo.
type Photo struct {
	ID          string   `json:"id"`
	Width       int      `json:"width"` // upright
	Height      int      `json:"height"`
	Bytes       int64    `json:"bytes"`
	Format      string   `json:"format"`
	Damaged     bool     `json:"damaged"`
	Taken       string   `json:"taken"` // local, "2021-08-14T18:42:00"; empty: unknown
	TakenFrom   string   `json:"taken_from"`
	Camera      string   `json:"camera"`
	Lens        string   `json:"lens"`
	ISO         int      `json:"iso"`
	Aperture    float64  `json:"aperture"`
	Exposure    float64  `json:"exposure"` // seconds
	FocalLength float64  `json:"focal_length"`
	Latitude    *float64 `json:"latitude"`
	Longitude   *float64 `json:"longitude"`
	Place       string   `json:"place"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Caption     string   `json:"caption"`
	Keywords    []string `json:"keywords"`
	Tags        []string `json:"tags"` // what the model saw
	Favourite   bool     `json:"favourite"`
	Rating      int      `json:"rating"` // −1 to 5
	Files       []File   `json:"files"`
	Searchable  bool     `json:"searchable"` // by what it shows
}

// File is one place where a photo lies.
type File struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Folder  string `json:"folder"` // to be shown
	Offline bool   `json:"offline"`
}

// FailureList is a page of files that were set aside.
type FailureList struct {
	Total int       `json:"total"`
	Items []Failure `json:"items"`
}

// Failure is a file that was set aside.
type Failure struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Folder string `json:"folder"`
	Kind   string `json:"kind"` // as store.FailureKind
	Reason string `json:"reason"`
	At     string `json:"at"`
}

// Setting is one number, switch or word that a person may change.
type Setting struct {
	Key      string   `json:"key"` // section.key
	Section  string   `json:"section"`
	Kind     string   `json:"kind"` // whole, bytes, span, share, switch, word, choice
	Sentence string   `json:"sentence"`
	Value    string   `json:"value"` // as the file holds it, without quotes
	Standard string   `json:"standard"`
	Low      string   `json:"low"`
	High     string   `json:"high"`
	Zero     string   `json:"zero"`    // what the zero stands for; empty: nothing special
	Choices  []string `json:"choices"` // of a choice
	// Pending: the value is saved and holds from the next start.
	Pending bool `json:"pending"`
}
