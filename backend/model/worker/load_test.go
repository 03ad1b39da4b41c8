package worker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

var ref = photo.ModelRef{ID: "m", Revision: "1"}

func TestLoadErrorsKeepTheirKind(t *testing.T) {
	p := start(t, worker.RoleText)
	for family, test := range map[string]struct {
		kind worker.LoadErrorKind
		says string
	}{
		"altered":  {worker.LoadAltered, "damaged or was changed"},
		"missing":  {worker.LoadMissing, "cannot be read"},
		"contract": {worker.LoadContract, "no input \"pixels\""},
		"runtime":  {worker.LoadRuntime, "version 1.20"},
		"odd":      {worker.LoadFailed, "wrong quarter"},
	} {
		_, err := p.Load(t.Context(), textJob(family))
		var load *worker.LoadError
		if !errors.As(err, &load) || load.Kind != test.kind || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %#v", family, err)
			continue
		}
		var altered *catalog.AlteredError
		if family == "altered" && (!errors.As(err, &altered) || altered.File != "/m/a.onnx" || altered.Want != "SHA-256 aa" || altered.Have != "SHA-256 bb") {
			t.Errorf("%#v", altered)
		}
		var missing *catalog.MissingError
		if family == "missing" && (!errors.As(err, &missing) || missing.File != "/m/a.onnx") {
			t.Errorf("%#v", missing)
		}
	}
	// After all these refusals, a good one loads; a second is refused, and so is the other half.
	l, err := p.Load(t.Context(), textJob("ok"))
	if err != nil || l.Device != "cpu" || l.FallbackReason == "" || l.Runtime != "1.30.0" || !l.FromCache || l.MemoryBytes < 1<<20 {
		t.Errorf("%+v, %v", l, err)
	}
	var load *worker.LoadError
	if _, err := p.Load(t.Context(), textJob("ok")); !errors.As(err, &load) || !strings.Contains(err.Error(), "already") {
		t.Errorf("%v", err)
	}
	other := textJob("ok")
	other.Graph = catalog.GraphImage
	if _, err := p.Load(t.Context(), other); !errors.As(err, &load) || !strings.Contains(err.Error(), "cannot load") {
		t.Errorf("%v", err)
	}
}

// A graph that asks for all the memory there is fails within its bound: the machine never feels it.
func TestLoadIsBoundInMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector does not bear a memory limit")
	}
	p := start(t, worker.RoleText)
	begin := time.Now()
	_, err := p.Load(t.Context(), textJob("eat"))
	var crash *worker.CrashError
	if !errors.As(err, &crash) || !strings.Contains(crash.Cause, "SIGABRT") {
		t.Fatal(err)
	}
	t.Logf("after %s: %v", time.Since(begin).Round(time.Millisecond), err)
}

func TestEncodeText(t *testing.T) {
	p := start(t, worker.RoleText)
	var load *worker.LoadError
	if _, err := p.EncodeText(t.Context(), ref, []string{"a"}); !errors.As(err, &load) {
		t.Errorf("before a model is loaded: %v", err)
	}
	if _, err := p.Load(t.Context(), textJob("ok")); err != nil {
		t.Fatal(err)
	}
	v, err := p.EncodeText(t.Context(), ref, []string{"", "a", "bc\xff"})
	if err != nil || len(v) != 3 || v[0][0] != 1 || v[1][1] != 1 || len(v[2]) != 8 {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := p.EncodeText(t.Context(), ref, nil); err != nil || v != nil {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := p.EncodeText(t.Context(), photo.ModelRef{ID: "m", Revision: "2"}, []string{"a"}); err == nil {
		t.Error("it answered for another model")
	}
	for _, text := range []string{"nan", "long", "wide"} {
		if v, err := p.EncodeText(t.Context(), ref, []string{text}); err == nil {
			t.Errorf("%s: %v", text, v)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.EncodeText(ctx, ref, []string{"wait"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if _, err := p.EncodeText(t.Context(), ref, []string{"a"}); err != nil {
		t.Error(err)
	}
	if _, err := p.EncodeImages(t.Context(), ref, [][]byte{{1, 0}}); err == nil {
		t.Error("a text worker encoded a picture")
	}
	if _, err := p.Decode(t.Context(), goodJob); err == nil {
		t.Error("a text worker decoded a photo")
	}
}

func TestEncodeImages(t *testing.T) {
	p := start(t, worker.RoleImage)
	job := textJob("ok")
	job.Graph = catalog.GraphImage
	if _, err := p.Load(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	e, err := p.EncodeImages(t.Context(), ref, [][]byte{{1, 0}, {2, 1}})
	if err != nil || len(e) != 2 || e[0].Vector[1] != 1 || e[1].Vector[2] != 1 || len(e[1].Tags) != 1 ||
		e[1].Tags[0] != (photo.Tag{Name: "dog", Kind: "coco", Score: 1}) {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err := p.EncodeImages(t.Context(), ref, [][]byte{{1, 9}}); err == nil {
		t.Errorf("a probability of 9 was taken: %+v", e)
	}
	big := make([]byte, 64<<20)
	if _, err := p.EncodeImages(t.Context(), ref, [][]byte{big, big, big, big, big}); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("%v", err)
	}
}
