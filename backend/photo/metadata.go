package photo

import "time"

// MomentSource says where the date of a photo came from, best first.
type MomentSource string

// The sources of a date, in the order in which they are believed.
const (
	MomentUnknown  MomentSource = ""
	MomentExif     MomentSource = "exif"
	MomentXMP      MomentSource = "xmp"
	MomentIPTC     MomentSource = "iptc"
	MomentModified MomentSource = "modified" // EXIF ModifyDate alone
	MomentName     MomentSource = "name"     // a date in the file name
	MomentFile     MomentSource = "file"     // the file's own time; a guess, shown as such
)

// Moment is when a photo was taken, as the clock on the wall showed it.
type Moment struct {
	// Local is the wall clock's reading, stored in UTC's location whatever the zone was. Zero if unknown.
	Local time.Time `json:"local,omitzero"`
	// OffsetMinutes is the zone's distance from UTC in minutes, −1080 to 1080; nil where the file does not say.
	OffsetMinutes *int         `json:"offset_minutes,omitempty"`
	Source        MomentSource `json:"source,omitempty"`
}

// IsZero says whether the moment is unknown.
func (m Moment) IsZero() bool { return m.Local.IsZero() }

// Place is where a photo was taken.
type Place struct {
	Latitude  float64  `json:"latitude"`           // degrees north, −90 to 90
	Longitude float64  `json:"longitude"`          // degrees east, −180 to 180
	Altitude  *float64 `json:"altitude,omitempty"` // metres above the sea; nil where unknown
}

// Metadata is what a photo's file and its sidecar say about it. A zero field is unknown. No field ever holds NaN or an
// infinity, no string holds control characters or invalid UTF-8.
type Metadata struct {
	Format      string  `json:"format"` // jpeg, png, gif, webp, tiff, bmp, heic, avif, jxl, dng, cr2, cr3, nef, arw, rw2, orf, raf
	Width       int     `json:"width"`  // pixels, upright
	Height      int     `json:"height"` // pixels, upright
	Orientation int     `json:"orientation,omitempty"`
	Damaged     bool    `json:"damaged,omitempty"` // only a part of the picture could be read
	Taken       Moment  `json:"taken,omitzero"`
	Place       *Place  `json:"place,omitempty"`
	Make        string  `json:"make,omitempty"`
	Camera      string  `json:"camera,omitempty"` // make and model, the make not repeated
	Lens        string  `json:"lens,omitempty"`
	ISO         int     `json:"iso,omitempty"`
	Aperture    float64 `json:"aperture,omitempty"`         // f-number
	Exposure    float64 `json:"exposure_seconds,omitempty"` // seconds
	FocalLength float64 `json:"focal_mm,omitempty"`         // millimetres
	// Rating is 1 to 5 stars, 0 for none, −1 for rejected.
	Rating      int      `json:"rating,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Keywords    []string `json:"keywords,omitempty"` // each once, in the file's order
	Label       string   `json:"label,omitempty"`
	Creator     string   `json:"creator,omitempty"`
	Copyright   string   `json:"copyright,omitempty"`
	City        string   `json:"city,omitempty"`
	Country     string   `json:"country,omitempty"`
}
