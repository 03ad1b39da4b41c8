package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

func TestFilesAreComparedWithTheManifest(t *testing.T) {
	content := strings.Repeat("a model's weights ", 200_000) // several steps of reading
	f := File{Name: "m.onnx", Bytes: int64(len(content)), SHA256: sum(content)}
	folder := t.TempDir()
	path := filepath.Join(folder, f.Name)

	both := func() (error, error) { //nolint:revive,stylecheck // two errors are what is compared
		_, err := ReadFile(t.Context(), folder, f)
		return Verify(t.Context(), folder, f), err
	}
	expect := func(name string, is func(error) bool) {
		t.Helper()
		if a, b := both(); !is(a) || !is(b) {
			t.Errorf("%s: Verify says %v, ReadFile says %v", name, a, b)
		}
	}
	altered := func(err error) bool {
		var e *AlteredError
		return errors.As(err, &e) && e.File == path && strings.Contains(err.Error(), "install the model again")
	}
	missing := func(err error) bool {
		var e *MissingError
		return errors.As(err, &e) && e.File == path && strings.Contains(err.Error(), "install the model again")
	}

	expect("absent", missing)
	write(t, path, []byte(content))
	expect("whole", func(err error) bool { return err == nil })
	if data, _ := ReadFile(t.Context(), folder, f); string(data) != content {
		t.Error("ReadFile returns something else")
	}
	changed := []byte(content)
	changed[len(changed)-1] ^= 1
	write(t, path, changed)
	expect("the last bit flipped", altered)
	write(t, path, []byte(content[1:]))
	expect("a byte short", altered)
	write(t, path, []byte(content+"x"))
	expect("a byte more", altered)
	write(t, path, nil)
	expect("empty", altered)

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	expect("a pipe", missing) // and does not hang
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	expect("a folder", missing)
}

func TestReadingEndsWithItsContext(t *testing.T) {
	content := bytes.Repeat([]byte("x"), 3*step)
	f := File{Name: "m.onnx", Bytes: int64(len(content)), SHA256: sum(string(content))}
	folder := t.TempDir()
	write(t, filepath.Join(folder, f.Name), content)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Verify(ctx, folder, f); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify: %v", err)
	}
	if _, err := ReadFile(ctx, folder, f); !errors.Is(err, context.Canceled) {
		t.Errorf("ReadFile: %v", err)
	}
}

func TestOnlyPlainNamesAreRead(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "secret"), []byte("s"))
	inner := filepath.Join(folder, "models")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	f := File{Name: "../secret", Bytes: 1, SHA256: sum("s")}
	if _, err := ReadFile(t.Context(), inner, f); err == nil {
		t.Error("a file outside the folder was read")
	}
	if err := Verify(t.Context(), inner, f); err == nil {
		t.Error("a file outside the folder was read")
	}
}
