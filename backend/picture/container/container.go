package container

import "fmt"

// Format names what a file is, in lower case as in photo.Metadata.
type Format string

// The formats that are read. RAW formats are shown by their embedded preview.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
	WebP Format = "webp"
	TIFF Format = "tiff"
	BMP  Format = "bmp"
	HEIC Format = "heic"
	AVIF Format = "avif"
	JXL  Format = "jxl"
	DNG  Format = "dng"
	CR2  Format = "cr2"
	CR3  Format = "cr3"
	NEF  Format = "nef"
	ARW  Format = "arw"
	RW2  Format = "rw2"
	ORF  Format = "orf"
	RAF  Format = "raf"
)

// Raw says whether the format is a camera's own, shown by its preview.
func (f Format) Raw() bool {
	switch f {
	case DNG, CR2, CR3, NEF, ARW, RW2, ORF, RAF:
		return true
	}
	return false
}

// Limits bounds what a picture may cost.
type Limits struct {
	MaxPixels uint64 // width × height
}

// bytesPerPixel is what a pixel costs a decoder that goes row by row; one that must hold the whole picture in more
// bytes a pixel gets fewer pixels for the same limit.
const bytesPerPixel = 3

// File is what a file's structure says.
type File struct {
	Format        Format
	Width, Height int // pixels, as stored (before any orientation); for RAW the preview's

	// Picture holds the bytes for the decoder: a copy without metadata where that can be cut out cheaply, else the
	// file itself. For RAW it is the chosen preview, a JPEG. PictureFormat is its format.
	Picture       []byte
	PictureFormat Format

	// Upright is set where the decoder itself turns the picture, so that an EXIF orientation has to be ignored.
	Upright bool
	// Short is set where the structure itself shows that the end is missing.
	Short bool

	Exif    [][]byte // TIFF blocks, best first; the file itself for TIFF and RAW
	CR3     CR3Blocks
	XMP     [][]byte
	IPTC    []byte   // IIM records
	Preview [][]byte // TIFF block inside the preview of a RAW file, if it has one
}

// CR3Blocks are the TIFF blocks that Canon's CR3 keeps in boxes of their own.
type CR3Blocks struct{ Main, Exif, GPS []byte }

// RefusedError says why a file is not taken, in a sentence for people.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

func refuse(format string, args ...any) error {
	return &RefusedError{Reason: fmt.Sprintf(format, args...)}
}

// Open reads the structure of data. extension (lower case, without the dot) is a hint for RAW formats only. Errors are
// *RefusedError.
func Open(data []byte, extension string, limits Limits) (*File, error) {
	format, err := Sniff(data, extension)
	if err != nil {
		return nil, err
	}
	f := &File{Format: format, PictureFormat: format, Picture: data}
	switch format {
	case JPEG:
		err = f.openJPEG(data, limits)
	case PNG:
		err = f.openPNG(data, limits)
	case GIF:
		err = f.openGIF(data, limits)
	case WebP:
		err = f.openWebP(data, limits)
	case TIFF:
		err = f.openTIFF(data, limits)
	case BMP:
		err = f.openBMP(data, limits)
	case HEIC, AVIF:
		err = f.openHEIF(data, limits)
	case JXL:
		err = f.openJXL(data, limits)
	case CR3:
		err = f.openCR3(data, limits)
	case RAF:
		err = f.openRAF(data, limits)
	default:
		err = f.openRaw(data, limits)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// size judges width × height, and what a whole picture in memory costs a decoder that must hold it (0: goes row by row),
// and keeps them.
func (f *File) size(width, height uint64, heldBytesPerPixel uint64, limits Limits) error {
	if width == 0 || height == 0 {
		return refuse("The picture has no pixels: its header says %d × %d.", width, height)
	}
	if width > 1<<31 || height > 1<<31 || width*height > limits.MaxPixels {
		return refuse("The picture is too large: %d × %d pixels, the limit is %d million pixels.", width, height, limits.MaxPixels/1e6)
	}
	if heldBytesPerPixel > bytesPerPixel && width*height*heldBytesPerPixel > limits.MaxPixels*bytesPerPixel {
		return refuse("The picture is too large for its kind, which must be held in memory as a whole: %d × %d pixels of %d bytes, the limit is %d million pixels.",
			width, height, heldBytesPerPixel, limits.MaxPixels*bytesPerPixel/heldBytesPerPixel/1e6)
	}
	f.Width, f.Height = int(width), int(height)
	return nil
}

func truncated(what string) error {
	return refuse("The file ends too early: %s.", what)
}
