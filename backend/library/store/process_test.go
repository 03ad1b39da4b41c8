package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

func TestLeaseIsHeldByOneProcessAndDiesWithIt(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	if h, held := s.LeaseHolder(); held {
		t.Fatalf("a fresh library is held by %+v", h)
	}
	p := spawn(t, "lease", dir)
	p.expect("held")
	_, err := s.Lease(ctx, "watching")
	var held *HeldError
	if !errors.As(err, &held) || held.PID != p.cmd.Process.Pid || held.Purpose != "testing" || time.Since(held.Since) > time.Minute {
		t.Fatalf("a second lease: %v", err)
	}
	if h, ok := s.LeaseHolder(); !ok || h.PID != p.cmd.Process.Pid {
		t.Fatalf("holder: %+v, %v", h, ok)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if _, err := s.WaitLease(short, "watching"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("waiting for a held lease: %v", err)
	}
	got := make(chan error, 1)
	var l *Lease
	go func() {
		var err error
		l, err = s.WaitLease(ctx, "watching")
		got <- err
	}()
	p.kill()
	select {
	case err := <-got:
		must(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("the lease did not die with its holder")
	}
	if _, err := s.Lease(ctx, "again"); !errors.As(err, &held) || held.PID != os.Getpid() {
		t.Fatalf("a second lease in one process: %v", err)
	}
	must(t, l.Release())
	must(t, l.Release())
	l = value(s.Lease(ctx, "again"))(t)
	must(t, l.Release())
}

func TestLookingForTheHolderDoesNotStealTheLease(t *testing.T) {
	s := openTemp(t)
	stop := make(chan struct{})
	var looking sync.WaitGroup
	for range 2 {
		looking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.LeaseHolder()
				}
			}
		})
	}
	defer looking.Wait()
	defer close(stop)
	for range 200 {
		l, err := s.Lease(context.Background(), "test")
		must(t, err)
		must(t, l.Release())
	}
}

func TestProcessesOpenAFreshLibraryAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all []*process
	for range 6 {
		all = append(all, spawn(t, "open", dir))
	}
	for _, p := range all {
		p.expect("open")
		must(t, p.end())
	}
	healthy(t, openAt(t, dir))
}

func TestOtherProcessesFollowTheFeed(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	p := spawn(t, "follow", dir)
	p.expect("0")
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1)}})
	indexAll(t, s, byRel)
	want, seen := value(s.Seq(ctx))(t), int64(0)
	for seen != want {
		seq, err := strconv.ParseInt(p.line(), 10, 64)
		must(t, err)
		if seq < seen || seq > want {
			t.Fatalf("the feed went from %d to %d, the last is %d", seen, seq, want)
		}
		seen = seq
	}
	must(t, p.end())
}

func TestProcessesWriteAtTheSameTime(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	p := spawn(t, "favourites", dir)
	p.expect("0")
	f := value(s.AddFolder(ctx, "/photos"))(t)
	for round := range 20 {
		var entries []Entry
		for i := range 100 {
			entries = append(entries, entry(fmt.Sprintf("%03d.jpg", i), round))
		}
		scan(t, s, f.ID, map[string][]Entry{"": entries})
		indexAll(t, s, byRel)
		must(t, s.SetRating(ctx, idOf("x"), round%6))
	}
	select {
	case l, ok := <-p.lines:
		if _, err := strconv.Atoi(l); !ok || err != nil {
			t.Fatalf("the other process failed: %q", l)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the other process never got its turn")
	}
	p.kill()
	healthy(t, s)
}

func TestLockedLibraryIsReported(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	_, err := s.index.conn.ExecContext(ctx, "PRAGMA busy_timeout = 100")
	must(t, err)
	p := spawn(t, "block", dir)
	p.expect("blocked")
	var busy *BusyError
	if err := s.AddCounter(ctx, "x", 1); !errors.As(err, &busy) {
		t.Fatalf("writing to a locked library: %v", err)
	}
	if _, err := s.Folders(ctx); err != nil {
		t.Fatalf("reading a locked library: %v", err)
	}
	must(t, p.end())
	must(t, s.AddCounter(ctx, "x", 1))
}

func TestKilledProcessLeavesALibraryInOrder(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(7, 7))
	for round := range 12 {
		p := spawn(t, "index", dir)
		p.line()
		// The instant of the kill is the point of this test, not a wait for something.
		time.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
		p.kill()
		s, err := Open(ctx, Options{Dir: dir})
		must(t, err)
		if len(s.Notices()) > 0 {
			t.Fatalf("round %d: %v", round, s.Notices())
		}
		healthy(t, s)
		invariants(t, s)
		must(t, s.closeFiles())
	}
}

// invariants fails where a photo is not whole: indexed files have a photo with a vector, words and metadata.
func invariants(t testing.TB, s *Store) {
	t.Helper()
	for what, query := range map[string]string{
		"indexed files without a vector":        "SELECT count(*) FROM file WHERE state = 1 AND photo NOT IN (SELECT photo FROM embedding)",
		"indexed files without words":           "SELECT count(*) FROM file WHERE state = 1 AND photo NOT IN (SELECT rowid FROM text)",
		"failed files that show a photo":        "SELECT count(*) FROM file WHERE state = 2 AND photo IS NOT NULL",
		"vectors without a change":              "SELECT count(*) FROM embedding WHERE photo NOT IN (SELECT num FROM change WHERE kind = 3)",
		"searchable photos not announced last":  "SELECT count(*) FROM photo p WHERE files > 0 AND (SELECT kind FROM change WHERE num = p.num AND kind IN (1, 2) ORDER BY seq DESC LIMIT 1) <> 1",
		"unsearchable photos not withdrawn":     "SELECT count(*) FROM photo p WHERE files = 0 AND (SELECT kind FROM change WHERE num = p.num AND kind IN (1, 2) ORDER BY seq DESC LIMIT 1) = 1",
		"directories whose digest counts wrong": "SELECT count(*) FROM dir d WHERE digest IS NOT NULL AND files <> (SELECT count(*) FROM file WHERE dir = d.id)",
	} {
		var n int
		if _, err := s.index.one(context.Background(), "check", query, nil, &n); err != nil || n > 0 {
			t.Fatalf("%d %s (%v)", n, what, err)
		}
	}
}
