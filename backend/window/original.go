package window

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

// goneError says that no file with a photo's bytes can be read now. Reason is a sentence for people.
type goneError struct{ Reason string }

func (e *goneError) Error() string { return e.Reason }

// The sentences of a goneError, from what helps most to what helps least.
const (
	reasonOffline = "The folder that this photo lies in cannot be reached; connect its drive to see the photo in full."
	reasonChanged = "The file of this photo was changed, moved or removed since it was read; the library follows within a moment."
	reasonNoFile  = "There is no file of this photo any more."
)

// openOriginal opens the first of the files that still is the one that was read: a plain file, reached without leaving its
// folder, of the same size and time. The caller closes it.
func openOriginal(files []store.Original) (*os.File, fs.FileInfo, error) {
	reason := reasonNoFile
	for _, f := range files {
		file, info, err := openFile(f)
		if err == nil {
			return file, info, nil
		}
		if f.Offline && reason == reasonNoFile {
			reason = reasonOffline
		} else if !f.Offline {
			reason = reasonChanged
		}
	}
	return nil, nil, &goneError{reason}
}

var errNotAsIndexed = errors.New("it is not the file that was read")

// openFile opens a file if it is the one that was read. The descriptor is compared, not the name, so nothing can be exchanged in between.
func openFile(o store.Original) (*os.File, fs.FileInfo, error) {
	rel := filepath.FromSlash(o.Rel)
	if !filepath.IsLocal(rel) {
		return nil, nil, errNotAsIndexed
	}
	root, err := os.OpenRoot(o.Root)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = root.Close() }() // of a folder that was read
	named, err := root.Lstat(rel)
	if err != nil {
		return nil, nil, err
	}
	if !named.Mode().IsRegular() {
		return nil, nil, errNotAsIndexed
	}
	file, err := root.OpenFile(rel, os.O_RDONLY|openWithoutWaiting, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && (!info.Mode().IsRegular() || !os.SameFile(named, info) ||
		info.Size() != o.Size || info.ModTime().UnixNano() != o.MTime) {
		err = errNotAsIndexed
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// readOriginal reads the bytes of a photo and proves that they are its own.
func readOriginal(ctx context.Context, id photo.ID, files []store.Original, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, info, err := openOriginal(files)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info.Size() > limit {
		return nil, &goneError{fmt.Sprintf("The file has %d MB, more than the limit of %d MB for one photo.", info.Size()>>20, limit>>20)}
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(file, data); err != nil || sha256.Sum256(data) != id {
		return nil, &goneError{reasonChanged}
	}
	return data, nil
}
