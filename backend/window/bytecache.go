package window

import "container/list"

// byteCache keeps pictures up to a number of bytes and forgets those that were not asked for longest. It is not safe for
// use by several goroutines.
type byteCache struct {
	limit, held int64
	order       *list.List // of *cached, the latest used first
	entries     map[previewKey]*list.Element
}

type cached struct {
	key  previewKey
	data []byte
}

func newByteCache(limit int64) byteCache {
	return byteCache{limit: limit, order: list.New(), entries: map[previewKey]*list.Element{}}
}

func (c *byteCache) get(key previewKey) ([]byte, bool) {
	e, ok := c.entries[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).data, true
}

// put keeps a picture, unless it alone would fill a quarter of the cache.
func (c *byteCache) put(key previewKey, data []byte) {
	if _, ok := c.entries[key]; ok || int64(len(data)) > c.limit/4 {
		return
	}
	c.entries[key] = c.order.PushFront(&cached{key, data})
	for c.held += int64(len(data)); c.held > c.limit; {
		last := c.order.Back()
		old := c.order.Remove(last).(*cached)
		delete(c.entries, old.key)
		c.held -= int64(len(old.data))
	}
}
