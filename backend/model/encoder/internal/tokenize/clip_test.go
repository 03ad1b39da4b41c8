package tokenize

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// clipForms are CLIP's vocabulary in each form that it is published in.
func clipForms(t testing.TB) map[string][]byte {
	t.Helper()
	list := fetched(t, "clip-merges.txt")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(list); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	ids, _, err := readMerges(list)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	var pairs [][]string
	for _, line := range strings.Split(string(list), "\n")[1 : clipMerges+1] {
		lines, pairs = append(lines, line), append(pairs, strings.Fields(line))
	}
	document := func(merges any) []byte {
		data, err := json.Marshal(map[string]any{
			"version": "1.0",
			"added_tokens": []map[string]any{
				{"id": 49406, "content": clipStart, "normalized": true, "special": true},
				{"id": 49407, "content": clipEnd, "normalized": false, "special": true},
			},
			"model": map[string]any{"type": "BPE", "end_of_word_suffix": clipSuffix, "vocab": ids, "merges": merges},
		})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	return map[string][]byte{
		"merges": list, "merges, compressed": packed.Bytes(),
		"tokenizer.json, older": document(lines), "tokenizer.json, newer": document(pairs),
	}
}

func clip(t testing.TB, limit int) *CLIP {
	t.Helper()
	c, err := NewCLIP(fetched(t, "clip-merges.txt"), limit)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestIDsOfCLIPEqualTheReference(t *testing.T) {
	goldens := goldensOf(t, "clip_bpe.jsonl")
	for name, vocabulary := range clipForms(t) {
		t.Run(name, func(t *testing.T) {
			c, err := NewCLIP(vocabulary, 77)
			if err != nil {
				t.Fatal(err)
			}
			if c.start != 49406 || c.end != 49407 || c.Pad() != 49407 {
				t.Fatalf("start %d, end %d, filling %d", c.start, c.end, c.Pad())
			}
			special := 0
			for _, g := range goldens {
				got := c.Encode(g.Text)
				if g.Special {
					special++
					got = c.withSpecials(g.Text)
				}
				if !slices.Equal(got, g.IDs) {
					t.Errorf("row %d, %.80q:\n got %v\nwant %v", g.N, g.Text, got, g.IDs)
				}
			}
			if special != 5 {
				t.Errorf("%d rows name special tokens, want 5", special)
			}
		})
	}
}

// withSpecials reads the names of special tokens in a text as the reference does, which Encode does not.
func (c *CLIP) withSpecials(text string) []int64 {
	ids := []int64{c.start}
	for rest := clipNormal(text); rest != ""; {
		i, name := strings.Index(rest, "<|"), ""
		for _, s := range []string{clipStart, clipEnd} {
			if i >= 0 && strings.HasPrefix(rest[i:], s) {
				name = s
			}
		}
		if name == "" {
			i = len(rest)
		}
		ids = c.appendText(ids, rest[:i], 76)
		if name != "" {
			ids = append(ids, map[string]int64{clipStart: c.start, clipEnd: c.end}[name])
		}
		rest = rest[i+len(name):]
	}
	return append(ids, c.end)
}

func TestNamesOfSpecialTokensAreText(t *testing.T) {
	c := clip(t, 77)
	for _, text := range []string{clipEnd, "a " + clipEnd + " b", strings.ToUpper(clipStart), clipStart + "dog" + clipEnd} {
		ids := c.Encode(text)
		if inner := ids[1 : len(ids)-1]; len(inner) < 5 || slices.Contains(inner, c.start) || slices.Contains(inner, c.end) {
			t.Errorf("%q: %v", text, ids)
		}
	}
}

func TestLongTextsOfCLIPAreCutBeforeTheEndToken(t *testing.T) {
	whole, short := clip(t, 77), clip(t, 9)
	for _, g := range goldensOf(t, "clip_bpe.jsonl") {
		want := whole.Encode(g.Text)
		if len(want) > 9 {
			want = append(slices.Clone(want[:8]), whole.end)
		}
		if got := short.Encode(g.Text); !slices.Equal(got, want) {
			t.Errorf("row %d: got %v, want %v", g.N, got, want)
		}
	}
}

func TestVocabulariesThatCannotServeCLIPAreRefused(t *testing.T) {
	good := string(clipForms(t)["tokenizer.json, older"])
	var bomb bytes.Buffer
	z, _ := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	for range maxMergesFile/(1<<20) + 2 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, vocabulary := range map[string]string{
		"empty":                    "",
		"of another kind":          "[PAD]\n[UNK]\n[CLS]\n",
		"not text":                 "\xff\xfe\x00",
		"a damaged archive":        "\x1f\x8b\x08\x00",
		"an archive beyond all":    bomb.String(),
		"a damaged document":       good[:len(good)/2],
		"words without their ends": strings.Replace(good, `"end_of_word_suffix":"\u003c/w\u003e"`, `"end_of_word_suffix":""`, 1),
		"another model":            strings.Replace(good, `"type":"BPE"`, `"type":"Unigram"`, 1),
		"no end":                   strings.Replace(good, `"\u003c|endoftext|\u003e":49407`, `"end":49407`, 1),
		"an id below 0":            strings.Replace(good, `"\u003c|endoftext|\u003e":49407`, `"\u003c|endoftext|\u003e":-1`, 1),
		"an id beyond all":         strings.Replace(good, `"\u003c|endoftext|\u003e":49407`, `"\u003c|endoftext|\u003e":2000000000`, 1),
		"a merge of nothing":       strings.Replace(good, `"i n"`, `"in"`, 1),
		"a merge of what is not":   strings.Replace(good, `"i n"`, `"iiii nnnn"`, 1),
		"a merge twice":            "#\ni n\ni n\n",
	} {
		if vocabulary == good {
			t.Fatalf("%s: nothing was spoilt", name)
		}
		if _, err := NewCLIP([]byte(vocabulary), 77); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewCLIP([]byte(good), 2); err == nil {
		t.Error("a limit that leaves no room for a text: accepted")
	}
}

func FuzzCLIP(f *testing.F) {
	for _, text := range []string{"", "a dog", clipEnd, "naïve ☃ 猫 '", "\x00\xff\ufffd", "don't'S''", "İΣς \u0085\u00a0\u180e1234", strings.Repeat("ab", 300)} {
		f.Add(text)
	}
	c := clip(f, 77)
	f.Fuzz(func(t *testing.T, text string) {
		ids := c.Encode(text)
		if len(ids) < 2 || len(ids) > 77 || ids[0] != c.start || ids[len(ids)-1] != c.end {
			t.Fatalf("%v is not 2 to 77 ids from the start to the end", ids)
		}
		for _, id := range ids[1 : len(ids)-1] {
			if id < 0 || id >= c.start {
				t.Fatalf("the id %d is no text", id)
			}
		}
		if again := c.Encode(strings.ToValidUTF8(text, "\xff")); len(again) > 77 {
			t.Fatalf("%d ids", len(again))
		}
		if again := c.Encode(text); !slices.Equal(ids, again) {
			t.Fatalf("the same text gave %v, then %v", ids, again)
		}
	})
}

func BenchmarkCLIP(b *testing.B) {
	c := clip(b, 77)
	for name, text := range map[string]string{
		"query": "two people riding bicycles along a river at sunset", "word of 1 MB": strings.Repeat("abcdefgh", 1<<17),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Encode(text)
			}
		})
	}
}
