package desktop

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

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

	getenv   func(string) string
	run      func(context.Context) error // of what the bridge speaks to
	folders  []string                    // to be brought into the library
	face     atomic.Pointer[Face]
	quitting atomic.Bool // the window's next close is the end of the program
}

func newProgram(o options, errOut io.Writer, getenv func(string) string) (*Program, error) {
	p := &Program{folders: o.folders, getenv: getenv}
	d, err := backend.OpenDesktop(backend.Config{
		Library: o.library, Program: "pixel-detective-window", LogLevel: o.level, Stderr: errOut, Getenv: getenv,
	})
	if err != nil {
		// Nobody reads the terminal of a window: it opens and says what is wrong.
		p.Bridge = window.New(window.Deps{Settings: config.Default()})
		p.Bridge.Fail(err)
		p.run = p.Bridge.Run
		return p, nil
	}
	p.Bridge, p.run = d.Bridge, d.Run
	return p, nil
}

// serve runs what stands behind the window until ctx ends, and returns when no child is left.
func (p *Program) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.run(ctx) })
	group.Go(func() error { return p.addFolders(ctx) })
	err := group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// addFolders brings the folders of the command line into the library, once that is open.
func (p *Program) addFolders(ctx context.Context) error {
	var ids []string
	for _, path := range p.folders {
		ids = append(ids, p.Bridge.Choose(path).ID)
	}
	if len(ids) == 0 {
		return nil
	}
	// What is wrong with a folder, or with the library, the window shows.
	_ = p.Bridge.AddFolders(ctx, ids)
	return nil
}

// Attach gives the program its window, once that is there.
func (p *Program) Attach(f Face) {
	p.face.Store(&f)
	p.Bridge.Listen(f.Emit)
	if p.quitting.Load() {
		f.Close()
	}
}

// Quit ends the program, whatever happens when its window is closed.
func (p *Program) Quit() {
	p.quitting.Store(true)
	if f := p.face.Load(); f != nil {
		(*f).Close()
	}
}

// StaysHidden is asked when the window is about to close. It hides the window and says true where the person wants the
// program to go on.
func (p *Program) StaysHidden() bool {
	f := p.face.Load()
	if p.quitting.Load() || f == nil || p.setting("window.close_to_background") != "true" {
		return false
	}
	(*f).Hide()
	return true
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
