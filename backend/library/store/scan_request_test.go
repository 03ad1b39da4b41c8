package store

import (
	"context"
	"testing"
)

func TestScanRequestIsServedOnce(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	dir := t.TempDir()
	f, err := s.AddFolder(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.RequestScan(ctx, f.ID, "2021/06")
	if err != nil {
		t.Fatal(err)
	}
	if _, done, err := s.ScanOutcome(ctx, id); err != nil || done {
		t.Fatalf("an open request: done %t, %v; want false", done, err)
	}
	open, err := s.ScanRequests(ctx)
	if err != nil || len(open) != 1 || open[0].ID != id || open[0].Folder.Path != f.Path || open[0].Subtree != "2021/06" {
		t.Fatalf("open requests: %+v, %v", open, err)
	}
	want := ScanOutcome{Result: ReconcileResult{Files: 3, Added: 2}, Reason: "because"}
	if err := s.FinishScanRequest(ctx, id, want); err != nil {
		t.Fatal(err)
	}
	if got, done, err := s.ScanOutcome(ctx, id); err != nil || !done || got != want {
		t.Fatalf("outcome %+v, done %t, %v; want %+v", got, done, err, want)
	}
	if open, err := s.ScanRequests(ctx); err != nil || len(open) != 0 {
		t.Fatalf("requests left open: %+v, %v", open, err)
	}
}

func TestScanRequestForFolderThatIsGoneIsAnswered(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	id, err := s.RequestScan(ctx, 77, "")
	if err != nil {
		t.Fatal(err)
	}
	if open, err := s.ScanRequests(ctx); err != nil || len(open) != 0 {
		t.Fatalf("open requests: %+v, %v; want none", open, err)
	}
	if got, done, err := s.ScanOutcome(ctx, id); err != nil || !done || got.Reason == "" {
		t.Fatalf("outcome %+v, done %t, %v; want a reason", got, done, err)
	}
	if got, done, err := s.ScanOutcome(ctx, 12345); err != nil || !done || got.Reason == "" {
		t.Fatalf("outcome of an unknown request %+v, done %t, %v; want a reason", got, done, err)
	}
}

func TestPendingInCountsOneSubtree(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f, err := s.AddFolder(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.BeginReconcile(ctx, f.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", "a", "a/b", "ab"} {
		if err := r.Directory(ctx, dir, []Entry{{Name: "1.jpg", Size: 1, MTime: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	for subtree, want := range map[string]int64{"": 4, "a": 2, "a/b": 1, "ab": 1, "b": 0} {
		if got, err := s.PendingIn(ctx, f.ID, subtree); err != nil || got != want {
			t.Errorf("%q: %d pending, %v; want %d", subtree, got, err, want)
		}
	}
	if got, err := s.PendingIn(ctx, f.ID+1, ""); err != nil || got != 0 {
		t.Errorf("another folder: %d pending, %v; want none", got, err)
	}
}
