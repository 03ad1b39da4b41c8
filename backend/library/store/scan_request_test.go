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
