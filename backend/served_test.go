package backend

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/window"
)

// TestThePageIsServedFromARealLibrary builds and indexes once and then looks at everything that the page can ask for.
func TestThePageIsServedFromARealLibrary(t *testing.T) {
	h := newHouse(t)
	control := filepath.Join(testkit.HostilePictures(t), "control")
	heicBytes, err := os.ReadFile(filepath.Join(control, "valid.heic"))
	if err != nil {
		t.Fatal(err)
	}
	small, large := testkit.Picture(1), testkit.LargePicture(4000, 3000)
	ids := map[string]photo.ID{
		"small": h.write("small.jpg", small), "large": h.write("large.jpg", large), "heic": h.write("phone.heic", heicBytes),
	}
	victims := []string{"grown", "touched", "rewritten", "linked", "piped", "gone", "moved/out"}
	for i, name := range victims {
		ids[name] = h.write(name+".jpg", testkit.Picture(100+i))
	}
	h.index(int64(len(ids)))

	t.Run("thumbnails", func(t *testing.T) {
		for _, id := range ids {
			w := h.get("/media/thumb/%s", id)
			body := must(t, w, http.StatusOK)
			if w.Header().Get("Content-Type") != "image/jpeg" || !bytes.HasPrefix(body, []byte("\xff\xd8")) {
				t.Errorf("%v", w.Header())
			}
			if cache := w.Header().Get("Cache-Control"); cache != "public, max-age=31536000, immutable" {
				t.Errorf("Cache-Control: %s", cache)
			}
			tag := w.Header().Get("ETag")
			again := h.ask(http.MethodGet, "/media/thumb/"+id.String(), nil, func(r *http.Request) { r.Header.Set("If-None-Match", tag) })
			if tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("asked again with %s: %d, %d bytes", tag, again.Code, again.Body.Len())
			}
			head := h.ask(http.MethodHead, "/media/thumb/"+id.String(), nil, nil)
			if head.Code != http.StatusOK || head.Header().Get("Content-Length") == "" || head.Body.Len() > 0 {
				t.Errorf("HEAD: %d, %v", head.Code, head.Header())
			}
		}
	})
	t.Run("names that are none", func(t *testing.T) { testHostileNames(t, h, ids["small"]) })
	t.Run("pages of others", func(t *testing.T) { testForeignPages(t, h, ids["small"]) })
	t.Run("previews", func(t *testing.T) {
		if body := must(t, h.get("/media/preview/%s", ids["small"]), http.StatusOK); !bytes.Equal(body, small) {
			t.Error("a small picture that every page can show is not its own preview")
		}
		for name, side := range map[string]int{"large": 2048, "heic": 96} {
			before := h.State(t.Context()).Snapshot.Counters["decodes_done"]
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					w := h.get("/media/preview/%s", ids[name])
					c, err := jpeg.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
					if w.Code != http.StatusOK || err != nil || max(c.Width, c.Height) != side {
						t.Errorf("%s: %d, %d × %d, %v", name, w.Code, c.Width, c.Height, err)
					}
				})
			}
			all.Wait()
			s := h.until("the decode was counted", func(s window.State) bool { return s.Snapshot.Counters["decodes_done"] > before })
			if n := s.Snapshot.Counters["decodes_done"] - before; n != 1 {
				t.Errorf("%s: decoded %d times for 12 who asked at once", name, n)
			}
		}
	})
	t.Run("originals", func(t *testing.T) {
		w := h.get("/media/original/%s", ids["heic"])
		if body := must(t, w, http.StatusOK); !bytes.Equal(body, heicBytes) || w.Header().Get("Content-Type") != "image/heic" {
			t.Errorf("%d bytes, %v", len(body), w.Header())
		}
		part := h.ask(http.MethodGet, "/media/original/"+ids["large"].String(), nil, func(r *http.Request) { r.Header.Set("Range", "bytes=10-19") })
		if part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), large[10:20]) {
			t.Errorf("a part: %d, %q", part.Code, part.Body)
		}
		if beyond := h.ask(http.MethodGet, "/media/original/"+ids["small"].String(), nil, func(r *http.Request) {
			r.Header.Set("Range", "bytes=99999999-")
		}); beyond.Code != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("a part beyond the end: %d", beyond.Code)
		}
	})
	t.Run("listings", func(t *testing.T) { testListings(t, h, ids) })
	t.Run("pictures to search by", func(t *testing.T) { testPictures(t, h, heicBytes) })
	t.Run("drops", func(t *testing.T) { testDrops(t, h) })
	t.Run("originals that changed", func(t *testing.T) { testChangedOriginals(t, h, ids) })
	h.stop()

	// The thumbnails are lost: the program makes them again from the originals, once.
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(h.library, "thumbs.db"+end)); err != nil && end == "" {
			t.Fatal(err)
		}
	}
	h.open()
	defer h.stop()
	h.until("the library is open", func(s window.State) bool { return s.Library.Photos > 0 })
	first := must(t, h.get("/media/thumb/%s", ids["large"]), http.StatusOK)
	before := h.State(t.Context()).Snapshot.Counters["decodes_done"]
	if again := must(t, h.get("/media/thumb/%s", ids["large"]), http.StatusOK); !bytes.Equal(first, again) {
		t.Error("the thumbnail that was made again is another one each time")
	}
	if after := h.State(t.Context()).Snapshot.Counters["decodes_done"]; after != before {
		t.Errorf("it was decoded again: %d, then %d", before, after)
	}
	if w := h.get("/media/thumb/%s", ids["linked"]); w.Code == http.StatusOK {
		t.Error("a thumbnail was made of what a link leads to")
	}
}

func testHostileNames(t *testing.T, h *house, id photo.ID) {
	good := id.String()
	names := []string{
		"", ".", "..", strings.ToUpper(good), good[:63], good + "0", good + ".jpg", "0x" + good[2:], " " + good[1:], good[:63] + "g",
		"%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cwindows", "%00", good + "%00", good + "/", good + "/..", "../original/" + good,
		"é" + good[2:], strings.Repeat("a", 10_000), strings.Repeat("0", 64), good + "%0d%0aX-Evil:%201",
	}
	for _, kind := range []string{"thumb", "preview", "original"} {
		for _, name := range names {
			r, err := http.NewRequest(http.MethodGet, "wails://wails/media/"+kind+"/"+name, nil)
			if err != nil {
				continue // no such address can be asked for
			}
			w := h.ask(http.MethodGet, "/", nil, func(to *http.Request) { to.URL = r.URL })
			if w.Code < 300 {
				t.Errorf("%s/%.80q is answered with %d and %d bytes", kind, name, w.Code, w.Body.Len())
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "TRACE", "PROPFIND"} {
			if w := h.ask(method, "/media/"+kind+"/"+good, strings.NewReader("x"), nil); w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s is answered with %d", method, w.Code)
			}
		}
	}
	for _, path := range []string{"/media/", "/library/", "/media/video/" + good, "/library/columns/", "/media/picture"} {
		if w := h.get("%s", path); w.Code < 300 {
			t.Errorf("%s is answered with %d", path, w.Code)
		}
	}
	if w := h.get("/index.html"); w.Code != http.StatusNotFound || w.Header().Get("Content-Security-Policy") != "" {
		t.Errorf("what is the page's own is not handed on: %d, %v", w.Code, w.Header())
	}
}

func testForeignPages(t *testing.T, h *house, id photo.ID) {
	path := "/media/thumb/" + id.String()
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"our own":                  {func(r *http.Request) { r.Header.Set("Origin", "wails://wails") }, 200},
		"our own on Windows":       {func(r *http.Request) { r.Host = "wails.localhost"; r.Header.Set("Origin", "http://wails.localhost") }, 200},
		"our own by referer":       {func(r *http.Request) { r.Header.Set("Referer", "wails://wails/index.html") }, 200},
		"our own picture":          {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, 200},
		"another name":             {func(r *http.Request) { r.Host = "evil.example" }, 403},
		"a longer name":            {func(r *http.Request) { r.Host = "wails.evil.example" }, 403},
		"no name":                  {func(r *http.Request) { r.Host = "" }, 403},
		"an address":               {func(r *http.Request) { r.Host = "127.0.0.1" }, 403},
		"the port of development":  {func(r *http.Request) { r.Host = "localhost:34115" }, 403},
		"another origin":           {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"a lookalike origin":       {func(r *http.Request) { r.Header.Set("Origin", "https://wails") }, 403},
		"no origin's name":         {func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		"two origins":              {func(r *http.Request) { r.Header["Origin"] = []string{"wails://wails", "https://evil.example"} }, 403},
		"another page's picture":   {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"a form of another":        {func(r *http.Request) { r.Header.Set("Referer", "https://evil.example/form") }, 403},
		"a referer that cannot be": {func(r *http.Request) { r.Header.Set("Referer", "::") }, 403},
	} {
		if w := h.ask(http.MethodGet, path, nil, c.change); w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
}

func testListings(t *testing.T, h *house, ids map[string]photo.ID) {
	for _, order := range []string{"", "taken", "added", "name", "size"} {
		w := h.get("/library/columns?order=%s", order)
		body := must(t, w, http.StatusOK)
		name := w.Header().Get("X-Listing")
		n := len(ids)
		if have := len(body); have != 8+4*n+(2*n+3)/4*4+(n+3)/4*4 || string(body[:4]) != "PDL1" || int(binary.LittleEndian.Uint32(body[4:])) != n {
			t.Fatalf("%s: %d bytes for %d photos: % x", order, have, n, body[:8])
		}
		again := h.ask(http.MethodGet, "/library/columns?order="+order, nil, func(r *http.Request) { r.Header.Set("If-None-Match", w.Header().Get("ETag")) })
		if again.Code != http.StatusNotModified {
			t.Errorf("%s: asked again: %d", order, again.Code)
		}
		block := h.get("/library/ids/%s/0", name)
		raw := must(t, block, http.StatusOK)
		if !strings.Contains(block.Header().Get("Cache-Control"), "immutable") || len(raw) != 32*n {
			t.Errorf("%s: %d bytes of ids, %v", order, len(raw), block.Header())
		}
		seen := map[photo.ID]bool{}
		for i := range n {
			seen[photo.ID(raw[32*i:32*i+32])] = true
		}
		for name, id := range ids {
			if !seen[id] {
				t.Errorf("%s: %s is not listed", order, name)
			}
		}
		if order == "size" && photo.ID(raw[:32]) != ids["large"] {
			t.Error("the largest is not the first by size")
		}
		for _, bad := range []string{"1", "-1", "00", "0x0", "99999999999999", "1e1", " "} {
			if w := h.ask(http.MethodGet, "/", nil, func(r *http.Request) { r.URL.Path = "/library/ids/" + name + "/" + bad }); w.Code != http.StatusNotFound {
				t.Errorf("block %q: %d", bad, w.Code)
			}
		}
	}
	must(t, h.get("/library/ids/%s/0", strings.Repeat("0", 32)), http.StatusGone)
	for _, query := range []string{"order=best", "order=taken&order=name", "folder=-1", "folder=1.5", "from=x", "to=999999999", "favourite=yes", "rating=6", "sort=name", "%zz", "folder=99999999999999999999"} {
		must(t, h.get("/library/columns?%s", query), http.StatusBadRequest)
	}
	if err := h.SetFavourite(t.Context(), []string{ids["small"].String()}, true); err != nil {
		t.Fatal(err)
	}
	h.until("the favourite counts", func(s window.State) bool { return s.Library.Favourite == 1 })
	body := must(t, h.get("/library/columns?favourite=1&rating=0&folder=&from=&to="), http.StatusOK)
	if binary.LittleEndian.Uint32(body[4:]) != 1 || body[16]&1 != 1 {
		t.Errorf("favourites: % x", body)
	}
}

func testPictures(t *testing.T, h *house, heicBytes []byte) {
	post := func(body io.Reader, name string) (int, window.Picture) {
		w := h.ask(http.MethodPost, "/media/picture", body, func(r *http.Request) {
			r.ContentLength = -1 // WebKit does not say
			r.Header.Set("X-Name", name)
		})
		var made window.Picture
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
				t.Error(err)
			}
		} else if sentence := w.Body.String(); len(sentence) < 20 || !strings.HasSuffix(strings.TrimSpace(sentence), ".") && !strings.Contains(sentence, ":") {
			t.Errorf("%d is no sentence: %q", w.Code, sentence)
		}
		return w.Code, made
	}
	code, made := post(bytes.NewReader(heicBytes), "caf%C3%A9%2F..%2F%00%E2%80%AEcats.heic")
	if code != http.StatusOK || len(made.Token) != 32 || made.Name != "café..cats.heic" {
		t.Fatalf("%d, %+v", code, made)
	}
	w := h.get("/media/picture/%s", made.Token)
	if body := must(t, w, http.StatusOK); !bytes.HasPrefix(body, []byte("\xff\xd8")) {
		t.Errorf("%v", w.Header())
	}
	for name, c := range map[string]struct {
		body io.Reader
		want int
	}{
		"nothing":      {strings.NewReader(""), http.StatusUnprocessableEntity},
		"zeros":        {bytes.NewReader(make([]byte, 1000)), http.StatusUnprocessableEntity},
		"garbage":      {strings.NewReader(strings.Repeat("no picture ", 500)), http.StatusUnprocessableEntity},
		"a page":       {strings.NewReader("<html><script>alert(1)</script></html>"), http.StatusUnprocessableEntity},
		"a cut JPEG":   {bytes.NewReader(testkit.LargePicture(640, 480)[:20]), http.StatusUnprocessableEntity},
		"too much":     {io.LimitReader(endless{}, 3<<20), http.StatusRequestEntityTooLarge},
		"half of it":   {io.MultiReader(bytes.NewReader(heicBytes[:100]), failing{}), http.StatusBadRequest},
		"a larger lie": {bytes.NewReader(append(testkit.Picture(7), make([]byte, 2<<20)...)), http.StatusRequestEntityTooLarge},
	} {
		if code, _ := post(c.body, "x.jpg"); code != c.want {
			t.Errorf("%s: %d, want %d", name, code, c.want)
		}
	}
	if w := h.ask(http.MethodPost, "/media/picture", strings.NewReader("x"), func(r *http.Request) { r.ContentLength = 1 << 40 }); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a terabyte that was announced: %d", w.Code)
	}
	for _, token := range []string{"x", made.Token[:31], strings.ToUpper(made.Token), "..", made.Token + "0"} {
		if w := h.get("/media/picture/%s", token); w.Code < 300 && token != made.Token {
			t.Errorf("token %q: %d", token, w.Code)
		}
	}
	for range 40 {
		if code, _ := post(bytes.NewReader(testkit.Picture(8)), ""); code != http.StatusOK {
			t.Fatal(code)
		}
	}
	must(t, h.get("/media/picture/%s", made.Token), http.StatusNotFound)
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func testDrops(t *testing.T, h *house) {
	dir := t.TempDir()
	picture, text, folder := filepath.Join(dir, "a.jpg"), filepath.Join(dir, "b.txt"), filepath.Join(dir, "folder")
	testkit.WriteFile(t, picture, testkit.Picture(55))
	testkit.WriteFile(t, text, []byte("words"))
	testkit.WriteFile(t, filepath.Join(folder, "c.jpg"), testkit.Picture(56))
	h.Dropped([]string{folder, picture, picture})
	d := <-h.drops
	if len(d.Folders) != 1 || d.Folders[0].Kind != "dropped" || d.Folders[0].Name != "folder" || len(d.Pictures) != 1 || d.Pictures[0].Name != "a.jpg" || d.Problem != "" {
		t.Errorf("%+v", d)
	}
	must(t, h.get("/media/picture/%s", d.Pictures[0].Token), http.StatusOK)
	for _, paths := range [][]string{{text}, {filepath.Join(dir, "nothing")}, {"relative.jpg"}} {
		h.Dropped(paths)
		if d := <-h.drops; len(d.Folders)+len(d.Pictures) > 0 || d.Problem == "" {
			t.Errorf("%v: %+v", paths, d)
		}
	}
	// Counting a folder that was dropped.
	for counter, n := range map[string]int64{"paced_photos": 300, "paced_milliseconds": 10_000} {
		if err := h.desktop.backend.Store.AddCounter(t.Context(), counter, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Survey(d.Folders[0].ID); err != nil {
		t.Fatal(err)
	}
	s := h.until("the folder is counted", func(s window.State) bool {
		for _, c := range s.Candidates {
			if c.ID == d.Folders[0].ID && c.State == window.CandidateCounted {
				return true
			}
		}
		return false
	})
	for _, c := range s.Candidates {
		if c.ID == d.Folders[0].ID && (c.Photos != 1 || c.Bytes == 0 || len(c.Months) != 1 || c.MeaningSeconds != 1./30) {
			t.Errorf("%+v", c)
		}
	}
	if c := h.Choose(h.photos); c.State != window.CandidateFailed || c.Problem == "" {
		t.Errorf("a folder that is in the library is offered: %+v", c)
	}
	if c := h.Choose(filepath.Join(h.photos, "moved")); c.State != window.CandidateFailed || !strings.Contains(c.Problem, "inside") {
		t.Errorf("a folder in one of the library is offered: %+v", c)
	}
}

// Files that are no longer those that were read: not one byte of what is there now may come under the old id.
func testChangedOriginals(t *testing.T, h *house, ids map[string]photo.ID) {
	at := func(name string) string { return filepath.Join(h.photos, name+".jpg") }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(t.TempDir(), "secret.jpg")
	testkit.WriteFile(t, secret, testkit.Picture(999))
	grown, err := os.OpenFile(at("grown"), os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	_, err = grown.WriteString("more")
	must(err)
	must(grown.Close())
	must(os.Chtimes(at("touched"), time.Time{}, time.Now().Add(-time.Hour)))
	must(os.WriteFile(at("rewritten"), testkit.Picture(998), 0o644))
	info, err := os.Stat(at("linked"))
	must(err)
	must(os.Remove(at("linked")))
	must(os.Chtimes(secret, info.ModTime(), info.ModTime()))
	must(os.Symlink(secret, at("linked")))
	must(os.Remove(at("piped")))
	makePipe(t, at("piped"))
	must(os.Remove(at("gone")))
	outside := filepath.Join(t.TempDir(), "outside")
	must(os.Rename(filepath.Join(h.photos, "moved"), outside)) // the very file, reached by a link that leads out
	must(os.Symlink(outside, filepath.Join(h.photos, "moved")))
	for _, name := range []string{"grown", "touched", "rewritten", "linked", "piped", "gone", "moved/out"} {
		w := h.get("/media/original/%s", ids[name])
		if name == "touched" && w.Code == http.StatusOK && sha256.Sum256(w.Body.Bytes()) == ids[name] {
			continue // the watcher was quick: it was read again and is the same
		}
		if w.Code != http.StatusGone || !strings.HasSuffix(w.Body.String(), ".") {
			t.Errorf("%s: %d, %.80q", name, w.Code, w.Body)
		}
	}
}
