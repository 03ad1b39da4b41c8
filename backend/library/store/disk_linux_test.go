package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a file system in memory, or skips the test where that is not allowed.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestFullDiskLosesNothingAndGoesOnWhenThereIsSpace(t *testing.T) {
	ctx := context.Background()
	dir := smallDisk(t, "3m")
	s := openAt(t, dir)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	var entries []Entry
	for i := range 1500 {
		entries = append(entries, entry(fmt.Sprintf("%04d.jpg", i), 1))
	}
	var full *FullError
	committed := 0
	tell := func() error {
		r, err := s.BeginReconcile(ctx, f.ID, "")
		if err != nil {
			return err
		}
		if err := r.Directory(ctx, "d", entries); err != nil {
			return err
		}
		if _, err := r.Finish(ctx); err != nil {
			return err
		}
		for {
			waiting, err := s.NewestPending(ctx, nil, 20)
			if err != nil || len(waiting) == 0 {
				return err
			}
			var done []Indexed
			for _, p := range waiting {
				x := decoded(p, byRel(p))
				x.New.Thumbnail = append(x.New.Thumbnail, make([]byte, 3000)...)
				done = append(done, x)
			}
			c, err := s.Commit(ctx, done, nil)
			if err != nil {
				return err
			}
			committed += c.Linked
		}
	}
	if err := tell(); !errors.As(err, &full) || !strings.Contains(err.Error(), "free some space") {
		t.Fatalf("indexing on a full disk: %v", err)
	}
	if committed == 0 {
		t.Fatal("the disk was full before anything was committed")
	}
	kept := value(s.Count(ctx, testRef))(t)
	if int(kept.Photos) != committed {
		t.Fatalf("%d photos are kept, %d were committed", kept.Photos, committed)
	}
	must(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=64m"))
	must(t, tell())
	if committed != len(entries) {
		t.Fatalf("%d photos in the end, want %d", committed, len(entries))
	}
	healthy(t, s)
	invariants(t, s)
}

func TestNoSpaceForALibrary(t *testing.T) {
	dir := smallDisk(t, "64k")
	_, err := Open(context.Background(), Options{Dir: dir})
	var full *FullError
	if !errors.As(err, &full) {
		t.Fatalf("making a library on a full disk: %v", err)
	}
	must(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m"))
	healthy(t, openAt(t, dir))
}

func TestReadOnlyDiskIsSearched(t *testing.T) {
	ctx := context.Background()
	dir := smallDisk(t, "16m")
	s := openAt(t, dir)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("forum.jpg", 1)}})
	indexAll(t, s, byRel)
	must(t, s.Close())
	must(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	s = openAt(t, dir)
	if hits := value(s.Text(ctx, TextQuery{Terms: []string{"forum"}}, 5))(t); len(hits) != 1 {
		t.Fatalf("hits: %+v", hits)
	}
	var readOnly *ReadOnlyError
	_, commit := s.Commit(ctx, nil, nil)
	_, begin := s.BeginReconcile(ctx, f.ID, "")
	_, lease := s.Lease(ctx, "x")
	for what, err := range map[string]error{"favourite": s.SetFavourite(ctx, idOf("x"), true), "counter": s.AddCounter(ctx, "x", 1),
		"commit": commit, "reconcile": begin, "lease": lease, "backup": s.Backup(ctx)} {
		if !errors.As(err, &readOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, s.closeFiles())
	empty := smallDisk(t, "1m")
	must(t, unix.Mount("tmpfs", empty, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if _, err := Open(ctx, Options{Dir: empty}); !errors.As(err, &readOnly) {
		t.Errorf("a library that is not there, on a read-only disk: %v", err)
	}
	if _, err := Open(ctx, Options{Dir: empty + "/new"}); !errors.As(err, &readOnly) {
		t.Errorf("a folder that cannot be made: %v", err)
	}
}

func TestNetworkFileSystemsAreKnown(t *testing.T) {
	for magic, want := range map[uint32]string{0x6969: "nfs", 0xFE534D42: "smb", 0xFF534D42: "smb", 0xEF53: "", 0x01021994: "", 0x9123683E: ""} {
		if kind, network := networkMagic(magic); kind != want || network != (want != "") {
			t.Errorf("%#x: %q, %v; want %q", magic, kind, network, want)
		}
	}
	mounts := `22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:40 / /mnt/my\040server rw - fuse.sshfs me@host:/ rw
31 22 0:41 / /mnt/stick rw - fuseblk /dev/sdb1 rw
32 30 0:42 / /mnt/my\040server/local rw - fuse.gocryptfs /x rw
`
	for path, want := range map[string]string{"/mnt/my server": "sshfs", "/mnt/my server/a/b": "sshfs", "/mnt/stick/a": "", "/mnt/my server/local/x": "", "/mnt/my serverx": "", "/home": ""} {
		if kind, network := networkFuse(strings.NewReader(mounts), path); kind != want || network != (want != "") {
			t.Errorf("%s: %q, %v; want %q", path, kind, network, want)
		}
	}
}
