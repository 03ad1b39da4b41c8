package tiff

import (
	"encoding/binary"
	"math"
	"testing"
)

// little makes a file of one directory with one field whose value lies behind it.
func little(tag uint16, kind Type, count uint32, value []byte) []byte {
	le := binary.LittleEndian
	b := []byte{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0}
	b = le.AppendUint16(b, tag)
	b = le.AppendUint16(b, uint16(kind))
	b = le.AppendUint32(b, count)
	if len(value) <= 4 {
		b = append(b, append(value, make([]byte, 4-len(value))...)...)
		return append(b, 0, 0, 0, 0)
	}
	b = le.AppendUint32(b, 26)
	b = append(b, 0, 0, 0, 0)
	return append(b, value...)
}

func TestNumbers(t *testing.T) {
	le := binary.LittleEndian
	pair := func(n, d uint32) []byte { return le.AppendUint32(le.AppendUint32(nil, n), d) }
	for _, c := range []struct {
		kind  Type
		value []byte
		want  float64
		ok    bool
	}{
		{Short, []byte{1, 2}, 513, true},
		{SShort, []byte{0xff, 0xff}, 0, false}, // negative: no whole number
		{Long, []byte{1, 0, 0, 1}, 1<<24 + 1, true},
		{Rational, pair(1, 4), 0.25, true},
		{Rational, pair(1, 0), 0, false},
		{Rational, pair(0, 0), 0, false},
		{SRational, pair(0xffffffff, 2), -0.5, true},
		{Float, le.AppendUint32(nil, math.Float32bits(float32(math.NaN()))), 0, false},
		{Double, le.AppendUint64(nil, math.Float64bits(math.Inf(1))), 0, false},
		{Double, le.AppendUint64(nil, math.Float64bits(2.5)), 2.5, true},
		{ASCII, []byte("1"), 0, false},
	} {
		f, err := Parse(little(7, c.kind, 1, c.value))
		if err != nil {
			t.Fatal(err)
		}
		e := f.First(Main).Find(7)
		if e == nil {
			t.Fatalf("type %d: no entry", c.kind)
		}
		if got, ok := e.Float(0); got != c.want || ok != c.ok {
			t.Errorf("type %d: %v, %t; want %v, %t", c.kind, got, ok, c.want, c.ok)
		}
		if _, ok := e.Float(1); ok {
			t.Errorf("type %d: a value behind the last", c.kind)
		}
	}
}

func TestEntriesOutsideAreLeftOut(t *testing.T) {
	for _, data := range [][]byte{
		little(7, Long, 1<<31, make([]byte, 8)), little(7, Double, 1<<29, make([]byte, 8)), little(7, Type(99), 1, make([]byte, 4)), little(7, Long, 0, nil),
	} {
		f, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		if e := f.First(Main).Find(7); e != nil {
			t.Errorf("an entry of %d bytes in a file of %d", len(e.Value), len(data))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(little(330, Long, 2, []byte{8, 0, 0, 0, 8, 0, 0, 0}))
	f.Add(little(34665, Long, 1, []byte{8, 0, 0, 0}))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		if len(file.Directories) > MaxDirectories {
			t.Fatal("too many directories")
		}
		for _, d := range file.Directories {
			if len(d.Entries) > MaxEntries {
				t.Fatal("too many entries")
			}
			for i := range d.Entries {
				e := &d.Entries[i]
				if uint64(len(e.Value)) != e.Type.size()*uint64(e.Count) {
					t.Fatal("a value of the wrong length")
				}
				last := int(e.Count) - 1
				if v, ok := e.Float(last); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
					t.Fatal("no finite number")
				}
			}
		}
	})
}
