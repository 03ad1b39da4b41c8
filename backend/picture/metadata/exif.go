package metadata

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/tiff"
)

// EXIF tags (CIPA DC-008).
const (
	tagDescription  = 0x010e
	tagMake         = 0x010f
	tagModel        = 0x0110
	tagOrientation  = 0x0112
	tagModifyDate   = 0x0132
	tagArtist       = 0x013b
	tagRating       = 0x4746
	tagCopyright    = 0x8298
	tagXPTitle      = 0x9c9b
	tagXPAuthor     = 0x9c9d
	tagXPKeywords   = 0x9c9e
	tagExposure     = 0x829a
	tagFNumber      = 0x829d
	tagISO          = 0x8827
	tagSOS          = 0x8831 // standard output sensitivity
	tagREI          = 0x8832 // recommended exposure index
	tagISOSpeed     = 0x8833
	tagOriginal     = 0x9003
	tagDigitized    = 0x9004
	tagOffset       = 0x9010
	tagOffsetOrig   = 0x9011
	tagOffsetDigi   = 0x9012
	tagFocal        = 0x920a
	tagSubSec       = 0x9290
	tagSubSecOrig   = 0x9291
	tagSubSecDigi   = 0x9292
	tagLensModel    = 0xa434
	gpsLatitudeRef  = 1
	gpsLatitude     = 2
	gpsLongitudeRef = 3
	gpsLongitude    = 4
	gpsAltitudeRef  = 5
	gpsAltitude     = 6
	gpsTime         = 7
	gpsDate         = 29
)

type exif struct {
	orientation                            int
	taken, modified                        photo.Moment
	place                                  *photo.Place
	maker, model, lens                     string
	iso                                    int
	aperture, exposure, focal              float64
	rating                                 *int
	title, description, creator, copyright string
	keywords                               []string
}

// readExifOf reads the first block of the file that says anything; CR3 keeps three blocks.
func readExifOf(f *container.File) exif {
	if f.CR3.Main != nil {
		parse := func(block []byte) *tiff.Directory {
			if t, err := tiff.Parse(block); err == nil {
				return t.First(tiff.Main)
			}
			return nil
		}
		return readExif(parse(f.CR3.Main), parse(f.CR3.Exif), parse(f.CR3.GPS))
	}
	var e exif
	for _, block := range f.Exif {
		if t, err := tiff.Parse(block); err == nil && len(t.Directories) > 0 {
			e = readExif(t.First(tiff.Main), t.First(tiff.Exif), t.First(tiff.GPS))
			break
		}
	}
	for _, block := range f.Preview { // the preview of a RAW file is a picture with an orientation of its own
		if t, err := tiff.Parse(block); err == nil {
			if o, ok := t.First(tiff.Main).Uint(tagOrientation); ok {
				e.orientation = orientation(o)
			}
		}
	}
	return e
}

func readExif(main, sub, gps *tiff.Directory) exif {
	e := exif{
		maker:       word(main, tagMake),
		model:       word(main, tagModel),
		lens:        word(sub, tagLensModel),
		description: text(main, tagDescription),
		creator:     first(word(main, tagArtist), wide(main, tagXPAuthor)),
		copyright:   word(main, tagCopyright),
		title:       wide(main, tagXPTitle),
		exposure:    between(sub, tagExposure, 1e-7, 86400),
		aperture:    between(sub, tagFNumber, 0.3, 256),
		focal:       between(sub, tagFocal, 0.1, 20000),
		place:       readPlace(gps),
	}
	if isFiller(e.description) {
		e.description = ""
	}
	if o, ok := main.Uint(tagOrientation); ok {
		e.orientation = orientation(o)
	}
	if r, ok := main.Uint(tagRating); ok {
		n := clampRating(float64(r))
		e.rating = &n
	}
	for _, k := range strings.Split(wide(main, tagXPKeywords), ";") {
		if k = clean(k, maxWord); k != "" {
			e.keywords = append(e.keywords, k)
		}
	}
	// 65535 in the old 16-bit field means: see the newer ones.
	for _, tag := range []uint16{tagISO, tagREI, tagSOS, tagISOSpeed} {
		if v, ok := sub.Uint(tag); ok && v > 0 && v != 65535 && v <= 50_000_000 {
			e.iso = int(v)
			break
		}
	}
	e.dates(main, sub, gps)
	return e
}

func (e *exif) dates(main, sub, gps *tiff.Directory) {
	e.taken = exifMoment(sub, tagOriginal, tagSubSecOrig, tagOffsetOrig, photo.MomentExif)
	if e.taken.IsZero() {
		e.taken = exifMoment(sub, tagDigitized, tagSubSecDigi, tagOffsetDigi, photo.MomentExif)
	}
	if date := word(main, tagModifyDate); date != "" {
		e.modified = moment(date, word(sub, tagSubSec), word(sub, tagOffset), photo.MomentModified)
	}
	if !e.taken.IsZero() && e.taken.OffsetMinutes == nil {
		if utc, ok := gpsMoment(gps); ok {
			e.taken.OffsetMinutes = offsetByGPS(e.taken.Local, utc)
		}
	}
}

func exifMoment(d *tiff.Directory, date, fraction, zone uint16, source photo.MomentSource) photo.Moment {
	return moment(word(d, date), word(d, fraction), word(d, zone), source)
}

func gpsMoment(d *tiff.Directory) (time.Time, bool) {
	date, clock := word(d, gpsDate), d.Find(gpsTime)
	if clock == nil || len(date) < 10 {
		return time.Time{}, false
	}
	var hms [3]float64
	for i := range hms {
		v, ok := clock.Float(i)
		if !ok || v < 0 || v > 60 {
			return time.Time{}, false
		}
		hms[i] = v
	}
	m := moment(fmt.Sprintf("%s %02.0f:%02.0f:%02d", date[:10], hms[0], hms[1], int(hms[2])), "", "", photo.MomentExif)
	return m.Local, !m.IsZero()
}

func orientation(v uint32) int {
	if v < 1 || v > 8 {
		return 0
	}
	return int(v)
}

// clampRating brings a rating to −1 … 5.
func clampRating(v float64) int {
	return int(max(-1, min(5, v)))
}

func word(d *tiff.Directory, tag uint16) string {
	if e := d.Find(tag); e != nil && (e.Type == tiff.ASCII || e.Type == tiff.Byte || e.Type == tiff.Undefined) {
		return clean(decode(e.Value), maxWord)
	}
	return ""
}

func text(d *tiff.Directory, tag uint16) string {
	if e := d.Find(tag); e != nil && (e.Type == tiff.ASCII || e.Type == tiff.Byte) {
		return clean(decode(e.Value), maxText)
	}
	return ""
}

// wide reads Windows' XP tags: UTF-16, little endian whatever the file's order.
func wide(d *tiff.Directory, tag uint16) string {
	if e := d.Find(tag); e != nil && (e.Type == tiff.Byte || e.Type == tiff.Undefined) {
		return clean(decodeUTF16(e.Value, binary.LittleEndian), maxText)
	}
	return ""
}

func between(d *tiff.Directory, tag uint16, low, high float64) float64 {
	if e := d.Find(tag); e != nil {
		if v, ok := e.Float(0); ok && v >= low && v <= high {
			return v
		}
	}
	return 0
}
