package container

import "bytes"

// JPEG markers.
const (
	markerSOF0  = 0xC0 // baseline
	markerSOF1  = 0xC1 // extended sequential
	markerSOF2  = 0xC2 // progressive
	markerDHT   = 0xC4
	markerJPG   = 0xC8
	markerDAC   = 0xCC
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerAPP0  = 0xE0
	markerAPP1  = 0xE1
	markerAPP2  = 0xE2
	markerAPP13 = 0xED
	markerAPP14 = 0xEE
	markerAPP15 = 0xEF
	markerCOM   = 0xFE
)

// maxScanPixels bounds scans × pixels of a progressive picture: each scan walks the whole picture. An ordinary one has 10
// scans; of 100 million pixels that is a quarter of the limit.
const maxScanPixels = 4e9

type jpegInfo struct {
	width, height uint64
	progressive   bool
	components    int
	coefficients  uint64 // bytes a pixel that libjpeg holds of a progressive picture: 16 bits a sample, 3 to 8
	exif, xmp     [][]byte
	photoshop     []byte
	// keep are the parts of the file that a decoder needs, in order.
	keep [][]byte
	scan int // where the first scan's data begins
}

func (f *File) openJPEG(data []byte, limits Limits) error {
	j, err := readJPEG(data)
	if err != nil {
		return err
	}
	if err := f.sizeJPEG(data, j, limits); err != nil {
		return err
	}
	f.Short = j.short(data)
	f.Exif, f.XMP = j.exif, j.xmp
	f.IPTC = iimOfPhotoshop(j.photoshop)
	f.Picture = join(j.keep)
	return nil
}

func (f *File) sizeJPEG(data []byte, j *jpegInfo, limits Limits) error {
	held := uint64(0)
	if j.progressive {
		held = j.coefficients
	}
	if err := f.size(j.width, j.height, held, limits); err != nil {
		return err
	}
	if j.progressive {
		if n := uint64(bytes.Count(data[j.scan:], []byte{0xff, markerSOS})) + 1; n*j.width*j.height > maxScanPixels {
			return refuse("The picture is made to take very long: %d scans over %d × %d pixels.", n, j.width, j.height)
		}
	}
	return nil
}

// readJPEG walks the segments up to the first scan.
func readJPEG(data []byte) (*jpegInfo, error) {
	j := &jpegInfo{keep: [][]byte{data[:2]}}
	var photoshop [][]byte
	at := 2
	for {
		for at < len(data) && data[at] != 0xff { // garbage between segments, which libjpeg skips too
			at++
		}
		start := at
		for at < len(data) && data[at] == 0xff {
			at++
		}
		if at >= len(data) {
			return nil, truncated("it holds no picture data")
		}
		marker := data[at]
		at++
		switch {
		case marker == 0, marker == 1, marker >= 0xD0 && marker <= markerSOI:
			continue
		case marker == markerEOI:
			return nil, refuse("The JPEG ends before its picture begins.")
		}
		if at+2 > len(data) {
			return nil, truncated("inside its header")
		}
		length := int(be16(data[at:]))
		if length < 2 {
			return nil, refuse("The JPEG is broken: a part of its header has the length %d.", length)
		}
		if at+length > len(data) {
			return nil, truncated("inside its header")
		}
		body := data[at+2 : at+length]
		at += length
		keep := true
		switch {
		case marker == markerSOS:
			j.scan = at
			if j.width == 0 {
				return nil, refuse("The JPEG is broken: picture data before its size.")
			}
			if !pictureData(data[at:]) {
				return nil, truncated("it holds a header but no picture data")
			}
			j.keep = append(j.keep, []byte{0xff}, data[at-length-1:])
			for _, part := range photoshop {
				j.photoshop = append(j.photoshop, part...)
			}
			return j, nil
		case marker == markerAPP1:
			keep = false
			switch {
			case bytes.HasPrefix(body, []byte("Exif\x00")) && len(body) > 6:
				j.exif = append(j.exif, body[6:])
			case bytes.HasPrefix(body, []byte("http://ns.adobe.com/xap/1.0/\x00")):
				j.xmp = append(j.xmp, body[29:])
			}
		case marker == markerAPP13:
			keep = false
			if rest, ok := bytes.CutPrefix(body, []byte("Photoshop 3.0\x00")); ok {
				photoshop = append(photoshop, rest)
			}
		case marker == markerAPP2:
			keep = bytes.HasPrefix(body, []byte("ICC_PROFILE\x00"))
		case marker == markerAPP0, marker == markerAPP14:
		case marker >= markerAPP0 && marker <= markerAPP15, marker == markerCOM:
			keep = false
		case marker >= markerSOF0 && marker < 0xD0 && marker != markerDHT && marker != markerJPG && marker != markerDAC:
			if err := j.frame(marker, body); err != nil {
				return nil, err
			}
		}
		if keep {
			j.keep = append(j.keep, data[start:at])
		}
	}
}

func (j *jpegInfo) frame(marker byte, body []byte) error {
	if marker > markerSOF2 {
		return refuse("This JPEG is lossless, hierarchical or arithmetic-coded, which is not supported.")
	}
	if j.width != 0 {
		return refuse("The JPEG is broken: it has two sizes.")
	}
	if len(body) < 6 {
		return refuse("The JPEG is broken: its frame header is short.")
	}
	if body[0] != 8 {
		return refuse("This JPEG has %d bits a sample, only 8 are supported.", body[0])
	}
	j.height, j.width = uint64(be16(body[1:])), uint64(be16(body[3:]))
	j.components = int(body[5])
	j.progressive = marker == markerSOF2
	if j.width == 0 || j.height == 0 {
		return refuse("The picture has no pixels: its header says %d × %d.", j.width, j.height)
	}
	if n := j.components; n != 1 && n != 3 && n != 4 || len(body) < 6+3*n {
		return refuse("The JPEG is broken: it claims %d colour components.", j.components)
	}
	var samples, across, down uint64
	for i := range j.components {
		s := body[6+3*i+1]
		if s>>4 == 0 || s>>4 > 4 || s&15 == 0 || s&15 > 4 {
			return refuse("The JPEG is broken: a sampling factor is %d × %d.", s>>4, s&15)
		}
		samples += uint64(s>>4) * uint64(s&15)
		across, down = max(across, uint64(s>>4)), max(down, uint64(s&15))
	}
	j.coefficients = (2*samples + across*down - 1) / (across * down)
	return nil
}

// short says whether a sequential picture has fewer coded bits than even blank blocks take: one for the mean and one for
// the end of each.
func (j *jpegInfo) short(data []byte) bool {
	blocks := ((j.width + 7) / 8) * ((j.height + 7) / 8)
	return !j.progressive && uint64(len(data)-j.scan)*8 < 2*blocks
}

// pictureData says whether any coded data follows before the end or the next marker.
func pictureData(data []byte) bool {
	return len(data) >= 2 && (data[0] != 0xff || data[1] == 0)
}

// iimOfPhotoshop finds the IPTC records in a Photoshop resource block.
func iimOfPhotoshop(block []byte) []byte {
	for len(block) >= 12 && string(block[:4]) == "8BIM" {
		id := be16(block[4:])
		name := (int(block[6]) + 2) &^ 1 // with its length byte, padded to even
		if len(block) < 6+name+4 {
			return nil
		}
		size := uint64(be32(block[6+name:]))
		block = block[6+name+4:]
		if id == 0x0404 {
			return block[:min(size, uint64(len(block)))]
		}
		size += size & 1
		if size >= uint64(len(block)) {
			return nil
		}
		block = block[size:]
	}
	return nil
}

func join(parts [][]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	out := make([]byte, 0, size)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
