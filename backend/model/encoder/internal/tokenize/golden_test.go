package tokenize

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// vocabulary is the starter model's, which is the one that the goldens were made with.
func vocabulary(t testing.TB) []byte {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(file), "..", "..", "..", "..", "..", "models", "starter", "vocab.txt")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("the starter model's vocabulary: %v", err)
	}
	return data
}

func tokenizer(t testing.TB, limit int) *WordPiece {
	t.Helper()
	w, err := NewWordPiece(vocabulary(t), limit)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

type row struct {
	N      int     `json:"n"`
	Text   string  `json:"text"`
	IDs    []int64 `json:"ids"`
	Length int     `json:"untruncated_length"`
}

func rows(t testing.TB) []row {
	t.Helper()
	data, err := os.ReadFile("testdata/bert_wordpiece.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var list []row
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if len(list) != 646 {
		t.Fatalf("%d goldens, want 646", len(list))
	}
	return list
}

func TestIDsEqualTheReference(t *testing.T) {
	w := tokenizer(t, 256)
	for _, r := range rows(t) {
		if got := w.Encode(r.Text); !slices.Equal(got, r.IDs) {
			t.Errorf("row %d, %.80q:\n got %v\nwant %v", r.N, r.Text, got, r.IDs)
		}
	}
}

func TestLongTextsAreCutBeforeTheEndToken(t *testing.T) {
	w := tokenizer(t, 64)
	cut := 0
	for _, r := range rows(t) {
		want := r.IDs
		if len(want) > 64 {
			want = append(slices.Clone(want[:63]), want[len(want)-1])
			cut++
		}
		if got := w.Encode(r.Text); !slices.Equal(got, want) {
			t.Errorf("row %d, %.80q:\n got %v\nwant %v", r.N, r.Text, got, want)
		}
	}
	if cut == 0 {
		t.Error("no golden is long enough to be cut")
	}
}
