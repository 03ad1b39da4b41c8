package worker

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"pixeldetective/backend/model/worker/workerpb"
	"pixeldetective/backend/photo"
)

// Bounds of what a child may say. They are far above what an honest one says.
const (
	maxSide      = 8192     // pixels, of an input or a thumbnail
	maxThumbnail = 16 << 20 // bytes
	maxMetadata  = 4 << 20  // bytes of JSON
	maxText      = 64 << 10 // bytes of one text in the metadata
	maxKeywords  = 10_000
	maxTags      = 10_000
	maxDimension = 1 << 16
	maxSentence  = 1000 // bytes
)

// decodedFrom checks what a child made of a photo against what was asked.
func decodedFrom(reply *workerpb.Decoded, j DecodeJob) (Decoded, error) {
	if len(reply.GetInputs()) != len(j.Inputs) {
		return Decoded{}, fmt.Errorf("%d inputs instead of %d", len(reply.GetInputs()), len(j.Inputs))
	}
	for i, in := range j.Inputs {
		if have, want := len(reply.GetInputs()[i]), in.Width*in.Height*3; have != want {
			return Decoded{}, fmt.Errorf("input %d has %d bytes instead of %d", i, have, want)
		}
	}
	d := Decoded{Inputs: reply.GetInputs(), Thumbnail: reply.GetThumbnail(), PerceptualHash: photo.PerceptualHash(reply.GetPerceptualHash())}
	if err := checkThumbnail(d.Thumbnail, j.ThumbnailSide > 0); err != nil {
		return Decoded{}, err
	}
	if !j.Preview {
		if len(reply.GetPixelDigest()) != len(d.PixelDigest) {
			return Decoded{}, fmt.Errorf("a pixel digest of %d bytes", len(reply.GetPixelDigest()))
		}
		copy(d.PixelDigest[:], reply.GetPixelDigest())
		if d.PixelDigest.IsZero() {
			return Decoded{}, errors.New("an empty pixel digest")
		}
	}
	var err error
	d.Metadata, err = metadataFrom(reply.GetMetadata())
	return d, err
}

func checkThumbnail(b []byte, wanted bool) error {
	switch {
	case len(b) == 0 && !wanted:
		return nil
	case len(b) > maxThumbnail:
		return fmt.Errorf("a thumbnail of %d bytes", len(b))
	case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
		return nil
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return nil
	}
	return fmt.Errorf("a thumbnail of %d bytes that is neither JPEG nor WebP", len(b))
}

// metadataFrom reads photo.Metadata from JSON and holds it to its own rules: a number outside its range is an error, a
// text is cleaned.
func metadataFrom(b []byte) (photo.Metadata, error) {
	var m photo.Metadata
	if len(b) > maxMetadata {
		return m, fmt.Errorf("metadata of %d bytes", len(b))
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return photo.Metadata{}, fmt.Errorf("metadata: %w", err)
	}
	for _, r := range []struct {
		what      string
		v, lo, hi float64
	}{
		{"width", float64(m.Width), 1, 1 << 24},
		{"height", float64(m.Height), 1, 1 << 24},
		{"pixels", float64(m.Width) * float64(m.Height), 1, 1 << 32},
		{"orientation", float64(m.Orientation), 0, 8},
		{"iso", float64(m.ISO), 0, 1 << 31},
		{"aperture", m.Aperture, 0, 1e6},
		{"exposure", m.Exposure, 0, 1e9},
		{"focal length", m.FocalLength, 0, 1e9},
		{"rating", float64(m.Rating), -1, 5},
		{"keywords", float64(len(m.Keywords)), 0, maxKeywords},
	} {
		if !(r.v >= r.lo && r.v <= r.hi) {
			return photo.Metadata{}, fmt.Errorf("metadata: %s of %g", r.what, r.v)
		}
	}
	if err := checkMoment(m.Taken); err != nil {
		return photo.Metadata{}, fmt.Errorf("metadata: %w", err)
	}
	m.Taken.Local = m.Taken.Local.UTC()
	if p := m.Place; p != nil {
		if !(math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180) ||
			p.Altitude != nil && !(math.Abs(*p.Altitude) <= 1e7) {
			return photo.Metadata{}, fmt.Errorf("metadata: a place at %g, %g", p.Latitude, p.Longitude)
		}
	}
	if m.Format == "" || len(m.Format) > 16 {
		return photo.Metadata{}, fmt.Errorf("metadata: format %q", bounded(m.Format, 40))
	}
	for _, s := range []*string{&m.Format, &m.Make, &m.Camera, &m.Lens, &m.Title, &m.Description, &m.Label, &m.Creator,
		&m.Copyright, &m.City, &m.Country} {
		*s = bounded(*s, maxText)
	}
	for i := range m.Keywords {
		m.Keywords[i] = bounded(m.Keywords[i], maxText)
	}
	return m, nil
}

func checkMoment(m photo.Moment) error {
	if y := m.Local.Year(); !m.IsZero() && (y < 1 || y > 9999) {
		return fmt.Errorf("taken in the year %d", y)
	}
	if _, offset := m.Local.Zone(); offset != 0 {
		return fmt.Errorf("a wall clock %s from UTC", time.Duration(offset)*time.Second)
	}
	if o := m.OffsetMinutes; o != nil && (*o < -1080 || *o > 1080) {
		return fmt.Errorf("%d minutes from UTC", *o)
	}
	switch m.Source {
	case photo.MomentUnknown, photo.MomentExif, photo.MomentXMP, photo.MomentIPTC, photo.MomentModified, photo.MomentName,
		photo.MomentFile:
		return nil
	}
	return fmt.Errorf("a date from %q", bounded(string(m.Source), 40))
}

// vectorsFrom cuts b into n vectors of length 1. want is the model's dimension; 0: not known.
func vectorsFrom(b []byte, dimension uint32, want, n int) ([][]float32, error) {
	d := int(dimension)
	if d < 1 || d > maxDimension || want > 0 && d != want {
		return nil, fmt.Errorf("vectors of %d values instead of %d", d, want)
	}
	if len(b) != n*d*4 {
		return nil, fmt.Errorf("%d bytes for %d vectors of %d values", len(b), n, d)
	}
	all := make([]float32, n*d)
	vectors := make([][]float32, n)
	for i := range vectors {
		v := all[i*d : (i+1)*d : (i+1)*d]
		sum := 0.0
		for k := range v {
			v[k] = math.Float32frombits(binary.LittleEndian.Uint32(b[(i*d+k)*4:]))
			sum += float64(v[k]) * float64(v[k])
		}
		if !(math.Abs(math.Sqrt(sum)-1) <= .01) { // false for NaN too
			return nil, fmt.Errorf("vector %d has length %g instead of 1", i, math.Sqrt(sum))
		}
		vectors[i] = v
	}
	return vectors, nil
}

func embeddingsFrom(reply *workerpb.EncodeImagesReply, want, n int) ([]Embedding, error) {
	vectors, err := vectorsFrom(reply.GetVectors(), reply.GetDimension(), want, n)
	if err != nil {
		return nil, err
	}
	if len(reply.GetTags()) != n {
		return nil, fmt.Errorf("tags of %d pictures instead of %d", len(reply.GetTags()), n)
	}
	embeddings := make([]Embedding, n)
	for i, v := range vectors {
		tags := reply.GetTags()[i].GetTags()
		if len(tags) > maxTags {
			return nil, fmt.Errorf("%d tags for one picture", len(tags))
		}
		embeddings[i].Vector = v
		for _, t := range tags {
			if s := t.GetScore(); !(s >= 0 && s <= 1) || t.GetName() == "" {
				return nil, fmt.Errorf("a tag %q with probability %g", bounded(t.GetName(), 80), s)
			}
			embeddings[i].Tags = append(embeddings[i].Tags,
				photo.Tag{Name: bounded(t.GetName(), 256), Kind: bounded(t.GetKind(), 80), Score: t.GetScore()})
		}
	}
	return embeddings, nil
}

// bounded makes a foreign text fit to be kept and shown: valid UTF-8, no control characters, at most limit bytes.
func bounded(s string, limit int) string {
	cut := len(s) > limit
	if cut {
		s = s[:limit]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if cut {
		s += "…"
	}
	return s
}
