package serve

import (
	"context"
	"embed"
	"io/fs"

	"pixeldetective/backend/picture"
)

// Tiny pictures in the formats whose decoders libvips may load from files when they are first used.
//
//go:embed warm/a.*
var warmPictures embed.FS

// warm decodes each of them once. One that fails stays undecodable: its photos are refused one by one, with their reason.
func warm() {
	entries, err := fs.ReadDir(warmPictures, "warm")
	if err != nil {
		return
	}
	for _, e := range entries {
		b, err := fs.ReadFile(warmPictures, "warm/"+e.Name())
		if err != nil {
			continue
		}
		_, _ = picture.Decode(context.Background(), picture.Job{Data: b, ThumbnailSide: 8})
	}
}
