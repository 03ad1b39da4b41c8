package onnx

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// oldest is the oldest version of ONNX Runtime that has the functions the binding was made for (its ORT_API_VERSION).
const (
	oldest      = "1.29"
	oldestMajor = 1
	oldestMinor = 29
)

// opening serialises the start of the library, which keeps its state in process-wide variables.
var opening sync.Mutex

// Runtime is ONNX Runtime, loaded into this process. It stays until the process ends.
type Runtime struct {
	Version string // as the library reports it: 1.30.0
	path    string
}

// Open loads ONNX Runtime's library from a path, once per process: where it is loaded already, the path is only checked
// to name a file. It returns *RuntimeError if the library is missing, is none, or is too old.
func Open(path string) (*Runtime, error) {
	opening.Lock()
	defer opening.Unlock()
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &RuntimeError{Path: path, Reason: "is missing"}
	case err != nil:
		return nil, &RuntimeError{Path: path, Reason: fmt.Sprintf("cannot be looked at (%v)", err)}
	case !info.Mode().IsRegular():
		return nil, &RuntimeError{Path: path, Reason: "is not a file"}
	}
	if !ort.IsInitialized() {
		if reason := inspect(path, info.Size()); reason != "" {
			return nil, &RuntimeError{Path: path, Reason: reason}
		}
		ort.SetSharedLibraryPath(path)
		if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
			return nil, &RuntimeError{Path: path, Reason: fmt.Sprintf("is of another version than this program needs, or cannot be loaded (%v)", err)}
		}
		// The library has telemetry on Windows only; it is turned off everywhere.
		if err := ort.DisableTelemetry(); err != nil {
			return nil, &RuntimeError{Path: path, Reason: fmt.Sprintf("does not turn its telemetry off (%v)", err)}
		}
	}
	version := ort.GetVersion()
	if tooOld(version) {
		return nil, &RuntimeError{Path: path, Reason: "has version " + version + ", which is too old"}
	}
	return &Runtime{Version: version, path: path}, nil
}

// tooOld says whether a version is below the oldest that will do. What cannot be read counts as too old.
func tooOld(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return true
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil {
		return true
	}
	return major < oldestMajor || major == oldestMajor && minor < oldestMinor
}

// inspect says what is wrong with a library, before the system's loader sees it: that one dies of a library that was cut
// off. It looks at libraries of Linux only.
func inspect(path string, size int64) string {
	if runtime.GOOS != "linux" {
		return ""
	}
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Sprintf("is damaged or not a library of this system (%v)", err)
	}
	defer f.Close() //nolint:errcheck // only read
	for _, p := range f.Progs {
		if p.Off+p.Filesz < p.Off || p.Off+p.Filesz > uint64(size) {
			return "is damaged (a part of it is missing)"
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return fmt.Sprintf("is damaged or not a library of this system (%v)", err)
	}
	for _, s := range symbols {
		if s.Name != "OrtGetApiBase" || s.Section == elf.SHN_UNDEF {
			continue
		}
		if version, ok := strings.CutPrefix(s.Version, "VERS_"); ok && tooOld(version) {
			return "has version " + version + ", which is too old"
		}
		return ""
	}
	return "is not ONNX Runtime (it has no function OrtGetApiBase)"
}
