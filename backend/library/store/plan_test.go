package store

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pixeldetective/backend/photo"
)

// walks holds every statement that a store has prepared for index.db against SQLite's plan for it: what is scanned must begin
// as one of those that are allowed. It returns how many statements those were.
func walks(t *testing.T, s *Store, allowed []string) int {
	t.Helper()
	explained := 0
	look := func(query any) {
		text := query.(string)
		if !strings.Contains(text, "SELECT") && !strings.HasPrefix(text, "UPDATE") && !strings.HasPrefix(text, "DELETE") {
			return
		}
		explained++
		must(t, s.index.adhoc(context.Background(), "explain", "EXPLAIN QUERY PLAN "+text, slices.Repeat([]any{nil}, strings.Count(text, "?")), func(r rowScanner) error {
			var a, b, c int
			var detail string
			err := r.Scan(&a, &b, &c, &detail)
			if strings.HasPrefix(detail, "SCAN") && !slices.ContainsFunc(allowed, func(ok string) bool { return strings.HasPrefix(detail, ok) }) {
				t.Errorf("%s\n\t%s", detail, text)
			}
			return err
		}))
	}
	s.index.cache.Range(func(k, _ any) bool { look(k); return true })
	for k := range s.index.stmts {
		look(k)
	}
	return explained
}

// TestThePagesQueriesWalkNoLargeTable does the same for all that a window asks, in a library that SQLite has statistics of.
func TestThePagesQueriesWalkNoLargeTable(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	folder := fillPlain(t, s, 5000)
	other := value(s.AddFolder(ctx, "/other"))(t).ID
	value(s.RequestScan(ctx, folder, ""))(t)
	must(t, s.index.write(ctx, "analyze", func(t *tx) error { return t.exec("ANALYZE") }))
	must(t, s.closeFiles())
	s = openAt(t, dir) // nothing but the page's statements is prepared from here on, and the statistics are read

	id := value(s.PhotoIDs(ctx, []int64{1, 2, 3}))(t)[0]
	if d, found, err := s.Detail(ctx, id, testRef); err != nil || !found || len(d.Files) == 0 {
		t.Fatalf("%+v, %v, %v", d, found, err)
	}
	if _, found, err := s.FileAt(ctx, 1); err != nil || !found {
		t.Fatal(found, err)
	}
	if _, found, err := s.Originals(ctx, id); err != nil || !found {
		t.Fatal(found, err)
	}
	value(s.Months(ctx, []int64{1, 2, 3}))(t)
	if _, _, err := s.FailuresPage(ctx, 0, 10); err != nil {
		t.Fatal(err)
	}
	value(s.DecisionsOf(ctx, []photo.ID{id}))(t)
	value(s.Count(ctx, testRef))(t)
	value(s.OpenScanRequests(ctx))(t)
	value(s.PendingTotals(ctx))(t)
	value(s.Folders(ctx))(t)
	for _, order := range []Order{OrderTaken, OrderAdded, OrderName, OrderSize} {
		if l := value(s.Listing(ctx, Filter{Folders: []FolderID{folder}}, order, testRef))(t); len(l.Nums) != 5000 {
			t.Fatalf("%d photos are listed by %s", len(l.Nums), order)
		}
	}
	must(t, s.RetireFolder(ctx, other))
	must(t, s.FinishRemovals(ctx))

	explained := walks(t, s, []string{
		"SCAN folder", "SCAN o", "SCAN j VIRTUAL", "SCAN CONSTANT", "SCAN (subquery", "SCAN f USING INDEX file_failed", "SCAN f USING COVERING INDEX file_failed",
		"SCAN f USING COVERING INDEX file_pending", "SCAN f USING INDEX file_pending",
		// What is counted is counted by the smallest index that holds it.
		"SCAN photo USING COVERING INDEX", "SCAN file USING COVERING INDEX", "SCAN p USING COVERING INDEX photo_gone", "SCAN p USING INDEX photo_gone",
		"SCAN scan_request USING COVERING INDEX scan_request_open", "SCAN scan_request USING INDEX scan_request_open",
	})
	if explained < 15 {
		t.Fatalf("only %d statements were seen", explained)
	}
}
