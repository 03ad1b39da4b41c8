package container

func (f *File) openGIF(data []byte, limits Limits) error {
	if len(data) < 13 {
		return truncated("inside its header")
	}
	width, height := uint64(le16(data[6:])), uint64(le16(data[8:]))
	if err := f.size(width, height, 4, limits); err != nil {
		return err
	}
	at := 13
	if flags := data[10]; flags&0x80 != 0 {
		at += 3 << (flags&7 + 1)
	}
	control := 0
	for at < len(data) {
		switch data[at] {
		case 0x21: // extension: label, then blocks
			if at+8 <= len(data) && data[at+1] == 0xf9 && data[at+2] == 4 {
				control = at + 3
			}
			var ok bool
			if at, ok = gifBlocks(data, at+2); !ok {
				return truncated("it holds no picture")
			}
		case 0x2c:
			return f.gifFrame(data, at, control, width, height)
		case 0x3b:
			return refuse("The GIF holds no picture.")
		default:
			return refuse("The GIF is broken: an unknown block of type %d.", data[at])
		}
	}
	return truncated("it holds no picture")
}

// gifFrame judges the first frame and cuts the file behind it: the other frames are never looked at. libvips ends the
// process on frames that are larger than memory, and on some that lie outside the canvas. control is where the frame's
// graphic control lies (0: it has none): transparency is switched off in it, so that hidden colours show as in any other
// format.
func (f *File) gifFrame(data []byte, at, control int, width, height uint64) error {
	if at+10 > len(data) {
		return truncated("inside its header")
	}
	x, y := uint64(le16(data[at+1:])), uint64(le16(data[at+3:]))
	w, h := uint64(le16(data[at+5:])), uint64(le16(data[at+7:]))
	if w == 0 || h == 0 || x+w > width || y+h > height {
		return refuse("The GIF is broken: a frame of %d × %d at (%d, %d) does not fit its canvas of %d × %d.", w, h, x, y, width, height)
	}
	flags := data[at+9]
	at += 10
	if flags&0x80 != 0 {
		at += 3 << (flags&7 + 1)
	}
	if at >= len(data) {
		return truncated("it holds no picture data")
	}
	if data[at] < 1 || data[at] > 11 {
		return refuse("The GIF is broken: its codes begin with %d bits.", data[at])
	}
	end, ok := gifBlocks(data, at+1)
	f.Short = !ok
	if end <= at+2 {
		return truncated("it holds no picture data")
	}
	f.Picture = join([][]byte{data[:min(end, len(data))], {0x3b}})
	if control > 0 {
		f.Picture[control] &^= 1
	}
	return nil
}

// gifBlocks skips data blocks and returns where the next block begins.
func gifBlocks(data []byte, at int) (int, bool) {
	for at < len(data) {
		n := int(data[at])
		at++
		if n == 0 {
			return at, true
		}
		at += n
	}
	return at, false
}
