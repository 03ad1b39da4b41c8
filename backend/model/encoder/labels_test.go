package encoder

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pixeldetective/backend/model/catalog"
)

func TestTagsFollowTheThresholds(t *testing.T) {
	rule := catalog.Labels{
		Thresholds: map[string]float32{"coco": .3, "imagenet": .15},
		Overrides:  map[string]float32{"coco/person": .8, "imagenet/tabby": .05, "imagenet/sock": 1.5},
	}
	l, err := readLabels([]byte("coco\tdog\ncoco\tperson\nimagenet\ttabby\nimagenet\tsock\nimagenet\tdog\ngroup\tanimal\n"), 6, rule)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name          string
		probabilities []float32
		want          string
	}{
		{"none", []float32{.29, .79, .04, 1, .14, 1}, "[]"},
		{"at the threshold", []float32{.3, 0, 0, 0, 0, 0}, "[{dog coco 0.3}]"},
		{"an override above and one below", []float32{0, .8, .05, 0, 0, 0}, "[{person coco 0.8} {tabby imagenet 0.05}]"},
		{"a name of two kinds, once, the better score", []float32{.4, 0, 0, 0, .6, 0}, "[{dog imagenet 0.6}]"},
		{"best first", []float32{.4, .9, .5, 0, 0, 0}, "[{person coco 0.9} {tabby imagenet 0.5} {dog coco 0.4}]"},
		{"rounded above 1", []float32{1.0005, 0, 0, 0, 0, 0}, "[{dog coco 1}]"},
	} {
		got, err := l.tags(c.probabilities)
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, %v; want %s", c.name, got, err, c.want)
		}
	}
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), -1, 2} {
		if got, err := l.tags([]float32{0, 0, bad, 0, 0, 0}); err == nil {
			t.Errorf("the probability %v gave %v", bad, got)
		}
	}
}

func TestThereAreNeverTooManyTags(t *testing.T) {
	var lines strings.Builder
	probabilities := make([]float32, 50)
	for i := range probabilities {
		fmt.Fprintf(&lines, "k\tname %d\n", i)
		probabilities[i] = float32(i+50) / 100
	}
	l, err := readLabels([]byte(lines.String()), 50, catalog.Labels{Thresholds: map[string]float32{"k": .1}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.tags(probabilities)
	if err != nil || len(got) != maxTags || got[0].Name != "name 49" {
		t.Errorf("%d tags, the first %v, %v", len(got), got, err)
	}
}

func TestLabelsThatDoNotMatchAreRefused(t *testing.T) {
	rule := catalog.Labels{Thresholds: map[string]float32{"k": .1}}
	for name, file := range map[string]string{
		"too few": "k\ta\n", "too many": "k\ta\nk\tb\nk\tc\n", "no tab": "k\ta\nkb\n", "no name": "k\ta\nk\t\n",
		"no kind": "k\ta\n\tb\n", "a control character": "k\ta\nk\tb\x07\n", "not UTF-8": "k\ta\nk\t\xff\n",
	} {
		if _, err := readLabels([]byte(file), 2, rule); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := readLabels([]byte("k\ta\nk\tb\n"), 2, rule); err != nil {
		t.Errorf("good ones: %v", err)
	}
	rule.Overrides = map[string]float32{"k/absent": .5}
	if _, err := readLabels([]byte("k\ta\nk\tb\n"), 2, rule); err == nil || !strings.Contains(err.Error(), "k/absent") {
		t.Errorf("an override for a label that is not there: %v", err)
	}
}

func TestBytesBecomeTheNumbersOfTheReference(t *testing.T) {
	s := newScale([3]float32{.5, .5, .5}, [3]float32{.5, .5, .5})
	pixels := []byte{0, 1, 2, 253, 254, 255}
	got := make([]float32, 6)
	s.planes(got, pixels)
	for i, at := range []int{0, 3, 1, 4, 2, 5} { // red, red, green, green, blue, blue
		if want := float64(pixels[at])/127.5 - 1; math.Abs(float64(got[i])-want) > 1e-6 {
			t.Errorf("number %d is %v, want %v", i, got[i], want)
		}
	}
}
