package window

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/indexer"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/search"
)

// Deps are what a Bridge has from its first moment. Only Paths is needed.
type Deps struct {
	Version string
	Paths   config.Paths
	// Settings are those that the program started with.
	Settings config.Settings
	Log      zerolog.Logger
	LogLines func() []string  // the last lines of the log, oldest first; nil: none
	Now      func() time.Time // nil: time.Now
}

// Parts are what a Bridge speaks to once the library is open. All are needed but Kept.
type Parts struct {
	Store      *store.Store
	Catalog    *catalog.Catalog
	Supervisor *supervisor.Supervisor
	Indexer    *indexer.Indexer
	Search     *search.Engine
	// Add brings a folder into the library and asks for it to be scanned. The error is a sentence.
	Add func(ctx context.Context, path string) error
	// Kept says which other process keeps the library, and what that one says of itself; nil: nobody else ever does.
	Kept func() (Keeper, bool)
}

// Keeper is another process that indexes and watches the library.
type Keeper struct {
	Holder store.Holder
	// Index is its phase of indexing, as far as it told; the zero Phase: not known.
	Index supervisor.Phase
}

// Bridge answers the page. Its methods may be called from any goroutine, before, while and after Run runs; before the
// library is open they wait for it, but for those that only show what is known.
type Bridge struct {
	deps Deps
	now  func() time.Time

	opened   chan struct{} // closed by Attach
	painted  chan struct{} // closed by the first Ready
	failing  chan struct{} // closed by the first Fail
	failOnce sync.Once
	attached atomic.Pointer[Parts]
	failed   atomic.Pointer[error] // why the library is not open; it is tried again meanwhile

	emit  atomic.Pointer[func(event string, payload any)]
	dirty chan struct{} // holds a token when something changed since the last push

	mu        sync.Mutex // guards what follows
	ready     bool       // Ready was called
	marks     Marks
	seq       uint64
	cancelled bool // Cancel was called, and Resume not since

	notices    notices
	counts     counts
	asking     asking
	chores     chores
	removals   chores // of folders: one may last minutes
	launched   launched
	candidates candidates
	looks      looks

	media    *media
	pictures *pictures // of media
	settings *settings
	login    loginEntry
}

// New makes a Bridge that starts nothing and has no library yet: Attach gives it one.
func New(d Deps) *Bridge {
	if d.Now == nil {
		d.Now = time.Now
	}
	b := &Bridge{
		deps: d, now: d.Now, opened: make(chan struct{}), painted: make(chan struct{}), failing: make(chan struct{}), dirty: make(chan struct{}, 1),
	}
	b.counts.guess = guessStage(d.Paths.Library)
	b.counts.changed = make(chan struct{}, 1)
	b.looks = newLooks()
	b.addSettings()
	b.addMedia()
	return b
}

// Attach gives the Bridge an open library. It is called once.
func (b *Bridge) Attach(p Parts) {
	b.Clear(noticeLibrary)
	b.attached.Store(&p) // before failed is forgotten: see parts
	b.failed.Store(nil)
	b.mu.Lock()
	ready := b.ready
	b.mu.Unlock()
	if ready {
		b.start(&p)
	}
	close(b.opened)
	b.touch()
}

// Fail says why there is no library yet: calls that need one answer with this sentence until Attach, and a notice shows it.
func (b *Bridge) Fail(err error) {
	b.failed.Store(&err)
	b.failOnce.Do(func() { close(b.failing) })
	b.Notify(Notice{ID: noticeLibrary, Level: LevelError, Text: sentence(err.Error())})
}

// parts returns the open library's parts; it waits while the library is being opened, until that fails.
func (b *Bridge) parts(ctx context.Context) (*Parts, error) {
	for {
		if p := b.attached.Load(); p != nil {
			return p, nil
		}
		if err := b.failed.Load(); err != nil {
			return nil, *err
		}
		select {
		case <-b.opened:
		case <-b.failing:
		case <-ctx.Done():
			return nil, errors.New("the library is not open yet; try again in a moment")
		}
	}
}

// Listen gives the Bridge the way to the page: emit is called with EventState and EventDrop, one at a time.
func (b *Bridge) Listen(emit func(event string, payload any)) {
	b.emit.Store(&emit)
	b.touch()
}

// touch says that there is something new to show.
func (b *Bridge) touch() {
	select {
	case b.dirty <- struct{}{}:
	default:
	}
}
