package window

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// mediaLibrary is what the media handlers ask of the library.
type mediaLibrary interface {
	listingSource
	// Thumbnail returns JPEG or WebP, or store.ErrNoThumbnail.
	Thumbnail(ctx context.Context, id photo.ID) ([]byte, error)
	// KeepThumbnail keeps one that was made anew.
	KeepThumbnail(ctx context.Context, id photo.ID, data []byte) error
	// Originals returns the files that were read as this photo and have not changed since, as far as is known; false: the
	// photo is not known.
	Originals(ctx context.Context, id photo.ID) (store.Originals, bool, error)
}

// serveThumb answers with a photo's thumbnail. One that was lost is made again.
func (m *media) serveThumb(w http.ResponseWriter, r *http.Request) {
	id, ok := asked(w, r)
	if !ok || forever(w, r, "t-"+id.String()) {
		return
	}
	data, err := m.library.Thumbnail(r.Context(), id)
	m.thumbs.note(err == nil)
	if errors.Is(err, store.ErrNoThumbnail) {
		data, err = m.remakeThumb(r.Context(), id)
	}
	if err != nil {
		m.fail(w, r, err)
		return
	}
	serveBytes(w, r, data)
}

// remakeThumb makes a thumbnail of a known photo whose own was lost.
func (m *media) remakeThumb(ctx context.Context, id photo.ID) ([]byte, error) {
	data, err := m.previews.thumbnail(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := m.library.KeepThumbnail(ctx, id, data); err != nil && ctx.Err() == nil {
		m.log.Debug().Err(err).Msg("a thumbnail that was made again is not kept")
	}
	return data, nil
}

// servePreview answers with a picture that any page can show and that fills a screen.
func (m *media) servePreview(w http.ResponseWriter, r *http.Request) {
	id, ok := asked(w, r)
	if !ok || forever(w, r, "p-"+id.String()) {
		return
	}
	data, err := m.previews.preview(r.Context(), id, supervisor.PriorityVisible)
	if err != nil {
		m.fail(w, r, err)
		return
	}
	serveBytes(w, r, data)
}

// serveOriginal answers with the file's own bytes, or a part of them.
func (m *media) serveOriginal(w http.ResponseWriter, r *http.Request) {
	id, ok := asked(w, r)
	if !ok {
		return
	}
	known, err := m.previews.originals(r.Context(), id)
	if err != nil {
		m.fail(w, r, err)
		return
	}
	file, info, err := openOriginal(known.Files)
	if err != nil {
		m.fail(w, r, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", contentType(known.Format))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("ETag", `"o-`+id.String()+`"`)
	http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(file, 0, info.Size()))
}

// unknownError says that the library holds no such photo.
type unknownError struct{}

func (*unknownError) Error() string { return "There is no such photo." }

// fail answers with what an error means to the page.
func (m *media) fail(w http.ResponseWriter, r *http.Request, err error) {
	var gone *goneError
	var unknown *unknownError
	var refused *worker.RefusedError
	var unavailable *worker.UnavailableError
	var crash *worker.CrashError
	var timeout *worker.TimeoutError
	switch {
	case r.Context().Err() != nil:
		refuse(w, http.StatusServiceUnavailable, "This took too long and was given up; ask again.")
	case errors.As(err, &unknown), errors.Is(err, store.ErrNoThumbnail):
		refuse(w, http.StatusNotFound, "There is no such photo.")
	case errors.As(err, &gone):
		refuse(w, http.StatusGone, gone.Reason)
	case errors.As(err, &refused):
		refuse(w, http.StatusUnprocessableEntity, sentence("the picture cannot be shown: "+refused.Reason))
	case errors.As(err, &unavailable):
		refuse(w, http.StatusServiceUnavailable, sentence(unavailable.Error()))
	case errors.As(err, &crash), errors.As(err, &timeout):
		refuse(w, http.StatusUnprocessableEntity, "The picture cannot be shown: it stopped the process that reads pictures.")
	case errors.Is(err, supervisor.ErrStopped):
		refuse(w, http.StatusServiceUnavailable, "The program is ending.")
	default:
		m.log.Warn().Err(err).Str("path", r.URL.Path).Msg("a picture cannot be served")
		refuse(w, http.StatusInternalServerError, "The library cannot be read now; the log says why.")
	}
}

// serveBytes answers with a picture that was made here.
func serveBytes(w http.ResponseWriter, r *http.Request, data []byte) {
	w.Header().Set("Content-Type", sniffPicture(data))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// sniffPicture names the format of a picture by its first bytes; anything that no page shows is just bytes.
func sniffPicture(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif"
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return "application/octet-stream"
}

// contentType is the media type of a photo's file.
func contentType(format string) string {
	switch format {
	case "jpeg", "png", "gif", "webp", "tiff", "bmp", "heic", "avif", "jxl":
		return "image/" + format
	}
	return "application/octet-stream"
}
