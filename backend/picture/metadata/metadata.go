package metadata

import (
	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/container"
)

// Read returns what the file and its sidecar (XMP, nil if none) say. Format, Width, Height and Damaged are left to the
// caller; Orientation is 0 where none or an impossible one is given.
func Read(f *container.File, sidecar []byte) photo.Metadata {
	e := readExifOf(f)
	x := readXMP(f.XMP)
	i := readIPTC(f.IPTC)
	var s xmp
	if len(sidecar) > 0 {
		s = readXMP([][]byte{sidecar})
	}

	m := photo.Metadata{
		Orientation: e.orientation,
		Taken:       firstMoment(s.taken, e.taken, x.taken, i.taken, e.modified),
		Place:       firstPlace(s.place, e.place, x.place),
		Make:        first(e.maker, x.maker),
		Lens:        first(e.lens, x.lens),
		ISO:         firstNumber(e.iso, x.iso),
		Aperture:    firstNumber(e.aperture, x.aperture),
		Exposure:    firstNumber(e.exposure, x.exposure),
		FocalLength: firstNumber(e.focal, x.focal),
		Title:       first(s.title, x.title, i.title, e.title),
		Description: first(s.description, x.description, i.description, e.description),
		Label:       first(s.label, x.label),
		Creator:     first(s.creator, x.creator, e.creator, i.creator),
		Copyright:   first(s.copyright, x.copyright, i.copyright, e.copyright),
		City:        first(s.city, x.city, i.city),
		Country:     first(s.country, x.country, i.country),
	}
	m.Camera = cameraName(m.Make, first(e.model, x.model))
	for _, r := range []*int{s.rating, x.rating, e.rating} {
		if r != nil {
			m.Rating = *r
			break
		}
	}
	if m.Keywords = unite(s.keywords); len(m.Keywords) == 0 {
		m.Keywords = unite(x.keywords, i.keywords, e.keywords)
	}
	return m
}

// maxKeywords bounds the list of a photo.
const maxKeywords = 500

func unite(lists ...[]string) []string {
	var out []string
	seen := map[string]bool{}
	for _, list := range lists {
		for _, k := range list {
			if k != "" && !seen[k] && len(out) < maxKeywords {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	return out
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func firstNumber[T int | float64](values ...T) T {
	for _, v := range values {
		if v != 0 {
			return v
		}
	}
	return 0
}

func firstMoment(values ...photo.Moment) photo.Moment {
	for _, v := range values {
		if !v.IsZero() {
			return v
		}
	}
	return photo.Moment{}
}

func firstPlace(values ...*photo.Place) *photo.Place {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}
