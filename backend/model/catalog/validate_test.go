package catalog

import (
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pixeldetective/backend/photo"
)

func TestEveryFieldOfAManifestIsJudged(t *testing.T) {
	for name, spoil := range map[string]func(*Model){
		"no id":                       func(m *Model) { m.ID = "" },
		"an id with a separator":      func(m *Model) { m.ID = "a/b" },
		"an id that leads up":         func(m *Model) { m.ID = "a..b" },
		"an id in capitals":           func(m *Model) { m.ID = "A" },
		"a revision with an @":        func(m *Model) { m.Revision = "1@2" },
		"no revision":                 func(m *Model) { m.Revision = "" },
		"no name":                     func(m *Model) { m.Name = "" },
		"a name with a control":       func(m *Model) { m.Name = "a\x1b[31m" },
		"no licence":                  func(m *Model) { m.Licence = "" },
		"an unknown family":           func(m *Model) { m.Family = "oracle" },
		"an unknown role":             func(m *Model) { m.Role = "cook" },
		"an unknown stage":            func(m *Model) { m.Stage = "best" },
		"a language that is none":     func(m *Model) { m.Languages = []string{"en_US"} },
		"dimension 0":                 func(m *Model) { m.Dimension = 0 },
		"a dimension beyond all":      func(m *Model) { m.Dimension = 1 << 40 },
		"a dimension not the graphs'": func(m *Model) { m.Dimension = 9 },
		"a prompt without a place":    func(m *Model) { m.Prompt = "a photo" },
		"a prompt with two places":    func(m *Model) { m.Prompt = "%s %s" },
		"a prompt with another verb":  func(m *Model) { m.Prompt = "%s %d" },
		"no files":                    func(m *Model) { m.Files = nil },
		"a file that leads up":        func(m *Model) { m.Files[0].Name = "../image.onnx"; m.Image.Variants[FP16] = "../image.onnx" },
		"an absolute file":            func(m *Model) { m.Files[3].Name = "/etc/passwd"; m.Labels.File = "/etc/passwd" },
		"a file with a backslash":     func(m *Model) { m.Files[3].Name = `a\b`; m.Labels.File = `a\b` },
		"a hidden file":               func(m *Model) { m.Files[3].Name = ".x"; m.Labels.File = ".x" },
		"a file that is a manifest":   func(m *Model) { m.Files[3].Name = "model.json"; m.Labels.File = "model.json" },
		"a file twice":                func(m *Model) { m.Files[3].Name = "VOCAB.txt" },
		"a file of 0 bytes":           func(m *Model) { m.Files[0].Bytes = 0 },
		"a file of negative bytes":    func(m *Model) { m.Files[0].Bytes = -1 },
		"a file beyond all":           func(m *Model) { m.Files[0].Bytes = math.MaxInt64 },
		"a hash in capitals":          func(m *Model) { m.Files[0].SHA256 = strings.ToUpper(m.Files[0].SHA256) },
		"a short hash":                func(m *Model) { m.Files[0].SHA256 = "ab" },
		"an address without TLS":      func(m *Model) { m.Files[0].URL = "http://example.org/a" },
		"an address of a file":        func(m *Model) { m.Files[0].URL = "file:///etc/passwd" },
		"an address with a password":  func(m *Model) { m.Files[0].URL = "https://a:b@example.org/a" },
		"no image graph":              func(m *Model) { m.Image, m.Labels = nil, nil },
		"no text graph":               func(m *Model) { m.Text = nil },
		"an unknown precision":        func(m *Model) { m.Image.Variants["fp8"] = "image.onnx" },
		"a variant without its file":  func(m *Model) { m.Image.Variants[FP32] = "absent.onnx" },
		"a default without variant":   func(m *Model) { m.Image.Default = FP32 },
		"no inputs":                   func(m *Model) { m.Image.Inputs = nil },
		"no outputs":                  func(m *Model) { m.Text.Outputs = nil },
		"an input twice":              func(m *Model) { m.Text.Inputs = append(m.Text.Inputs, m.Text.Inputs[0]) },
		"an input without a name":     func(m *Model) { m.Text.Inputs[0].Name = "" },
		"an unknown type":             func(m *Model) { m.Image.Inputs[0].Type = "float64" },
		"a fixed batch":               func(m *Model) { m.Image.Inputs[0].Shape[0] = 1 },
		"no shape":                    func(m *Model) { m.Text.Inputs[0].Shape = nil },
		"a dimension below free":      func(m *Model) { m.Text.Inputs[0].Shape[1] = -2 },
		"a tensor beyond all":         func(m *Model) { m.Image.Outputs[1].Shape = []int64{-1, 1 << 20, 1 << 20} },
		"pictures of another size":    func(m *Model) { m.Image.Inputs[0].Shape[3] = 5 },
		"pictures of 0":               func(m *Model) { m.Image.Preprocess.Width = 0 },
		"pictures beyond all":         func(m *Model) { m.Image.Preprocess.Height = 1 << 30 },
		"an unknown fit":              func(m *Model) { m.Image.Preprocess.Fit = "crop" },
		"an unknown filter":           func(m *Model) { m.Image.Preprocess.Filter = "nearest" },
		"a std of 0":                  func(m *Model) { m.Image.Preprocess.Std[1] = 0 },
		"a mean that is no number":    func(m *Model) { m.Image.Preprocess.Mean[1] = float32(math.NaN()) },
		"no preprocess":               func(m *Model) { m.Image.Preprocess = nil },
		"a tokenizer for pictures":    func(m *Model) { m.Image.Tokenizer = m.Text.Tokenizer },
		"no tokenizer":                func(m *Model) { m.Text.Tokenizer = nil },
		"an unknown tokenizer":        func(m *Model) { m.Text.Tokenizer.Kind = "clip-bpe" },
		"a vocabulary not listed":     func(m *Model) { m.Text.Tokenizer.File = "absent.txt" },
		"a limit of 2 tokens":         func(m *Model) { m.Text.Tokenizer.MaxTokens = 2 },
		"padding below the limit":     func(m *Model) { m.Text.Tokenizer.PadTo = 63 },
		"padding not the input's":     func(m *Model) { m.Text.Inputs[0].Shape[1] = 77; m.Text.Tokenizer.PadTo = 64 },
		"labels not listed":           func(m *Model) { m.Labels.File = "absent.txt" },
		"labels of no output":         func(m *Model) { m.Labels.Output = "absent" },
		"labels of the vector":        func(m *Model) { m.Labels.Output = "image_embeds" },
		"labels of free number":       func(m *Model) { m.Image.Outputs[1].Shape[1] = -1 },
		"no thresholds":               func(m *Model) { m.Labels.Thresholds = nil },
		"a threshold above 1":         func(m *Model) { m.Labels.Thresholds["coco"] = 1.1 },
		"an override below 0":         func(m *Model) { m.Labels.Overrides["coco/dog"] = -.1 },
		"an override of no kind":      func(m *Model) { m.Labels.Overrides["dog"] = .1 },
		"a cutoff that is no number":  func(m *Model) { m.Cutoff = &Cutoff{"z": math.Inf(1)} },
	} {
		m, _ := sample("sample", photo.StageStarter)
		if err := m.Validate(); err != nil {
			t.Fatalf("the sample: %v", err)
		}
		spoil(&m)
		if err := m.Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzManifest(f *testing.F) {
	m, _ := sample("sample", photo.StageStarter)
	m.Cutoff = &Cutoff{"z": 2.5}
	f.Add(encoded(f, m))
	m.Labels, m.Prompt = nil, ""
	f.Add(encoded(f, m))
	f.Add([]byte(`{"id":"a","files":[{"name":"../x","bytes":-1}]}`))
	f.Add([]byte(`{"id":{"id":{"id":[[[[]]]]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseModel(data)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if !filepath.IsLocal(file.Name) || filepath.Base(file.Name) != file.Name || file.Bytes < 1 {
				t.Errorf("the file %q of %d bytes was accepted", file.Name, file.Bytes)
			}
		}
		if !filepath.IsLocal(m.ID) || filepath.Base(m.ID) != m.ID {
			t.Errorf("the id %q was accepted", m.ID)
		}
		for _, g := range []*Graph{m.Image, m.Text} {
			if g == nil {
				continue
			}
			for _, name := range g.Variants {
				if _, ok := m.File(name); !ok {
					t.Errorf("the variant %q has no file", name)
				}
			}
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		twin, err := parseModel(again)
		if err != nil {
			t.Fatalf("what was accepted is refused when written again: %v", err)
		}
		third, err := json.Marshal(twin)
		if err != nil || !reflect.DeepEqual(again, third) {
			t.Errorf("it changes when written again: %s, %s, %v", again, third, err)
		}
	})
}
