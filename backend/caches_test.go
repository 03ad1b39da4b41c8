package backend

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/window"
)

// TestTheSnapshotSaysWhatIsKept asks for everything twice and finds it counted, in the window and by the command line.
func TestTheSnapshotSaysWhatIsKept(t *testing.T) {
	library := t.TempDir()
	p := openPage(t, library)
	p.opened()
	p.add(somePhotos(t, 3))
	p.settled()
	p.wait("the vectors are read", 20*time.Second, func(window.State) bool {
		a, err := p.bridge.Search(t.Context(), window.Question{Query: "an animal outside", Limit: 5})
		return err == nil && a.Model != ""
	})
	all, err := p.bridge.Search(t.Context(), window.Question{Query: "summer", Limit: 5})
	if err != nil || len(all.Hits) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := p.bridge.Search(t.Context(), window.Question{Query: "an animal outside", Limit: 5}); err != nil {
		t.Fatal(err)
	}
	media := p.bridge.Media()(http.NotFoundHandler())
	for _, path := range []string{"/media/thumb/" + all.Hits[0].ID, "/media/preview/" + all.Hits[0].ID, "/library/columns"} {
		for range 2 {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = "wails"
			w := httptest.NewRecorder()
			if media.ServeHTTP(w, r); w.Code != http.StatusOK {
				t.Fatalf("%s: %d, %s", path, w.Code, w.Body)
			}
		}
	}
	// At least so much: whoever looks for what is new asks now and then.
	want := map[string]supervisor.Cache{
		"matrix":       {Entries: 3, Bytes: 3 * 256},
		"text_vectors": {Entries: 1, Bytes: 4 * 256, Hits: 1, Misses: 1},
		"words":        {Entries: 1, Bytes: 1, Hits: 1, Misses: 1},
		"previews":     {Entries: 1, Bytes: 1000, Hits: 1, Misses: 1},
		"listings":     {Entries: 1, Bytes: 3 * 15, Hits: 1, Misses: 1},
		"thumbnails":   {Bytes: 1000, Hits: 2},
		"pictures":     {},
	}
	holds := func(all []supervisor.Cache) bool {
		n := 0
		for _, c := range all {
			least, known := want[c.Name]
			if !known || c.Entries < least.Entries || c.Bytes < least.Bytes || c.Hits < least.Hits || c.Misses < least.Misses {
				return false
			}
			if tried := c.Hits + c.Misses; tried > 0 && c.HitRate != float64(c.Hits)/float64(tried) {
				t.Errorf("%+v", c)
			}
			n++
		}
		return n == len(want)
	}
	p.wait("what is kept is said", 10*time.Second, func(s window.State) bool { return holds(s.Snapshot.Caches) })

	status := func() []supervisor.Cache {
		cmd := exec.CommandContext(context.Background(), filepath.Join(built, "pixel-detective"), "--library", library, "status", "--json")
		cmd.Env = []string{"HOME=" + t.TempDir(), "PIXEL_DETECTIVE_MODELS=" + filepath.Join(moduleRoot(), "models")}
		out, err := cmd.Output()
		var said struct{ Caches []supervisor.Cache }
		if err == nil {
			err = json.Unmarshal(out, &said)
		}
		if err != nil {
			t.Fatalf("status: %v\n%s", err, out)
		}
		return said.Caches
	}
	// The keeper of the library writes its snapshot for others now and then.
	said := status()
	for end := time.Now().Add(10 * time.Second); !holds(said) && time.Now().Before(end); said = status() {
		time.Sleep(50 * time.Millisecond)
	}
	if !holds(said) {
		t.Errorf("the command line says %+v", said)
	}
	p.stop()
	if said := status(); len(said) != 1 || said[0].Name != window.CacheThumbnails || said[0].Entries != 3 {
		t.Errorf("with nobody there the command line says %+v", said)
	}
}
