package install

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// take brings one file from a folder on this computer.
func take(ctx context.Context, j *job, source string) error {
	path, err := find(j, source)
	if err != nil {
		return err
	}
	err = takeFile(ctx, j, path)
	if err == nil || ctx.Err() != nil {
		return err
	}
	var spoilt *wrong
	var end *final
	switch {
	case errors.As(err, &spoilt):
		return j.failed(err, fmt.Sprintf("%q is another file: %s", path, spoilt.reason), "put the published file there, then install the model again")
	case errors.As(err, &end):
		return j.failed(err, end.reason, end.remedy)
	}
	return j.failed(err, fmt.Sprintf("%q cannot be read (%v)", path, err), "make it readable, then install the model again")
}

// find looks for a file under its name, and under the last parts of its address: "onnx/model.onnx", "model.onnx".
func find(j *job, source string) (string, error) {
	names := []string{j.file.Name}
	if u, err := url.Parse(j.file.URL); err == nil && u.Path != "" {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		for n := 1; n <= min(3, len(parts)); n++ {
			names = append(names, filepath.FromSlash(strings.Join(parts[len(parts)-n:], "/")))
		}
	}
	for _, name := range names {
		path := filepath.Join(source, name)
		if info, err := os.Stat(path); filepath.IsLocal(name) && err == nil && info.Mode().IsRegular() {
			return filepath.EvalSymlinks(path)
		}
	}
	return "", j.failed(os.ErrNotExist, fmt.Sprintf("the folder %q does not have it", source), "put it there under this name, then install the model again")
}

// takeFile links or copies a file, judges what it then has, and puts it in its place.
func takeFile(ctx context.Context, j *job, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if size := info.Size(); size > j.most() || (!j.file.Unverified && size != j.file.Bytes) {
		return &wrong{reason: fmt.Sprintf("it has %d bytes and should have %d", size, j.file.Bytes)}
	}
	os.Remove(j.taken())
	defer os.Remove(j.taken()) // gone already if all went well
	h := sha256.New()
	j.tracker.size(j.number, info.Size())
	n, err := link(ctx, j, path, h)
	if err != nil {
		return err
	}
	sum := sumOf(h)
	if err := j.judge(n, sum); err != nil {
		return err
	}
	if err := j.place(j.taken(), n, sum, filepath.Dir(path)); err != nil {
		return err
	}
	os.Remove(j.part())
	return nil
}

// link gives a file a second name where that can be, else copies it, and adds its bytes to the hash.
func link(ctx context.Context, j *job, path string, h hash.Hash) (int64, error) {
	linked := os.Link(path, j.taken()) == nil
	if linked {
		path = j.taken()
	}
	from, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer from.Close()
	if linked {
		return j.copy(ctx, h, from)
	}
	to, err := os.OpenFile(j.taken(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, disk(err)
	}
	n, err := j.copy(ctx, io.MultiWriter(h, onDisk{to}), from)
	if failed := errors.Join(to.Sync(), to.Close()); err == nil && failed != nil {
		err = disk(failed)
	}
	return n, err
}

// onDisk marks errors of writing.
type onDisk struct{ *os.File }

func (d onDisk) Write(p []byte) (int, error) {
	n, err := d.File.Write(p)
	if err != nil {
		err = disk(err)
	}
	return n, err
}

// copy copies all of a file, but not more than it may have.
func (j *job) copy(ctx context.Context, to io.Writer, from io.Reader) (int64, error) {
	var n int64
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		k, err := io.CopyN(to, from, step)
		n += k
		j.tracker.received(j.number, n, int(k))
		switch {
		case n > j.most():
			return n, &wrong{reason: fmt.Sprintf("it has more than the %d bytes that it should have", j.file.Bytes)}
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		}
	}
}
