package indexer

import (
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

func TestDateInName(t *testing.T) {
	for name, want := range map[string]string{
		"IMG_20210604_153012.jpg":                     "2021-06-04 15:30:12",
		"PXL_20230101_000000123.jpg":                  "2023-01-01 00:00:00",
		"2021-06-04 15.30.12.jpg":                     "2021-06-04 15:30:12",
		"Screenshot 2021-06-04 at 15.30.12.png":       "2021-06-04 15:30:12",
		"IMG-20210604-WA0001.jpg":                     "2021-06-04 00:00:00",
		"2021_06_04.jpg":                              "2021-06-04 00:00:00",
		"VID20210604153012.jpg":                       "2021-06-04 15:30:12",
		"IMG_2043.jpg":                                "",
		"20211304.jpg":                                "",
		"20210231_101010.jpg":                         "",
		"12345678901234567890.jpg":                    "",
		"2021-06_04.jpg":                              "",
		"DSC01234.JPG":                                "",
		"20210604_256199.jpg":                         "2021-06-04 00:00:00",
		"18500604_101010.jpg":                         "",
		"photo 1 of 20210604_153012 and 20220101.jpg": "2021-06-04 15:30:12",
	} {
		at, ok := dateInName(name)
		got := ""
		if ok {
			got = at.Format(time.DateTime)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestMomentPrefersWhatTheFileStates(t *testing.T) {
	stated := photo.Moment{Local: time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC), Source: photo.MomentExif}
	mtime := time.Date(2022, 5, 6, 7, 8, 9, 0, time.UTC).UnixNano()
	if got := momentOf(stated, "a/20210604_153012.jpg", mtime); got != stated {
		t.Errorf("stated: %+v", got)
	}
	if got := momentOf(photo.Moment{}, "a/20210604_153012.jpg", mtime); got.Source != photo.MomentName || got.Local.Year() != 2021 {
		t.Errorf("from the name: %+v", got)
	}
	if got := momentOf(photo.Moment{}, "20210604_153012/a.jpg", mtime); got.Source != photo.MomentFile || got.Local.Year() != 2022 {
		t.Errorf("from the file's time: %+v", got)
	}
	if got := momentOf(photo.Moment{}, "a.jpg", 0); !got.IsZero() {
		t.Errorf("from a clock that was never set: %+v", got)
	}
}
