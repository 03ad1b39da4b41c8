package window

import (
	"sync/atomic"

	"pixeldetective/backend/model/supervisor"
)

// The names of what is kept for the page.
const (
	CachePreviews   = "previews"
	CacheListings   = "listings"
	CachePictures   = "pictures"   // to search by: they are kept because nobody else has them, so none is missed
	CacheThumbnails = "thumbnails" // on disk; missed: made again
)

// tries counts how often something was kept that was asked for. The zero value has counted nothing.
type tries struct{ hits, misses atomic.Int64 }

func (t *tries) note(hit bool) {
	if hit {
		t.hits.Add(1)
	} else {
		t.misses.Add(1)
	}
}

func (t *tries) fill(c supervisor.Cache) supervisor.Cache {
	c.Hits, c.Misses = t.hits.Load(), t.misses.Load()
	return c
}

// Caches says what is kept for the page, and how often that was of use. What thumbnails take, the library knows.
func (b *Bridge) Caches() []supervisor.Cache {
	m := b.media
	return []supervisor.Cache{
		m.previews.kept(), m.listings.keeps(), m.pictures.keeps(), m.thumbs.fill(supervisor.Cache{Name: CacheThumbnails}),
	}
}

func (v *previews) kept() supervisor.Cache {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.tries.fill(supervisor.Cache{Name: CachePreviews, Entries: int64(len(v.cache.entries)), Bytes: v.cache.held})
}

func (l *listings) keeps() supervisor.Cache {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := supervisor.Cache{Name: CacheListings, Entries: int64(len(l.kept))}
	for _, x := range l.kept {
		c.Bytes += int64(len(x.body) + 8*len(x.nums))
	}
	return l.tries.fill(c)
}

func (p *pictures) keeps() supervisor.Cache {
	p.mu.Lock()
	defer p.mu.Unlock()
	return supervisor.Cache{Name: CachePictures, Entries: int64(len(p.order)), Bytes: int64(p.bytes)}
}
