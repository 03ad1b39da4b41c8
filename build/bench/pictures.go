package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"

	xdraw "golang.org/x/image/draw"
)

// sources lists the JPEG files to make photos of: the outside ones where they are, else those that ship.
func (b *bench) sources() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(b.photos, "img", "*.jpg"))
	if err != nil || len(files) > 0 {
		return files, err
	}
	err = filepath.WalkDir(filepath.Join(b.root, "build", "sample", "photos"), func(path string, _ os.DirEntry, err error) error {
		if ext := filepath.Ext(path); ext == ".jpg" || ext == ".JPG" {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// makePhotos writes n photos that differ in their pixels, with the long side as given, made of real ones by cutting
// another part out each time.
func (b *bench) makePhotos(n, side int) (string, error) {
	dir, err := os.MkdirTemp(b.work, "photos-")
	if err != nil {
		return "", err
	}
	sources, err := b.sources()
	if err != nil {
		return "", err
	}
	for i := range n {
		data, err := os.ReadFile(sources[i%len(sources)])
		if err != nil {
			return "", err
		}
		picture, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			return "", fmt.Errorf("%s: %w", sources[i%len(sources)], err)
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, cut(picture, i/len(sources), side), &jpeg.Options{Quality: 90}); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.jpg", i)), out.Bytes(), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// cut takes a part that depends on k out of a picture and scales its long side to side.
func cut(picture image.Image, k, side int) image.Image {
	b := picture.Bounds()
	margin := 1 + k%12
	part := image.Rect(b.Min.X+margin, b.Min.Y+margin/2, b.Max.X-margin/3, b.Max.Y-margin)
	scale := float64(side) / float64(max(part.Dx(), part.Dy()))
	to := image.NewRGBA(image.Rect(0, 0, int(float64(part.Dx())*scale), int(float64(part.Dy())*scale)))
	xdraw.ApproxBiLinear.Scale(to, to.Bounds(), picture, part, draw.Src, nil)
	return to
}
