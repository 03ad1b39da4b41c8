package container

import "pixeldetective/backend/picture/tiff"

// TIFF tags of a picture.
const (
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagTileWidth       = 322
	tagTileLength      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagXMP             = 700
	tagIPTC            = 33723
)

func (f *File) openTIFF(data []byte, limits Limits) error {
	t, err := tiff.Parse(data)
	if err != nil {
		return refuse("The TIFF is broken: its header cannot be read.")
	}
	main := t.First(tiff.Main)
	if main == nil || len(main.Entries) == 0 {
		return refuse("The TIFF is broken: it holds no picture.")
	}
	w, _ := main.Uint(tagWidth)
	h, _ := main.Uint(tagHeight)
	if err := f.size(uint64(w), uint64(h), 0, limits); err != nil {
		return err
	}
	if err := judgeTIFF(data, main, limits); err != nil {
		return err
	}
	f.tiffMetadata(data, main)
	return nil
}

// tiffMetadata finds what a TIFF-like file says about itself.
func (f *File) tiffMetadata(data []byte, main *tiff.Directory) {
	f.Exif = append(f.Exif, data)
	if e := main.Find(tagXMP); e != nil {
		f.XMP = append(f.XMP, e.Value)
	}
	if e := main.Find(tagIPTC); e != nil {
		f.IPTC = e.Value
	}
}

// judgeTIFF checks what makes decoders divide by zero, allocate by claim, or read outside the file.
func judgeTIFF(data []byte, d *tiff.Directory, limits Limits) error {
	samples := uint32(1)
	if v, ok := d.Uint(tagSamplesPerPixel); ok {
		samples = v
	}
	if samples == 0 || samples > 64 {
		return refuse("The TIFF is broken: it claims %d samples a pixel.", samples)
	}
	var deepest uint32 = 1
	if e := d.Find(tagBitsPerSample); e != nil {
		for i := range min(int(e.Count), 64) {
			bits, _ := e.Uint(i)
			switch bits {
			case 1, 2, 4, 8, 16, 32, 64:
				deepest = max(deepest, bits)
			default:
				return refuse("This TIFF has %d bits a sample, which is not supported.", bits)
			}
		}
	}
	w, _ := d.Uint(tagWidth)
	h, _ := d.Uint(tagHeight)
	offsets, counts := d.Find(tagStripOffsets), d.Find(tagStripByteCounts)
	partW, partH := uint64(w), uint64(h)
	if tiles := d.Find(tagTileOffsets); tiles != nil || d.Find(tagTileWidth) != nil {
		offsets, counts = tiles, d.Find(tagTileByteCounts)
		tw, _ := d.Uint(tagTileWidth)
		th, _ := d.Uint(tagTileLength)
		partW, partH = uint64(tw), uint64(th)
		if tw == 0 || th == 0 {
			return refuse("The TIFF is broken: its tiles are %d × %d pixels.", tw, th)
		}
	} else if rows, ok := d.Uint(tagRowsPerStrip); ok {
		if rows == 0 {
			return refuse("The TIFF is broken: its strips have 0 rows.")
		}
		partH = min(partH, uint64(rows))
	}
	// A strip or tile is held as a whole, and so is one row of tiles.
	if partW > 1<<31 || partH > 1<<31 || partW*partH > limits.MaxPixels ||
		partW*partH*uint64(samples)*uint64(deepest)/8 > limits.MaxPixels*bytesPerPixel {
		return refuse("The TIFF is too large: one part of it has %d × %d pixels.", partW, partH)
	}
	if offsets == nil || counts == nil {
		return refuse("The TIFF is broken: it does not say where its picture data lie.")
	}
	at, _ := offsets.Uint(0)
	if size, _ := counts.Uint(0); size == 0 || uint64(at)+uint64(size) > uint64(len(data)) {
		return refuse("The TIFF is broken: its picture data lie outside the file.")
	}
	return nil
}
