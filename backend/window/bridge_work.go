package window

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
)

// Pause stops looking at photos within one batch.
func (b *Bridge) Pause() error {
	p, err := b.own("pause")
	if err != nil {
		return err
	}
	p.Indexer.Pause()
	b.touch()
	return nil
}

// Resume goes on after Pause and after Cancel.
func (b *Bridge) Resume() error {
	p, err := b.own("resume")
	if err != nil {
		return err
	}
	b.setCancelled(false)
	p.Indexer.Resume()
	p.Indexer.Wake()
	b.recount() // the stage follows from it
	b.touch()
	return nil
}

// Cancel stops looking at photos and drops what is in hand; what waits keeps waiting until Resume.
func (b *Bridge) Cancel() error {
	p, err := b.own("cancel")
	if err != nil {
		return err
	}
	b.setCancelled(true)
	p.Indexer.Pause() // so that no change of a folder starts it again
	p.Indexer.Cancel()
	b.recount() // the stage follows from it
	b.touch()
	return nil
}

// own returns the parts if this process is the one that looks at photos.
func (b *Bridge) own(what string) (*Parts, error) {
	p := b.attached.Load()
	if p == nil {
		return nil, errors.New("the library is not open yet")
	}
	if k := b.counts.keeper.Load(); k != nil {
		return nil, fmt.Errorf("your photos are being looked at by %s; %s it there, or end it and this window takes over", keeperName(k.Holder), what)
	}
	return p, nil
}

func (b *Bridge) isCancelled() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cancelled
}

func (b *Bridge) setCancelled(cancelled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cancelled = cancelled
}

// mostFailures is how many failures one page holds.
const mostFailures = 500

// Failures returns a page of the files that were set aside, the latest first.
func (b *Bridge) Failures(ctx context.Context, offset, limit int) (FailureList, error) {
	list := FailureList{Items: []Failure{}}
	p, err := b.parts(ctx)
	if err != nil {
		return list, err
	}
	if limit <= 0 {
		limit = 100
	}
	failed, total, err := p.Store.FailuresPage(ctx, offset, min(limit, mostFailures))
	if err != nil {
		return list, err
	}
	list.Total = total
	for _, f := range failed {
		list.Items = append(list.Items, Failure{
			ID: strconv.FormatInt(f.File, 10), Name: display(path.Base(f.Rel)), Folder: place(filepath.Dir(f.Path)), Kind: string(f.Kind),
			Reason: sentence(f.Reason), At: f.At.Format(time.RFC3339),
		})
	}
	return list, nil
}

// RetryFailures has all of them tried again.
func (b *Bridge) RetryFailures(ctx context.Context) error {
	p, err := b.parts(ctx)
	if err != nil {
		return err
	}
	if p.Store.ReadOnly() {
		return errReadOnly
	}
	if _, err := p.Store.RetryFailed(ctx); err != nil {
		return err
	}
	if b.counts.keeper.Load() == nil {
		p.Indexer.Wake()
		return nil
	}
	// Another process looks at photos; it looks for them after each scan that it is asked for.
	folders, err := p.Store.Folders(ctx)
	if err != nil || len(folders) == 0 {
		return err
	}
	_, err = p.Store.RequestScan(ctx, folders[0].ID, "")
	return err
}

// LoadModel brings a graph into memory. It does not wait for it.
func (b *Bridge) LoadModel(graph string) error {
	p, m, err := b.graph(graph)
	if err != nil {
		return err
	}
	switch m.State {
	case supervisor.StateNotInstalled, supervisor.StateDownloading:
		return errors.New(m.Error)
	case supervisor.StateFailed:
		p.Supervisor.Retry()
	}
	p.Supervisor.Prefetch(catalog.GraphName(graph))
	return nil
}

// UnloadModel takes a graph out of memory when its work in hand is done. The next question or photo brings it back.
func (b *Bridge) UnloadModel(graph string) error {
	p, _, err := b.graph(graph)
	if err != nil {
		return err
	}
	p.Supervisor.Unload(catalog.GraphName(graph))
	return nil
}

// RetryModel tries again what failed.
func (b *Bridge) RetryModel(graph string) error {
	p, _, err := b.graph(graph)
	if err != nil {
		return err
	}
	p.Supervisor.Retry()
	p.Supervisor.Prefetch(catalog.GraphName(graph))
	return nil
}

func (b *Bridge) graph(name string) (*Parts, supervisor.Model, error) {
	p := b.attached.Load()
	if p == nil {
		return nil, supervisor.Model{}, errors.New("the library is not open yet")
	}
	m, ok := p.Supervisor.Snapshot().Model(name)
	if !ok {
		return nil, m, fmt.Errorf("there is no model graph %q", name)
	}
	return p, m, nil
}
