package metadata

import (
	"math"
	"strconv"
	"strings"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/tiff"
)

// Heights that a photo can be taken at, in metres: the deepest trench and well above any balloon.
const (
	lowest  = -11_000
	highest = 60_000
)

func readPlace(d *tiff.Directory) *photo.Place {
	latitude, ok1 := degrees(d.Find(gpsLatitude), word(d, gpsLatitudeRef), "N", "S")
	longitude, ok2 := degrees(d.Find(gpsLongitude), word(d, gpsLongitudeRef), "E", "W")
	if !ok1 || !ok2 {
		return nil
	}
	altitude := math.NaN()
	if e := d.Find(gpsAltitude); e != nil {
		if v, ok := e.Float(0); ok {
			if ref, _ := d.Uint(gpsAltitudeRef); ref == 1 {
				v = -v
			}
			altitude = v
		}
	}
	return place(latitude, longitude, altitude)
}

// place makes a Place of what can be one. Exactly 0, 0 is what cameras write without a fix.
func place(latitude, longitude, altitude float64) *photo.Place {
	if !(math.Abs(latitude) <= 90) || !(math.Abs(longitude) <= 180) || latitude == 0 && longitude == 0 {
		return nil
	}
	p := &photo.Place{Latitude: latitude, Longitude: longitude}
	if altitude >= lowest && altitude <= highest {
		p.Altitude = &altitude
	}
	return p
}

// degrees reads degrees, minutes and seconds. Without a hemisphere nothing is known.
func degrees(e *tiff.Entry, hemisphere, positive, negative string) (float64, bool) {
	if e == nil {
		return 0, false
	}
	sign := 1.0
	switch strings.ToUpper(hemisphere) {
	case positive:
	case negative:
		sign = -1
	default:
		return 0, false
	}
	total, ok := e.Float(0)
	if !ok {
		return 0, false
	}
	for i, part := range []float64{60, 3600} {
		if v, ok := e.Float(i + 1); ok && v >= 0 && v < 3600 {
			total += v / part
		}
	}
	return sign * total, true
}

// xmpDegrees reads XMP's "52,31.2005N" and "52,31,12N".
func xmpDegrees(s, positive, negative string) (float64, bool) {
	if len(s) < 2 {
		return 0, false
	}
	sign := 1.0
	switch strings.ToUpper(s[len(s)-1:]) {
	case positive:
	case negative:
		sign = -1
	default:
		return 0, false
	}
	var total float64
	unit := 1.0
	for _, part := range strings.SplitN(s[:len(s)-1], ",", 3) {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || !(v >= 0 && v <= 180) {
			return 0, false
		}
		total += v / unit
		unit *= 60
	}
	return sign * total, true
}

// fraction reads "56/10" or "5.6"; 0 for what is no finite number between low and high.
func fraction(s string, low, high float64) float64 {
	top, bottom, divided := strings.Cut(s, "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(top), 64)
	if err != nil {
		return 0
	}
	if divided {
		d, err := strconv.ParseFloat(strings.TrimSpace(bottom), 64)
		if err != nil {
			return 0
		}
		v /= d
	}
	if !(v >= low && v <= high) {
		return 0
	}
	return v
}
