package worker_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// hostile is a job to load one of the encoder's hostile graphs.
func hostile(t *testing.T, file string) worker.LoadJob {
	t.Helper()
	good, _ := starter(t, catalog.GraphImage)
	data, err := os.ReadFile(filepath.Join("..", "encoder", "testdata", "hostile", file))
	if err != nil {
		t.Fatal(err)
	}
	good.Folder, good.Cache = t.TempDir(), ""
	var files []catalog.File
	for name, content := range map[string][]byte{file: data, "vocab.txt": []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n")} {
		if err := os.WriteFile(filepath.Join(good.Folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		files = append(files, catalog.File{Name: name, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])})
	}
	good.Model = catalog.Model{
		ID: "hostile", Revision: "1", Name: "Hostile", Family: good.Model.Family, Role: catalog.RoleImageText,
		Stage: photo.StageAccurate, Licence: "none", Dimension: 512,
		Image: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: file}, Default: catalog.FP32,
			Inputs:     []catalog.Tensor{{Name: "pixel_values", Type: "float32", Shape: []int64{-1, 3, 224, 224}}},
			Outputs:    []catalog.Tensor{{Name: "image_embeds", Type: "float32", Shape: []int64{-1, 512}}},
			Preprocess: &catalog.Preprocess{Width: 224, Height: 224, Fit: "center-crop", Filter: "bicubic", Std: [3]float32{1, 1, 1}},
		},
		Text: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: file}, Default: catalog.FP32,
			Inputs:    []catalog.Tensor{{Name: "input_ids", Type: "int64", Shape: []int64{-1, 77}}},
			Outputs:   []catalog.Tensor{{Name: "text_embeds", Type: "float32", Shape: []int64{-1, 512}}},
			Tokenizer: &catalog.Tokenizer{Kind: "wordpiece", File: "vocab.txt", MaxTokens: 77, PadTo: 77},
		},
		Files: files,
	}
	return good
}

// A graph that is valid and wants 102 GB at its first run: the load fails with a sentence and the worker lives on.
func TestRealLoadOfAGraphThatEatsMemory(t *testing.T) {
	p := startReal(t, worker.RoleImage)
	begin := time.Now()
	_, err := p.Load(t.Context(), hostile(t, "huge_at_run_time.onnx"))
	var load *worker.LoadError
	if !errors.As(err, &load) || load.Kind != worker.LoadContract {
		t.Fatalf("%#v", err)
	}
	t.Logf("after %s: %v", time.Since(begin).Round(time.Millisecond), err)
	m, err := p.Memory(t.Context())
	if err != nil || m.Resident > 1<<30 {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := p.Load(t.Context(), hostile(t, "valid_vision.onnx")); err != nil {
		t.Errorf("a good graph after it: %v", err)
	}
}

// A child inside ONNX Runtime, in a graph that never ends, ends at once when its stdin closes.
func TestRealStopInsideTheRuntime(t *testing.T) {
	p := startReal(t, worker.RoleImage)
	failed := make(chan error, 1)
	j := hostile(t, "endless_loop.onnx")
	go func() {
		_, err := p.Load(context.Background(), j)
		failed <- err
	}()
	within(t, 20*time.Second, "the test run", func() bool { return mapped(p.PID(), "libonnxruntime") })
	begin := time.Now()
	p.Stop(5 * time.Second)
	if took := time.Since(begin); took > 2*time.Second || p.ExitCause() != "it was told to end" {
		t.Errorf("after %s: %s", took, p.ExitCause())
	}
	var crash *worker.CrashError
	if err := <-failed; !errors.As(err, &crash) || crash.Culprit {
		t.Errorf("%v", err)
	}
}

// The decoder has no ONNX Runtime in it, ever; the others have it once they load.
func TestRealDecoderMapsNoRuntime(t *testing.T) {
	p := startReal(t, worker.RoleDecode)
	if mapped(p.PID(), "onnxruntime") || !mapped(p.PID(), "libvips") {
		t.Error("the decoder's maps are not what they should be")
	}
}

func mapped(pid int, what string) bool {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "maps"))
	return err == nil && strings.Contains(string(b), what)
}
