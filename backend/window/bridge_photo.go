package window

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

// Photo returns what is known of a photo.
func (b *Bridge) Photo(ctx context.Context, text string) (Photo, error) {
	id, err := photo.ParseID(text)
	if err != nil {
		return Photo{}, errNoPhoto
	}
	p, err := b.parts(ctx)
	if err != nil {
		return Photo{}, err
	}
	var ref photo.ModelRef
	if model, err := p.Supervisor.ImageModel(); err == nil {
		ref = model.Ref()
	}
	d, found, err := p.Store.Detail(ctx, id, ref)
	if err != nil {
		return Photo{}, err
	}
	if !found {
		return Photo{}, errNoPhoto
	}
	return detail(d), nil
}

var errNoPhoto = errors.New("there is no such photo in the library any more")

// detail is what the viewer shows.
func detail(d store.Detail) Photo {
	m := d.Metadata
	shown := Photo{
		ID: d.Photo.String(), Width: m.Width, Height: m.Height, Bytes: d.Bytes, Format: m.Format, Damaged: m.Damaged,
		Taken: takenText(m.Taken.Local), TakenFrom: string(m.Taken.Source), Camera: m.Camera, Lens: m.Lens, ISO: m.ISO,
		Aperture: m.Aperture, Exposure: m.Exposure, FocalLength: m.FocalLength, Title: m.Title, Description: m.Description,
		Place:    strings.Join(nonEmpty(m.City, m.Country), ", "),
		Keywords: append([]string{}, m.Keywords...), Tags: []string{}, Files: []File{},
		Favourite: d.Favourite, Rating: rating(m, d.Decisions), Searchable: d.Seen,
	}
	if len(d.Captions) > 0 {
		shown.Caption = d.Captions[0]
	}
	if m.Place != nil {
		latitude, longitude := m.Place.Latitude, m.Place.Longitude
		shown.Latitude, shown.Longitude = &latitude, &longitude
	}
	seen := map[string]bool{}
	for _, t := range d.Tags {
		if !seen[t.Name] {
			seen[t.Name] = true
			shown.Tags = append(shown.Tags, t.Name)
		}
	}
	for _, f := range d.Files {
		shown.Files = append(shown.Files, File{
			ID: strconv.FormatInt(f.File, 10), Name: display(path.Base(f.Rel)), Folder: place(filepath.Dir(f.String())), Offline: f.Offline,
		})
	}
	return shown
}

func nonEmpty(texts ...string) []string {
	var all []string
	for _, t := range texts {
		if t != "" {
			all = append(all, t)
		}
	}
	return all
}

// SetFavourite makes photos favourites, or no longer.
func (b *Bridge) SetFavourite(ctx context.Context, ids []string, on bool) error {
	return b.decide(ctx, ids, func(s *store.Store, photos []photo.ID) error { return s.SetFavourites(ctx, photos, on) })
}

// SetRating gives photos −1 (rejected) to 5 stars.
func (b *Bridge) SetRating(ctx context.Context, ids []string, stars int) error {
	return b.decide(ctx, ids, func(s *store.Store, photos []photo.ID) error { return s.SetRatings(ctx, photos, stars) })
}

func (b *Bridge) decide(ctx context.Context, ids []string, write func(*store.Store, []photo.ID) error) error {
	photos := make([]photo.ID, len(ids))
	for i, text := range ids {
		id, err := photo.ParseID(text)
		if err != nil {
			return errNoPhoto
		}
		photos[i] = id
	}
	p, err := b.parts(ctx)
	if err != nil {
		return err
	}
	if p.Store.ReadOnly() {
		return errReadOnly
	}
	return write(p.Store, photos)
}

// ShowInFiles shows a file in the system's file manager.
func (b *Bridge) ShowInFiles(ctx context.Context, fileID string) error {
	number, err := strconv.ParseInt(fileID, 10, 64)
	if err != nil {
		return errNoFile
	}
	p, err := b.parts(ctx)
	if err != nil {
		return err
	}
	f, found, err := p.Store.FileAt(ctx, number)
	if err != nil {
		return err
	}
	if !found {
		return errNoFile
	}
	return b.showFile(f.String())
}

var errNoFile = errors.New("this file is not in the library any more")
