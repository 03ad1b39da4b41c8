package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/adrg/xdg"
)

// Names of the environment's variables that say where things are.
const (
	EnvLibrary = "PIXEL_DETECTIVE_LIBRARY" // the library folder
	EnvModels  = "PIXEL_DETECTIVE_MODELS"  // the folder of the models that ship
	EnvRuntime = "PIXEL_DETECTIVE_RUNTIME" // ONNX Runtime's shared library
)

// Paths are where the program's files are; all absolute. A file or folder that is not there is not an error of Locate:
// the field then holds where it was expected, and whoever needs it says so.
type Paths struct {
	Library    string // the folder that holds everything the program writes
	Settings   string // Library/settings.toml
	Log        string // Library/log
	Cache      string // Library/cache: may be deleted at any time
	UserModels string // Library/models: models that the user added
	Backup     string // Library/backup

	ShippedModels  string // the folder with catalog.json
	RuntimeLibrary string // ONNX Runtime's shared library
	Worker         string // the worker executable
}

// Locate finds the program's files. library is what the user asked for; "" means the environment's, else the one in the
// user's data folder. exe is the running executable (os.Executable), of which links are followed.
func Locate(library string, getenv func(string) string, exe string) (Paths, error) {
	if library == "" {
		library = getenv(EnvLibrary)
	}
	if library == "" {
		home, err := dataHome(getenv)
		if err != nil {
			return Paths{}, err
		}
		library = filepath.Join(home, "pixel-detective")
	}
	if strings.ContainsRune(library, 0) {
		return Paths{}, fmt.Errorf("the library folder %q has a zero byte in its name; choose another folder", library)
	}
	library, err := filepath.Abs(library)
	if err != nil {
		return Paths{}, fmt.Errorf("locating the library folder %q: %w", library, err)
	}
	if info, err := os.Stat(library); err == nil && !info.IsDir() {
		return Paths{}, fmt.Errorf("the library %q is a file, not a folder; name a folder with --library, or move the file away", library)
	}
	if exe == "" {
		return Paths{}, errors.New("the path of the running program is not known, so its worker and models cannot be found")
	}
	if resolved, err := filepath.EvalSymlinks(exe); err == nil {
		exe = resolved
	}
	exe, err = filepath.Abs(exe)
	if err != nil {
		return Paths{}, fmt.Errorf("locating the program %q: %w", exe, err)
	}
	beside := filepath.Dir(exe)
	packaged := filepath.Join(beside, "..", "lib", "pixel-detective")
	p := Paths{
		Library:    library,
		Settings:   filepath.Join(library, "settings.toml"),
		Log:        filepath.Join(library, "log"),
		Cache:      filepath.Join(library, "cache"),
		UserModels: filepath.Join(library, "models"),
		Backup:     filepath.Join(library, "backup"),
		Worker:     filepath.Join(beside, workerName()),
	}
	p.ShippedModels, err = choose(getenv(EnvModels), "catalog.json",
		filepath.Join(beside, "models"), filepath.Join(packaged, "models"), filepath.Join(beside, "..", "..", "models"))
	if err != nil {
		return Paths{}, fmt.Errorf("locating the models: %w", err)
	}
	name := runtimeName()
	p.RuntimeLibrary, err = choose(getenv(EnvRuntime), "",
		filepath.Join(beside, "lib", name), filepath.Join(packaged, name), filepath.Join(beside, "..", "runtime", name))
	if err != nil {
		return Paths{}, fmt.Errorf("locating ONNX Runtime: %w", err)
	}
	return p, nil
}

// choose returns the asked path if there is one, else the first candidate in which proof exists ("" for the candidate
// itself), else the first candidate.
func choose(asked, proof string, candidates ...string) (string, error) {
	if asked != "" {
		return filepath.Abs(asked)
	}
	for _, c := range candidates {
		if _, err := os.Stat(filepath.Join(c, proof)); err == nil {
			return c, nil
		}
	}
	return candidates[0], nil
}

// dataHome is the folder for a user's data, by the XDG Base Directory Specification on Unix.
func dataHome(getenv func(string) string) (string, error) {
	switch runtime.GOOS {
	case "windows", "darwin":
		return xdg.DataHome, nil
	}
	if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) { // the specification has relative ones ignored
		return dir, nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share"), nil
	}
	if filepath.IsAbs(xdg.DataHome) {
		return xdg.DataHome, nil
	}
	return "", errors.New("no home folder is set, so there is no place for the library; name one with --library")
}

func workerName() string {
	if runtime.GOOS == "windows" {
		return "pixel-detective-worker.exe"
	}
	return "pixel-detective-worker"
}

func runtimeName() string {
	switch runtime.GOOS {
	case "windows":
		return "onnxruntime.dll"
	case "darwin":
		return "libonnxruntime.dylib"
	}
	return "libonnxruntime.so.1"
}
