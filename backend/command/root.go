package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/logging"
	"pixeldetective/backend/model/catalog"
)

// The exit codes of the program.
const (
	ExitDone   = 0
	ExitFailed = 1
	ExitUsage  = 2
	ExitPartly = 3
)

// usageError is wrong usage: what follows is printed with a pointer to --help.
type usageError struct{ error }

// errPartly says that all was done but for what has been listed already.
var errPartly = errors.New("some photos could not be read")

// console is what every command shares.
type console struct {
	out, err io.Writer
	getenv   func(string) string

	library  string
	json     bool
	quiet    bool
	logLevel string
}

// Main runs the command line and returns the exit code. It ends work in an orderly way on SIGINT and SIGTERM.
func Main(args []string, out, errOut io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &console{out: out, err: errOut, getenv: getenv}
	root := c.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	return c.exitCode(root.ExecuteContext(ctx))
}

func (c *console) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "pixel-detective",
		Short: "Find photos by what is in them",
		Long: "Pixel Detective finds photos by what is in them: by words or by a picture.\n" +
			"Everything stays on this computer.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&c.library, "library", "", "folder that holds everything the program writes (default: PIXEL_DETECTIVE_LIBRARY, else your data folder)")
	flags.BoolVar(&c.json, "json", false, "print JSON")
	flags.BoolVar(&c.quiet, "quiet", false, "print results only")
	flags.StringVar(&c.logLevel, "log-level", "error", "what is logged to standard error: trace, debug, info, warn, error, off")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(c.indexCommand(), c.searchCommand(), c.similarCommand(), c.watchCommand(),
		c.modelsCommand(), c.statusCommand(), c.doctorCommand())
	return root
}

// exitCode prints what went wrong, if anything, and returns the code for it.
func (c *console) exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, errPartly):
		return ExitPartly
	case errors.Is(err, context.Canceled):
		c.complain("interrupted; what was done is kept")
		return ExitFailed
	case errors.As(err, &usage), isCobraUsage(err):
		c.complain(err.Error() + "\nSee pixel-detective --help.")
		return ExitUsage
	default:
		c.complain(err.Error())
		return ExitFailed
	}
}

// complain prints a sentence on standard error.
func (c *console) complain(text string) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = sentence(line)
	}
	fmt.Fprintf(c.err, "pixel-detective: %s\n", strings.Join(lines, "\n  "))
}

// isCobraUsage says whether cobra refused the command line; it has no type for these errors.
func isCobraUsage(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "unknown command") || strings.HasPrefix(text, "unknown shorthand flag")
}

// arguments turns cobra's complaint about the number of arguments into a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%s: %w", cmd.CommandPath(), err)}
		}
		return nil
	}
}

// with opens the backend, runs its services while work runs, and closes it.
func (c *console) with(ctx context.Context, services backend.Services, preload []catalog.GraphName,
	work func(context.Context, *backend.Backend) error,
) error {
	b, err := c.open(ctx, services, preload)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		err := b.Run(ctx)
		cancel() // without its services, work cannot go on
		ended <- err
	}()
	b.Supervisor.Ready()
	err = work(ctx, b)
	cancel()
	if failed := <-ended; failed != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = failed
	}
	return errors.Join(err, b.Close())
}

// reading opens the backend for work that runs no service, and closes it.
func (c *console) reading(ctx context.Context, work func(*backend.Backend) error) error {
	b, err := c.open(ctx, backend.Services{}, nil)
	if err != nil {
		return err
	}
	return errors.Join(work(b), b.Close())
}

// open opens the backend without running anything.
func (c *console) open(ctx context.Context, services backend.Services, preload []catalog.GraphName) (*backend.Backend, error) {
	level, err := logging.ParseLevel(c.logLevel)
	if err != nil {
		return nil, usageError{err}
	}
	var shown io.Writer
	if level != zerolog.Disabled {
		shown = c.err
	}
	b, err := backend.Open(ctx, backend.Config{
		Library: c.library, Program: "pixel-detective", LogLevel: level, Stderr: shown, Getenv: c.getenv,
		Services: services, Preload: preload,
	})
	if err != nil {
		return nil, err
	}
	// What was damaged and moved aside is told at once: the answers that follow would puzzle without it.
	for _, notice := range b.Store.Notices() {
		c.complain(notice.Error())
	}
	return b, nil
}
