package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// measureStart measures from exec to the first hit on a small library, cold and with a query that was asked before, and
// what each process holds while photos are indexed.
func measureStart(ctx context.Context, b *bench) error {
	dir, err := b.makePhotos(120, 640)
	if err != nil {
		return err
	}
	library, err := b.library()
	if err != nil {
		return err
	}
	if err := b.measureMemory(ctx, library, dir); err != nil {
		return err
	}
	var cold, again, bare []time.Duration
	for i := range 7 {
		d, err := timed(func() error {
			_, err := b.output(ctx, library, "search", fmt.Sprintf("a photo of something %d", i))
			return err
		})
		if err != nil {
			return err
		}
		cold = append(cold, d)
		if d, err = timed(func() error { _, err := b.output(ctx, library, "search", "a dog"); return err }); err != nil {
			return err
		}
		again = append(again, d)
		if d, err = timed(func() error { _, err := b.output(ctx, library, "models"); return err }); err != nil {
			return err
		}
		bare = append(bare, d)
	}
	b.figure("exec to the end of `models`, median", "%.0f ms", quantile(bare, .5))
	b.figure("exec to the end of a search, model loaded for it, median", "%.0f ms", quantile(cold, .5))
	b.figure("exec to the end of a search that was asked before, median", "%.0f ms", quantile(again, .5))
	return nil
}

// measureMemory indexes a folder and watches the processes; the highest sum of proportional memory counts.
func (b *bench) measureMemory(ctx context.Context, library, dir string) error {
	cmd := b.command(ctx, library, "--json", "index", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	peak := map[string]usage{}
	var tree float64
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				tree = max(tree, look(cmd.Process.Pid, peak))
			}
		}
	}()
	var last struct {
		Found   int
		Seconds float64
	}
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		if err := json.Unmarshal(scanner.Bytes(), &last); err != nil {
			return err
		}
	}
	close(done)
	<-watched
	if err := cmd.Wait(); err != nil {
		return err
	}
	for role, u := range peak {
		b.figure("memory while indexing, "+role, "%.0f MB resident, %.0f MB of its own", u.resident, u.unique)
	}
	b.atMost("memory of all processes while indexing (PSS)", tree, 1500, " MB", "")
	return nil
}

// look notes the memory of a process and its children by role, and returns the sum of their proportional memory.
func look(pid int, peak map[string]usage) float64 {
	var sum float64
	note := func(role string, pid int) {
		u, ok := memoryOf(pid)
		if !ok {
			return
		}
		sum += u.proportional
		if u.resident > peak[role].resident {
			peak[role] = u
		}
	}
	note("console", pid)
	for child, line := range childrenOf(pid) {
		note(roleOf(line), child)
	}
	return sum
}

// roleOf is the role in a worker's command line: the argument after the program.
func roleOf(line string) string {
	if args := strings.Fields(line); len(args) > 1 {
		return args[1]
	}
	return "starting"
}
