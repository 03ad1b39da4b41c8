package store

import "time"

// Range is an inclusive range; a nil end is open.
type Range struct{ From, To *float64 }

// Near is a circle on the ground.
type Near struct {
	Latitude, Longitude float64 // degrees
	Kilometres          float64
}

// Filter narrows a search by facts. Each field that is set must hold; within a list, one of its values must. The zero
// Filter lets everything through.
type Filter struct {
	Folders     []FolderID
	Under       []string   // absolute paths of directories: files in or below one of them
	TakenFrom   *time.Time // inclusive, compared with the wall clock of the photo
	TakenTo     *time.Time // exclusive
	Extensions  []string   // of the file, without the dot, any case
	Cameras     []string   // a part of the camera's name, any case
	Lenses      []string   // a part of the lens's name, any case
	HasPlace    *bool
	Near        *Near
	MinRating   int // stars; a person's rating outweighs the file's; 0: no matter
	Favourite   *bool
	Tags        []string // a tag or keyword, any case
	ISO         *Range
	Aperture    *Range // f-number
	FocalLength *Range // millimetres
	Width       *Range // pixels
	Height      *Range // pixels
	Bytes       *Range
}

// IsZero says whether the filter lets everything through.
func (f Filter) IsZero() bool {
	return len(f.Folders) == 0 && len(f.Under) == 0 && f.TakenFrom == nil && f.TakenTo == nil && len(f.Extensions) == 0 &&
		len(f.Cameras) == 0 && len(f.Lenses) == 0 && f.HasPlace == nil && f.Near == nil && f.MinRating == 0 &&
		f.Favourite == nil && len(f.Tags) == 0 && f.ISO == nil && f.Aperture == nil && f.FocalLength == nil &&
		f.Width == nil && f.Height == nil && f.Bytes == nil
}
