package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
)

type goldens struct {
	Texts []struct {
		Text string  `json:"text"`
		IDs  []int64 `json:"ids"`
	} `json:"texts"`
	Pictures []string `json:"pictures"` // SHA-256 of the bytes
}

// readGoldens reads what testdata/starter/make_goldens.py wrote.
func readGoldens(t testing.TB) goldens {
	t.Helper()
	data, err := os.ReadFile("testdata/starter/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Texts) < 55 || len(g.Pictures) != 10 {
		t.Fatalf("%d texts and %d pictures in the goldens", len(g.Texts), len(g.Pictures))
	}
	return g
}

// rowsOf reads little-endian float32 rows.
func rowsOf(t testing.TB, name string, rows, columns int) [][]float32 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "starter", name))
	if err != nil {
		t.Fatal(err)
	}
	size, number := 4, func(at []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(at)) }
	if strings.HasSuffix(name, ".f16") {
		size, number = 2, func(at []byte) float32 { return half(binary.LittleEndian.Uint16(at)) }
	}
	if len(data) != rows*columns*size {
		t.Fatalf("%s has %d bytes, not %d × %d × %d", name, len(data), rows, columns, size)
	}
	list := make([][]float32, rows)
	for r := range list {
		list[r] = make([]float32, columns)
		for c := range list[r] {
			list[r][c] = number(data[(r*columns+c)*size:])
		}
		if size == 2 { // a vector, whose length rounding moved from 1
			length := math.Sqrt(cosine(list[r], list[r]))
			for c := range list[r] {
				list[r][c] /= float32(length)
			}
		}
	}
	return list
}

// half is a number in half precision (IEEE 754 binary16) that is neither infinite nor no number.
func half(bits uint16) float32 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)/1024
	value := math.Ldexp(1+fraction, exponent-15)
	if exponent == 0 {
		value = math.Ldexp(fraction, -14)
	}
	if bits>>15 == 1 {
		value = -value
	}
	return float32(value)
}

// picture is picture k of make_goldens.py.
func picture(k int) []byte {
	const side = 384
	pixels := make([]byte, 0, side*side*3)
	for y := range side {
		for x := range side {
			for c := range 3 {
				value := (x*(k+1) + y*(2*k+3) + c*85) / (k + 2)
				dx, dy, r := x-100-18*k, y-280+15*k, 60+10*k
				if dx*dx+dy*dy < r*r {
					value = 200 - 50*c + 13*k
				}
				value += (x*7919 + y*104729 + c*31 + k*1299721) % 17
				pixels = append(pixels, byte(value))
			}
		}
	}
	return pixels
}

func pictures10(t testing.TB, g goldens) [][]byte {
	t.Helper()
	list := make([][]byte, len(g.Pictures))
	for k := range list {
		list[k] = picture(k)
		if sum := sha256.Sum256(list[k]); hex.EncodeToString(sum[:]) != g.Pictures[k] {
			t.Fatalf("picture %d is not the one that the goldens were made of", k)
		}
	}
	return list
}

func TestTextVectorsEqualTheReference(t *testing.T) {
	g := readGoldens(t)
	want := rowsOf(t, "texts.f16", len(g.Texts), 1024)
	e, _ := loadText(t, starter(t))
	var texts []string
	for i, row := range g.Texts {
		texts = append(texts, row.Text)
		if ids := e.(*words).tokenizer.Encode(row.Text); !slices.Equal(ids, row.IDs) {
			t.Errorf("%.60q: ids %v, want %v", row.Text, ids, row.IDs)
		}
		one, err := e.Encode(t.Context(), []string{row.Text})
		if err != nil {
			t.Fatal(err)
		}
		checkVector(t, row.Text, one[0], want[i], .99999)
	}
	all, err := e.Encode(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		checkVector(t, "in a batch: "+texts[i], all[i], want[i], .9999)
	}
}

func checkVector(t testing.TB, name string, got, want []float32, least float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%.60q: %d numbers, not %d", name, len(got), len(want))
	}
	if c := cosine(got, want); c < least || c > 1.00001 {
		t.Errorf("%.60q: cosine %.7f with the reference, want %v", name, c, least)
	}
	if length := math.Sqrt(cosine(got, got)); math.Abs(length-1) > 1e-6 {
		t.Errorf("%.60q: length %.8f, not 1", name, length)
	}
}

func TestTextsOfTheModelsOwnGoldens(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(moduleRoot(t), "models", "starter", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Texts []struct {
			Text   string    `json:"text"`
			Embed8 []float64 `json:"embed8"`
			Sum    float64   `json:"sum"`
		} `json:"texts"`
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Texts) != 12 {
		t.Fatalf("%d texts, not 12", len(g.Texts))
	}
	e, _ := loadText(t, starter(t))
	for _, row := range g.Texts {
		v, err := e.Encode(t.Context(), []string{row.Text})
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, x := range v[0] {
			sum += float64(x)
		}
		if math.Abs(sum-row.Sum) > 2e-3 {
			t.Errorf("%q: the sum is %.5f, want %.5f", row.Text, sum, row.Sum)
		}
		for i, want := range row.Embed8 {
			if math.Abs(float64(v[0][i])-want) > 2e-4 {
				t.Errorf("%q: number %d is %.6f, want %.6f", row.Text, i, v[0][i], want)
			}
		}
	}
}

func TestPictureVectorsAndLabelsEqualTheReference(t *testing.T) {
	g := readGoldens(t)
	want := rowsOf(t, "pictures.f16", len(g.Pictures), 1024)
	labels := rowsOf(t, "labels.f32", len(g.Pictures), 1442)
	pixels := pictures10(t, g)
	e, _ := loadImage(t, starter(t))
	for k, p := range pixels {
		one, err := e.Encode(t.Context(), [][]byte{p})
		if err != nil {
			t.Fatal(err)
		}
		checkVector(t, "picture", one[0].Vector, want[k], .9999)
		for i, got := range e.(*pictures).probabilities {
			if math.Abs(float64(got-labels[k][i])) > 2e-3 {
				t.Errorf("picture %d: the probability of label %d is %v, want %v", k, i, got, labels[k][i])
			}
		}
	}
	all, err := e.Encode(t.Context(), pixels)
	if err != nil {
		t.Fatal(err)
	}
	for k := range all {
		checkVector(t, "picture of many", all[k].Vector, want[k], .9999)
	}
	// The pictures differ, so their vectors must: a graph that is fed the same numbers each time would pass no test.
	if c := cosine(all[0].Vector, all[9].Vector); c > .999 {
		t.Errorf("two pictures have the same vector (cosine %v)", c)
	}
}

func TestABatchInOneInferenceEqualsSingleOnes(t *testing.T) {
	g := readGoldens(t)
	want := rowsOf(t, "pictures.f16", len(g.Pictures), 1024)
	e, _ := loadImage(t, starter(t))
	e.(*pictures).batch = picturesOnDevice // what another device than the CPU is given
	all, err := e.Encode(t.Context(), pictures10(t, g))
	if err != nil {
		t.Fatal(err)
	}
	for k := range all {
		checkVector(t, "picture of a batch", all[k].Vector, want[k], .9999)
	}
}

func TestLoadedSaysHowAGraphRuns(t *testing.T) {
	o := starter(t)
	_, loaded := loadText(t, o)
	if loaded.Device != "cpu" || loaded.FallbackReason != "" || loaded.FromCache || !strings.HasPrefix(loaded.Runtime, "1.") {
		t.Errorf("on the CPU as wished: %+v", loaded)
	}
	for _, wish := range []string{"", "cuda"} {
		o.Device = wish
		_, loaded = loadText(t, o)
		// Where there is an NVIDIA card and the runtime's part for it, there is no reason; else there must be one.
		if (loaded.Device == "cpu") != (loaded.FallbackReason != "") {
			t.Errorf("device %q wished for: %+v", wish, loaded)
		}
	}
	o.Device = "abacus"
	if _, _, err := LoadText(t.Context(), o); err == nil || !strings.Contains(err.Error(), `"abacus" is not known`) {
		t.Errorf("an unknown device: %v", err)
	}
}

func TestEncodersTakeTurnsAndEndWell(t *testing.T) {
	o := starter(t)
	o.Threads = 1
	text, _ := loadText(t, o)
	image, _ := loadImage(t, o)
	want, err := text.Encode(t.Context(), []string{"a dog"})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 5 {
				got, err := text.Encode(t.Context(), []string{"a dog"})
				if err != nil || !slices.Equal(got[0], want[0]) {
					t.Errorf("beside others: %v", err)
				}
			}
		})
	}
	group.Wait()

	if _, err := image.Encode(t.Context(), [][]byte{picture(0), make([]byte, 5)}); err == nil || !strings.Contains(err.Error(), "picture 1 has 5 bytes") {
		t.Errorf("a picture of the wrong size: %v", err)
	}
	if none, err := image.Encode(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("no pictures: %v, %v", none, err)
	}
	for range 2 {
		text.Close()
		image.Close()
	}
	if _, err := text.Encode(t.Context(), []string{"a dog"}); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := image.Encode(t.Context(), [][]byte{picture(0)}); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestAnInferenceEndsWithItsContext(t *testing.T) {
	o := starter(t)
	o.Threads = 1
	e, _ := loadImage(t, o)
	many := slices.Repeat([][]byte{picture(0)}, 1000) // a minute's work
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := e.Encode(ctx, many)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if _, err := e.Encode(t.Context(), many[:1]); err != nil {
		t.Errorf("the next inference: %v", err)
	}
	// Inside one inference, not only between two: a batch of 8 runs for half a second and more.
	e.(*pictures).batch = picturesOnDevice
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := e.Encode(ctx, many[:8]); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("within an inference: %v", err)
	}
}

func TestAPromptIsPutRoundATextOnce(t *testing.T) {
	o := starter(t)
	plain, _ := loadText(t, o)
	o.Model.Prompt = "a photo of %s"
	prompted, _ := loadText(t, o)
	want, err := plain.Encode(t.Context(), []string{"a photo of a %s dog"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := prompted.Encode(t.Context(), []string{"a %s dog"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got[0], want[0]) {
		t.Errorf("cosine %v", cosine(got[0], want[0]))
	}
}

func TestEveryFamilyOfTheCatalogHasCode(t *testing.T) {
	code := families()
	for _, name := range catalog.Families() {
		if f := code[name]; (f.image == nil || f.text == nil) && f.caption == nil {
			t.Errorf("the family %q has no code", name)
		}
	}
	if len(code) != len(catalog.Families()) {
		t.Errorf("there is code for %d families, and the catalog knows %d", len(code), len(catalog.Families()))
	}
}
