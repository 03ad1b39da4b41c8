package indexer

import (
	"path"
	"regexp"
	"strconv"
	"time"

	"pixeldetective/backend/photo"
)

// Dates in the names that cameras, phones and programs give: 20210604_153012, 2021-06-04 15.30.12, IMG-20210604-WA0001.
// A time of day is taken only where it follows the date at once.
var nameDate = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d\d)([-_.]?)(\d\d)([-_.]?)(\d\d)(?:[-_ T.]?(?:at )?(\d\d)[-_.:h]?(\d\d)[-_.:m]?(\d\d)(?:[^0-9]|\d{3}(?:[^0-9]|$)|$))?`)

// momentOf returns the moment that the photo's file states, or else one from its name, or else the time of the file. The
// last two are marked as such; the file's time is a guess.
func momentOf(stated photo.Moment, rel string, mtime int64) photo.Moment {
	if !stated.IsZero() {
		return stated
	}
	if at, ok := dateInName(path.Base(rel)); ok {
		return photo.Moment{Local: at, Source: photo.MomentName}
	}
	at := time.Unix(0, mtime)
	if at.Year() < 1980 { // a clock that was never set
		return photo.Moment{}
	}
	_, seconds := at.Zone()
	offset := seconds / 60
	local := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	return photo.Moment{Local: local, OffsetMinutes: &offset, Source: photo.MomentFile}
}

// dateInName finds a date in a file name. Both separators of the date must be alike, and the day must exist.
func dateInName(name string) (time.Time, bool) {
	for _, m := range nameDate.FindAllStringSubmatch(name, -1) {
		if m[2] != m[4] {
			continue
		}
		n := func(i int) int {
			v, _ := strconv.Atoi(m[i]) // an absent part is 0
			return v
		}
		year, month, day := n(1), n(3), n(5)
		at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		if month < 1 || at.Month() != time.Month(month) || at.Day() != day {
			continue
		}
		if hour, minute, second := n(6), n(7), n(8); m[6] != "" && hour < 24 && minute < 60 && second < 60 {
			at = at.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
		}
		return at, true
	}
	return time.Time{}, false
}
