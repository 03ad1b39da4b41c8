package encoder

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

var (
	clipMean, clipStd = [3]float32{.48145466, .4578275, .40821073}, [3]float32{.26862954, .26130258, .27577711}
	halves            = [3]float32{.5, .5, .5}
)

// tinyFamily is one of the random models that testdata/families/make_tiny.py wrote.
type tinyFamily struct {
	golden, family      string
	image, text         string // files
	imageIn, textIn     string
	imageOut, textOut   string
	masked              bool
	side, tokens, padTo int
	fit                 string
	mean, std           [3]float32
	vocabulary, kind    string
}

func tinyFamilies() map[string]tinyFamily {
	clip := tinyFamily{
		golden: "clip", family: catalog.FamilyCLIP, image: "clip_vision.onnx", text: "clip_text.onnx",
		imageIn: "pixel_values", textIn: inputIDs, imageOut: "image_embeds", textOut: "text_embeds", side: 224, tokens: 77,
		fit: catalog.FitCenterCrop, mean: clipMean, std: clipStd, vocabulary: "clip-merges.txt", kind: catalog.TokenizerCLIP,
	}
	masked, padded, datacomp := clip, clip, clip
	masked.text, masked.masked = "clip_text_mask.onnx", true
	padded.padTo = 77
	datacomp.golden, datacomp.image, datacomp.text, datacomp.side = "datacomp", "datacomp_visual.onnx", "datacomp_textual.onnx", 256
	datacomp.imageIn, datacomp.textIn, datacomp.imageOut, datacomp.textOut = "input", "input", "output", "output"
	siglip := tinyFamily{
		golden: "siglip2", family: catalog.FamilySigLIP2, image: "siglip2_vision.onnx", text: "siglip2_text.onnx",
		imageIn: "pixel_values", textIn: inputIDs, imageOut: "pooler_output", textOut: "pooler_output", side: 224, tokens: 64, padTo: 64,
		fit: catalog.FitStretch, mean: halves, std: halves, vocabulary: "tiny_bpe.tokenizer.json", kind: catalog.TokenizerSentencePiece,
	}
	unsaid, model := siglip, siglip
	unsaid.padTo = 0
	model.vocabulary = "tiny_bpe.model"
	return map[string]tinyFamily{
		"clip": clip, "clip with a mask": masked, "clip padded": padded, "datacomp": datacomp,
		"siglip2": siglip, "siglip2, padding not said": unsaid, "siglip2 with a .model": model,
	}
}

func unpack(t testing.TB, path string) []byte {
	t.Helper()
	return testkit.Unpacked(t, path+".gz")
}

// options put the model into a folder and say how to load it.
func (f tinyFamily) options(t testing.TB) LoadOptions {
	t.Helper()
	files := map[string][]byte{
		f.image: unpack(t, filepath.Join("testdata", "families", f.image)),
		f.text:  unpack(t, filepath.Join("testdata", "families", f.text)),
	}
	if f.kind == catalog.TokenizerCLIP {
		data, err := os.ReadFile(filepath.Join(moduleRoot(t), "build", "vocabularies", f.vocabulary))
		if err != nil {
			t.Fatalf("a vocabulary is not there (%v): run make vocabularies", err)
		}
		files[f.vocabulary] = data
	} else {
		files[f.vocabulary] = unpack(t, filepath.Join("internal", "tokenize", "testdata", f.vocabulary))
	}
	folder := t.TempDir()
	m := catalog.Model{
		ID: "tiny", Revision: "1", Name: "Tiny", Family: f.family, Role: catalog.RoleImageText, Stage: photo.StageAccurate, Licence: "none", Dimension: 32,
		Image: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: f.image}, Default: catalog.FP32,
			Inputs:     []catalog.Tensor{{Name: f.imageIn, Type: catalog.Float32, Shape: []int64{-1, 3, int64(f.side), int64(f.side)}}},
			Outputs:    []catalog.Tensor{{Name: f.imageOut, Type: catalog.Float32, Shape: []int64{-1, 32}}},
			Preprocess: &catalog.Preprocess{Width: f.side, Height: f.side, Fit: f.fit, Filter: catalog.FilterBicubic, Mean: f.mean, Std: f.std},
		},
		Text: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: f.text}, Default: catalog.FP32,
			Inputs:    []catalog.Tensor{{Name: f.textIn, Type: catalog.Int64, Shape: []int64{-1, -1}}},
			Outputs:   []catalog.Tensor{{Name: f.textOut, Type: catalog.Float32, Shape: []int64{-1, 32}}},
			Tokenizer: &catalog.Tokenizer{Kind: f.kind, File: f.vocabulary, MaxTokens: f.tokens, PadTo: f.padTo},
		},
	}
	if f.golden == "siglip2" {
		m.Dimension, m.Image.Outputs[0].Shape[1], m.Text.Outputs[0].Shape[1] = 8, 8, 8
	}
	if f.masked {
		m.Text.Inputs = append(m.Text.Inputs, catalog.Tensor{Name: inputMask, Type: catalog.Int64, Shape: []int64{-1, -1}})
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, describe(name, data))
	}
	return LoadOptions{Model: m, Folder: folder, RuntimeLibrary: runtimeLibrary(t), Device: "cpu", Threads: 1}
}

// tinyGolden is what PyTorch made of pictures and texts.
type tinyGolden struct {
	Pictures [][]float32
	Texts    []string
	IDs      [][]int64
	Vectors  [][]float32
}

func (f tinyFamily) goldens(t testing.TB) tinyGolden {
	t.Helper()
	data, err := os.ReadFile("testdata/families/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]tinyGolden
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	g := all[f.golden]
	if len(g.Pictures) != 3 || len(g.Texts) < 12 || len(g.IDs) != len(g.Texts) || len(g.Vectors) != len(g.Texts) {
		t.Fatalf("%d pictures and %d texts in the goldens of %s", len(g.Pictures), len(g.Texts), f.golden)
	}
	for _, list := range [][][]float32{g.Pictures, g.Vectors} {
		for i, v := range list {
			if list[i], err = unit(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return g
}

// pictures are the three of make_tiny.py.
func (f tinyFamily) pictures() [][]byte {
	list := make([][]byte, 3)
	for k := range list {
		list[k] = testPicture(f.side, f.side)
		for i := range list[k] {
			list[k][i] += byte(37 * k)
		}
	}
	return list
}

func TestVectorsOfEachFamilyEqualPyTorchs(t *testing.T) {
	for name, f := range tinyFamilies() {
		t.Run(name, func(t *testing.T) {
			o, g := f.options(t), f.goldens(t)
			images, _ := loadImage(t, o)
			embeddings, err := images.Encode(t.Context(), f.pictures())
			if err != nil {
				t.Fatal(err)
			}
			for k, e := range embeddings {
				checkVector(t, "picture", e.Vector, g.Pictures[k], .9999)
			}
			texts, _ := loadText(t, o)
			all, err := texts.Encode(t.Context(), g.Texts)
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range g.Texts {
				if ids := texts.(*words).tokenizer.Encode(text); !slices.Equal(ids, g.IDs[i]) {
					t.Errorf("%.60q: ids %v, want %v", text, ids, g.IDs[i])
				}
				one, err := texts.Encode(t.Context(), []string{text})
				if err != nil {
					t.Fatal(err)
				}
				checkVector(t, text, one[0], g.Vectors[i], .9999)
				checkVector(t, "in a batch: "+text, all[i], g.Vectors[i], .9999)
			}
			// Different inputs must have different vectors, or the comparison above would say little.
			if c := cosine(all[0], all[len(all)-1]); c > .99 {
				t.Errorf("two texts have the same vector (cosine %v)", c)
			}
			if c := cosine(embeddings[0].Vector, embeddings[2].Vector); c > .9999 {
				t.Errorf("two pictures have the same vector (cosine %v)", c)
			}
		})
	}
}

func TestTextsOfCLIPCutAfterTheirEndHaveTheVectorsOfPaddedOnes(t *testing.T) {
	for _, name := range []string{"clip", "clip with a mask", "datacomp"} {
		f := tinyFamilies()[name]
		cut, _ := loadText(t, f.options(t))
		f.padTo = 77
		padded, _ := loadText(t, f.options(t))
		texts := f.goldens(t).Texts
		want, err := padded.Encode(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := cut.Encode(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range texts {
			checkVector(t, name+", in a batch: "+text, got[i], want[i], .99999)
			one, err := cut.Encode(t.Context(), []string{text})
			if err != nil {
				t.Fatal(err)
			}
			checkVector(t, name+": "+text, one[0], want[i], .99999)
		}
	}
}

func TestTextsOfSigLIP2NeedTheirPadding(t *testing.T) {
	f := tinyFamilies()["siglip2"]
	e, _ := loadText(t, f.options(t))
	g := f.goldens(t)
	e.(*words).padTo, e.(*words).batch = 0, 1
	for i, text := range g.Texts[:3] {
		v, err := e.Encode(t.Context(), []string{text})
		if err != nil {
			t.Fatal(err)
		}
		if c := cosine(v[0], g.Vectors[i]); c > .999 {
			t.Errorf("%q: the vector without padding is that with it (cosine %v)", text, c)
		}
	}
}

func TestAVocabularyOfAnotherKindIsASentence(t *testing.T) {
	for name, f := range tinyFamilies() {
		o := f.options(t)
		junk := []byte("not a vocabulary\n")
		if err := os.WriteFile(filepath.Join(o.Folder, f.vocabulary), junk, 0o600); err != nil {
			t.Fatal(err)
		}
		for i := range o.Model.Files {
			if o.Model.Files[i].Name == f.vocabulary {
				o.Model.Files[i] = describe(f.vocabulary, junk)
			}
		}
		_, _, err := LoadText(t.Context(), o)
		var contract *ContractError
		if !errors.As(err, &contract) || contract.File != f.vocabulary || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The pictures are Pillow's after the resize, to which resize's own tests hold ours bit for bit; here is what is made of
// their bytes. The samples are CLIPImageProcessor's and SiglipImageProcessor's (within 2e-6).
func TestNumbersOfPicturesEqualTheReferences(t *testing.T) {
	folder := filepath.Join(moduleRoot(t), "backend", "picture", "resize", "testdata")
	data, err := os.ReadFile(filepath.Join(folder, "goldens.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		At      []int `json:"sample_indices_chw"`
		Goldens []struct {
			Pipeline, Pixels string
			Samples          []float64 `json:"tensor_samples"`
		}
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	compared := map[string]int{}
	for _, g := range all.Goldens {
		s := newScale(clipMean, clipStd)
		switch g.Pipeline {
		case "clip":
		case "siglip":
			s = newScale(halves, halves)
		default:
			continue
		}
		file, err := os.ReadFile(filepath.Join(folder, g.Pixels))
		if err != nil { // of the large ones only digests are kept
			continue
		}
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		pixels := make([]byte, 0, 3*224*224)
		for y := range 224 {
			for x := range 224 {
				r, g, b, _ := m.At(x, y).RGBA()
				pixels = append(pixels, byte(r>>8), byte(g>>8), byte(b>>8))
			}
		}
		numbers := make([]float32, len(pixels))
		s.planes(numbers, pixels)
		for i, at := range all.At {
			if got, want := float64(numbers[at]), g.Samples[i]; math.Abs(got-want) > 1e-5 {
				t.Errorf("%s: number %d is %v, want %v", g.Pixels, at, got, want)
			}
		}
		compared[g.Pipeline]++
	}
	if compared["clip"] < 3 || compared["siglip"] < 3 {
		t.Errorf("too few pictures were compared: %v", compared)
	}
}
