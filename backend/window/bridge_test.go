package window

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/search/query"
)

func TestTheStageFollowsWhatWaits(t *testing.T) {
	one := []store.Folder{{ID: 1}}
	type step struct {
		folders         []store.Folder
		files, waiting  int64
		photos          int64
		scanning, ended bool
		want            Stage
	}
	for name, steps := range map[string][]step{
		"from nothing to a library": {
			{want: StageStart},
			{folders: one, scanning: true, want: StagePreparing},
			{folders: one, files: 100, waiting: 100, scanning: true, want: StagePreparing},
			{folders: one, files: 100, waiting: 40, photos: 60, want: StagePreparing},
			{folders: one, files: 100, waiting: 25, photos: 75, want: StagePreparing},
			{folders: one, files: 100, waiting: 24, photos: 76, want: StageLibrary},
			{folders: one, files: 100, photos: 100, want: StageLibrary},
			{want: StageStart},
		},
		"a few more are no reason": {
			{folders: one, files: 100, photos: 100, want: StageLibrary},
			{folders: one, files: 190, waiting: 90, photos: 100, scanning: true, want: StageLibrary},
			{folders: one, files: 201, waiting: 101, photos: 100, want: StagePreparing},
		},
		"an empty folder":              {{folders: one, scanning: true, want: StagePreparing}, {folders: one, want: StageLibrary}},
		"cancelled with some":          {{folders: one, files: 9, waiting: 8, photos: 1, ended: true, want: StageLibrary}},
		"cancelled before the first":   {{folders: one, files: 9, waiting: 9, ended: true, want: StagePreparing}},
		"a library that starts anew":   {{folders: one, files: 100, waiting: 30, photos: 70, want: StageLibrary}},
		"none of it can be reached":    {{folders: one, files: 100, waiting: 0, want: StageLibrary}},
		"all were set aside, or moved": {{folders: one, files: 4, waiting: 4, want: StagePreparing}, {folders: one, files: 4, want: StageLibrary}},
	} {
		var was *numbers
		for i, s := range steps {
			n := &numbers{Counts: store.Counts{Photos: s.photos, Files: s.files}, waiting: s.waiting, scanning: s.scanning, folders: s.folders}
			n.stage = nextStage(was, n, s.ended)
			if n.stage != s.want {
				t.Errorf("%s, step %d: %s, want %s", name, i, n.stage, s.want)
			}
			was = n
		}
	}
}

func TestALibraryThatIsThereIsNotShownStart(t *testing.T) {
	dir := t.TempDir()
	stage := func() Stage { return New(Deps{Paths: config.Paths{Library: dir}}).State(context.Background()).Stage }
	if s := stage(); s != StageStart {
		t.Errorf("without a library: %s", s)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.db"), make([]byte, settledBytes), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := stage(); s != StageLibrary {
		t.Errorf("before the library is open: %s", s)
	}
}

func TestPositionsAreCountedAsThePageCounts(t *testing.T) {
	for _, c := range []struct {
		text             string
		at               int // in runes
		want, wantLength int
	}{
		{`a "b`, 2, 2, 1}, {"🐘🐘x", 2, 4, 1}, {"🐘", 0, 0, 2}, {"ä", 1, 1, 1}, {"abc", 99, 3, 1}, {"", 0, 0, 1}, {"a\xff\"", 2, 2, 1},
	} {
		w := wrongIn(c.text, &query.Error{At: c.at, Message: "this is wrong"})
		if w.At != c.want || w.Length != c.wantLength || w.Message != "This is wrong." {
			t.Errorf("%q at %d: %+v, want %d and %d", c.text, c.at, w, c.want, c.wantLength)
		}
	}
}

func TestWhatIsSaidIsASentence(t *testing.T) {
	for text, want := range map[string]string{
		"it is not there; connect the drive": "It is not there; connect the drive.",
		"Done.":                              "Done.", "": "", "why?": "Why?", "état": "État.", "a\nb\x1b[31m": `A\nb\x1b[31m.`, "the file \"\xff\"": `The file "\xff".`,
	} {
		if have := sentence(text); have != want {
			t.Errorf("%q becomes %q, want %q", text, have, want)
		}
	}
}

func TestADismissedNoticeComesBackWithNews(t *testing.T) {
	b := New(Deps{})
	shown := func() []Notice { return b.State(context.Background()).Notices }
	b.Notify(Notice{ID: "a", Text: "one"})
	b.Notify(Notice{ID: "b", Text: "two"})
	b.DismissNotice("a")
	if have := shown(); len(have) != 1 || have[0].ID != "b" {
		t.Fatalf("after one was dismissed: %+v", have)
	}
	b.Notify(Notice{ID: "a", Text: "one"})
	if have := shown(); len(have) != 1 {
		t.Errorf("the same again: %+v", have)
	}
	b.Notify(Notice{ID: "a", Text: "other"})
	if have := shown(); len(have) != 2 || have[0].Text != "other" {
		t.Errorf("with news: %+v", have)
	}
	b.DismissNotice("a")
	b.Clear("a")
	b.Notify(Notice{ID: "a", Text: "other"})
	if have := shown(); len(have) != 2 {
		t.Errorf("after it had been over: %+v", have)
	}
	b.DismissNotice("no such")
}

func TestTheWatchersNotesComeAndGo(t *testing.T) {
	b := New(Deps{})
	note := func(kind folder.NoteKind, id store.FolderID) int {
		b.Watched(folder.Note{Kind: kind, Folder: id, Text: "something"})
		return len(b.State(context.Background()).Notices)
	}
	if n := note(folder.NoteOffline, 1); n != 1 {
		t.Errorf("one folder is away: %d notices", n)
	}
	if n := note(folder.NoteOffline, 2); n != 2 {
		t.Errorf("two folders are away: %d notices", n)
	}
	if n := note(folder.NoteOnline, 1); n != 1 {
		t.Errorf("one is back: %d notices", n)
	}
	if n := note(folder.NoteLimit, 0); n != 2 {
		t.Errorf("too few watches: %d notices", n)
	}
	if n := note(folder.NoteWatched, 0); n != 1 {
		t.Errorf("enough watches: %d notices", n)
	}
	if n := note(folder.NoteTrouble, 2); n != 2 {
		t.Errorf("a full disk: %d notices", n)
	}
	if n := note(folder.NoteMended, 2); n != 1 {
		t.Errorf("room again: %d notices", n)
	}
	if n := note(folder.NoteOverflow, 2); n != 1 {
		t.Errorf("lost events: %d notices", n)
	}
	if b.forgetFolder(2); len(b.State(context.Background()).Notices) != 0 {
		t.Errorf("after the folder was taken out: %+v", b.State(context.Background()).Notices)
	}
}

func TestTroubleOfModelsIsSaidOnce(t *testing.T) {
	s := supervisor.Snapshot{
		Models: []supervisor.Model{
			{Graph: "text", State: supervisor.StateNotInstalled, Error: "no model is installed", Remedy: "install it again"},
			{Graph: "image", State: supervisor.StateNotInstalled, Error: "no model is installed", Remedy: "install it again"},
		},
		Decoders: supervisor.Decoders{Error: "the processes that read photos end again and again"},
	}
	all := troubles(s)
	if len(all) != 2 || all[0].ID != "model:text" || all[0].Remedy != "Install it again." || all[1].ID != "decoders" {
		t.Errorf("%+v", all)
	}
	if all = troubles(supervisor.Snapshot{Models: []supervisor.Model{{Graph: "text", State: supervisor.StateLoading}}}); len(all) != 0 {
		t.Errorf("of a model that loads: %+v", all)
	}
}

func TestCallsWaitForTheLibraryAsLongAsTheyMay(t *testing.T) {
	b := New(Deps{})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := b.Photo(ctx, "00"); err == nil {
		t.Error("a photo that is none was found")
	}
	if _, err := b.Failures(ctx, 0, 10); err == nil || ctx.Err() == nil {
		t.Errorf("it did not wait: %v", err)
	}
	b.Fail(errors.New("the disk is full"))
	if _, err := b.Failures(context.Background(), 0, 10); err == nil || err.Error() != "the disk is full" {
		t.Errorf("after it failed: %v", err)
	}
	for name, act := range map[string]func() error{"Pause": b.Pause, "Resume": b.Resume, "Cancel": b.Cancel} {
		if act() == nil {
			t.Errorf("%s without a library", name)
		}
	}
}

func TestOnlyTheNewestQuestionHolds(t *testing.T) {
	var a asking
	first, firstOver, endFirst := a.begin(context.Background())
	if first.Err() != nil || firstOver() {
		t.Fatal("the only question is over")
	}
	second, secondOver, endSecond := a.begin(context.Background())
	if first.Err() == nil || !firstOver() || second.Err() != nil || secondOver() {
		t.Error("the older question goes on, or the newer does not")
	}
	endFirst()
	if second.Err() != nil || secondOver() {
		t.Error("the end of the older question ended the newer")
	}
	endSecond()
}

func TestChoresAreDoneInTurnAndNeverWaitedFor(t *testing.T) {
	var c chores
	ctx, cancel := context.WithCancel(context.Background())
	var done []int
	all := make(chan struct{})
	for i := range 3 {
		c.add(func(context.Context) { done = append(done, i) })
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.run(ctx)
	}()
	c.add(func(context.Context) { close(all) })
	<-all
	cancel()
	<-ended
	if !slices.Equal(done, []int{0, 1, 2}) {
		t.Errorf("done: %v", done)
	}
}

func TestCallsThatWaitLearnThatTheLibraryCannotBeOpened(t *testing.T) {
	b := New(Deps{})
	said := make(chan error)
	go func() {
		_, err := b.Failures(t.Context(), 0, 10)
		said <- err
	}()
	b.Fail(errors.New("the disk is full"))
	if err := <-said; err == nil || err.Error() != "the disk is full" {
		t.Errorf("it says %v", err)
	}
}

// TestAStateIsNumberedAfterItIsDrawn asks for a state while one is drawn that is pushed: the page drops the one with the
// smaller number, which must not be the newer.
func TestAStateIsNumberedAfterItIsDrawn(t *testing.T) {
	asked := make(chan string, 1)
	var b *Bridge
	var nested atomic.Bool
	b = New(Deps{LogLines: func() []string {
		if nested.CompareAndSwap(false, true) {
			asked <- b.State(context.Background()).Seq
		}
		return nil
	}})
	pushed := make(chan string, 1)
	b.Listen(func(_ string, payload any) {
		select {
		case pushed <- payload.(State).Seq:
		default:
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	if older, newer := <-asked, <-pushed; older != "0" || newer != "1" {
		t.Errorf("the state that was asked for meanwhile is number %s, the one that was pushed %s", older, newer)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAKeeperThatSaysNothingNewIsTheSame(t *testing.T) {
	left := func(seconds float64) *Keeper {
		return &Keeper{Holder: store.Holder{PID: 1}, Index: supervisor.Phase{Remaining: &seconds}}
	}
	for i, c := range []struct {
		a, b *Keeper
		same bool
	}{{nil, nil, true}, {left(1), left(1), true}, {left(1), left(2), false}, {left(1), nil, false}, {left(1), &Keeper{Holder: store.Holder{PID: 1}}, false}} {
		if have := c.a.same(c.b); have != c.same {
			t.Errorf("pair %d: %v", i, have)
		}
	}
}
