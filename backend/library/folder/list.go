package folder

import (
	"io/fs"
	"slices"
	"strings"
	"sync"

	"pixeldetective/backend/library/store"
)

// identity is a directory, whatever its path. The zero identity is none.
type identity struct{ device, inode uint64 }

// fileInfo is what one look at a file says.
type fileInfo struct {
	regular     bool
	size, mtime int64 // bytes, nanoseconds since 1970
	inode       uint64
}

// listing is one directory as it was at one moment.
type listing struct {
	rel     string
	id      identity
	entries []store.Entry // photos, in the order of their bytes
	folders []string      // names of the directories to go into, in the order of their bytes
	empty   bool          // there is nothing at all in it
	err     error         // it could not be read; then nothing else is set but rel
}

// statBatch is how many files one goroutine looks at in a large directory; statWorkers how many do so side by side,
// which is for drives that answer slowly.
const (
	statBatch   = 256
	statWorkers = 8
)

// list reads the directory at path, which is called rel below the root. A symbolic link at path is an error.
func list(path, rel string) listing {
	dir, id, err := openDirectory(path)
	if err != nil {
		return listing{rel: rel, err: err}
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.ReadDir(-1)
	if err != nil {
		return listing{rel: rel, err: err}
	}
	l := listing{rel: rel, id: id, empty: len(names) == 0}
	var photos, sidecars []string
	for _, entry := range names {
		name := entry.Name()
		switch kind := entry.Type(); {
		case kind.IsDir():
			if !Skipped(name) {
				l.folders = append(l.folders, name)
			}
		case kind&fs.ModeType != 0: // links, pipes, sockets, devices
		case isPhoto(name):
			photos = append(photos, name)
		case isSidecar(name):
			sidecars = append(sidecars, name)
		}
	}
	slices.Sort(l.folders)
	slices.Sort(photos)
	slices.Sort(sidecars)
	infos := statAll(dir, path, photos)
	l.entries = make([]store.Entry, 0, len(photos))
	for i, name := range photos {
		if info := infos[i]; info.regular {
			l.entries = append(l.entries, store.Entry{Name: name, Size: info.size, MTime: info.mtime, Inode: info.inode})
		}
	}
	if len(sidecars) > 0 {
		addSidecars(l.entries, sidecars, statAll(dir, path, sidecars))
	}
	return l
}

// addSidecars gives each photo NAME.EXT its sidecar: NAME.EXT.xmp if there is one, else NAME.xmp. Where case alone tells
// two apart, the first in the order of bytes counts.
func addSidecars(entries []store.Entry, sidecars []string, infos []fileInfo) {
	byStem := make(map[string]int, len(sidecars))
	for i := len(sidecars) - 1; i >= 0; i-- {
		if infos[i].regular {
			byStem[sidecars[i][:len(sidecars[i])-len(".xmp")]] = i
		}
	}
	for i := range entries {
		e := &entries[i]
		at, found := byStem[e.Name]
		if !found {
			at, found = byStem[e.Name[:strings.LastIndexByte(e.Name, '.')]]
		}
		if found {
			e.Sidecar, e.SidecarSize, e.SidecarMTime = sidecars[at], infos[at].size, infos[at].mtime
		}
	}
}

// statAll looks at the named files of a directory, in their order. A file that is gone has a zero fileInfo.
func statAll(dir directory, path string, names []string) []fileInfo {
	infos := make([]fileInfo, len(names))
	if len(names) <= statBatch {
		for i, name := range names {
			infos[i] = dir.stat(path, name)
		}
		return infos
	}
	batches := make(chan int)
	var workers sync.WaitGroup
	for range min(statWorkers, (len(names)+statBatch-1)/statBatch) {
		workers.Go(func() {
			for from := range batches {
				for i := from; i < min(from+statBatch, len(names)); i++ {
					infos[i] = dir.stat(path, names[i])
				}
			}
		})
	}
	for from := 0; from < len(names); from += statBatch {
		batches <- from
	}
	close(batches)
	workers.Wait()
	return infos
}
