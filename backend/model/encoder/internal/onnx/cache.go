package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/cpu"
)

// cache keeps the optimised form of one graph: NAME-KEY.onnx and, beside it, NAME-KEY.sha256 with the hash of its bytes.
// It is written for one processor and one version of the runtime, which the key holds; other keys of the same name are
// of the past and removed when a new one is written.
type cache struct {
	folder string
	name   string // of the graph: model, half, precision, device
	key    string
}

const (
	graphSuffix = ".onnx"
	sumSuffix   = ".sha256"
	tempPattern = "-*.building"
	// staleAfter is the age at which a half-written file is taken for one that a killed process left.
	staleAfter = time.Hour
	// maxCached bounds what is read back.
	maxCached = 4 << 30
)

// newCache returns the place of one graph's optimised form. hash is the SHA-256 of the graph's file.
func newCache(folder, name, hash, runtimeVersion, device, precision string) cache {
	// The optimised graph holds layouts made for this processor's vector units, so these belong to the key.
	features := fmt.Sprintf("%+v %+v", cpu.X86, cpu.ARM64)
	parts := []string{hash, runtimeVersion, device, precision, levelInName, runtime.GOOS, runtime.GOARCH, features}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return cache{folder: folder, name: name, key: hex.EncodeToString(sum[:12])}
}

func (c cache) graph() string { return filepath.Join(c.folder, c.name+"-"+c.key+graphSuffix) }
func (c cache) sum() string   { return filepath.Join(c.folder, c.name+"-"+c.key+sumSuffix) }

// complete says whether there seems to be an optimised graph.
func (c cache) complete() bool {
	_, err := os.Stat(c.sum())
	return err == nil
}

// read returns the optimised graph if it is there and whole.
func (c cache) read() ([]byte, bool) {
	want, err := readRegular(c.sum(), 1<<10)
	if err != nil {
		return nil, false
	}
	data, err := readRegular(c.graph(), maxCached)
	have := sha256.Sum256(data)
	return data, err == nil && strings.TrimSpace(string(want)) == hex.EncodeToString(have[:])
}

func readRegular(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%q is not a file of bearable size", path)
	}
	return os.ReadFile(path)
}

// remove forgets the optimised graph.
func (c cache) remove() {
	_ = os.Remove(c.sum())   // most often there is none;
	_ = os.Remove(c.graph()) // without its hash it counts for nothing
}

// begin returns the path of a new, empty file for what will be renamed; empty if the folder cannot be written to.
func (c cache) begin() string {
	if err := os.MkdirAll(c.folder, 0o700); err != nil {
		return ""
	}
	f, err := os.CreateTemp(c.folder, c.name+tempPattern)
	if err != nil {
		return ""
	}
	path := f.Name()
	if f.Close() != nil {
		_ = os.Remove(path)
		return ""
	}
	return path
}

// commit gives what the runtime wrote its name and its hash, in this order: without its hash it is not read.
func (c cache) commit(written string) error {
	defer os.Remove(written) //nolint:errcheck // gone if all went well
	f, err := os.Open(written)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("the runtime wrote nothing to %q", written)
	}
	c.prune()
	if err := os.Rename(written, c.graph()); err != nil {
		return err
	}
	sum := c.begin()
	if err := os.WriteFile(sum, []byte(hex.EncodeToString(h.Sum(nil))+"\n"), 0o600); err != nil {
		_ = os.Remove(sum)
		return err
	}
	return os.Rename(sum, c.sum())
}

// prune removes optimised forms of the same graph for other versions and processors, and what killed processes left.
func (c cache) prune() {
	entries, err := os.ReadDir(c.folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), c.name+"-")
		if !ok {
			continue
		}
		remove := false
		switch filepath.Ext(rest) {
		case graphSuffix, sumSuffix:
			remove = !strings.HasPrefix(rest, c.key+".")
		case ".building":
			info, err := e.Info()
			remove = err == nil && time.Since(info.ModTime()) > staleAfter
		}
		if remove {
			_ = os.Remove(filepath.Join(c.folder, e.Name())) // tried again next time
		}
	}
}
