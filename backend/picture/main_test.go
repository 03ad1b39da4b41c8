package picture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/resize"
)

// childFile names the photo that this process, started again by a test, has to decode.
const childFile = "PICTURE_TEST_CHILD"

func TestMain(m *testing.M) {
	if err := Startup(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if path := os.Getenv(childFile); path != "" {
		os.Exit(child(path))
	}
	code := m.Run()
	Shutdown()
	os.Exit(code)
}

// verdict is what a child says of a photo, on one line of stdout.
type verdict struct {
	Decoded  bool
	Reason   string // if refused
	Metadata photo.Metadata
	Seconds  float64
	IdleMiB  float64 // resident before the photo
	PeakMiB  float64 // the most that was resident at any time
}

func child(path string) int {
	data, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	v := verdict{IdleMiB: memory("VmRSS")}
	start := time.Now()
	r, err := Decode(context.Background(), usualJob(data, filepath.Ext(path)))
	v.Seconds = time.Since(start).Seconds()
	var refused *RefusedError
	switch {
	case err == nil:
		v.Decoded, v.Metadata = true, r.Metadata
	case errors.As(err, &refused):
		v.Reason = refused.Reason
	default:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	v.PeakMiB = memory("VmHWM")
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		return 1
	}
	return 0
}

func usualJob(data []byte, extension string) Job {
	return Job{
		Data: data, Extension: strings.ToLower(strings.TrimPrefix(extension, ".")), ThumbnailSide: 320,
		Inputs: []resize.Spec{{Width: 384, Height: 384, Fit: resize.Stretch, Filter: resize.Bilinear}},
	}
}

// memory reads a size of this process out of /proc, in MiB.
func memory(field string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(field+":")); ok {
			n, _ := strconv.ParseFloat(strings.Fields(string(rest))[0], 64)
			return n / 1024
		}
	}
	return 0
}
