package supervisor

import (
	"slices"
	"sort"
)

// queue holds requests that wait, those of a higher priority first, the older first among equals.
type queue struct{ waiting []*request }

func before(a, b *request) bool {
	if a.priority != b.priority {
		return a.priority < b.priority
	}
	return a.number < b.number
}

func (q *queue) len() int { return len(q.waiting) }

// push puts a request where its priority and number belong: one that comes back keeps its place.
func (q *queue) push(r *request) {
	r.where = waiting
	i := sort.Search(len(q.waiting), func(i int) bool { return before(r, q.waiting[i]) })
	q.waiting = slices.Insert(q.waiting, i, r)
}

// remove takes a request out, wherever it stands.
func (q *queue) remove(r *request) bool {
	i := slices.Index(q.waiting, r)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// first returns the request whose turn it is; nil if none waits.
func (q *queue) first() *request {
	if len(q.waiting) == 0 {
		return nil
	}
	return q.waiting[0]
}

// takeAll empties the queue.
func (q *queue) takeAll() []*request {
	all := q.waiting
	q.waiting = nil
	return all
}
