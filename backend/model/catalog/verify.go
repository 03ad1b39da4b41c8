package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// step is how many bytes are read between two looks at the context.
const step = 1 << 20

// Verify compares a file's size and SHA-256 with the manifest's, without holding it in memory. It returns nil,
// *MissingError, *AlteredError or the context's error.
func Verify(ctx context.Context, folder string, f File) error {
	r, err := open(folder, f)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	h := sha256.New()
	buf := make([]byte, step)
	left := f.Bytes
	for left > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf[:min(left, step)])
		h.Write(buf[:n])
		left -= int64(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &MissingError{File: r.Name(), Err: err}
		}
	}
	return judge(r, f, h, f.Bytes-left)
}

// ReadFile reads a file of a model once and returns its bytes, after having compared the SHA-256 of those very bytes
// with the manifest's. Its errors are Verify's.
func ReadFile(ctx context.Context, folder string, f File) ([]byte, error) {
	r, err := open(folder, f)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // only read
	data := make([]byte, f.Bytes)
	h := sha256.New()
	var have int64
	for have < f.Bytes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(data[have:min(have+step, f.Bytes)])
		h.Write(data[have : have+int64(n)])
		have += int64(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &MissingError{File: r.Name(), Err: err}
		}
	}
	if err := judge(r, f, h, have); err != nil {
		return nil, err
	}
	return data, nil
}

// open opens a regular file of the right size. A pipe or a device in its place is not opened: it could block for good.
func open(folder string, f File) (*os.File, error) {
	if !plainFile(f.Name) {
		return nil, fmt.Errorf("%q is not the plain name of a model file", f.Name)
	}
	path := filepath.Join(folder, f.Name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, &MissingError{File: path, Err: systemReason(err)}
	}
	if !info.Mode().IsRegular() {
		return nil, &MissingError{File: path, Err: errors.New("not a regular file")}
	}
	if f.SHA256 == "" {
		return nil, &MissingError{File: path, Err: errNotRecorded}
	}
	if info.Size() != f.Bytes {
		return nil, altered(path, f.Bytes, info.Size())
	}
	r, err := os.Open(path)
	if err != nil {
		return nil, &MissingError{File: path, Err: systemReason(err)}
	}
	return r, nil
}

// judge compares what was read with the manifest, and makes sure that nothing follows.
func judge(r *os.File, f File, h hash.Hash, have int64) error {
	if have != f.Bytes {
		return altered(r.Name(), f.Bytes, have)
	}
	if n, _ := r.Read(make([]byte, 1)); n != 0 {
		return altered(r.Name(), f.Bytes, have+1)
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != f.SHA256 {
		return &AlteredError{File: r.Name(), Want: "SHA-256 " + f.SHA256, Have: "SHA-256 " + sum}
	}
	return nil
}

func altered(path string, want, have int64) error {
	return &AlteredError{File: path, Want: fmt.Sprintf("%d bytes", want), Have: fmt.Sprintf("%d bytes", have)}
}

// systemReason drops the path that the system's error repeats.
func systemReason(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
