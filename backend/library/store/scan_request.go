package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// keepRequests is how long a request that was served is kept for whoever asked.
const keepRequests = 24 * time.Hour

// ScanRequest is a wish of a process without the lease: that a folder be compared with the disk.
type ScanRequest struct {
	ID      int64
	Folder  Folder
	Subtree string // below the folder, with '/'; empty: all of it
}

// ScanOutcome is what became of a request.
type ScanOutcome struct {
	Result ReconcileResult `json:"result"`
	Reason string          `json:"reason,omitempty"` // why it failed, a sentence; empty: it did not
}

// RequestScan asks the holder of the lease to scan a folder or a subtree of it, and returns the request's number.
func (s *Store) RequestScan(ctx context.Context, id FolderID, subtree string) (int64, error) {
	var request int64
	at := s.now()
	err := s.index.write(ctx, "ask for a scan", func(t *tx) error {
		if err := t.exec("DELETE FROM scan_request WHERE at < ?", at.Add(-keepRequests).UnixNano()); err != nil {
			return err
		}
		res, err := t.result("INSERT INTO scan_request (folder, subtree, at) VALUES (?, ?, ?)", id, []byte(subtree), at.UnixNano())
		if err != nil {
			return err
		}
		request, err = res.LastInsertId()
		return err
	})
	return request, err
}

// ScanRequests returns the requests that nobody has served, oldest first. A request for a folder that is gone is answered
// at once.
func (s *Store) ScanRequests(ctx context.Context) ([]ScanRequest, error) {
	var open []ScanRequest
	err := s.index.each(ctx, "read scan requests", "SELECT id, folder, subtree FROM scan_request WHERE outcome IS NULL ORDER BY id", nil,
		func(r rowScanner) error {
			var q ScanRequest
			var subtree []byte
			err := r.Scan(&q.ID, &q.Folder.ID, &subtree)
			q.Subtree = string(subtree)
			open = append(open, q)
			return err
		})
	if err != nil || len(open) == 0 {
		return nil, err
	}
	folders, err := s.Folders(ctx)
	if err != nil {
		return nil, err
	}
	known := map[FolderID]Folder{}
	for _, f := range folders {
		known[f.ID] = f
	}
	served := make([]ScanRequest, 0, len(open))
	for _, q := range open {
		f, ok := known[q.Folder.ID]
		if !ok {
			if err := s.FinishScanRequest(ctx, q.ID, ScanOutcome{Reason: ErrUnknownFolder.Error()}); err != nil {
				return nil, err
			}
			continue
		}
		q.Folder = f
		served = append(served, q)
	}
	return served, nil
}

// OpenScanRequests returns how many requests nobody has served.
func (s *Store) OpenScanRequests(ctx context.Context) (int, error) {
	var n int
	_, err := s.index.one(ctx, "count scan requests", "SELECT count(*) FROM scan_request INDEXED BY scan_request_open WHERE outcome IS NULL", nil, &n)
	return n, err
}

// FinishScanRequest notes what became of a request.
func (s *Store) FinishScanRequest(ctx context.Context, id int64, outcome ScanOutcome) error {
	text, err := json.Marshal(outcome)
	if err != nil {
		return fmt.Errorf("finish a scan request: %w", err)
	}
	return s.index.write(ctx, "finish a scan request", func(t *tx) error {
		return t.exec("UPDATE scan_request SET outcome = ? WHERE id = ?", string(text), id)
	})
}

// ScanOutcome returns what became of a request, and false while nobody has served it. A request that is no longer kept
// counts as served, with a reason.
func (s *Store) ScanOutcome(ctx context.Context, id int64) (ScanOutcome, bool, error) {
	var text *string
	found := false
	err := s.index.each(ctx, "read a scan request", "SELECT outcome FROM scan_request WHERE id = ?", []any{id}, func(r rowScanner) error {
		found = true
		return r.Scan(&text)
	})
	switch {
	case err != nil:
		return ScanOutcome{}, false, err
	case !found:
		return ScanOutcome{Reason: "the request is no longer known"}, true, nil
	case text == nil:
		return ScanOutcome{}, false, nil
	}
	var outcome ScanOutcome
	if err := json.Unmarshal([]byte(*text), &outcome); err != nil {
		return ScanOutcome{}, false, fmt.Errorf("read a scan request: %w", err)
	}
	return outcome, true, nil
}
