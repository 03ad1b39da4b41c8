package window

import (
	"context"
	"net/http"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// Media serves thumbnails, previews, originals and listings, and hands everything else on.
func (b *Bridge) Media() func(http.Handler) http.Handler { return b.media.handler }

// addMedia makes the handlers, of a Bridge that has no library yet.
func (b *Bridge) addMedia() {
	indexing := b.deps.Settings.Indexing
	b.media = newMedia(mediaParts{
		Library: openedLibrary{b}, Decoder: openedDecoder{b}, Log: b.deps.Log, Dev: developed, Stamp: b.listingStamp,
		MaxFileBytes: indexing.MaxFileBytes, MaxPixels: indexing.MaxPixels, ThumbnailSide: indexing.ThumbnailSide,
	})
	b.pictures = b.media.pictures
}

// listingStamp changes whenever a listing may have changed: with the library, the decisions, and the model that photos are
// or are not seen by. Empty: that is not known.
func (b *Bridge) listingStamp() string {
	p, n := b.attached.Load(), b.counts.latest.Load()
	if p == nil || n == nil {
		return ""
	}
	return n.listing + " " + p.imageRef().String()
}

// imageRef names the model that photos are seen by; the zero ModelRef: there is none.
func (p *Parts) imageRef() photo.ModelRef {
	model, err := p.Supervisor.ImageModel()
	if err != nil {
		return photo.ModelRef{}
	}
	return model.Ref()
}

// openedLibrary is the library as soon as it is open.
type openedLibrary struct{ b *Bridge }

func (l openedLibrary) Thumbnail(ctx context.Context, id photo.ID) ([]byte, error) {
	p, err := l.b.parts(ctx)
	if err != nil {
		return nil, err
	}
	return p.Store.Thumbnail(ctx, id)
}

func (l openedLibrary) KeepThumbnail(ctx context.Context, id photo.ID, data []byte) error {
	p, err := l.b.parts(ctx)
	if err != nil {
		return err
	}
	return p.Store.KeepThumbnail(ctx, id, data)
}

func (l openedLibrary) Originals(ctx context.Context, id photo.ID) (store.Originals, bool, error) {
	p, err := l.b.parts(ctx)
	if err != nil {
		return store.Originals{}, false, err
	}
	return p.Store.Originals(ctx, id)
}

func (l openedLibrary) Listing(ctx context.Context, q listingQuery) (store.Listing, error) {
	p, err := l.b.parts(ctx)
	if err != nil {
		return store.Listing{}, err
	}
	return p.Store.Listing(ctx, q.filter(), q.Order, p.imageRef())
}

func (l openedLibrary) PhotoIDs(ctx context.Context, nums []int64) ([]photo.ID, error) {
	p, err := l.b.parts(ctx)
	if err != nil {
		return nil, err
	}
	return p.Store.PhotoIDs(ctx, nums)
}

// filter is the query as the library knows it.
func (q listingQuery) filter() store.Filter {
	var f store.Filter
	if q.Folder != 0 {
		f.Folders = []store.FolderID{q.Folder}
	}
	if q.FromMonth != 0 {
		from := firstOf(q.FromMonth)
		f.TakenFrom = &from
	}
	if q.ToMonth != 0 {
		to := firstOf(q.ToMonth + 1)
		f.TakenTo = &to
	}
	if q.Favourite {
		f.Favourite = &q.Favourite
	}
	f.MinRating = q.MinRating
	return f
}

// firstOf is the beginning of a month, given as year*12 + month−1.
func firstOf(month int) time.Time {
	return time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// openedDecoder is the supervisor as soon as there is one.
type openedDecoder struct{ b *Bridge }

func (d openedDecoder) Decode(ctx context.Context, job worker.DecodeJob, priority supervisor.Priority) (worker.Decoded, error) {
	p, err := d.b.parts(ctx)
	if err != nil {
		return worker.Decoded{}, err
	}
	return p.Supervisor.Decode(ctx, job, priority)
}
