package supervisor

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/model/catalog"
)

// Options say what a Supervisor works with. Only Settings, Paths and Catalog are needed.
type Options struct {
	Settings config.Supervisor
	Paths    config.Paths
	Catalog  Catalog
	Log      zerolog.Logger
	// LogLines returns the last lines of the log, oldest first; nil: none.
	LogLines func() []string
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Counters keeps counts over runs; nil: they are kept in memory.
	Counters Counters
	// Use says which models answer and are wanted at first; the zero value: the best that is installed.
	Use Use
	// Build names this build of the program in the workers' handshake.
	Build string
	// Preload lists the graphs that are loaded unasked after Ready, one after the other. nil: none; a request loads what
	// it needs. The window and `watch` use PreloadAll.
	Preload []catalog.GraphName
	// ImageThreads and TextThreads are the threads of one inference; 0: all processors, and one.
	ImageThreads, TextThreads int
}

// PreloadAll is the order in which a program that stays loads its graphs: search first.
func PreloadAll() []catalog.GraphName {
	return []catalog.GraphName{catalog.GraphText, catalog.GraphImage}
}

// Catalog is what the supervisor asks of the catalog of models.
type Catalog interface {
	// Active returns the best installed model of a role and its folder. The error is a sentence for people.
	Active(role catalog.Role) (catalog.Model, string, error)
	// Find returns the model of a reference ("starter@1") and the folder of its files.
	Find(name string) (catalog.Model, string, bool)
	// Installed says whether a model's files are here.
	Installed(m catalog.Model) catalog.State
}

// Counters keeps counts since the library was made. The store implements it.
type Counters interface {
	Add(ctx context.Context, name string, n int64) error
	All(ctx context.Context) (map[string]int64, error)
}
