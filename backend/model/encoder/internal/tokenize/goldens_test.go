package tokenize

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"pixeldetective/backend/internal/testkit"
)

// unpacked reads a file of testdata. The scripts beside it wrote what is in it; gzip keeps it small.
func unpacked(t testing.TB, name string) []byte {
	t.Helper()
	return testkit.Unpacked(t, filepath.Join("testdata", name+".gz"))
}

// fetched reads a vocabulary that make brings. Nothing here is worth testing without it, so its absence is a failure.
func fetched(t testing.TB, name string) []byte {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	data, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "..", "..", "..", "..", "build", "vocabularies", name))
	if err != nil {
		t.Fatalf("a vocabulary is not there (%v): run make vocabularies", err)
	}
	return data
}

// golden is a text and what the reference implementations make of it.
type golden struct {
	N         int     `json:"n"`
	Text      string  `json:"text"`
	IDs       []int64 `json:"ids"`
	Special   bool    `json:"special"`        // the text names special tokens
	Lower     []int64 `json:"lower"`          // of the text in lower case, where it has others
	Piece     []int64 `json:"spm"`            // sentencepiece's, without an end
	SigLIP    []int64 `json:"siglip"`         // transformers.SiglipTokenizer's, cut to 64
	Tokenizer []int64 `json:"tokenizer_json"` // of the library tokenizers, where it has others
}

func goldensOf(t testing.TB, name string) []golden {
	t.Helper()
	var list []golden
	lines := bufio.NewScanner(bytes.NewReader(unpacked(t, name)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		list = append(list, g)
	}
	if len(list) != 629 {
		t.Fatalf("%d goldens in %s, want 629", len(list), name)
	}
	return list
}
