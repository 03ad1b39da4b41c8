package window

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

const (
	// previewSide is the longest side of a preview, in pixels.
	previewSide = 2048
	// asItIsBytes is the size up to which a file that every page can show is its own preview.
	asItIsBytes = 4 << 20
	// previewCacheBytes is what kept previews may take; one takes about half a megabyte.
	previewCacheBytes = 48 << 20
	// previewReadBytes is what files on their way to a decoder may take together.
	previewReadBytes = 512 << 20
)

// pictureDecoder has pictures decoded in a process of their own. This process parses none.
type pictureDecoder interface {
	Decode(ctx context.Context, job worker.DecodeJob, p supervisor.Priority) (worker.Decoded, error)
}

// previews makes pictures that fit a screen, once each, and keeps the latest.
type previews struct {
	library       mediaLibrary
	decoder       pictureDecoder
	maxFileBytes  int64
	maxPixels     uint64
	thumbnailSide int
	reading       *semaphore.Weighted // bytes
	tries         tries

	mu     sync.Mutex
	cache  byteCache
	making map[previewKey]chan struct{} // closed when the one who makes it has ended
}

// previewKey is one picture that can be made.
type previewKey struct {
	id   photo.ID
	side int
}

func newPreviews(p mediaParts) *previews {
	v := &previews{
		library: p.Library, decoder: p.Decoder, maxFileBytes: p.MaxFileBytes, maxPixels: p.MaxPixels, thumbnailSide: p.ThumbnailSide,
		reading: semaphore.NewWeighted(previewReadBytes), cache: newByteCache(previewCacheBytes), making: map[previewKey]chan struct{}{},
	}
	if v.maxFileBytes <= 0 || v.maxFileBytes > worker.MaxPhotoBytes {
		v.maxFileBytes = worker.MaxPhotoBytes
	}
	if v.thumbnailSide <= 0 {
		v.thumbnailSide = 320
	}
	return v
}

// preview returns a photo as a picture that any page can show, its longest side at most previewSide unless its file is
// small enough to be shown as it is.
func (v *previews) preview(ctx context.Context, id photo.ID, p supervisor.Priority) ([]byte, error) {
	return v.once(ctx, previewKey{id, previewSide}, p)
}

// thumbnail makes a thumbnail anew.
func (v *previews) thumbnail(ctx context.Context, id photo.ID) ([]byte, error) {
	return v.once(ctx, previewKey{id, v.thumbnailSide}, supervisor.PriorityVisible)
}

// once returns a kept picture, waits for somebody who makes it, or makes it. If the one who makes it gives up, the next
// who waits takes its place.
func (v *previews) once(ctx context.Context, key previewKey, p supervisor.Priority) ([]byte, error) {
	for {
		v.mu.Lock()
		if data, ok := v.cache.get(key); ok {
			v.mu.Unlock()
			v.tries.note(true)
			return data, nil
		}
		others, busy := v.making[key]
		if !busy {
			v.making[key] = make(chan struct{})
			v.tries.note(false)
		}
		v.mu.Unlock()
		if !busy {
			return v.lead(ctx, key, p)
		}
		select {
		case <-others:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// lead makes a picture for all who wait for it. What fails is not kept: the next asks again.
func (v *previews) lead(ctx context.Context, key previewKey, p supervisor.Priority) (data []byte, err error) {
	defer func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if err == nil && data != nil {
			v.cache.put(key, data)
		}
		close(v.making[key])
		delete(v.making, key)
	}()
	known, err := v.originals(ctx, key.id)
	if err != nil {
		return nil, err
	}
	held := min(max(known.Bytes, 1), previewReadBytes)
	if err := v.reading.Acquire(ctx, held); err != nil {
		return nil, err
	}
	defer v.reading.Release(held)
	data, err = readOriginal(ctx, key.id, known.Files, v.maxFileBytes)
	if err != nil {
		return nil, err
	}
	if key.side == previewSide && showsAsItIs(known, data) {
		return data, nil
	}
	decoded, err := v.decode(ctx, data, known.Format, key.side, p)
	return decoded.Thumbnail, err
}

// originals returns the files of a photo, or *unknownError.
func (v *previews) originals(ctx context.Context, id photo.ID) (store.Originals, error) {
	known, found, err := v.library.Originals(ctx, id)
	if err == nil && !found {
		err = &unknownError{}
	}
	return known, err
}

// decode has a picture made whose longest side is at most side.
func (v *previews) decode(ctx context.Context, data []byte, extension string, side int, p supervisor.Priority) (worker.Decoded, error) {
	decoded, err := v.decoder.Decode(ctx, worker.DecodeJob{
		Data: data, Extension: extension, ThumbnailSide: side, Preview: side == previewSide, MaxPixels: v.maxPixels,
	}, p)
	if err == nil && len(decoded.Thumbnail) == 0 {
		err = errors.New("the decoder made no picture")
	}
	return decoded, err
}

// showsAsItIs says whether every page can show the file, and need not shrink it much.
func showsAsItIs(known store.Originals, data []byte) bool {
	if len(data) > asItIsBytes || known.Width <= 0 || known.Height <= 0 || max(known.Width, known.Height) > previewSide {
		return false
	}
	switch known.Format {
	case "jpeg", "png", "webp", "gif":
		return sniffPicture(data) == "image/"+known.Format
	}
	return false
}
