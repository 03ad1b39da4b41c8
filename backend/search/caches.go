package search

import (
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/search/vector"
)

// The names of what an engine keeps in memory.
const (
	CacheMatrix = "matrix"       // vectors of photos: all of them are here, so none is missed
	CacheTexts  = "text_vectors" // vectors of questions and of their words
	CacheWords  = "words"        // how the scores of words are spread over the library
)

// Caches says what the engine keeps in memory, and how often that was of use.
func (e *Engine) Caches() []supervisor.Cache {
	photos, bytes := e.Seen()
	return []supervisor.Cache{
		{Name: CacheMatrix, Entries: int64(photos), Bytes: bytes}, e.texts.cache(), e.words.cache(),
	}
}

func (c *textCache) cache() supervisor.Cache {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := supervisor.Cache{Name: CacheTexts, Entries: int64(c.order.Len()), Hits: c.hits, Misses: c.misses}
	for e := c.order.Front(); e != nil; e = e.Next() {
		entry := e.Value.(*textEntry)
		k.Bytes += int64(len(entry.key.text) + 4*len(entry.vector))
	}
	return k
}

func (c *wordCache) cache() supervisor.Cache {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := supervisor.Cache{Name: CacheWords, Entries: int64(len(c.spreads)), Hits: c.hits, Misses: c.misses}
	for key := range c.spreads {
		k.Bytes += int64(len(key.text)) + vector.DistributionBytes
	}
	return k
}
