package folder

import (
	"context"
	"fmt"

	"pixeldetective/backend/library/store"
)

// noteKey is what a note is about.
type noteKey struct {
	kind   NoteKind
	folder store.FolderID
}

// say reports a note, unless it was the last thing said about this.
func (f *follower) say(kind NoteKind, folder store.FolderID, text string) {
	key := noteKey{kind, folder}
	if f.said[key] == text {
		return
	}
	f.said[key] = text
	if f.o.Report != nil {
		f.o.Report(Note{Kind: kind, Folder: folder, Text: text})
		return
	}
	f.o.Log.Warn().Str("about", string(kind)).Int64("folder", int64(folder)).Msg(text)
}

// clear forgets what was said, and says whether there was anything.
func (f *follower) clear(kind NoteKind, folder store.FolderID) bool {
	key := noteKey{kind, folder}
	_, was := f.said[key]
	delete(f.said, key)
	return was
}

// trouble reports that the library could not be read or written.
func (f *follower) trouble(ctx context.Context, folder store.FolderID, doing string, err error) {
	if ctx.Err() != nil {
		return
	}
	f.say(NoteTrouble, folder, fmt.Sprintf("Watching met a problem while %s: %v. It is tried again every %s.", doing, err, f.o.Settings.RescanEvery))
}

// mended says that trouble is over, if there was any.
func (f *follower) mended(folder store.FolderID) {
	if f.clear(NoteTrouble, folder) {
		f.say(NoteMended, folder, "The library is brought up to date again.")
		f.clear(NoteMended, folder)
	}
}

// sayLimit says whether the system's limit of watches is met, and when it no longer is.
func (f *follower) sayLimit() {
	loose := 0
	for _, t := range f.trees {
		loose += len(t.loose)
	}
	switch {
	case f.watches.from == nil:
	case f.watches.limited && loose > 0:
		f.clear(NoteWatched, 0)
		f.say(NoteLimit, 0, fmt.Sprintf("This system allows too few watches of folders, so some folders are looked at every %s instead, "+
			"which costs time. To allow more: sudo sysctl fs.inotify.max_user_watches=1048576", f.o.Settings.RescanEvery))
	case f.watches.limited:
		f.watches.limited = false
		if f.clear(NoteLimit, 0) {
			f.say(NoteWatched, 0, "All folders can be watched again.")
		}
	}
}

// changed tells that rows have changed, if they have; and again once what was written just now has settled.
func (f *follower) changed(result store.ReconcileResult) {
	if result.Added+result.Changed+result.Removed == 0 {
		return
	}
	if f.o.OnChange != nil {
		f.o.OnChange()
	}
	switch {
	case f.o.Settings.SettleAfter <= 0:
	case f.waiting:
		f.more = true
	default:
		f.waiting = true
		f.settle.Reset(f.o.Settings.SettleAfter)
	}
}

// settled is called when the settle timer has run down. What changed while it ran has its time still to come.
func (f *follower) settled() {
	if f.waiting = f.more; f.waiting {
		f.settle.Reset(f.o.Settings.SettleAfter)
	}
	f.more = false
	if f.o.OnChange != nil {
		f.o.OnChange()
	}
}
