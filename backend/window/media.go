package window

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/photo"
)

// patienceMedia is how long an answer may wait for the library to be opened and for a picture to be made.
const patienceMedia = 2 * time.Minute

// mediaParts are what the media handlers work with.
type mediaParts struct {
	Library mediaLibrary
	Decoder pictureDecoder
	Log     zerolog.Logger
	// Dev also lets the page in that Vite and Wails serve while the program is developed.
	Dev bool
	// Stamp changes whenever a listing may have changed; nil: every question is asked of the library.
	Stamp func() string
	// MaxFileBytes and MaxPixels bound what is given to a decoder; ThumbnailSide is that of thumbnails made on demand.
	MaxFileBytes  int64
	MaxPixels     uint64
	ThumbnailSide int
}

// media answers the page's requests for bytes: thumbnails, previews, originals, listings, and pictures to search by.
// Photos are named by their content alone.
type media struct {
	library  mediaLibrary
	log      zerolog.Logger
	dev      bool
	listings *listings
	previews *previews
	pictures *pictures
	thumbs   tries
	mux      *http.ServeMux
}

// newMedia makes the handlers. They start nothing.
func newMedia(p mediaParts) *media {
	m := &media{library: p.Library, log: p.Log, dev: p.Dev}
	m.previews = newPreviews(p)
	m.listings = newListings(p.Library, p.Stamp)
	m.pictures = newPictures(m.previews)
	m.mux = http.NewServeMux()
	m.mux.HandleFunc("GET /media/thumb/{id}", m.serveThumb)
	m.mux.HandleFunc("GET /media/preview/{id}", m.servePreview)
	m.mux.HandleFunc("GET /media/original/{id}", m.serveOriginal)
	m.mux.HandleFunc("POST /media/picture", m.takePicture)
	m.mux.HandleFunc("GET /media/picture/{token}", m.servePicture)
	m.mux.HandleFunc("GET /library/columns", m.serveColumns)
	m.mux.HandleFunc("GET /library/ids/{name}/{block}", m.serveIDs)
	return m
}

// handler answers what lies under /media/ and /library/ and hands everything else to next.
func (m *media) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/media/") && !strings.HasPrefix(r.URL.Path, "/library/") {
			next.ServeHTTP(w, r)
			return
		}
		m.ServeHTTP(w, r)
	})
}

// ServeHTTP answers a request of this program's own page and refuses every other.
func (m *media) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer m.recover(w, r)
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Referrer-Policy", "no-referrer")
	if !m.own(r) {
		refuse(w, http.StatusForbidden, "This address answers the program's own window only.")
		return
	}
	// The page's requests come without an end of their own.
	ctx, cancel := context.WithTimeout(r.Context(), patienceMedia)
	defer cancel()
	m.mux.ServeHTTP(w, r.WithContext(ctx))
}

// own says whether a request comes from the program's page. Host keeps out names that were made to point here; Origin,
// Referer and Sec-Fetch-Site keep out the pages of others.
func (m *media) own(r *http.Request) bool {
	host := strings.ToLower(r.Host)
	if !m.ownHost(host) {
		return false
	}
	from := r.Header.Values("Origin")
	if len(from) == 0 {
		from = r.Header.Values("Referer") // WebKit leaves Origin out on its own schemes
	}
	for _, address := range from {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "wails" && u.Scheme != "http" || strings.ToLower(u.Host) != host {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return false
}

// ownHost says whether a host is where the page lives: wails://wails on Linux and macOS, http://wails.localhost on Windows,
// and a port of this machine while the program is developed.
func (m *media) ownHost(host string) bool {
	if host == "wails" || host == "wails.localhost" {
		return true
	}
	if !m.dev {
		return false
	}
	name, _, err := net.SplitHostPort(host)
	return err == nil && slices.Contains([]string{"localhost", "127.0.0.1", "wails.localhost"}, name)
}

// recover keeps a defect of one answer from ending the program.
func (m *media) recover(w http.ResponseWriter, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(reason)
	}
	m.log.Error().Interface("reason", reason).Str("path", r.URL.Path).Bytes("stack", debug.Stack()).Msg("answering the page failed")
	refuse(w, http.StatusInternalServerError, "Something went wrong in the program; the log says what.")
}

// refuse answers with a sentence, which nobody keeps.
func refuse(w http.ResponseWriter, status int, sentence string) {
	header := w.Header()
	for _, name := range []string{"ETag", "Last-Modified", "Content-Length", "Content-Encoding", "X-Listing"} {
		header.Del(name)
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(sentence)) // the page may be gone
}

// asked returns the photo that a request names: 64 lower-case hexadecimal digits and nothing else. It answers where there
// is none.
func asked(w http.ResponseWriter, r *http.Request) (photo.ID, bool) {
	text := r.PathValue("id")
	id, err := photo.ParseID(text)
	if err != nil || id.String() != text {
		refuse(w, http.StatusNotFound, "There is no such photo.")
		return photo.ID{}, false
	}
	return id, true
}

// forever lets the page keep an answer: what a content id names never changes. It reports whether the page has it already,
// and has answered then.
func forever(w http.ResponseWriter, r *http.Request, tag string) bool {
	tag = `"` + tag + `"`
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("ETag", tag)
	return unchanged(w, r, tag)
}

// unchanged answers 304 if the page names tag as what it has.
func unchanged(w http.ResponseWriter, r *http.Request, tag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for have := range strings.SplitSeq(line, ",") {
			have = strings.TrimSpace(have)
			if have == tag || have == "W/"+tag || have == "*" {
				w.WriteHeader(http.StatusNotModified)
				return true
			}
		}
	}
	return false
}
