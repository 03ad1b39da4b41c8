package endtoend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
)

// A model of the person's own description is downloaded by a program that is killed ten times meanwhile, is whole then,
// and goes again but for its description.
func TestAModelIsInstalledThroughKills(t *testing.T) {
	const size = 6 << 20
	p := newProgram(t)
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(content)
	var sent, parts atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			parts.Add(1)
		}
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(&paced{w, r, &sent}, r, "", time.Time{}, bytes.NewReader(content))
	}))
	defer server.Close()
	p.env = append(p.env, "PIXEL_DETECTIVE_MODELS_MIRROR="+server.URL)
	root, err := catalog.Open(filepath.Join(moduleRoot(), "models"), "")
	must(t, err)
	m, _, _ := root.Find("starter")
	sum := sha256.Sum256(content)
	m.ID, m.Labels = "mine", nil
	m.Image.Outputs = m.Image.Outputs[:1]
	m.Files = m.Files[:3]
	for i := range m.Files {
		m.Files[i].Bytes, m.Files[i].SHA256, m.Files[i].URL = size, hex.EncodeToString(sum[:]), "https://models.example/"+m.Files[i].Name
	}
	dir := filepath.Join(p.library, "models", "of my own")
	must(t, os.MkdirAll(dir, 0o755))
	description, err := json.Marshal(map[string]any{"schema": 1, "model": m})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "model.json"), description, 0o644))

	for n := range 10 {
		cmd := p.command(t.Context(), "models", "install", "mine")
		must(t, cmd.Start())
		until := sent.Load() + rand.Int64N(800_000) + 300_000
		for deadline := time.Now().Add(30 * time.Second); sent.Load() < until; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("nothing is fetched any more")
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		if out := p.want(0, "models").out; !strings.Contains(out, "mine  ") || strings.Contains(out, "): installed\n") {
			t.Fatalf("after %d kills:\n%s", n+1, out)
		}
	}
	says(t, p.want(0, "models", "install", "mine").out, "is installed")
	r := p.want(0, "models", "verify", "mine")
	if n := strings.Count(r.out, "unaltered"); n != 3 {
		t.Errorf("%d files are unaltered:\n%s", n, r.out)
	}
	if parts.Load() < 5 || sent.Load() > 3*size+10*3*(2<<20) {
		t.Errorf("%d bytes were sent in %d parts for a model of %d", sent.Load(), parts.Load(), 3*size)
	}
	says(t, p.want(0, "models").out, "mine  ", "): installed\n")
	must(t, os.WriteFile(filepath.Join(dir, m.Files[0].Name), content[1:], 0o644))
	says(t, p.want(1, "models", "verify", "mine").out, "altered", m.Files[0].Name)
	p.want(0, "models", "install", "mine")
	p.want(0, "models", "verify")
	says(t, p.want(1, "models", "remove", "starter").stderr, "came with the program")
	p.want(0, "models", "remove", "mine")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "model.json" {
		t.Errorf("what is left is %v, %v", entries, err)
	}
}

// paced sends slowly enough that a kill finds something under way, and counts.
type paced struct {
	http.ResponseWriter
	r    *http.Request
	sent *atomic.Int64
}

func (p *paced) Write(b []byte) (n int, err error) {
	for len(b) > 0 && err == nil {
		var k int
		k, err = p.ResponseWriter.Write(b[:min(len(b), 32<<10)])
		_ = http.NewResponseController(p.ResponseWriter).Flush()
		n, b = n+k, b[k:]
		p.sent.Add(int64(k))
		select {
		case <-time.After(2 * time.Millisecond):
		case <-p.r.Context().Done():
			return n, p.r.Context().Err()
		}
	}
	return n, err
}
