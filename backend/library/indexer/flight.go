package indexer

import (
	"sync"

	"pixeldetective/backend/photo"
)

// flights knows which content is being worked on, so that files with the same bytes are one piece of work.
type flights struct {
	mu    sync.Mutex
	leads map[photo.ID][]*job // the files that follow each content's lead
}

// join makes j the lead of its content and returns true, or lets it follow the lead that there is. A follower comes back
// from land.
func (f *flights) join(j *job) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.leads == nil {
		f.leads = map[photo.ID][]*job{}
	}
	followers, busy := f.leads[j.id]
	if busy {
		f.leads[j.id] = append(followers, j)
		return false
	}
	f.leads[j.id] = nil
	return true
}

// land ends the flight of a content and returns those that followed it.
func (f *flights) land(id photo.ID) []*job {
	f.mu.Lock()
	defer f.mu.Unlock()
	followers := f.leads[id]
	delete(f.leads, id)
	return followers
}
