package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/window"
)

// page is what stands in a window's place: it takes the states that are pushed.
type page struct {
	t      testing.TB
	bridge *window.Bridge
	dir    string // of the library
	stop   func()

	mu     sync.Mutex
	states []window.State
	times  []time.Time
}

// openPage runs the program behind a window on a library of its own, which is closed when the test ends.
func openPage(t testing.TB, library string) *page {
	t.Helper()
	root := moduleRoot()
	env := map[string]string{
		"HOME": t.TempDir(), "PIXEL_DETECTIVE_MODELS": filepath.Join(root, "models"),
		"PIXEL_DETECTIVE_RUNTIME": filepath.Join(root, "build", "runtime", "libonnxruntime.so.1"),
	}
	d, err := OpenDesktop(Config{
		Library: library, Program: "test", Getenv: func(key string) string { return env[key] },
		Executable: filepath.Join(built, "pixel-detective"),
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, bridge: d.Bridge, dir: library}
	d.Bridge.Listen(func(event string, payload any) {
		if event != window.EventState {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.states, p.times = append(p.states, payload.(window.State)), append(p.times, time.Now())
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	p.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the program ended with %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the program did not end")
		}
	})
	t.Cleanup(p.stop)
	return p
}

// wait waits for a state that is as wanted.
func (p *page) wait(what string, within time.Duration, is func(window.State) bool) window.State {
	p.t.Helper()
	deadline := time.Now().Add(within)
	for {
		s := p.bridge.State(p.t.Context())
		if is(s) {
			return s
		}
		if time.Now().After(deadline) {
			text, _ := json.MarshalIndent(s, "", " ")
			p.t.Fatalf("not within %s: %s. The state is\n%s", within, what, text)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// opened waits until the library is open and says Ready.
func (p *page) opened() window.State {
	p.t.Helper()
	p.wait("the library is open", 10*time.Second, func(s window.State) bool { return len(s.Snapshot.Models) > 0 })
	return p.bridge.Ready(p.t.Context(), window.Marks{Navigation: 1, FirstPaint: 2, Listening: 3})
}

// add brings a folder into the library as a person does.
func (p *page) add(dir string) {
	p.t.Helper()
	c := p.bridge.Choose(dir)
	if err := p.bridge.AddFolders(p.t.Context(), []string{c.ID}); err != nil {
		p.t.Fatal(err)
	}
}

// settled waits until everything was looked at.
func (p *page) settled() window.State {
	p.t.Helper()
	return p.wait("everything was looked at", 90*time.Second, func(s window.State) bool {
		return s.Stage == window.StageLibrary && s.Library.Pending == 0 && s.Library.Photos > 0 && s.Library.Seen == s.Library.Photos &&
			!s.Index.Running && !s.Index.Scanning
	})
}

// somePhotos copies so many sample photos into a folder of their own; all their names have "summer" in them.
func somePhotos(t testing.TB, n int) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = filepath.WalkDir(samplePhotos(), func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err == nil && (ext == ".jpg" || ext == ".JPG") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < n {
		t.Fatalf("%d sample photos, want %d: %v", len(files), n, err)
	}
	for i, file := range files[:n] {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("summer %d%s", i, filepath.Ext(file))), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAWindowGoesFromNothingToAnAnswer(t *testing.T) {
	p := openPage(t, t.TempDir())
	ctx := t.Context()
	before := p.wait("the library is open", 10*time.Second, func(s window.State) bool { return len(s.Snapshot.Models) > 0 })
	if before.Stage != window.StageStart || len(before.Snapshot.Workers) > 0 || before.Snapshot.Ready {
		t.Errorf("before Ready: stage %s, %d workers, ready %v", before.Stage, len(before.Snapshot.Workers), before.Snapshot.Ready)
	}
	p.opened()
	dir := somePhotos(t, 24)
	if err := os.WriteFile(filepath.Join(dir, "broken.jpg"), []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.add(dir)
	s := p.settled()
	if len(s.Folders) != 1 || s.Folders[0].Path != dir || !s.Folders[0].Online || s.Folders[0].Scanned == "" || s.Library.Failed != 1 {
		t.Errorf("folders %+v, library %+v", s.Folders, s.Library)
	}
	p.wait("the folder's photos are counted", 5*time.Second, func(s window.State) bool { return s.Folders[0].Photos == s.Library.Photos })
	p.wait("the vectors are read", 10*time.Second, func(window.State) bool {
		a, err := p.bridge.Search(ctx, window.Question{Query: "an animal 🐘 outside", Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if a.Model == "" || a.Looked < s.Library.Seen { // the last ones are just being followed
			return false
		}
		if len(a.Hits) == 0 || a.Line == nil || a.Looked != s.Library.Seen || a.Stage != "starter" {
			t.Fatalf("the answer is %+v", a)
		}
		months := int64(0)
		for _, m := range a.Months {
			months += m.Count
		}
		if months == 0 || months > int64(a.Total) {
			t.Errorf("%d photos in months %v, of %d that answer", months, a.Months, a.Total)
		}
		return true
	})
	p.pushesWereInOrder()
}

// pushesWereInOrder checks what was pushed so far: no gap, and no more than ten a second.
func (p *page) pushesWereInOrder() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.states) < 3 {
		p.t.Errorf("%d states were pushed", len(p.states))
	}
	for i := 1; i < len(p.states); i++ {
		was, _ := strconv.Atoi(p.states[i-1].Seq)
		is, _ := strconv.Atoi(p.states[i].Seq)
		if is != was+1 {
			p.t.Errorf("state %d follows %d", is, was)
		}
		if apart := p.times[i].Sub(p.times[i-1]); apart < 90*time.Millisecond {
			p.t.Errorf("two states within %s", apart)
		}
	}
	for _, s := range p.states {
		text, err := json.Marshal(s)
		if err != nil {
			p.t.Fatal(err)
		}
		if list := strings.Index(string(text), ":null"); list >= 0 && !nullable(string(text)) {
			p.t.Fatalf("a list is null: %s", text)
		}
	}
}

// nullable says whether only instants and durations are null.
func nullable(text string) bool {
	for _, name := range []string{"retry_at", "last_used", "remaining_seconds"} {
		text = strings.ReplaceAll(text, fmt.Sprintf("%q:null", name), "")
	}
	return !strings.Contains(text, ":null")
}

func TestWhatAPersonDecidesIsShownAndNarrows(t *testing.T) {
	p := openPage(t, t.TempDir())
	ctx := t.Context()
	p.opened()
	dir := somePhotos(t, 12)
	p.add(dir)
	before := p.settled()
	var hits []window.Hit
	p.wait("the vectors are read", 10*time.Second, func(window.State) bool {
		a, err := p.bridge.Search(ctx, window.Question{Query: "summer", Limit: 12})
		if err != nil {
			t.Fatal(err)
		}
		hits = a.Hits
		return len(hits) >= 3 && a.Model != ""
	})
	ids := []string{hits[0].ID, hits[1].ID}
	if err := p.bridge.SetFavourite(ctx, ids, true); err != nil {
		t.Fatal(err)
	}
	if err := p.bridge.SetRating(ctx, ids[:1], 4); err != nil {
		t.Fatal(err)
	}
	p.wait("two favourites are counted, and the listing has another name", 5*time.Second, func(s window.State) bool {
		return s.Library.Favourite == 2 && s.Library.Listing != before.Library.Listing
	})
	photo, err := p.bridge.Photo(ctx, ids[0])
	if err != nil || !photo.Favourite || photo.Rating != 4 || !photo.Searchable || len(photo.Files) != 1 || photo.Files[0].Folder != dir ||
		photo.Width == 0 || photo.Format != "jpeg" {
		t.Errorf("the photo is %+v, %v", photo, err)
	}
	a, err := p.bridge.Search(ctx, window.Question{Query: "summer", Narrow: window.Narrow{Favourite: true}})
	if err != nil || len(a.Hits) != 2 || !a.Hits[0].Favourite {
		t.Errorf("among favourites: %+v, %v", a.Hits, err)
	}
	if a, err = p.bridge.Search(ctx, window.Question{Query: "summer", Narrow: window.Narrow{MinRating: 4}}); err != nil || len(a.Hits) != 1 || a.Hits[0].Rating != 4 {
		t.Errorf("among those with four stars: %+v, %v", a.Hits, err)
	}
	like, err := p.bridge.Search(ctx, window.Question{Like: ids[0], Limit: 3})
	if err != nil || slices.ContainsFunc(like.Hits, func(h window.Hit) bool { return h.ID == ids[0] }) {
		t.Errorf("like the photo: %+v, %v", like.Hits, err)
	}
	for name, q := range map[string]window.Question{
		"of two kinds": {Query: "a", Like: ids[0]}, "of an unknown photo": {Like: "12"}, "of a forgotten picture": {Picture: "12"},
		"sorted oddly": {Query: "a", Sort: "colour"}, "in no folder": {Query: "a", Narrow: window.Narrow{Folder: "../.."}},
	} {
		if _, err := p.bridge.Search(ctx, q); err == nil {
			t.Errorf("a question %s was answered", name)
		}
	}
	if err := p.bridge.SetFavourite(ctx, []string{"no id"}, true); err == nil {
		t.Error("something that is no photo became a favourite")
	}
	if err := p.bridge.SetRating(ctx, ids, 9); err == nil {
		t.Error("nine stars were given")
	}
}

func TestNamesAnswerWhileTheModelIsNotThere(t *testing.T) {
	library := t.TempDir()
	p := openPage(t, library)
	p.opened()
	p.add(somePhotos(t, 4))
	p.settled()
	p.stop()
	p = openPage(t, library)
	p.wait("the numbers are read", 10*time.Second, func(s window.State) bool { return s.Library.Photos == 4 })
	// Nobody said Ready, so the model stays away.
	a, err := p.bridge.Search(t.Context(), window.Question{Query: "summer"})
	if err != nil || len(a.Hits) != 4 || a.Model != "" || len(a.Notes) != 1 || a.TookMS > 5000 || a.Line != nil {
		t.Errorf("the answer is %+v, %v", a, err)
	}
	if workers := p.bridge.State(t.Context()).Snapshot.Workers; len(workers) > 0 {
		t.Errorf("a question before Ready started %+v", workers)
	}
}

func TestAWrongQuestionIsPointedAtInTheUnitsOfThePage(t *testing.T) {
	p := openPage(t, t.TempDir())
	p.opened()
	a, err := p.bridge.Search(t.Context(), window.Question{Query: `🐘 and "a phrase`})
	if err != nil || a.Wrong == nil || a.Wrong.At != 7 || a.Wrong.Length != 1 || a.Wrong.Message == "" || a.Hits == nil {
		t.Errorf("the answer is %+v, %v", a, err)
	}
}

func TestANewerQuestionTakesTheOldersPlace(t *testing.T) {
	p := openPage(t, t.TempDir())
	p.opened()
	// A question that was never asked has to be encoded, so it can still be on its way when the next one comes.
	for round, deadline := 0, time.Now().Add(30*time.Second); time.Now().Before(deadline); round++ {
		begun, older := make(chan struct{}), make(chan window.Answer, 1)
		go func() {
			close(begun)
			a, err := p.bridge.Search(context.Background(), window.Question{Query: fmt.Sprintf("older %d", round)})
			if err != nil {
				t.Error(err)
			}
			older <- a
		}()
		<-begun // now it is the older one, most of the time
		newer, err := p.bridge.Search(t.Context(), window.Question{Query: fmt.Sprintf("newer %d", round)})
		if err != nil {
			t.Fatal(err)
		}
		if a := <-older; a.Superseded {
			if newer.Superseded {
				t.Error("the newer question was not answered")
			}
			if len(a.Hits) > 0 {
				t.Errorf("the older question was answered all the same: %+v", a)
			}
			return
		}
	}
	t.Error("no question took another's place")
}

func TestPauseResumeAndCancelHold(t *testing.T) {
	p := openPage(t, t.TempDir())
	p.opened()
	if err := p.bridge.Pause(); err != nil {
		t.Fatal(err)
	}
	dir := somePhotos(t, 10)
	p.add(dir)
	s := p.wait("ten files wait", 20*time.Second, func(s window.State) bool { return s.Library.Pending == 10 && s.Index.Paused })
	if s.Stage != window.StagePreparing {
		t.Errorf("the stage is %s", s.Stage)
	}
	if err := p.bridge.Cancel(); err != nil {
		t.Fatal(err)
	}
	p.wait("nothing looks at them", 10*time.Second, func(s window.State) bool {
		return s.Index.Cancelled && !s.Index.Paused && !s.Index.Running && s.Library.Pending == 10
	})
	if err := os.Rename(filepath.Join(dir, firstName(t, dir)), filepath.Join(dir, "renamed.jpg")); err != nil {
		t.Fatal(err)
	}
	// The watcher goes on, the indexer does not.
	p.wait("the new name is known", 20*time.Second, func(s window.State) bool { return s.Library.Pending == 10 && s.Library.Photos == 0 })
	if err := p.bridge.Resume(); err != nil {
		t.Fatal(err)
	}
	if s = p.settled(); s.Library.Photos != 10 || s.Index.Cancelled || s.Index.Paused {
		t.Errorf("after all: %+v %+v", s.Library, s.Index)
	}
}

func firstName(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	return entries[0].Name()
}

func TestWhatFailedIsListedAndTriedAgain(t *testing.T) {
	p := openPage(t, t.TempDir())
	ctx := t.Context()
	p.opened()
	dir := somePhotos(t, 2)
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("bad %d.jpg", i)), []byte{byte(i)}, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.add(dir)
	p.wait("three failed", 60*time.Second, func(s window.State) bool { return s.Library.Failed == 3 && s.Library.Pending == 0 })
	list, err := p.bridge.Failures(ctx, 1, 1)
	if err != nil || list.Total != 3 || len(list.Items) != 1 || list.Items[0].Folder != dir || list.Items[0].Kind != string(store.FailureRefused) ||
		!strings.HasSuffix(list.Items[0].Reason, ".") {
		t.Errorf("the list is %+v, %v", list, err)
	}
	before := p.bridge.State(ctx).Snapshot.Counters["files_hashed"]
	if err := p.bridge.RetryFailures(ctx); err != nil {
		t.Fatal(err)
	}
	p.wait("they were tried again", 30*time.Second, func(s window.State) bool {
		return s.Library.Failed == 3 && s.Library.Pending == 0 && s.Snapshot.Counters["files_hashed"] >= before+3
	})
}

func TestAFolderIsRemovedAtOnceAndCanComeBack(t *testing.T) {
	p := openPage(t, t.TempDir())
	ctx := t.Context()
	p.opened()
	dir := somePhotos(t, 6)
	p.add(dir)
	s := p.settled()
	inferences := s.Snapshot.Counters["inferences_done"]
	if err := p.bridge.RemoveFolder(ctx, s.Folders[0].ID); err != nil {
		t.Fatal(err)
	}
	p.wait("nothing is left", 10*time.Second, func(s window.State) bool { return s.Stage == window.StageStart && s.Library.Photos == 0 })
	if err := p.bridge.RemoveFolder(ctx, s.Folders[0].ID); err == nil {
		t.Error("a folder was removed twice")
	}
	if err := p.bridge.RescanFolder(ctx, s.Folders[0].ID); err == nil {
		t.Error("a removed folder was scanned")
	}
	p.add(dir)
	if s = p.settled(); s.Library.Photos != 6 || s.Snapshot.Counters["inferences_done"] != inferences {
		t.Errorf("after it came back: %d photos, %d inferences, before %d", s.Library.Photos, s.Snapshot.Counters["inferences_done"], inferences)
	}
	if err := p.bridge.RescanFolder(ctx, s.Folders[0].ID); err != nil {
		t.Error(err)
	}
}

func TestAFolderMayBeTakenOutWhileItIsLookedThrough(t *testing.T) {
	p := openPage(t, t.TempDir())
	p.opened()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		sub := filepath.Join(dir, strconv.Itoa(i))
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		for n := range 500 {
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("%d.jpg", n)), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	last := ""
	for range 3 {
		p.add(dir)
		s := p.wait("it is being looked through", 20*time.Second, func(s window.State) bool {
			return len(s.Folders) == 1 && s.Folders[0].ID != last && s.Library.Files > 0
		})
		last = s.Folders[0].ID
		if err := p.bridge.RemoveFolder(t.Context(), s.Folders[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	s := p.wait("nothing is left of it", 30*time.Second, func(s window.State) bool { return s.Stage == window.StageStart && s.Library.Files == 0 })
	if len(s.Notices) != 0 {
		t.Errorf("notices: %+v", s.Notices)
	}
}

func TestAnotherProcessKeepsTheLibraryUntilItEnds(t *testing.T) {
	library := t.TempDir()
	root := moduleRoot()
	watch := exec.Command(filepath.Join(built, "pixel-detective"), "--library", library, "watch")
	watch.Env = []string{
		"HOME=" + t.TempDir(), "PIXEL_DETECTIVE_MODELS=" + filepath.Join(root, "models"),
		"PIXEL_DETECTIVE_RUNTIME=" + filepath.Join(root, "build", "runtime", "libonnxruntime.so.1"),
	}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() {
		_ = watch.Process.Kill()
		_ = watch.Wait()
	})
	t.Cleanup(end)
	waitForHolder(t, library)
	p := openPage(t, library)
	p.opened()
	p.wait("the other process is named", 10*time.Second, func(s window.State) bool {
		return strings.Contains(s.Index.Keeper, strconv.Itoa(watch.Process.Pid))
	})
	for name, act := range map[string]func() error{"Pause": p.bridge.Pause, "Resume": p.bridge.Resume, "Cancel": p.bridge.Cancel} {
		if err := act(); err == nil || !strings.Contains(err.Error(), strconv.Itoa(watch.Process.Pid)) {
			t.Errorf("%s says %v", name, err)
		}
	}
	p.add(somePhotos(t, 4))
	p.settled() // by the other process
	end()
	p.wait("this process takes over", 20*time.Second, func(s window.State) bool { return s.Index.Keeper == "" })
	p.add(somePhotos(t, 8))
	p.wait("it looks at photos", 60*time.Second, func(s window.State) bool { return s.Library.Seen >= 8 && s.Library.Pending == 0 })
}

func waitForHolder(t *testing.T, library string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if data, err := os.ReadFile(filepath.Join(library, "lease")); err == nil && len(data) > 2 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody took the lease")
}

func TestAFailingKeeperLeavesTheRestUsable(t *testing.T) {
	library := t.TempDir()
	if err := os.Mkdir(filepath.Join(library, "lease"), 0o700); err != nil { // nothing can be locked there
		t.Fatal(err)
	}
	p := openPage(t, library)
	p.opened()
	p.wait("a notice says so", 10*time.Second, func(s window.State) bool {
		return slices.ContainsFunc(s.Notices, func(n window.Notice) bool {
			return n.ID == "service:keep" && n.Level == window.LevelError && n.Text != "" && n.Remedy != ""
		})
	})
	p.add(somePhotos(t, 3))
	if _, err := p.bridge.Search(t.Context(), window.Question{Query: "anything"}); err != nil {
		t.Error(err)
	}
	p.wait("the models are there", 30*time.Second, func(s window.State) bool {
		m, ok := s.Snapshot.Model("text")
		return ok && m.State == supervisor.StateReady
	})
	if err := os.Remove(filepath.Join(library, "lease")); err != nil {
		t.Fatal(err)
	}
	if s := p.settled(); s.Library.Photos != 3 {
		t.Errorf("%d photos after the trouble", s.Library.Photos)
	}
}

func TestALibraryThatCannotBeOpenedIsANoticeUntilItCan(t *testing.T) {
	library := t.TempDir()
	if err := os.Mkdir(filepath.Join(library, "index.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := openPage(t, library)
	s := p.wait("a notice says so", 10*time.Second, func(s window.State) bool {
		return slices.ContainsFunc(s.Notices, func(n window.Notice) bool { return n.ID == "library" && n.Level == window.LevelError })
	})
	if s.Stage != window.StageStart || s.Snapshot.Models == nil || s.Folders == nil {
		t.Errorf("the state is %+v", s)
	}
	p.bridge.Ready(t.Context(), window.Marks{})
	if _, err := p.bridge.Search(t.Context(), window.Question{Query: "anything"}); err == nil {
		t.Error("a question was answered without a library")
	}
	if err := os.Remove(filepath.Join(library, "index.db")); err != nil {
		t.Fatal(err)
	}
	p.wait("it is open, and what was asked for before is done", 20*time.Second, func(s window.State) bool {
		m, ok := s.Snapshot.Model("text")
		return ok && m.State == supervisor.StateReady && len(s.Notices) == 0
	})
}

func TestASettingsFileThatCannotBeUsedIsANotice(t *testing.T) {
	library := t.TempDir()
	if err := os.WriteFile(filepath.Join(library, "settings.toml"), []byte("[search]\nlimit = \"many\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openPage(t, library)
	s := p.opened()
	if !slices.ContainsFunc(s.Notices, func(n window.Notice) bool { return n.ID == "settings" && strings.Contains(n.Text, "limit") }) {
		t.Errorf("the notices are %+v", s.Notices)
	}
	p.bridge.DismissNotice("settings")
	if s = p.bridge.State(t.Context()); len(s.Notices) != 0 {
		t.Errorf("after it was dismissed: %+v", s.Notices)
	}
}
