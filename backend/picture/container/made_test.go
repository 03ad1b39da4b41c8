package container

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// heifWithExif makes the structure of a HEIC of 64 × 48 whose item 2 is EXIF that belongs to item 1.
func heifWithExif(t testing.TB) ([]byte, []byte) {
	t.Helper()
	exif := directory(append([]byte("II*\x00"), 8, 0, 0, 0), 8, field{tag: 274, longs: []uint32{6}})
	item := append(be(0), exif...)
	infe := func(id byte, kind string) []byte {
		return box32("infe", be(2<<24), []byte{0, id, 0, 0}, []byte(kind), []byte{0})
	}
	build := func(at uint32) []byte {
		return bytes.Join([][]byte{
			box32("ftyp", []byte("heic"), be(0), []byte("mif1heic")),
			box32("meta", be(0),
				box32("iinf", be(0), []byte{0, 2}, infe(1, "hvc1"), infe(2, "Exif")),
				box32("iloc", be(0), []byte{0x44, 0, 0, 1}, []byte{0, 2, 0, 0, 0, 1}, be(at, uint32(len(item)))),
				box32("iref", be(0), box32("cdsc", []byte{0, 2, 0, 1, 0, 1})),
				box32("iprp", box32("ipco", box32("ispe", be(0, 64, 48)))),
			),
			box32("mdat", item),
		}, nil)
	}
	return build(uint32(len(build(0)) - len(item))), exif
}

func TestMetadataOfHEIF(t *testing.T) {
	data, exif := heifWithExif(t)
	before := bytes.Clone(data)
	f, err := Open(data, "heic", Limits{MaxPixels: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	if f.Format != HEIC || f.Width != 64 || f.Height != 48 || !f.Upright {
		t.Errorf("%s %d × %d", f.Format, f.Width, f.Height)
	}
	if len(f.Exif) != 1 || !bytes.Equal(f.Exif[0], exif) {
		t.Errorf("EXIF: %q", f.Exif)
	}
	if bytes.Contains(f.Picture, []byte("cdsc")) {
		t.Error("metadata are still the picture's for the decoder")
	}
	if !bytes.Equal(data, before) {
		t.Error("the file was changed")
	}
}

func TestAnimatedWebPWithTransparency(t *testing.T) {
	chunk := func(kind string, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(all))), all...)
	}
	vp8 := append([]byte{0, 0, 0, 0x9d, 1, 0x2a}, 32, 0, 16, 0, 0, 0)
	body := bytes.Join([][]byte{
		chunk("VP8X", []byte{0x12, 0, 0, 0, 31, 0, 0, 15, 0, 0}), chunk("ANIM", make([]byte, 6)),
		chunk("ANMF", make([]byte, 16), chunk("ALPH", []byte{0, 1}), chunk("VP8 ", vp8)),
	}, nil)
	data := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4)), append([]byte("WEBP"), body...)...)
	f, err := Open(data, "", Limits{MaxPixels: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	if f.Width != 32 || f.Height != 16 {
		t.Errorf("%d × %d", f.Width, f.Height)
	}
}
