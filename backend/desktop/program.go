package desktop

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend"
	"pixeldetective/backend/config"
	"pixeldetective/backend/window"
)

// Face is the window itself. Its methods may be called from any goroutine.
type Face interface {
	Emit(event string, data any)
	Show() // in front of other windows
	Hide()
	Close()                                    // as a person closes it
	AskForFolder(title string) (string, error) // "": none was chosen
}

// Program is what stands behind one window.
type Program struct {
	Bridge *window.Bridge // answers the page

	desktop  *backend.Desktop // nil: it could not be made, and the Bridge says why
	single   *window.Single   // nil: a second start opens a second window
	folders  []string         // to be brought into the library
	getenv   func(string) string
	trace    *trace // nil: nobody asked for one
	face     atomic.Pointer[Face]
	late     atomic.Pointer[time.Timer] // calls Runs for a page that does not come
	running  atomic.Bool                // the window's loop
	quitting atomic.Bool                // the window's next close is the end of the program
	closing  atomic.Bool                // the window was allowed to close
}

func newProgram(o options, single *window.Single, out, errOut io.Writer, getenv func(string) string) *Program {
	p := &Program{single: single, folders: o.folders, getenv: getenv}
	if o.trace {
		p.trace = newTrace(out, o.ask)
	}
	var err error
	p.desktop, err = backend.OpenDesktop(backend.Config{
		Library: o.library, Program: "pixel-detective-window", LogLevel: o.level, Stderr: errOut, Getenv: getenv,
	})
	if err != nil {
		// Nobody reads the terminal of a window: it opens all the same, and says what is wrong.
		p.Bridge = window.New(window.Deps{Settings: config.Default()})
		p.Bridge.Fail(err)
		return p
	}
	p.Bridge = p.desktop.Bridge
	return p
}

// serve runs what stands behind the window until ctx ends, and returns when no child is left.
func (p *Program) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if p.desktop == nil {
		group.Go(func() error { return p.Bridge.Run(ctx) })
	} else {
		group.Go(func() error { return p.desktop.Run(ctx) })
		group.Go(func() error { return p.addFolders(ctx, p.folders) })
	}
	if p.single != nil {
		group.Go(func() error {
			return p.single.Run(ctx, func(w window.Wish) {
				p.showAgain()
				group.Go(func() error { return p.addFolders(ctx, w.Folders) }) // who asks next does not wait for it
			})
		})
	}
	if p.trace != nil && p.desktop != nil {
		group.Go(func() error { return p.follow(ctx) })
	}
	err := group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// follow notes the steps of the start; where a hit was to be looked for, that is all that was wanted.
func (p *Program) follow(ctx context.Context) error {
	err := p.trace.follow(ctx, p.desktop)
	if p.trace.ask {
		p.Quit()
	}
	return err
}

// showAgain is what a second start asks for.
func (p *Program) showAgain() {
	if f := p.face.Load(); f != nil {
		(*f).Show()
	}
	p.trace.note("shown again")
}

// addFolders brings folders into the library, once that is open. What is wrong with one of them, or with the library, the
// window shows.
func (p *Program) addFolders(ctx context.Context, folders []string) error {
	var ids []string
	for _, path := range folders {
		ids = append(ids, p.Bridge.Choose(path).ID)
	}
	if len(ids) > 0 {
		_ = p.Bridge.AddFolders(ctx, ids)
	}
	return nil
}

// Attach gives the program its window, once that is there.
func (p *Program) Attach(f Face) {
	p.trace.note("window there")
	p.face.Store(&f)
	p.late.Store(time.AfterFunc(pageWithin, p.Runs))
	p.Bridge.Listen(func(event string, data any) {
		p.trace.emitted(event, data)
		f.Emit(event, data)
	})
}

// Ready is Bridge.Ready, under a trace.
func (p *Program) Ready(ctx context.Context, m window.Marks) window.State {
	p.trace.paged(m, p.nothingHeavy)
	return p.Bridge.Ready(ctx, m)
}

func (p *Program) nothingHeavy() error {
	if p.desktop == nil {
		return nil
	}
	return p.desktop.NothingHeavy()
}

// Search is Bridge.Search, under a trace.
func (p *Program) Search(ctx context.Context, q window.Question) (window.Answer, error) {
	answer, err := p.Bridge.Search(ctx, q)
	if err == nil {
		p.trace.answered(answer)
	}
	return answer, err
}

// gone says that the window is no more.
func (p *Program) gone() {
	if late := p.late.Load(); late != nil {
		late.Stop()
	}
}

// Runs says that the window's loop runs: it can be closed from now on.
func (p *Program) Runs() {
	p.running.Store(true)
	if p.quitting.Load() {
		p.Quit()
	}
}

// pageWithin is how long a page may take to be loaded before the window can be closed without it: its loop runs by then.
const pageWithin = 10 * time.Second

// Quit ends the program, whatever happens when its window is closed.
func (p *Program) Quit() {
	p.quitting.Store(true)
	if f := p.face.Load(); f != nil && p.running.Load() {
		(*f).Close()
	}
}

// Stays is asked when the window is about to close. It says true where the window is not to be closed: because it was
// hidden instead, as the person wants it, or because it closes already. A second close of a GTK loop that has just ended
// would end the process by a fault.
func (p *Program) Stays() bool {
	f := p.face.Load()
	if f == nil || !p.running.Load() {
		return true
	}
	if !p.quitting.Load() && p.setting("window.close_to_background") == "true" {
		(*f).Hide()
		p.trace.note("hidden")
		return true
	}
	return !p.closing.CompareAndSwap(false, true)
}

// setting is the value of a setting as it is now; "": there is no such setting.
func (p *Program) setting(key string) string {
	for _, s := range p.Bridge.Settings() {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// ChooseFolder lets the person choose a folder; nil: none was chosen.
func (p *Program) ChooseFolder() (*window.Candidate, error) {
	f := p.face.Load()
	if f == nil {
		return nil, errors.New("the window is not there yet")
	}
	path, err := (*f).AskForFolder("Choose a folder of photos")
	if err != nil || path == "" {
		return nil, err
	}
	c := p.Bridge.Choose(path)
	return &c, nil
}
