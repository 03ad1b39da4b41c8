package container

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/jpeg"
	"testing"
)

// field is a TIFF field of LONG values, or of bytes.
type field struct {
	tag   uint16
	longs []uint32
	bytes []byte
}

// directory writes an IFD at offset into file, values behind it, and returns the file.
func directory(file []byte, offset int, fields ...field) []byte {
	end := offset + 2 + 12*len(fields) + 4
	for len(file) < end {
		file = append(file, 0)
	}
	le := binary.LittleEndian
	le.PutUint16(file[offset:], uint16(len(fields)))
	for i, f := range fields {
		kind, value := uint16(4), []byte{}
		for _, v := range f.longs {
			value = le.AppendUint32(value, v)
		}
		count := len(f.longs)
		if f.bytes != nil {
			kind, value, count = 7, f.bytes, len(f.bytes)
		}
		at := offset + 2 + 12*i
		le.PutUint16(file[at:], f.tag)
		le.PutUint16(file[at+2:], kind)
		le.PutUint32(file[at+4:], uint32(count))
		if len(value) <= 4 {
			copy(file[at+8:], value)
			continue
		}
		le.PutUint32(file[at+8:], uint32(len(file)))
		file = append(file, value...)
	}
	return file
}

func jpegOf(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const previews = 4096 // where the made files keep their previews

// withPreviews puts pictures behind one another and returns their places.
func withPreviews(file []byte, pictures ...[]byte) (whole []byte, at, size []uint32) {
	whole = append(file, make([]byte, previews-len(file))...)
	for _, p := range pictures {
		at, size = append(at, uint32(len(whole))), append(size, uint32(len(p)))
		whole = append(whole, p...)
	}
	return whole, at, size
}

func box32(kind string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), append([]byte(kind), all...)...)
}

func be(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// rawFiles makes one file of each RAW format with a small and a large preview, 640 × 480.
func rawFiles(t testing.TB) map[Format][]byte {
	t.Helper()
	small, large := jpegOf(t, 160, 120), jpegOf(t, 640, 480)
	_, at, size := withPreviews(nil, small, large)
	fill := func(file []byte) []byte {
		whole, _, _ := withPreviews(file, small, large)
		return whole
	}
	head := func(magic string) []byte { return append([]byte(magic), 16, 0, 0, 0, 'C', 'R', 2, 0, 0, 0, 0, 0) }
	plain := func(magic string) []byte { return append([]byte(magic), 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
	orientation := field{tag: 274, longs: []uint32{6}}
	files := map[Format][]byte{}

	// Thumbnail in the first directory; the large one behind SubIFDs, as a JPEG strip; sensor data as lossless JPEG.
	dng := directory(plain("II*\x00"), 16, orientation, field{tag: 330, longs: []uint32{1024, 1536}}, field{tag: 50706, bytes: []byte{1, 4, 0, 0}},
		field{tag: 513, longs: at[:1]}, field{tag: 514, longs: size[:1]})
	dng = directory(dng, 1024, field{tag: 254, longs: []uint32{1}}, field{tag: 259, longs: []uint32{7}}, field{tag: 262, longs: []uint32{6}},
		field{tag: 273, longs: at[1:2]}, field{tag: 279, longs: size[1:2]})
	files[DNG] = fill(directory(dng, 1536, field{tag: 259, longs: []uint32{7}}, field{tag: 262, longs: []uint32{32803}},
		field{tag: 273, longs: at[1:2]}, field{tag: 279, longs: size[1:2]}))

	files[CR2] = fill(directory(head("II*\x00"), 16, orientation, field{tag: 259, longs: []uint32{6}},
		field{tag: 273, longs: at[1:2]}, field{tag: 279, longs: size[1:2]}))

	nef := directory(plain("II*\x00"), 16, field{tag: 254, longs: []uint32{1}}, field{tag: 271, bytes: []byte("NIKON CORPORATION\x00")},
		orientation, field{tag: 330, longs: []uint32{1024}})
	files[NEF] = fill(directory(nef, 1024, field{tag: 513, longs: at[1:2]}, field{tag: 514, longs: size[1:2]}))

	arw := directory(plain("II*\x00"), 16, field{tag: 254, longs: []uint32{1}}, field{tag: 271, bytes: []byte("SONY\x00")}, orientation,
		field{tag: 330, longs: []uint32{1024}}, field{tag: 513, longs: at[1:2]}, field{tag: 514, longs: size[1:2]})
	files[ARW] = fill(directory(arw, 1024, field{tag: 259, longs: []uint32{32767}}))

	files[RW2] = directory(plain("IIU\x00"), 16, orientation, field{tag: 0x2e, bytes: large})
	files[ORF] = fill(directory(plain("IIRO"), 16, orientation))

	raf := append([]byte("FUJIFILMCCD-RAW "), make([]byte, 76)...)
	raf = append(raf[:84], be(at[1], size[1])...)
	files[RAF] = fill(raf)

	uuid := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	ftyp := box32("ftyp", []byte("crx "), be(1), []byte("crx isom"))
	main := directory(plain("II*\x00"), 16, orientation)
	meta := box32("uuid", uuid("85c0b687820f11e08111f4ce462b6a48"), box32("CMT1", main))
	stbl := box32("stbl", box32("stsz", be(0, size[1], 1)), box32("co64", be(0, 1, 0, at[1])))
	moov := box32("moov", meta, box32("trak", box32("mdia", box32("minf", stbl))))
	prvw := box32("uuid", uuid("eaf42b5e1c984b88b9fbb7dc406e4d16"), be(0, 1), box32("PRVW", make([]byte, 16), small))
	cr3 := append(append(ftyp, moov...), prvw...)
	free := previews - len(cr3) - 8
	cr3 = append(append(cr3, be(uint32(free))...), "free"...)
	cr3, _, _ = withPreviews(append(cr3, make([]byte, free-8)...))
	cr3 = append(cr3, be(uint32(8+len(small)+len(large)))...)
	files[CR3] = append(cr3[:previews-8], append(append(be(uint32(8+len(small)+len(large))), "mdat"...), append(bytes.Clone(small), large...)...)...)
	return files
}

func TestLargestPreviewOfEachRawFormat(t *testing.T) {
	files := rawFiles(t)
	if len(files) != 8 {
		t.Fatalf("%d formats, want 8", len(files))
	}
	for format, data := range files {
		for _, extension := range []string{string(format), "jpg"} { // content decides
			f, err := Open(data, extension, Limits{MaxPixels: 1e6})
			if err != nil {
				t.Errorf("%s named .%s: %v", format, extension, err)
				continue
			}
			if f.Format != format {
				t.Errorf("%s named .%s is taken for %s", format, extension, f.Format)
			}
			if f.Width != 640 || f.Height != 480 || f.PictureFormat != JPEG || !bytes.HasPrefix(f.Picture, []byte{0xff, 0xd8, 0xff}) {
				t.Errorf("%s: %d × %d %s", format, f.Width, f.Height, f.PictureFormat)
			}
		}
		if _, err := Open(data, string(format), Limits{MaxPixels: 640*480 - 1}); err == nil {
			t.Errorf("%s: a preview over the limit is taken", format)
		}
	}
}
