package window

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"

	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

const (
	// picturesKept is how many pictures to search by are kept; the page shows the latest few.
	picturesKept = 32
	// pictureCacheBytes is what they may take together.
	pictureCacheBytes = 32 << 20
	// nameRunes is how much of a picture's name is kept.
	nameRunes = 120
)

// askedPicture is a picture that is not of the library, to search by. What was pasted is not kept, only what it looks like.
type askedPicture struct {
	ID      photo.ID // of the bytes that were given: the library may hold them
	Preview []byte   // JPEG, longest side at most previewSide
	Name    string
}

// pictures keeps the latest pictures to search by.
type pictures struct {
	previews *previews

	mu    sync.Mutex
	kept  map[string]askedPicture
	order []string // tokens, the oldest first
	bytes int
}

func newPictures(p *previews) *pictures {
	return &pictures{previews: p, kept: map[string]askedPicture{}}
}

// room waits until so many bytes may be held on their way to a decoder; give gives them back.
func (p *pictures) room(ctx context.Context, bytes int64) (give func(), err error) {
	held := min(max(bytes, 1), previewReadBytes)
	if err := p.previews.reading.Acquire(ctx, held); err != nil {
		return nil, err
	}
	return func() { p.previews.reading.Release(held) }, nil
}

// add has a picture looked at and keeps it. The caller has made room for its bytes. What is no picture is a *worker.RefusedError.
func (p *pictures) add(ctx context.Context, data []byte, name string) (Picture, error) {
	if len(data) == 0 {
		return Picture{}, &worker.RefusedError{Reason: "it is empty"}
	}
	extension := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if len(extension) > 8 {
		extension = ""
	}
	decoded, err := p.previews.decode(ctx, data, extension, previewSide, supervisor.PriorityQuery)
	if err != nil {
		return Picture{}, err
	}
	made := askedPicture{ID: sha256.Sum256(data), Preview: decoded.Thumbnail, Name: cleanName(name)}
	token := newToken()
	p.keep(token, made)
	return Picture{Token: token, Name: made.Name}, nil
}

// addFile is add of a file that was dropped on the window.
func (p *pictures) addFile(ctx context.Context, path string) (Picture, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|openWithoutWaiting, 0)
	if err != nil {
		return Picture{}, &worker.RefusedError{Reason: "it cannot be read"}
	}
	defer file.Close()
	info, err := file.Stat()
	switch limit := p.previews.maxFileBytes; {
	case err != nil:
		return Picture{}, &worker.RefusedError{Reason: "it cannot be read"}
	case !info.Mode().IsRegular():
		return Picture{}, &worker.RefusedError{Reason: "it is not a file with a picture"}
	case info.Size() > limit:
		return Picture{}, &worker.RefusedError{Reason: fmt.Sprintf("it has %d MB, more than the limit of %d MB for one photo", info.Size()>>20, limit>>20)}
	}
	give, err := p.room(ctx, info.Size())
	if err != nil {
		return Picture{}, err
	}
	defer give()
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(file, data); err != nil {
		return Picture{}, &worker.RefusedError{Reason: "it cannot be read"}
	}
	return p.add(ctx, data, filepath.Base(path))
}

// get returns a kept picture.
func (p *pictures) get(token string) (askedPicture, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.kept[token]
	return found, ok
}

func (p *pictures) keep(token string, made askedPicture) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept[token] = made
	p.order = append(p.order, token)
	p.bytes += len(made.Preview)
	for len(p.order) > 1 && (len(p.order) > picturesKept || p.bytes > pictureCacheBytes) {
		oldest := p.order[0]
		p.order = p.order[1:]
		p.bytes -= len(p.kept[oldest].Preview)
		delete(p.kept, oldest)
	}
}

// newToken names a picture so that nobody can guess it: 32 hexadecimal digits.
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// cleanName makes a name that can be shown.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) || r == '/' || r == '\\' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if r := []rune(name); len(r) > nameRunes {
		name = string(r[:nameRunes])
	}
	if name = strings.TrimSpace(name); name == "" {
		return "picture"
	}
	return name
}
