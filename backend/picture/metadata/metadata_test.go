package metadata

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/container"
)

var limits = container.Limits{MaxPixels: 200e6}

func read(t testing.TB, path string, sidecar []byte) photo.Metadata {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := container.Open(data, strings.TrimPrefix(filepath.Ext(path), "."), limits)
	if err != nil {
		t.Fatal(err)
	}
	return Read(f, sidecar)
}

// show writes a moment as the goldens do.
func show(m photo.Moment) string {
	s := m.Local.Format("2006-01-02T15:04:05.999999999")
	if m.OffsetMinutes != nil {
		s += time.Date(2000, 1, 1, 0, 0, 0, 0, time.FixedZone("", *m.OffsetMinutes*60)).Format("-07:00")
	}
	return s
}

// Everything that testdata/intended.json says. Where it leaves a choice, choices has ours.
func TestIntended(t *testing.T) {
	data, err := os.ReadFile("testdata/intended.json")
	if err != nil {
		t.Fatal(err)
	}
	var intended map[string]map[string]any
	if err := json.Unmarshal(data, &intended); err != nil {
		t.Fatal(err)
	}
	choices := map[string]map[string]any{
		"03_north_west_no_zone.jpg":     {"taken": "2021-07-04T21:30:00-04:00", "camera": "FUJIFILM X-T4"},
		"04_south_east_modify_only.jpg": {"taken": "2020-02-29T12:00:00", "camera": "SONY ILCE-7M3"},
		"06_conflict.jpg":               {"taken": "2018-01-01T10:00:00", "description": "from XMP"},
		"09_absurd_values.jpg":          {"taken": nil, "focal_mm": nil, "iso": nil, "altitude": nil},
		"11_utf8_and_utf16.jpg":         {"copyright": "© 2024"},
		"13_blank_strings.jpg":          {"taken": "2022-08-01T10:20:31", "latitude": nil, "description": nil},
		"14_null_island.jpg":            {"latitude": nil, "longitude": nil},
		"15_ratings.jpg":                {"rating": -1.0},
		"16_date_line_and_poles.jpg":    {"taken": "1969-07-20T20:17:40+00:00", "altitude": 2835.0},
		"07_wrong_byte_order.jpg":       {"taken": nil, "camera": nil, "latitude": nil, "keywords": nil},
		"10_latin1.jpg":                 {"keywords": []any{"Straße", "Île"}},
		"05_iptc_xmp.jpg":               {"copyright": "CC0"},
		"12_offsets_and_subsecs.jpg":    {"latitude": nil},
		"02_full_south_west.jpg":        {"rating": nil},
		"20_sidecar.jpg":                {"title": nil},
	}
	if len(intended) != 20 {
		t.Fatalf("%d pictures, want 20", len(intended))
	}
	sidecar, err := os.ReadFile("testdata/20_sidecar.xmp")
	if err != nil {
		t.Fatal(err)
	}
	for name, fields := range intended {
		t.Run(name, func(t *testing.T) {
			beside := sidecar
			if name != "20_sidecar.jpg" {
				beside = nil
			}
			m := read(t, filepath.Join("testdata", name), beside)
			for field, want := range choices[name] {
				fields[field] = want
			}
			for field, want := range fields {
				if field == "note" || field == "offset" {
					continue
				}
				if got := fieldOf(t, m, field); !equal(got, want) {
					t.Errorf("%s: %v, want %v", field, got, want)
				}
			}
			checkClean(t, m)
		})
	}
}

func equal(got, want any) bool {
	a, ok1 := got.(float64)
	b, ok2 := want.(float64)
	if ok1 && ok2 {
		return math.Abs(a-b) < 1e-6
	}
	return reflect.DeepEqual(got, want)
}

// fieldOf returns a field by the goldens' name, nil where it is unknown.
func fieldOf(t *testing.T, m photo.Metadata, field string) any {
	t.Helper()
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	num := func(v float64) any {
		if v == 0 {
			return nil
		}
		return v
	}
	switch field {
	case "taken":
		if m.Taken.IsZero() {
			return nil
		}
		return show(m.Taken)
	case "latitude", "longitude", "altitude":
		switch {
		case m.Place == nil:
			return nil
		case field == "latitude":
			return m.Place.Latitude
		case field == "longitude":
			return m.Place.Longitude
		case m.Place.Altitude == nil:
			return nil
		}
		return *m.Place.Altitude
	case "keywords":
		var out []any
		for _, k := range m.Keywords {
			out = append(out, k)
		}
		if out == nil {
			return nil
		}
		return out
	case "camera":
		return text(m.Camera)
	case "lens":
		return text(m.Lens)
	case "iso":
		return num(float64(m.ISO))
	case "aperture":
		return num(m.Aperture)
	case "exposure_seconds":
		return num(m.Exposure)
	case "focal_mm":
		return num(m.FocalLength)
	case "rating":
		return num(float64(m.Rating))
	case "orientation":
		return num(float64(m.Orientation))
	case "title":
		return text(m.Title)
	case "description":
		return text(m.Description)
	case "label":
		return text(m.Label)
	case "creator", "artist":
		return text(m.Creator)
	case "copyright":
		return text(m.Copyright)
	case "city":
		return text(m.City)
	case "country":
		return text(m.Country)
	}
	t.Fatalf("unknown field %q in the goldens", field)
	return nil
}

// checkClean holds what photo.Metadata promises.
func checkClean(t testing.TB, m photo.Metadata) {
	t.Helper()
	texts := append(slices.Clone(m.Keywords), m.Make, m.Camera, m.Lens, m.Title, m.Description, m.Label, m.Creator, m.Copyright, m.City, m.Country)
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || len(s) > maxText || strings.TrimSpace(s) != s {
			t.Fatalf("unclean text: %q", s)
		}
	}
	seen := map[string]bool{}
	for _, k := range m.Keywords {
		if k == "" || seen[k] {
			t.Fatalf("keyword %q is empty or there twice", k)
		}
		seen[k] = true
	}
	for _, v := range []float64{m.Aperture, m.Exposure, m.FocalLength} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			t.Fatalf("a number is %v", v)
		}
	}
	if p := m.Place; p != nil {
		if !(math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180) || p.Altitude != nil && (math.IsNaN(*p.Altitude) || math.IsInf(*p.Altitude, 0)) {
			t.Fatalf("the place is %+v", *p)
		}
	}
	if m.Rating < -1 || m.Rating > 5 || m.Orientation < 0 || m.Orientation > 8 || m.ISO < 0 {
		t.Fatalf("rating %d, orientation %d, ISO %d", m.Rating, m.Orientation, m.ISO)
	}
	if !m.Taken.IsZero() && (m.Taken.Local.Year() < firstYear || m.Taken.Local.Year() > lastYear || m.Taken.Local.Location() != time.UTC) {
		t.Fatalf("taken %v", m.Taken.Local)
	}
	if o := m.Taken.OffsetMinutes; o != nil && (*o < -maxOffset || *o > maxOffset) {
		t.Fatalf("offset %d", *o)
	}
	if len(m.Keywords) > maxKeywords {
		t.Fatalf("%d keywords", len(m.Keywords))
	}
	if _, err := json.Marshal(m); err != nil {
		t.Fatal(err)
	}
}

func TestSidecarOverrides(t *testing.T) {
	sidecar := []byte(`<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
	<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='-3' xmp:Label='Green' xmlns:exif='http://ns.adobe.com/exif/1.0/'
	 exif:DateTimeOriginal='2001-02-03T04:05' exif:GPSLatitude='10,30N' exif:GPSLongitude='20,15,30W'/></rdf:RDF></x:xmpmeta>`)
	m := read(t, "testdata/05_iptc_xmp.jpg", sidecar)
	if m.Rating != -1 || m.Label != "Green" || show(m.Taken) != "2001-02-03T04:05:00" || m.Taken.Source != photo.MomentXMP {
		t.Errorf("%+v", m)
	}
	if m.Place == nil || math.Abs(m.Place.Latitude-10.5) > 1e-9 || math.Abs(m.Place.Longitude+20.2583333) > 1e-6 {
		t.Errorf("place %+v", m.Place)
	}
	if len(m.Keywords) != 3 || m.Title != "Beach" {
		t.Errorf("what the sidecar is silent on is lost: %v, %q", m.Keywords, m.Title)
	}
	if broken := read(t, "testdata/05_iptc_xmp.jpg", []byte("<x:xmpmeta <")); broken.Rating != 4 {
		t.Errorf("a broken sidecar changes the rating to %d", broken.Rating)
	}
}

func TestCameraName(t *testing.T) {
	for _, c := range [][3]string{
		{"Canon", "Canon EOS R6", "Canon EOS R6"}, {"NIKON CORPORATION", "NIKON Z 6_2", "NIKON Z 6_2"}, {"FUJIFILM", "X-T4", "FUJIFILM X-T4"},
		{"OLYMPUS IMAGING CORP.", "E-M10", "OLYMPUS E-M10"}, {"Apple", "iPhone 13", "Apple iPhone 13"}, {"", "X100", "X100"}, {"Sony", "", ""},
		{"EASTMAN KODAK COMPANY", "KODAK DX3900", "EASTMAN KODAK DX3900"},
	} {
		if got := cameraName(c[0], c[1]); got != c[2] {
			t.Errorf("%q + %q = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct{ date, fraction, zone, want string }{
		{"2024:02:29 12:00:00", "", "", "2024-02-29T12:00:00"},
		{"2023:02:29 12:00:00", "", "", ""},
		{"2023:13:01 12:00:00", "", "", ""},
		{"0000:00:00 00:00:00", "", "", ""},
		{"2023:01:01 24:00:00", "", "", ""},
		{"2023:01:01 23:59:60", "", "", ""},
		{"1825:01:01 00:00:00", "", "", ""},
		{"2101:01:01 00:00:00", "", "", ""},
		{"2023-01-01T00:00:00", "5", "+14:00", "2023-01-01T00:00:00.5+14:00"},
		{"2023:01:01 00:00:00", "12345678901", "+19:00", "2023-01-01T00:00:00.123456789"},
		{"2023:01:01 00:00", "", "", ""},
		{"", "", "", ""},
	} {
		m := moment(c.date, c.fraction, c.zone, photo.MomentExif)
		got := ""
		if !m.IsZero() {
			got = show(photo.Moment{Local: m.Local})
			if m.OffsetMinutes != nil {
				got += c.zone
			}
		}
		if got != c.want {
			t.Errorf("%v: %q", c, got)
		}
	}
}
