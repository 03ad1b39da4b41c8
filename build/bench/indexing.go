package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/picture"
	"pixeldetective/backend/picture/resize"
)

const (
	bareLoopArgument = "bare-loop"
	indexingPhotos   = 240
	indexingRounds   = 3
)

// measureIndexing compares `index` with the barest loops that decode and infer with the same libraries in one process:
// one after the other, and with the decode of the next photo beside the inference of this one. Rounds are taken in turns;
// both sides are timed from the first photo to the last, so that loading the model counts on neither.
func measureIndexing(ctx context.Context, b *bench) error {
	for _, side := range []int{640, 4000} {
		n := indexingPhotos
		if side > 1000 {
			n /= 2
		}
		dir, err := b.makePhotos(n, side)
		if err != nil {
			return err
		}
		if err := b.compareIndexing(ctx, dir, n, side); err != nil {
			return err
		}
		os.RemoveAll(dir)
	}
	return nil
}

func (b *bench) compareIndexing(ctx context.Context, dir string, n, side int) error {
	var program, serial, beside, whole []float64
	for range indexingRounds {
		rate, all, err := b.indexRate(ctx, dir, n)
		if err != nil {
			return err
		}
		program, whole = append(program, rate), append(whole, all)
		for _, loop := range []struct {
			ahead string
			rates *[]float64
		}{{"0", &serial}, {"1", &beside}} {
			rate, err := b.bareRate(ctx, dir, loop.ahead)
			if err != nil {
				return err
			}
			*loop.rates = append(*loop.rates, rate)
		}
	}
	what := fmt.Sprintf("photos of %d px", side)
	b.figure("indexing "+what, "%.1f photos/s, %.1f/s with the start of the program", median(program), median(whole))
	b.figure("bare decode + inference loop, "+what, "%.1f photos/s one after the other, %.1f/s with decode beside inference", median(serial), median(beside))
	b.atLeast("indexing against the faster bare loop, "+what, median(program)/max(median(serial), median(beside)), .9, "x", "")
	return nil
}

// indexRate indexes a folder into a new library. It returns the photos a second from the first commit on, and those of
// the whole run.
func (b *bench) indexRate(ctx context.Context, dir string, n int) (steady, whole float64, err error) {
	library, err := b.library()
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(library)
	cmd := b.command(ctx, library, "--json", "index", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	var first time.Time
	var atFirst int64
	decoder := json.NewDecoder(out)
	for {
		var line struct {
			Event   string
			Done    int64
			Indexed int
		}
		if err := decoder.Decode(&line); err != nil {
			break
		}
		if line.Event == "progress" && line.Done > 0 && first.IsZero() {
			first, atFirst = time.Now(), line.Done
		}
		if line.Event == "" && line.Indexed != n {
			return 0, 0, fmt.Errorf("%d of %d photos were indexed", line.Indexed, n)
		}
	}
	ended := time.Now()
	if err := cmd.Wait(); err != nil {
		return 0, 0, err
	}
	if first.IsZero() {
		return 0, 0, fmt.Errorf("no progress was told")
	}
	return float64(int64(n)-atFirst) / ended.Sub(first).Seconds(), float64(n) / ended.Sub(begun).Seconds(), nil
}

// bareRate runs the bare loop in a process of its own.
func (b *bench) bareRate(ctx context.Context, dir, ahead string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, bareLoopArgument, b.root, dir, ahead)
	cmd.Env = append(os.Environ(), "VIPS_BLOCK_UNTRUSTED=1", "VIPS_CONCURRENCY=1", "MALLOC_ARENA_MAX=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("the bare loop: %w", err)
	}
	return strconv.ParseFloat(string(out), 64)
}

// bareLoop decodes each photo of a folder to the model's input and a thumbnail, and infers its vector; nothing is hashed,
// kept or sent. It prints the photos a second without the model's load.
func bareLoop(ctx context.Context, args []string) error {
	root, dir, ahead := args[0], args[1], args[2]
	models, err := catalog.Open(filepath.Join(root, "models"), "")
	if err != nil {
		return err
	}
	model, folder, err := models.Active(catalog.RoleImageText)
	if err != nil {
		return err
	}
	image, _, err := encoder.LoadImage(ctx, encoder.LoadOptions{
		Model: model, Folder: folder, RuntimeLibrary: filepath.Join(root, "build", "runtime", "libonnxruntime.so.1"), Threads: runtime.NumCPU(),
	})
	if err != nil {
		return err
	}
	defer image.Close()
	if err := picture.Startup(); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(ahead)
	if err != nil {
		return err
	}
	spec := resize.Spec{Width: model.Image.Preprocess.Width, Height: model.Image.Preprocess.Height, Fit: resize.Stretch, Filter: resize.Bilinear}
	begun := time.Now()
	if n == 0 {
		err = oneAfterTheOther(ctx, files, spec, image)
	} else {
		err = sideBySide(ctx, files, spec, image)
	}
	if err != nil {
		return err
	}
	fmt.Print(float64(len(files)) / time.Since(begun).Seconds())
	return nil
}

func decodeFile(ctx context.Context, file string, spec resize.Spec) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	result, err := picture.Decode(ctx, picture.Job{Data: data, Extension: "jpg", Inputs: []resize.Spec{spec}, ThumbnailSide: 320})
	if err != nil {
		return nil, err
	}
	return result.Inputs[0], nil
}

func oneAfterTheOther(ctx context.Context, files []string, spec resize.Spec, image encoder.ImageEncoder) error {
	for _, file := range files {
		pixels, err := decodeFile(ctx, file, spec)
		if err != nil {
			return err
		}
		if _, err := image.Encode(ctx, [][]byte{pixels}); err != nil {
			return err
		}
	}
	return nil
}

func sideBySide(ctx context.Context, files []string, spec resize.Spec, image encoder.ImageEncoder) error {
	decoded := make(chan []byte, 4)
	failed := make(chan error, 1)
	go func() {
		defer close(decoded)
		for _, file := range files {
			pixels, err := decodeFile(ctx, file, spec)
			if err != nil {
				failed <- err
				return
			}
			decoded <- pixels
		}
	}()
	for pixels := range decoded {
		if _, err := image.Encode(ctx, [][]byte{pixels}); err != nil {
			return err
		}
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
