package window

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"pixeldetective/backend/library/store"
)

// AddFolders adds candidates to the library and has them looked through. Those before one that fails are added.
func (b *Bridge) AddFolders(ctx context.Context, ids []string) error {
	p, err := b.parts(ctx)
	if err != nil {
		return err
	}
	if p.Store.ReadOnly() {
		return errReadOnly
	}
	for _, id := range ids {
		path, ok := b.candidates.path(id)
		if !ok {
			return errors.New("this folder is no longer offered; choose it again")
		}
		if err := p.Add(ctx, path); err != nil {
			return err
		}
		b.candidates.forget(id)
	}
	b.touch()
	if b.isCancelled() { // who adds a folder wants it looked at
		return b.Resume()
	}
	return nil
}

// errReadOnly says that decisions and folders cannot be kept.
var errReadOnly = errors.New("the library folder can only be read, so nothing can be changed; make it writable and start again")

// RemoveFolder takes a folder out of the library. Nothing on disk changes; its rows are removed in the background.
func (b *Bridge) RemoveFolder(ctx context.Context, id string) error {
	p, folder, err := b.folder(ctx, id)
	if err != nil {
		return err
	}
	if err := p.Store.RetireFolder(ctx, folder); err != nil {
		return folderGone(err)
	}
	b.forgetFolder(folder)
	b.finishRemovals()
	return nil
}

// finishRemovals removes the rows of folders that were taken out.
func (b *Bridge) finishRemovals() {
	b.removals.add(func(ctx context.Context) {
		p, err := b.parts(ctx)
		if err == nil {
			err = p.Store.FinishRemovals(ctx)
		}
		if err != nil && ctx.Err() == nil {
			b.deps.Log.Warn().Err(err).Msg("a folder that was taken out is not forgotten yet; the next start goes on with it")
		}
	})
}

// RescanFolder has a folder compared with the disk.
func (b *Bridge) RescanFolder(ctx context.Context, id string) error {
	p, folder, err := b.folder(ctx, id)
	if err != nil {
		return err
	}
	folders, err := p.Store.Folders(ctx)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if f.ID == folder {
			_, err := p.Store.RequestScan(ctx, folder, "")
			return err
		}
	}
	return folderGone(store.ErrUnknownFolder)
}

// folder finds the parts and the folder that a call names.
func (b *Bridge) folder(ctx context.Context, id string) (*Parts, store.FolderID, error) {
	p, err := b.parts(ctx)
	if err != nil {
		return nil, 0, err
	}
	if p.Store.ReadOnly() {
		return nil, 0, errReadOnly
	}
	number, err := folderID(id)
	return p, number, err
}

func folderID(text string) (store.FolderID, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number <= 0 {
		return 0, fmt.Errorf("%q names no folder", text)
	}
	return store.FolderID(number), nil
}

func folderGone(err error) error {
	if errors.Is(err, store.ErrUnknownFolder) {
		return errors.New("this folder is not part of the library any more")
	}
	return err
}
