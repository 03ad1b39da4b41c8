package indexer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// Counters of the pipeline, kept since ever in the store.
const (
	CounterHashed   = "files_hashed"
	CounterDecoded  = "photos_decoded"
	CounterInferred = "inferences"
)

// read reads and hashes one file and decides what it still needs: a decode, or only its row linked to a known photo.
func (p *pass) read(ctx context.Context, j *job, toDecode chan<- *job, toCommit chan<- []*job) error {
	if err := p.waitOpen(ctx); err != nil {
		return err
	}
	if p.isOffline(j.Folder) || !folder.Settled(j.MTime, p.options.Now(), p.settle) {
		j.skipped = true
		return send(ctx, toCommit, []*job{j})
	}
	p.progress().current(j.Path())
	if err := p.load(ctx, j); err != nil {
		return err
	}
	if j.failure != nil || j.skipped {
		p.release(j)
		return send(ctx, toCommit, []*job{j})
	}
	j.id = sha256.Sum256(j.data)
	p.counted.add(1, 0)
	if !p.flights.join(j) {
		p.release(j)
		return nil
	}
	known, err := p.options.Library.Known(ctx, []photo.ID{j.id}, p.ref)
	if err != nil {
		return fmt.Errorf("looking up %q: %w", j.Path(), err)
	}
	k, found := known[j.id]
	j.known, j.hasVector = found, k.Embedded
	if j.known && (j.hasVector || p.modelless() != nil) && !j.wantsMetadata() {
		p.release(j)
		return send(ctx, toCommit, []*job{j})
	}
	return send(ctx, toDecode, j)
}

// wantsMetadata says whether a known photo's metadata has to be read anew: its file was touched or its sidecar matters.
func (j *job) wantsMetadata() bool {
	return !j.embedOnly && (j.Refresh || (j.Previous != nil && *j.Previous == j.id))
}

// load brings the bytes of a file and its sidecar into memory, within the bounds, or notes why not.
func (p *pass) load(ctx context.Context, j *job) error {
	limit := min(p.options.MaxFileBytes, worker.MaxPhotoBytes)
	if j.Size > limit {
		j.fail(store.FailureTooLarge, fmt.Sprintf("the file has %s, more than the limit of %s for one photo", sizeText(j.Size), sizeText(limit)))
		return nil
	}
	file, err := openPlain(j.Path())
	if err != nil {
		return p.unreadable(ctx, j, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return p.unreadable(ctx, j, err)
	}
	switch {
	case !info.Mode().IsRegular():
		j.fail(store.FailureUnreadable, "it is no longer a plain file")
		return nil
	case info.Size() != j.Size || info.ModTime().UnixNano() != j.MTime:
		j.skipped = true // the next scan notes what it is now
		return nil
	}

	held := min(j.Size, p.options.QueueBytes)
	if err := p.bytes.Acquire(ctx, held); err != nil {
		return err
	}
	j.held = held
	data := make([]byte, j.Size)
	if _, err := io.ReadFull(file, data); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			j.skipped = true // it shrank meanwhile
			return nil
		}
		return p.unreadable(ctx, j, err)
	}
	after, err := file.Stat()
	if err != nil || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		j.skipped = true
		return nil
	}
	j.data = data
	if j.Sidecar != "" {
		j.sidecar = p.readSidecar(j)
	}
	return nil
}

// readSidecar returns the bytes of the sidecar, or nil: a photo is never refused for what lies beside it.
func (p *pass) readSidecar(j *job) []byte {
	path := filepath.Join(filepath.Dir(j.Path()), j.Sidecar)
	file, err := openPlain(path)
	if err != nil {
		p.options.Log.Warn().Err(err).Msg("a sidecar cannot be read; the photo is indexed without it")
		return nil
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, worker.MaxSidecarBytes+1))
	if err != nil || len(data) > worker.MaxSidecarBytes {
		p.options.Log.Warn().Err(err).Str("path", path).Msg("a sidecar cannot be read or is too large; the photo is indexed without it")
		return nil
	}
	return data
}

// unreadable notes why a file could not be read. If it is its folder that is gone, nothing is held against the file.
func (p *pass) unreadable(ctx context.Context, j *job, cause error) error {
	if _, err := os.Stat(j.Root); err != nil {
		j.skipped = true
		return p.setOffline(ctx, j.Folder, fmt.Sprintf("the folder %q cannot be reached: %v", j.Root, reasonOf(err)))
	}
	switch {
	case errors.Is(cause, fs.ErrNotExist):
		j.fail(store.FailureVanished, "the file vanished before it could be read")
	case errors.Is(cause, fs.ErrPermission):
		j.fail(store.FailureUnreadable, "reading it is not permitted. Change its permissions, and it will be indexed")
	default:
		j.fail(store.FailureUnreadable, fmt.Sprintf("it cannot be read: %v", reasonOf(cause)))
	}
	return nil
}

// reasonOf strips the path from an error of the file system: the path is told beside it.
func reasonOf(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// sizeText writes a number of bytes for people.
func sizeText(n int64) string {
	const unit = 1000
	switch {
	case n < unit*unit:
		return fmt.Sprintf("%.1f kB", float64(n)/unit)
	case n < unit*unit*unit:
		return fmt.Sprintf("%.0f MB", float64(n)/unit/unit)
	default:
		return fmt.Sprintf("%.1f GB", float64(n)/unit/unit/unit)
	}
}
