package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// Bounds on what is read of one file. Cameras write fewer than 30 directories of fewer than 150 entries.
const (
	MaxDirectories = 64
	MaxEntries     = 1024
)

// Tags that point to further directories.
const (
	tagSubIFDs = 330
	tagExifIFD = 34665
	tagGPSIFD  = 34853
)

// Kind says what a directory is, by the way that led to it.
type Kind int

// The kinds of directory.
const (
	Main Kind = iota // the first directory of the chain
	Next             // a later one of the chain
	Sub              // behind SubIFDs
	Exif             // behind ExifIFD
	GPS              // behind GPSIFD
)

// Type is a TIFF field type.
type Type uint16

// The field types that are read.
const (
	Byte      Type = 1
	ASCII     Type = 2
	Short     Type = 3
	Long      Type = 4
	Rational  Type = 5
	SByte     Type = 6
	Undefined Type = 7
	SShort    Type = 8
	SLong     Type = 9
	SRational Type = 10
	Float     Type = 11
	Double    Type = 12
	IFD       Type = 13
)

func (t Type) size() uint64 {
	switch t {
	case Byte, ASCII, SByte, Undefined:
		return 1
	case Short, SShort:
		return 2
	case Long, SLong, Float, IFD:
		return 4
	case Rational, SRational, Double:
		return 8
	}
	return 0
}

// Entry is one field. Value holds Count values of Type in Order.
type Entry struct {
	Tag    uint16
	Type   Type
	Count  uint32
	Value  []byte
	Offset uint32 // where Value begins in the data
	Order  binary.ByteOrder
}

// Directory is a list of fields.
type Directory struct {
	Kind    Kind
	Offset  uint32
	Entries []Entry
}

// File is a parsed structure.
type File struct {
	Order       binary.ByteOrder
	Magic       uint16 // 42; 0x55 for RW2; 0x4F52 or 0x5352 for ORF
	Directories []Directory
}

// ErrNotTIFF says that the data does not begin with a TIFF header that is understood.
var ErrNotTIFF = errors.New("no TIFF header")

// Parse reads all directories that can be reached from the header of data, breadth first. Damage behind the header is
// no error: what can be read is returned.
func Parse(data []byte) (*File, error) {
	if len(data) < 8 {
		return nil, ErrNotTIFF
	}
	f := &File{}
	switch {
	case bytes.HasPrefix(data, []byte("II")):
		f.Order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM")):
		f.Order = binary.BigEndian
	default:
		return nil, ErrNotTIFF
	}
	f.Magic = f.Order.Uint16(data[2:])
	switch f.Magic {
	case 42, 0x55, 0x4F52, 0x5352:
	default:
		return nil, ErrNotTIFF
	}
	f.walk(data, f.Order.Uint32(data[4:]))
	return f, nil
}

type pending struct {
	offset uint32
	kind   Kind
}

func (f *File) walk(data []byte, first uint32) {
	queue := []pending{{first, Main}}
	seen := map[uint32]bool{0: true}
	for len(queue) > 0 && len(f.Directories) < MaxDirectories {
		p := queue[0]
		queue = queue[1:]
		if seen[p.offset] {
			continue
		}
		seen[p.offset] = true
		d, next, ok := f.directory(data, p)
		if !ok {
			continue
		}
		f.Directories = append(f.Directories, d)
		for i := range d.Entries {
			e := &d.Entries[i]
			switch e.Tag {
			case tagSubIFDs:
				for n := range min(int(e.Count), MaxDirectories) {
					if v, ok := e.Uint(n); ok {
						queue = append(queue, pending{v, Sub})
					}
				}
			case tagExifIFD:
				if v, ok := e.Uint(0); ok {
					queue = append(queue, pending{v, Exif})
				}
			case tagGPSIFD:
				if v, ok := e.Uint(0); ok {
					queue = append(queue, pending{v, GPS})
				}
			}
		}
		if p.kind == Main || p.kind == Next {
			queue = append(queue, pending{next, Next})
		}
	}
}

func (f *File) directory(data []byte, p pending) (Directory, uint32, bool) {
	at := uint64(p.offset)
	size := uint64(len(data))
	if at+2 > size {
		return Directory{}, 0, false
	}
	count := uint64(f.Order.Uint16(data[at:]))
	at += 2
	if fit := (size - at) / 12; count > fit {
		count = fit
	}
	d := Directory{Kind: p.kind, Offset: p.offset}
	for i := range count {
		if i == MaxEntries {
			break
		}
		if e, ok := f.entry(data, at+i*12); ok {
			d.Entries = append(d.Entries, e)
		}
	}
	var next uint32
	if end := at + count*12; end+4 <= size {
		next = f.Order.Uint32(data[end:])
	}
	return d, next, true
}

func (f *File) entry(data []byte, at uint64) (Entry, bool) {
	raw := data[at : at+12]
	e := Entry{
		Tag: f.Order.Uint16(raw), Type: Type(f.Order.Uint16(raw[2:])), Count: f.Order.Uint32(raw[4:]), Order: f.Order,
	}
	length := e.Type.size() * uint64(e.Count)
	if length == 0 {
		return e, false
	}
	offset := at + 8
	if length > 4 {
		offset = uint64(f.Order.Uint32(raw[8:]))
	}
	if offset+length > uint64(len(data)) {
		return e, false
	}
	e.Value = data[offset : offset+length]
	e.Offset = uint32(offset)
	return e, true
}

// Uint returns the i-th value as a whole number.
func (e *Entry) Uint(i int) (uint32, bool) {
	if i < 0 || uint32(i) >= e.Count {
		return 0, false
	}
	switch e.Type {
	case Byte, Undefined:
		return uint32(e.Value[i]), true
	case Short:
		return uint32(e.Order.Uint16(e.Value[2*i:])), true
	case Long, IFD:
		return e.Order.Uint32(e.Value[4*i:]), true
	case SShort:
		if v := int16(e.Order.Uint16(e.Value[2*i:])); v >= 0 {
			return uint32(v), true
		}
	case SLong:
		if v := int32(e.Order.Uint32(e.Value[4*i:])); v >= 0 {
			return uint32(v), true
		}
	}
	return 0, false
}

// Float returns the i-th value as a finite number; ok is false for a fraction over 0 and for NaN and infinities.
func (e *Entry) Float(i int) (v float64, ok bool) {
	if i < 0 || uint32(i) >= e.Count {
		return 0, false
	}
	switch e.Type {
	case Rational:
		n, d := e.Order.Uint32(e.Value[8*i:]), e.Order.Uint32(e.Value[8*i+4:])
		v = float64(n) / float64(d)
	case SRational:
		n, d := int32(e.Order.Uint32(e.Value[8*i:])), int32(e.Order.Uint32(e.Value[8*i+4:]))
		v = float64(n) / float64(d)
	case Float:
		v = float64(math.Float32frombits(e.Order.Uint32(e.Value[4*i:])))
	case Double:
		v = math.Float64frombits(e.Order.Uint64(e.Value[8*i:]))
	default:
		u, ok := e.Uint(i)
		return float64(u), ok
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

// Find returns the first entry of a tag in the directory, or nil.
func (d *Directory) Find(tag uint16) *Entry {
	if d == nil {
		return nil
	}
	for i := range d.Entries {
		if d.Entries[i].Tag == tag {
			return &d.Entries[i]
		}
	}
	return nil
}

// Uint returns the first value of a tag.
func (d *Directory) Uint(tag uint16) (uint32, bool) {
	if e := d.Find(tag); e != nil {
		return e.Uint(0)
	}
	return 0, false
}

// First returns the first directory of a kind, or nil.
func (f *File) First(k Kind) *Directory {
	for i := range f.Directories {
		if f.Directories[i].Kind == k {
			return &f.Directories[i]
		}
	}
	return nil
}
