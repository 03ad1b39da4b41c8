package desktop

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/logging"
	"pixeldetective/backend/window"
)

// The exit codes, as those of the command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main is the window's process. show opens the window of a program and returns when it is closed.
func Main(args []string, out, errOut io.Writer, getenv func(string) string, show func(context.Context, *Program) error) int {
	o, err := parse(args, errOut, getenv)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		return complain(errOut, err, exitUsage)
	}
	if err := hasDisplay(getenv); err != nil {
		return complain(errOut, err, exitFailed)
	}
	if err := spareGraphics(getenv); err != nil {
		return complain(errOut, err, exitFailed)
	}
	if err := run(o, out, errOut, getenv, show); err != nil {
		return complain(errOut, err, exitFailed)
	}
	return exitDone
}

// options are what the command line says.
type options struct {
	library string
	level   zerolog.Level
	folders []string

	// For doctor and tests.
	trace bool // print marks
	ask   bool // look for a first hit and end
}

func parse(args []string, errOut io.Writer, getenv func(string) string) (options, error) {
	var o options
	var level string
	flags := flag.NewFlagSet("pixel-detective-window", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.StringVar(&o.library, "library", "", "folder that holds everything the program writes (default: PIXEL_DETECTIVE_LIBRARY, else your data folder)")
	flags.StringVar(&level, "log-level", "error", "what is logged to standard error: trace, debug, info, warn, error, off")
	flags.BoolVar(&o.trace, "trace", false, "")
	flags.BoolVar(&o.ask, "trace-start", false, "")
	flags.Usage = func() {
		fmt.Fprintln(errOut, "Usage: pixel-detective-window [options] [FOLDER…]\nOpens the window; folders that are named are brought into the library.")
		flags.VisitAll(func(f *flag.Flag) {
			if f.Usage != "" {
				fmt.Fprintf(errOut, "  --%s\n\t%s\n", f.Name, f.Usage)
			}
		})
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.level, err = logging.ParseLevel(level); err != nil {
		return o, err
	}
	o.trace = o.trace || o.ask
	for _, folder := range flags.Args() {
		path, err := filepath.Abs(folder)
		if err != nil {
			return o, fmt.Errorf("locating the folder %q: %w", folder, err)
		}
		o.folders = append(o.folders, path)
	}
	return o, nil
}

func run(o options, out, errOut io.Writer, getenv func(string) string, show func(context.Context, *Program) error) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	single, err := claim(ctx, o, getenv)
	if errors.Is(err, window.ErrShown) {
		return nil
	}
	if err != nil { // two windows of one library disturb each other little; none at all would be worse
		complain(errOut, err, exitFailed)
	}
	p := newProgram(o, single, out, errOut, getenv)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.serve(ctx) }()
	leave := context.AfterFunc(ctx, p.Quit)
	defer func() {
		leave()
		p.gone()
		cancel()
		err = errors.Join(err, <-ended)
		if single != nil {
			err = errors.Join(err, single.Release())
		}
	}()
	return shown(ctx, p, show)
}

// claim makes this process the one window of its library, or shows the one that there is. To trace a start a window
// of its own is opened, whoever else has one.
func claim(ctx context.Context, o options, getenv func(string) string) (*window.Single, error) {
	if o.ask {
		return nil, nil
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding the running program: %w", err)
	}
	paths, err := config.Locate(o.library, getenv, exe)
	if err != nil {
		return nil, nil //nolint:nilerr // the window opens and says so
	}
	return window.Claim(ctx, paths.Library, window.Wish{Folders: o.folders})
}

// shown calls show; a window toolkit that panics because there is no display becomes a sentence.
func shown(ctx context.Context, p *Program, show func(context.Context, *Program) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the window cannot be opened (%v); is there a display? The command line pixel-detective works without one", r)
		}
	}()
	return show(ctx, p)
}

// hasDisplay says why no window can be opened, where that is certain.
func hasDisplay(getenv func(string) string) error {
	if runtime.GOOS == "linux" && getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("there is no display to open a window on; the command line pixel-detective works without one")
	}
	return nil
}

func complain(errOut io.Writer, err error, code int) int {
	fmt.Fprintf(errOut, "pixel-detective-window: %v.\n", err)
	return code
}
