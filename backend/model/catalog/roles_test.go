package catalog

import (
	"testing"

	"pixeldetective/backend/photo"
)

// captioner is a manifest of a model that writes.
func captioner() Model {
	m, _ := sample("captioner", photo.StageAccurate)
	m.Role, m.Dimension, m.Labels, m.Text = RoleCaption, 0, nil, nil
	m.Image.Outputs = []Tensor{{Name: "hidden", Type: Float32, Shape: []int64{-1, -1, 8}}}
	decoder := func(inputs ...Tensor) *Graph {
		return &Graph{
			Variants: map[Precision]string{FP16: m.Image.Variants[FP16]}, Default: FP16,
			Inputs:    append(inputs, Tensor{Name: "input_ids", Type: Int64, Shape: []int64{-1, -1}}),
			Outputs:   []Tensor{{Name: "logits", Type: Float32, Shape: []int64{-1, -1, 99}}},
			Tokenizer: &Tokenizer{Kind: TokenizerWordPiece, File: "vocab.txt", MaxTokens: 20},
			Cache:     &Cache{Layers: 2, Heads: 4, HeadSize: 8},
		}
	}
	m.Decoder = decoder(Tensor{Name: "use_cache_branch", Type: Bool, Shape: []int64{1}})
	m.DecoderPast = decoder()
	m.DecoderPast.Tokenizer = nil
	m.Generation = &Generation{Start: 1, End: 2, MaxTokens: 20, Beams: 3, LengthPenalty: 1, Prompt: []int64{7, 8}}
	return m
}

// reader is a manifest of a model that reads the text in photos.
func reader() Model {
	m, _ := sample("reader", photo.StageAccurate)
	m.Role, m.Dimension, m.Labels = RoleTextInImage, 0, nil
	m.Detector, m.Recognizer, m.Image, m.Text = m.Image, nil, nil, nil
	m.Detector.Preprocess.Width, m.Detector.Preprocess.Height = 960, 960
	m.Detector.Inputs[0].Shape = []int64{-1, 3, -1, -1}
	m.Detector.Outputs = m.Detector.Outputs[:1]
	recognizer := *m.Detector
	wide := *m.Detector.Preprocess
	wide.Height, wide.Width = 48, 1280
	recognizer.Preprocess = &wide
	recognizer.Inputs = []Tensor{{Name: "x", Type: Float32, Shape: []int64{-1, 3, 48, -1}}}
	recognizer.Tokenizer = &Tokenizer{Kind: TokenizerWordPiece, File: "vocab.txt", MaxTokens: 20}
	m.Recognizer = &recognizer
	return m
}

// TestModelsThatWriteAndReadAreJudged spoils good manifests of the roles that make texts, one part at a time.
func TestModelsThatWriteAndReadAreJudged(t *testing.T) {
	for _, kind := range []struct {
		name  string
		model func() Model
		spoil map[string]func(*Model)
	}{
		{"captioner", captioner, map[string]func(*Model){
			"a dimension":              func(m *Model) { m.Dimension = 8 },
			"no decoder":               func(m *Model) { m.Decoder = nil },
			"a text graph":             func(m *Model) { m.Text = m.Decoder },
			"no generation":            func(m *Model) { m.Generation = nil },
			"no cache":                 func(m *Model) { m.Decoder.Cache = nil },
			"a cache without layers":   func(m *Model) { m.DecoderPast.Cache.Layers = 0 },
			"a cache beyond all":       func(m *Model) { m.Decoder.Cache.Heads = 1 << 20 },
			"a decoder that sees":      func(m *Model) { m.Decoder.Preprocess = m.Image.Preprocess },
			"a decoder without words":  func(m *Model) { m.Decoder.Tokenizer = nil },
			"a switch of two":          func(m *Model) { m.Decoder.Inputs[0].Shape = []int64{2} },
			"another's tokenizer":      func(m *Model) { m.Decoder.Tokenizer.Kind = TokenizerCharacters },
			"a start below 0":          func(m *Model) { m.Generation.Start = -1 },
			"captions without end":     func(m *Model) { m.Generation.MaxTokens = 1 << 30 },
			"no beam":                  func(m *Model) { m.Generation.Beams = 0 },
			"too many beams":           func(m *Model) { m.Generation.Beams = 1000 },
			"a prompt that fills all":  func(m *Model) { m.Generation.Prompt = make([]int64, 19) },
			"a prompt below 0":         func(m *Model) { m.Generation.Prompt[0] = -1 },
			"a penalty beyond all":     func(m *Model) { m.Generation.LengthPenalty = 1e9 },
			"memory below 0":           func(m *Model) { m.Memory = -1 },
			"a figure above 100":       func(m *Model) { m.Gives = []Figure{{"recall", 101, "its authors"}} },
			"a figure of nobody":       func(m *Model) { m.Gives = []Figure{{"recall", 50, ""}} },
			"a file without its hash":  func(m *Model) { m.Files[0].SHA256 = "" },
			"half a hash, unverified":  func(m *Model) { m.Files[0].SHA256, m.Files[0].Unverified = "ab", true },
			"a detector beside others": func(m *Model) { m.Detector = m.Image },
		}},
		{"reader", reader, map[string]func(*Model){
			"no recognizer":             func(m *Model) { m.Recognizer = nil },
			"generation":                func(m *Model) { m.Generation = captioner().Generation },
			"a recognizer of no words":  func(m *Model) { m.Recognizer.Tokenizer = nil },
			"lines higher than allowed": func(m *Model) { m.Recognizer.Preprocess.Height = 32 },
			"a detector of grey":        func(m *Model) { m.Detector.Inputs[0].Shape[1] = 1 },
		}},
	} {
		m := kind.model()
		m.Gives = []Figure{{Measure: "recall@1", Value: 58.8, Source: "its authors"}}
		m.Files[0].Unverified, m.Memory = true, 1<<30
		if err := m.Validate(); err != nil {
			t.Fatalf("a %s: %v", kind.name, err)
		}
		for name, spoil := range kind.spoil {
			m := kind.model()
			spoil(&m)
			if err := m.Validate(); err == nil {
				t.Errorf("a %s with %s: accepted", kind.name, name)
			}
		}
	}
}
