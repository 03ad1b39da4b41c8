package window

import (
	"fmt"
	"slices"
	"sync"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
)

// The levels of a Notice.
const (
	LevelInfo    = "info"
	LevelWarning = "warning"
	LevelError   = "error"
)

// noticeLibrary says why the library is not open.
const noticeLibrary = "library"

// notices are what a person should know now, oldest first. The zero value holds none.
type notices struct {
	mu     sync.Mutex
	all    []Notice
	hidden map[string]string // id → what it said when it was dismissed
}

// set puts a notice in the place of what was said of the same before, and says whether that differed.
func (n *notices) set(notice Notice) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, have := range n.all {
		if have.ID == notice.ID {
			n.all[i] = notice
			return have != notice
		}
	}
	n.all = append(n.all, notice)
	return true
}

func (n *notices) clear(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := len(n.all)
	n.all = slices.DeleteFunc(n.all, func(have Notice) bool { return have.ID == id })
	delete(n.hidden, id)
	return len(n.all) != before
}

// list returns the notices that are shown, and further ones that follow from the state of this moment.
func (n *notices) list(further []Notice) []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	shown := []Notice{}
	for _, notice := range slices.Concat(n.all, further) {
		if said, ok := n.hidden[notice.ID]; !ok || said != words(notice) {
			shown = append(shown, notice)
		}
	}
	return shown
}

func (n *notices) dismiss(id string, further []Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, notice := range slices.Concat(n.all, further) {
		if notice.ID == id {
			if n.hidden == nil {
				n.hidden = map[string]string{}
			}
			n.hidden[id] = words(notice)
		}
	}
}

func words(n Notice) string { return n.Text + "\n" + n.Remedy }

// Notify shows a notice, in the place of the one with the same id.
func (b *Bridge) Notify(n Notice) {
	if b.notices.set(n) {
		b.touch()
	}
}

// Clear takes a notice away: what it said no longer holds.
func (b *Bridge) Clear(id string) {
	if b.notices.clear(id) {
		b.touch()
	}
}

// DismissNotice hides a notice until it has something new to say.
func (b *Bridge) DismissNotice(id string) {
	var further []Notice
	if p := b.attached.Load(); p != nil {
		further = troubles(p.Supervisor.Snapshot())
	}
	b.notices.dismiss(id, further)
	b.touch()
}

// troubles are the notices that follow from what the models and workers are doing.
func troubles(s supervisor.Snapshot) []Notice {
	var all []Notice
	said := map[string]bool{}
	add := func(id, level, what, reason, remedy string) {
		text := sentence(reason)
		if reason == "" || said[text] { // both graphs of a model that is not there say the same
			return
		}
		said[text] = true
		all = append(all, Notice{ID: id, Level: level, Text: what + text, Remedy: sentence(remedy)})
	}
	for _, m := range s.Models {
		purpose := "Searching by words is limited to names: "
		if m.Graph == "image" {
			purpose = "What new photos show is not looked at: "
		}
		switch m.State {
		case supervisor.StateFailed:
			add("model:"+m.Graph, LevelError, purpose, m.Error, m.Remedy)
		case supervisor.StateNotInstalled:
			add("model:"+m.Graph, LevelWarning, purpose, m.Error, m.Remedy)
		}
	}
	add("decoders", LevelError, "New photos cannot be read: ", s.Decoders.Error, s.Decoders.Remedy)
	return all
}

// Watched takes what the watcher of the folders has to say.
func (b *Bridge) Watched(n folder.Note) {
	id := func(kind folder.NoteKind) string { return watchNotice(kind, n.Folder) }
	level := LevelWarning
	switch n.Kind {
	case folder.NoteOnline:
		b.Clear(id(folder.NoteOffline))
		return
	case folder.NoteMended:
		b.Clear(id(folder.NoteTrouble))
		return
	case folder.NoteWatched:
		b.Clear(id(folder.NoteLimit))
		return
	case folder.NoteOverflow:
		return // it is mended by looking again; the log has it
	case folder.NoteNetwork:
		level = LevelInfo
	}
	b.Notify(Notice{ID: id(n.Kind), Level: level, Text: sentence(n.Text)})
}

func watchNotice(kind folder.NoteKind, id store.FolderID) string {
	return fmt.Sprintf("watch:%s:%d", kind, id)
}

// forgetFolder takes away what was said of a folder.
func (b *Bridge) forgetFolder(id store.FolderID) {
	for _, kind := range []folder.NoteKind{folder.NoteOffline, folder.NoteTrouble, folder.NoteNetwork} {
		b.Clear(watchNotice(kind, id))
	}
}
