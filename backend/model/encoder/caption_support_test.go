package encoder

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/model/catalog"
)

// captionRun is what transformers wrote about one picture (models/export/blip/goldens.py).
type captionRun struct {
	Image      int                  `json:"image"`
	Prompt     []int64              `json:"prompt"`
	Greedy     []int64              `json:"greedy"`
	Beam3      []int64              `json:"beam3"`
	Beam3Score *float64             `json:"beam3_score"`
	Beam4      []int64              `json:"beam4"`
	Beam4Score *float64             `json:"beam4_score"`
	Logits     [][]float64          `json:"logits"`
	OtherEnds  map[int64]captionRun `json:"other_eos"`
}

type captionGoldens struct {
	Start   int64        `json:"start"`
	End     int64        `json:"end"`
	Pad     int64        `json:"pad"`
	Side    int          `json:"side"`
	Limit   int          `json:"limit"`
	Results []captionRun `json:"results"`
	Texts   []struct {
		IDs  []int64 `json:"ids"`
		Text string  `json:"text"`
	} `json:"texts"`
}

// tinyCaptioners are the models of testdata/captions, one of each family.
func tinyCaptioners() []string { return []string{"blip", "vit_gpt2"} }

// layouts are all ways in which the graphs of a captioner share their work.
func layouts(t testing.TB) map[string]func() (LoadOptions, captionGoldens) {
	return map[string]func() (LoadOptions, captionGoldens){
		"one graph with a switch":           func() (LoadOptions, captionGoldens) { return tinyCaptioner(t, "vit_gpt2") },
		"two graphs, pictures in the cache": func() (LoadOptions, captionGoldens) { return tinyCaptioner(t, "blip") },
		"two graphs that see":               func() (LoadOptions, captionGoldens) { return seeing(t) },
	}
}

// seeing is a BLIP whose later steps look at the picture again, as those of others' exports do.
func seeing(t testing.TB) (LoadOptions, captionGoldens) {
	o, g := tinyCaptioner(t, "blip")
	const file = "text_decoder_past_seeing.onnx"
	data, err := os.ReadFile(filepath.Join(o.Folder, file))
	if err != nil {
		t.Fatal(err)
	}
	o.Model.Files = append(o.Model.Files, describe(file, data))
	o.Model.DecoderPast.Variants[catalog.FP32] = file
	o.Model.DecoderPast.Inputs = o.Model.Decoder.Inputs
	return o, g
}

// tinyCaptioner unpacks one of them, and returns what loads it.
func tinyCaptioner(t testing.TB, name string) (LoadOptions, captionGoldens) {
	t.Helper()
	source, folder := filepath.Join("testdata", "captions", name), filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(source, e.Name())
		plain, packed := strings.CutSuffix(e.Name(), ".gz")
		var data []byte
		if packed {
			data = testkit.Unpacked(t, path)
		} else if data, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, plain), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return captionerIn(t, folder), readCaptionGoldens(t, folder)
}

// captionerIn returns what loads the model of a folder with its model.json.
func captionerIn(t testing.TB, folder string) LoadOptions {
	t.Helper()
	c, err := catalog.Open(filepath.Join(moduleRoot(t), "models"), filepath.Dir(folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Models() {
		if m, at, ok := c.Find(m.ID); ok && at == folder {
			return LoadOptions{Model: m, Folder: folder, RuntimeLibrary: runtimeLibrary(t), Device: "cpu"}
		}
	}
	t.Fatalf("no model in %s: %v", folder, c.Problems())
	return LoadOptions{}
}

func readCaptionGoldens(t testing.TB, folder string) captionGoldens {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "goldens.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g captionGoldens
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Results) < 3 {
		t.Fatalf("%d results in %s", len(g.Results), folder)
	}
	return g
}

func loadTestCaptioner(t testing.TB, o LoadOptions) *captioner {
	t.Helper()
	c, _, err := LoadCaptioner(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.(*captioner)
}

// lookAt lets a captioner see picture n of the goldens: numbers that are made of no bytes.
func (c *captioner) lookAt(t testing.TB, images ...int) {
	t.Helper()
	size := 3 * c.width * c.height
	c.input = c.input[:0]
	for _, image := range images {
		for i := image * size; i < (image+1)*size; i++ {
			value := float32(i*7919%2003)/1001 - 1
			c.input = append(c.input, value*[]float32{.4, .7, 1}[image])
		}
	}
	c.hidden = c.hidden[:0]
	if err := c.encode(t.Context(), c.session, len(images)); err != nil {
		t.Fatal(err)
	}
	c.decoder.look(c.hidden)
}

// checkRuns compares all recorded runs of a model, and returns their number.
func checkRuns(t *testing.T, c *captioner, g captionGoldens) int {
	t.Helper()
	compared := 0
	for _, result := range g.Results {
		if result.Prompt == nil {
			result.Prompt = []int64{g.Start}
		}
		c.lookAt(t, result.Image)
		ends := map[int64]captionRun{g.End: result}
		for end, run := range result.OtherEnds {
			ends[end] = run
		}
		for end, run := range ends {
			rule := catalog.Generation{Start: result.Prompt[0], Prompt: result.Prompt[1:], End: end, Pad: g.Pad, MaxTokens: g.Limit, LengthPenalty: 1}
			for beams, want := range map[int][]int64{1: run.Greedy, 3: run.Beam3, 4: run.Beam4} {
				if want == nil {
					continue
				}
				rule.Beams = beams
				got, err := generate(t.Context(), &c.decoder, 1, rule)
				if err != nil {
					t.Fatal(err)
				}
				compared++
				if !slices.Equal(got[0].tokens, want) {
					t.Errorf("picture %d, prompt %v, end %d, %d beams:\n%v, want\n%v", result.Image, result.Prompt, end, beams, got[0].tokens, want)
				}
				score := map[int]*float64{3: run.Beam3Score, 4: run.Beam4Score}[beams]
				if score != nil && math.Abs(got[0].score-*score) > 1e-4 {
					t.Errorf("picture %d, end %d, %d beams: score %v, want %v", result.Image, end, beams, got[0].score, *score)
				}
			}
		}
	}
	return compared
}

// checkLogits compares the logits of each step with those recorded, of which each is the one of token number × stride.
func checkLogits(t *testing.T, c *captioner, run captionRun, stride int) {
	t.Helper()
	c.lookAt(t, run.Image)
	logits, err := c.decoder.begin(t.Context(), run.Prompt, 1)
	for step, want := range run.Logits {
		if err != nil {
			t.Fatal(err)
		}
		if n := (len(logits[0]) + stride - 1) / stride; n != len(want) {
			t.Fatalf("%d logits to compare, want %d", n, len(want))
		}
		for i, w := range want {
			if got := float64(logits[0][i*stride]); math.Abs(got-w) > 1e-4 {
				t.Fatalf("step %d, token %d: logit %v, want %v", step, i*stride, got, w)
			}
		}
		logits, err = c.decoder.next(t.Context(), []int{0}, []int64{run.Greedy[len(run.Prompt)+step]})
	}
}
