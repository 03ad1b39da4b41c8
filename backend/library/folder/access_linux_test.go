package folder

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

func TestUnreadableDirectoryKeepsItsRows(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{Nobody: true}) {
		return
	}
	root := t.TempDir()
	testkit.WriteNames(t, root, []string{"a/x.jpg", "locked/x.jpg", "locked/deep/y.jpg", "z.jpg"})
	st := newMemory(root)
	if _, err := scanAll(t, st, 1); err != nil {
		t.Fatal(err)
	}
	before := st.rows(1)
	locked := filepath.Join(root, "locked")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(locked, 0o755) }()
	if err := os.Chmod(filepath.Join(root, "z.jpg"), 0); err != nil { // attributes can be read, and nothing is opened
		t.Fatal(err)
	}
	v := &record{}
	if err := Walk(t.Context(), root, "", v); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.unreadable, []string{"locked"}) || len(v.files) != 2 {
		t.Errorf("unreadable %q, files %v", v.unreadable, v.files)
	}
	if _, err := scanAll(t, st, 1); err != nil {
		t.Fatal(err)
	}
	if have := st.rows(1); len(have) != len(before) {
		t.Errorf("have %v, want %v", have, before)
	}
	if err := os.Chmod(root, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(root, 0o755) }()
	_, err := scanAll(t, st, 1)
	var off *OfflineError
	if !errors.As(err, &off) || off.Reason != reasonDenied || len(st.rows(1)) != len(before) || st.folder(1).State != store.FolderOffline {
		t.Errorf("a locked root: %v, %+v, rows %v", err, st.folder(1), st.rows(1))
	}
}

func TestUnmountedDriveIsOffline(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{Mounts: true}) {
		return
	}
	if err := os.MkdirAll("/mnt", 0o755); err != nil {
		t.Skip(err)
	}
	testkit.MountTmpfs(t, "/mnt", "1m") // of this process alone; gives a place for drives that may be written
	root := "/mnt/drive"
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	unmount := testkit.MountTmpfs(t, root, "1m")
	testkit.WriteNames(t, root, []string{"a/x.jpg", "y.jpg"})
	st := newMemory(root)
	if _, err := scanAll(t, st, 1); err != nil {
		t.Fatal(err)
	}
	unmount()
	_, err := scanAll(t, st, 1)
	var off *OfflineError
	if !errors.As(err, &off) || off.Reason != reasonEmpty || len(st.rows(1)) != 2 || st.folder(1).State != store.FolderOffline {
		t.Errorf("unmounted: %v, %+v, rows %v", err, st.folder(1), st.rows(1))
	}
	unmount = testkit.MountTmpfs(t, root, "1m")
	testkit.WriteNames(t, root, []string{"y.jpg"})
	if _, err := scanAll(t, st, 1); err != nil || len(st.rows(1)) != 1 || st.folder(1).State != store.FolderOnline {
		t.Errorf("mounted again: %v, %+v, rows %v", err, st.folder(1), st.rows(1))
	}
	// A drive that is there and empty has lost its photos.
	if err := os.Remove(filepath.Join(root, "y.jpg")); err != nil {
		t.Fatal(err)
	}
	if _, err := scanAll(t, st, 1); err != nil || len(st.rows(1)) != 0 {
		t.Errorf("emptied: %v, rows %v", err, st.rows(1))
	}
	unmount()
}

func TestMountTable(t *testing.T) {
	table := parseMounts("# a comment /no\nUUID=1 / ext4 defaults 0 1\n/dev/sdb1 /data/My\\040Photos ext4\n\nbroken\n")
	for path, want := range map[string]bool{
		"/data/My Photos": true, "/data": false, "/no": false, "/": false, "/mnt": true, "/mnt/usb": true, "/mnt/usb/x": false,
		"/media/me/usb": true, "/run/media/me/usb": true, "/home/me/Pictures": false, "/media/usb": true,
	} {
		if have := mountPoint(path, table); have != want {
			t.Errorf("mountPoint(%q) is %v", path, have)
		}
	}
}
