package search

import "testing"

func TestConceptsMustConfirm(t *testing.T) {
	c := calibration{concepts: 2, confirm: 0.05}
	question := []float32{0.6, 0, 0.8, 0}
	for name, w := range map[string]struct {
		question, photo []float32
		want            bool
	}{
		"both parts speak for it":          {question, []float32{0.5, 0, 0.2, 0}, true},
		"only the rest does":               {question, []float32{0.9, 0, 0.01, 0}, false},
		"the question names nothing known": {[]float32{1, 0, 0, 0}, []float32{0.9, 0, 0, 0}, true},
		"the photo's vector is not known":  {question, nil, true},
	} {
		if got := c.confirms(w.question, w.photo); got != w.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (calibration{confirm: 1}).ofConcepts(question) != 0 || !(calibration{confirm: 1}).confirms(question, []float32{0, 0, 0, 0}) {
		t.Error("a model without a part for concepts is held to one")
	}
}
