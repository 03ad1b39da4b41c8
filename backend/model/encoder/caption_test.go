package encoder

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/model/catalog"
)

func TestCaptionsAreTheTextOfWhatWasWritten(t *testing.T) {
	for _, name := range tinyCaptioners() {
		o, _ := tinyCaptioner(t, name)
		c := loadTestCaptioner(t, o)
		pictures := [][]byte{testPicture(c.width, c.height), make([]byte, c.width*c.height*3), testPicture(c.width, c.height), testPicture(c.width, c.height), make([]byte, c.width*c.height*3)}
		got, err := c.Caption(t.Context(), pictures, CaptionOptions{})
		if err != nil || len(got) != len(pictures) {
			t.Fatalf("%s: %d captions, %v", name, len(got), err)
		}
		for i, caption := range got {
			if caption.Text == "" || !utf8.ValidString(caption.Text) || strings.ContainsFunc(caption.Text, unicode.IsControl) || caption.Score > 0 {
				t.Errorf("%s: caption %d is %+v", name, i, caption)
			}
		}
		if got[0].Text != got[3].Text || got[1].Text != got[4].Text {
			t.Errorf("%s: the same picture has two captions: %+v", name, got)
		}
		short, err := c.Caption(t.Context(), pictures[:1], CaptionOptions{Beams: 1, MaxTokens: 3})
		if err != nil || len(short[0].Text) >= len(got[0].Text) {
			t.Errorf("%s: %+v with 3 tokens, %v", name, short, err)
		}
		if none, err := c.Caption(t.Context(), nil, CaptionOptions{}); err != nil || len(none) != 0 {
			t.Errorf("%s: %v, %v for no pictures", name, none, err)
		}
	}
}

func TestAPromptLeadsACaptionAndIsNoPartOfIt(t *testing.T) {
	o, g := tinyCaptioner(t, "blip")
	run := g.Results[1]
	o.Model.Generation.Prompt = run.Prompt[1:]
	o.Model.Generation.Beams = 1
	c := loadTestCaptioner(t, o)
	prompt := c.words.Decode(run.Prompt)
	c.lookAt(t, run.Image)
	written, err := generate(t.Context(), &c.decoder, 1, c.rule)
	if err != nil || !slices.Equal(written[0].tokens, run.Greedy) {
		t.Fatalf("%v, %v; want %v", written, err, run.Greedy)
	}
	got, err := c.Caption(t.Context(), [][]byte{testPicture(c.width, c.height)}, CaptionOptions{})
	if err != nil || prompt != "a picture of" || strings.HasPrefix(got[0].Text, prompt) {
		t.Errorf("%+v with the prompt %q, %v", got, prompt, err)
	}
}

func TestCaptionOptionsAndPicturesAreJudged(t *testing.T) {
	o, _ := tinyCaptioner(t, "vit_gpt2")
	c := loadTestCaptioner(t, o)
	good := testPicture(c.width, c.height)
	for name, call := range map[string]func() error{
		"too many beams": func() error { _, err := c.Caption(t.Context(), [][]byte{good}, CaptionOptions{Beams: 17}); return err },
		"beams below 0":  func() error { _, err := c.Caption(t.Context(), [][]byte{good}, CaptionOptions{Beams: -1}); return err },
		"too many tokens": func() error {
			_, err := c.Caption(t.Context(), [][]byte{good}, CaptionOptions{MaxTokens: 17})
			return err
		},
		"one token": func() error {
			_, err := c.Caption(t.Context(), [][]byte{good}, CaptionOptions{MaxTokens: 1})
			return err
		},
		"a short picture": func() error { _, err := c.Caption(t.Context(), [][]byte{good[1:]}, CaptionOptions{}); return err },
	} {
		if call() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := c.Caption(t.Context(), [][]byte{good}, CaptionOptions{Beams: 16}); err != nil {
		t.Error(err)
	}
}

func TestCaptionersTakeTurnsAndEndWithTheirContextOrClose(t *testing.T) {
	o, _ := tinyCaptioner(t, "blip")
	c := loadTestCaptioner(t, o)
	picture := [][]byte{testPicture(c.width, c.height)}
	want, err := c.Caption(t.Context(), picture, CaptionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			got, err := c.Caption(t.Context(), picture, CaptionOptions{Beams: 1 + 2*(i%2)})
			if err != nil || i%2 == 1 && got[0].Text != want[0].Text {
				t.Errorf("%v, %v; want %v", got, err, want)
			}
		})
	}
	group.Wait()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Caption(ctx, picture, CaptionOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
	if again, err := c.Caption(t.Context(), picture, CaptionOptions{}); err != nil || again[0] != want[0] {
		t.Errorf("after a cancelled one: %v, %v", again, err)
	}
	c.Close()
	c.Close()
	if _, err := c.Caption(t.Context(), picture, CaptionOptions{}); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestASecondLoadOfACaptionerComesFromTheCache(t *testing.T) {
	for _, name := range tinyCaptioners() {
		o, _ := tinyCaptioner(t, name)
		o.Cache = t.TempDir()
		var texts []string
		for load := range 2 {
			c, loaded, err := LoadCaptioner(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if loaded.FromCache != (load == 1) || loaded.Device != "cpu" {
				t.Errorf("%s, load %d: %+v", name, load, loaded)
			}
			got, err := c.Caption(t.Context(), [][]byte{testPicture(32, 32)}, CaptionOptions{})
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, got[0].Text)
			c.Close()
		}
		if texts[0] != texts[1] {
			t.Errorf("%s: %q", name, texts)
		}
	}
}

func TestCaptionersThatAreNotWhatTheirManifestSaysAreRefused(t *testing.T) {
	change := func(name string, o LoadOptions, edit func([]byte) []byte) {
		path := filepath.Join(o.Folder, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, edit(slices.Clone(data)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	swap := func(m *catalog.Model, g *catalog.Graph, file string) { g.Variants[g.Default] = file }
	for name, c := range map[string]struct {
		model string
		spoil func(*LoadOptions)
		kind  string // of the error, as kindOf names it
	}{
		"a decoder with a flipped bit": {"blip", func(o *LoadOptions) {
			change("text_decoder_past.onnx", *o, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}, "altered"},
		"a vocabulary of another":               {"blip", func(o *LoadOptions) { change("vocab.txt", *o, func(b []byte) []byte { return append(b, 'x') }) }, "altered"},
		"no decoder":                            {"vit_gpt2", func(o *LoadOptions) { _ = os.Remove(filepath.Join(o.Folder, "decoder_model_merged.onnx")) }, "missing"},
		"another cache":                         {"vit_gpt2", func(o *LoadOptions) { o.Model.Decoder.Cache.HeadSize = 7 }, "contract"},
		"a cache of more layers":                {"blip", func(o *LoadOptions) { o.Model.Decoder.Cache.Layers, o.Model.DecoderPast.Cache.Layers = 3, 3 }, "contract"},
		"a cache of fewer layers":               {"blip", func(o *LoadOptions) { o.Model.Decoder.Cache.Layers, o.Model.DecoderPast.Cache.Layers = 1, 1 }, "contract"},
		"more words":                            {"vit_gpt2", func(o *LoadOptions) { o.Model.Decoder.Outputs[0].Shape[2]++ }, "contract"},
		"the first graph in the second's place": {"blip", func(o *LoadOptions) { swap(&o.Model, o.Model.DecoderPast, "text_decoder.onnx") }, "contract"},
		"the second graph in the first's place": {"blip", func(o *LoadOptions) { swap(&o.Model, o.Model.Decoder, "text_decoder_past.onnx") }, "contract"},
		"a decoder that should see":             {"vit_gpt2", func(o *LoadOptions) { swap(&o.Model, o.Model.Image, "decoder_model_merged.onnx") }, "contract"},
		"another width":                         {"blip", func(o *LoadOptions) { o.Model.Image.Outputs[0].Shape[2] = 17 }, "other"},
		"a start beyond all words":              {"blip", func(o *LoadOptions) { o.Model.Generation.Start = 1 << 40 }, "other"},
		"one graph of two":                      {"blip", func(o *LoadOptions) { o.Model.DecoderPast = nil }, "other"},
		"two caches":                            {"blip", func(o *LoadOptions) { o.Model.DecoderPast.Cache.Heads = 1 }, "other"},
		"texts beyond all memory": {"blip", func(o *LoadOptions) {
			o.Model.Generation.MaxTokens, o.Model.Decoder.Cache.HeadSize, o.Model.DecoderPast.Cache.HeadSize = 4096, 8192, 8192
		}, "other"},
		"another family": {"blip", func(o *LoadOptions) { o.Model.Family = catalog.FamilyStarter }, "other"},
		"no runtime":     {"blip", func(o *LoadOptions) { o.RuntimeLibrary = filepath.Join(o.Folder, "vocab.txt.so") }, "runtime"},
	} {
		o, _ := tinyCaptioner(t, c.model)
		c.spoil(&o)
		got, _, err := LoadCaptioner(t.Context(), o)
		if err == nil {
			got.Close()
			t.Errorf("%s: accepted", name)
		} else if kindOf(err) != c.kind {
			t.Errorf("%s: an error of the kind %s, not %s: %v", name, kindOf(err), c.kind, err)
		}
	}
}

func TestACaptionerMakesNoVectorsAndAStarterNoCaptions(t *testing.T) {
	o, _ := tinyCaptioner(t, "blip")
	if _, _, err := LoadImage(t.Context(), o); err == nil || !strings.Contains(err.Error(), "vectors") {
		t.Errorf("a captioner made vectors: %v", err)
	}
	if _, _, err := LoadText(t.Context(), o); err == nil {
		t.Error("a captioner made vectors of texts")
	}
	if _, _, err := LoadCaptioner(t.Context(), starter(t)); err == nil {
		t.Error("the starter writes captions")
	}
}
