package folder

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

func scanAll(t *testing.T, st *memory, id store.FolderID) (store.ReconcileResult, error) {
	t.Helper()
	f := st.folder(id)
	return scan(t.Context(), st, f, walker{root: f.Path}, time.Now)
}

func TestScanOfAFolderThatIsGoneKeepsItsRows(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	testkit.WriteNames(t, root, []string{"a/x.jpg", "y.jpg"})
	st := newMemory(root)
	if _, err := scanAll(t, st, 1); err != nil {
		t.Fatal(err)
	}
	if st.folder(1).ScannedAt.IsZero() {
		t.Error("the scan was not marked")
	}
	if err := os.Rename(root, root+".away"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := scanAll(t, st, 1)
		var off *OfflineError
		if !errors.As(err, &off) || len(st.rows(1)) != 2 || st.folder(1).State != store.FolderOffline || st.folder(1).Reason == "" {
			t.Fatalf("%v, %+v, rows %v", err, st.folder(1), st.rows(1))
		}
	}
	if err := os.Rename(root+".away", root); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(root, "y.jpg")); err != nil {
		t.Fatal(err)
	}
	if _, err := scanAll(t, st, 1); err != nil {
		t.Fatal(err)
	}
	if f := st.folder(1); f.State != store.FolderOnline || f.Reason != "" || len(st.rows(1)) != 1 {
		t.Errorf("%+v, rows %v", f, st.rows(1))
	}
}

func TestScanOfAnEmptiedFolderRemovesItsRows(t *testing.T) {
	root := t.TempDir()
	testkit.WriteNames(t, root, []string{"a/x.jpg", "y.jpg"})
	st := newMemory(root)
	if _, err := scanAll(t, st, 1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "y.jpg"} {
		if err := os.RemoveAll(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	if result, err := scanAll(t, st, 1); err != nil || result.Removed == 0 || len(st.rows(1)) != 0 {
		t.Errorf("%+v, %v, rows %v", result, err, st.rows(1))
	}
}

func TestScanThatCannotReachTheStoreSaysSo(t *testing.T) {
	st := newMemory(t.TempDir())
	full := errors.New("the disk is full")
	st.setRefuse(full)
	if _, err := scanAll(t, st, 1); !errors.Is(err, full) {
		t.Errorf("have %v", err)
	}
}
