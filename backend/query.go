package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/search"
)

// AddFolders adds folders to the library and leaves a wish to have them scanned, for whoever holds the lease.
func (b *Backend) AddFolders(ctx context.Context, dirs []string) error {
	if len(dirs) == 0 {
		return nil
	}
	targets, err := b.targets(ctx, dirs)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if _, err := b.Store.RequestScan(ctx, t.folder.ID, t.subtree); err != nil {
			return err
		}
	}
	return nil
}

// SearchWords answers a question in words, once the vectors are in memory.
func (b *Backend) SearchWords(ctx context.Context, r search.Request) (search.Answer, error) {
	if err := b.Search.WaitReady(ctx); err != nil {
		return search.Answer{}, err
	}
	return b.Search.Words(ctx, r)
}

// SearchPicture answers with the photos that look most like the picture in a file. A picture of the library is compared
// by the vector that it has; any other is decoded and looked at first.
func (b *Backend) SearchPicture(ctx context.Context, file string, r search.Request) (search.Answer, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return search.Answer{}, fmt.Errorf("finding the file %q: %w", file, err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := b.Search.WaitReady(ctx); err != nil {
		return search.Answer{}, err
	}
	model, err := b.pictureModel()
	if err != nil {
		return search.Answer{}, err
	}
	id, known, err := b.Store.PhotoAt(ctx, path)
	if err != nil {
		return search.Answer{}, err
	}
	if known {
		r.Photo = &id
		answer, err := b.Search.Similar(ctx, r)
		if !errors.Is(err, search.ErrNoVector) {
			answer.Query = file
			return answer, err
		}
		r.Photo = nil
	}
	r.VectorBy = model.Ref()
	r.Vector, err = b.embedFile(ctx, path, model)
	if err != nil {
		return search.Answer{}, err
	}
	answer, err := b.Search.Similar(ctx, r)
	answer.Query = file
	return answer, err
}

// pictureModel is the model that a picture is looked at by: that of the vectors in memory, else the one that answers.
func (b *Backend) pictureModel() (catalog.Model, error) {
	if ref, ok := b.Search.Model(); ok {
		return b.Supervisor.ModelOf(ref)
	}
	return b.Supervisor.ImageModel()
}

// inputOf is what a model wants of a photo.
func inputOf(m catalog.Model) worker.InputSpec {
	p := m.Image.Preprocess
	return worker.InputSpec{Width: p.Width, Height: p.Height, Fit: p.Fit, Filter: p.Filter}
}

// embedFile makes the vector of a picture that is not in the library.
func (b *Backend) embedFile(ctx context.Context, path string, model catalog.Model) ([]float32, error) {
	data, err := readPicture(path, b.Settings.Indexing.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	decoded, err := b.Supervisor.Decode(ctx, worker.DecodeJob{
		Data:      data,
		Extension: strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")),
		MaxPixels: b.Settings.Indexing.MaxPixels,
		Inputs:    []worker.InputSpec{inputOf(model)},
	}, supervisor.PriorityQuery)
	if err != nil {
		return nil, fmt.Errorf("the picture %q cannot be read: %w", path, err)
	}
	embeddings, err := b.Supervisor.EncodeImagesBy(ctx, model.Ref(), decoded.Inputs, supervisor.PriorityQuery)
	if err != nil {
		return nil, err
	}
	return embeddings[0].Vector, nil
}

// readPicture reads a plain file up to a limit.
func readPicture(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the picture %q cannot be read: %w", path, err)
	}
	limit = min(limit, worker.MaxPhotoBytes)
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is not a file with a picture", path)
	case info.Size() > limit:
		return nil, fmt.Errorf("the picture %q has %d MB, more than the limit of %d MB", path, info.Size()>>20, limit>>20)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the picture %q cannot be read: %w", path, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("the picture %q cannot be read: %w", path, err)
	}
	return data, nil
}
