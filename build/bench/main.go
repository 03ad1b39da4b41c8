// Command bench measures the program against its budgets on this machine, and prints each figure beside its budget. It is
// run by `make bench`; what it times is the built program and the packages of this module, and what it is compared with is
// the barest loop that could do the same, in the same run, taken in turns. It is no test: it fails only if it cannot measure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
)

// row is one figure.
type row struct {
	what     string
	measured string
	budget   string // empty: none is set
	kept     bool   // the budget is kept
}

// section is one measurement.
type section struct {
	name string
	run  func(context.Context, *bench) error
}

// bench is what the sections share.
type bench struct {
	root   string // of the repository
	bin    string // the built executables
	work   string // scratch, removed at the end
	photos string // a folder of real photos
	quick  bool
	rows   []row
	keep   string        // a folder for what takes long to make, kept between runs; empty: none
	window *windowPlaces // what the sections about the window share; made when first asked for
}

// figure notes and prints a figure without a budget.
func (b *bench) figure(what, format string, args ...any) {
	b.note(row{what: what, measured: fmt.Sprintf(format, args...)})
}

// atMost notes a figure that should be no more than a limit.
func (b *bench) atMost(what string, value, limit float64, unit, detail string) {
	b.note(row{what, fmt.Sprintf("%.4g%s%s", value, unit, detail), fmt.Sprintf("≤ %.4g%s", limit, unit), value <= limit})
}

// atLeast notes a figure that should be no less than a limit.
func (b *bench) atLeast(what string, value, limit float64, unit, detail string) {
	b.note(row{what, fmt.Sprintf("%.4g%s%s", value, unit, detail), fmt.Sprintf("≥ %.4g%s", limit, unit), value >= limit})
}

func (b *bench) note(r row) {
	b.rows = append(b.rows, r)
	fmt.Println(r)
}

func (r row) String() string {
	if r.budget == "" {
		return fmt.Sprintf("        %-62s %s", r.what, r.measured)
	}
	verdict := "kept  "
	if !r.kept {
		verdict = "MISSED"
	}
	return fmt.Sprintf("%s  %-62s %s (%s)", verdict, r.what, r.measured, r.budget)
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == bareLoopArgument {
		if err := bareLoop(context.Background(), os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	only := flag.String("only", "", "measure only the sections whose names match this regular expression")
	quick := flag.Bool("quick", false, "leave out what takes minutes: a million files, a million vectors")
	keep := flag.String("keep", "", "a folder in which the window's library of 100,000 photos is kept for the next run")
	profile := flag.String("cpuprofile", "", "write a profile of this process to a file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(file)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(ctx, *only, *keep, *quick); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only, keep string, quick bool) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	b := &bench{root: root, bin: filepath.Join(root, "build", "bin"), quick: quick, keep: keep}
	if _, err := os.Stat(filepath.Join(b.bin, "pixel-detective")); err != nil {
		return errors.New("the program is not built; run make bench in the repository's root")
	}
	if b.work, err = os.MkdirTemp("", "pixel-detective-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.work)
	defer func() { b.window.close() }()
	b.photos = photosFolder(root)

	fmt.Printf("%s\n%s\n\n", machine(), time.Now().Format(time.DateTime))
	for _, s := range sections() {
		if !match.MatchString(s.name) {
			continue
		}
		fmt.Printf("%s\n", strings.ToUpper(s.name))
		if err := s.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	missed := 0
	for _, r := range b.rows {
		if r.budget != "" && !r.kept {
			missed++
		}
	}
	fmt.Printf("\n%d figures, %d budgets missed\n", len(b.rows), missed)
	return nil
}

// sections are all measurements, the short ones first.
func sections() []section {
	return []section{
		{"start", measureStart},
		{"indexing", measureIndexing},
		{"quality", measureQuality},
		{"rescan", measureRescan},
		{"query", measureQuery},
		{"vectors", measureVectors},
		{"growth", measureGrowth},
		{"window-start", measureWindowStart},
		{"window-memory", measureWindowMemory},
		{"window-frames", measureWindowFrames},
		{"window-large", measureWindowLarge},
	}
}

// photosFolder is the folder of real photos with captions: PIXEL_DETECTIVE_PHOTOS, or one beside the repository.
func photosFolder(root string) string {
	if dir := os.Getenv("PIXEL_DETECTIVE_PHOTOS"); dir != "" {
		return dir
	}
	return filepath.Join(root, "..", "shared", "photos")
}
