package folder

import (
	"os"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

// TestWatcherUnderTheSystemsLimit runs where the kernel itself refuses more than a few watches.
func TestWatcherUnderTheSystemsLimit(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{WatchLimit: 5}) {
		return
	}
	roots := []string{t.TempDir(), t.TempDir()}
	testkit.WriteNames(t, roots[0], []string{"a/1.jpg", "b/1.jpg", "c/1.jpg", "a/d/1.jpg", "a/e/1.jpg", "f/1.jpg"})
	w := watchFor(t, newMemory(roots...), 500*time.Millisecond, nil)
	w.heard(NoteLimit)
	for seed := range uint64(3) {
		storm(t, roots, t.TempDir(), 100+seed, 200)
		w.settled(1)
		w.settled(2)
	}
}

func TestWatcherAndADriveThatIsUnmounted(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{Mounts: true}) {
		return
	}
	root := t.TempDir()
	unmount := testkit.MountTmpfs(t, root, "1m")
	testkit.WriteNames(t, root, []string{"a/x.jpg", "y.jpg"})
	st := newMemory(root)
	w := watchFor(t, st, 200*time.Millisecond, nil)
	w.settled(1)
	unmount()
	w.heard(NoteOffline)
	if len(st.rows(1)) != 2 || st.folder(1).State != store.FolderOffline {
		t.Errorf("%+v, rows %v", st.folder(1), st.rows(1))
	}
	unmount = testkit.MountTmpfs(t, root, "1m")
	testkit.WriteNames(t, root, []string{"a/x.jpg"})
	w.heard(NoteOnline)
	w.settled(1)
	unmount()
}

func TestWatcherAndADriveMountedBelow(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{Mounts: true}) {
		return
	}
	root := t.TempDir()
	if err := os.Mkdir(root+"/drive", 0o755); err != nil {
		t.Fatal(err)
	}
	unmount := testkit.MountTmpfs(t, root+"/drive", "1m")
	testkit.WriteNames(t, root, []string{"drive/a/x.jpg", "drive/x.jpg", "y.jpg"})
	st := newMemory(root)
	w := watchFor(t, st, 200*time.Millisecond, nil)
	w.settled(1)
	testkit.WriteNames(t, root, []string{"drive/a/z.jpg"})
	w.settled(1)
	unmount()
	testkit.WriteNames(t, root, []string{"drive.jpg"}) // has the root listed, and the exchanged folder noticed
	_, ok := within5(func() bool { _, seen := st.rows(1)["drive.jpg"]; return seen })
	if !ok || len(st.rows(1)) != 5 {
		t.Errorf("rows %v", st.rows(1))
	}
}
