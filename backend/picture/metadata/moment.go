package metadata

import (
	"math"
	"time"

	"pixeldetective/backend/photo"
)

// The years that a photo may be from: the first photograph, and what nobody's clock can rightly say yet.
const (
	firstYear = 1826
	lastYear  = 2100
)

// moment makes a Moment of digits in the places of "2006?01?02?15?04?05"; fraction holds digits of a second.
func moment(text, fraction, zone string, source photo.MomentSource) photo.Moment {
	if len(text) < 19 {
		return photo.Moment{}
	}
	year, ok1 := number(text[0:4])
	month, ok2 := number(text[5:7])
	day, ok3 := number(text[8:10])
	hour, ok4 := number(text[11:13])
	minute, ok5 := number(text[14:16])
	second, ok6 := number(text[17:19])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6) || hour > 23 || minute > 59 || second > 59 || year < firstYear || year > lastYear {
		return photo.Moment{}
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanoseconds(fraction), time.UTC)
	if t.Day() != day || int(t.Month()) != month {
		return photo.Moment{}
	}
	return photo.Moment{Local: t, OffsetMinutes: offset(zone), Source: source}
}

func number(s string) (int, bool) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

func nanoseconds(fraction string) int {
	n, unit := 0, 100_000_000
	for _, c := range []byte(fraction) {
		if c < '0' || c > '9' || unit == 0 {
			break
		}
		n += int(c-'0') * unit
		unit /= 10
	}
	return n
}

// maxOffset is the largest distance from UTC, in minutes, that photo.Moment allows.
const maxOffset = 1080

// offset reads "+02:00", "-0930", "Z"; nil for anything else.
func offset(zone string) *int {
	if zone == "Z" {
		return new(int)
	}
	if len(zone) != 6 && len(zone) != 5 || zone[0] != '+' && zone[0] != '-' {
		return nil
	}
	hours, ok1 := number(zone[1:3])
	minutes, ok2 := number(zone[len(zone)-2:])
	if !ok1 || !ok2 || minutes > 59 {
		return nil
	}
	total := 60*hours + minutes
	if total > maxOffset {
		return nil
	}
	if zone[0] == '-' {
		total = -total
	}
	return &total
}

// isoMoment reads XMP's dates, "2006-01-02T15:04:05.999+02:00", also shortened to minutes or to the day.
func isoMoment(s string, source photo.MomentSource) photo.Moment {
	switch {
	case len(s) == 10:
		return moment(s+"T00:00:00", "", "", source)
	case len(s) < 16:
		return photo.Moment{}
	}
	zone := ""
	for i := 16; i < len(s); i++ {
		if s[i] == 'Z' || s[i] == '+' || s[i] == '-' {
			s, zone = s[:i], s[i:]
			break
		}
	}
	if len(s) == 16 {
		s += ":00"
	}
	if len(s) < 19 {
		return photo.Moment{}
	}
	fraction := ""
	if len(s) > 20 && s[19] == '.' {
		fraction = s[20:]
	}
	return moment(s[:19], fraction, zone, source)
}

// offsetByGPS derives the zone from the local time and the satellites' UTC, where they differ by quarters of an hour.
func offsetByGPS(local, utc time.Time) *int {
	minutes := local.Sub(utc).Minutes()
	quarters := math.Round(minutes/15) * 15
	if math.Abs(quarters) > 14*60 || math.Abs(minutes-quarters) > 2 {
		return nil
	}
	n := int(quarters)
	return &n
}
