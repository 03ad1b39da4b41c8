package worker

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"pixeldetective/backend/model/worker/workerpb"
	"pixeldetective/backend/photo"
)

var job = DecodeJob{ThumbnailSide: 8, Inputs: []InputSpec{{Width: 2, Height: 1, Fit: "stretch", Filter: "bicubic"}}}

func goodReply() *workerpb.Decoded {
	return &workerpb.Decoded{
		Inputs: [][]byte{make([]byte, 6)}, Thumbnail: []byte{0xff, 0xd8, 0xff, 0xd9}, PixelDigest: append(make([]byte, 31), 1),
		Metadata: []byte(`{"format":"jpeg","width":3,"height":2,"taken":{"local":"2020-02-03T04:05:06Z","offset_minutes":60,"source":"exif"},` +
			`"place":{"latitude":1,"longitude":2},"title":"a\u0007b","keywords":["x\ny"]}`),
	}
}

func TestDecodedFrom(t *testing.T) {
	d, err := decodedFrom(goodReply(), job)
	if err != nil {
		t.Fatal(err)
	}
	if d.Metadata.Title != "a b" || d.Metadata.Keywords[0] != "x y" || d.Metadata.Taken.Local.Hour() != 4 || d.PixelDigest[31] != 1 {
		t.Errorf("%+v", d)
	}
	metadata := func(s string) func(*workerpb.Decoded) { return func(r *workerpb.Decoded) { r.Metadata = []byte(s) } }
	with := func(s string) func(*workerpb.Decoded) {
		return metadata(`{"format":"jpeg","width":3,"height":2,` + s + `}`)
	}
	for name, break_ := range map[string]func(*workerpb.Decoded){
		"no input":          func(r *workerpb.Decoded) { r.Inputs = nil },
		"two inputs":        func(r *workerpb.Decoded) { r.Inputs = append(r.Inputs, r.Inputs[0]) },
		"long input":        func(r *workerpb.Decoded) { r.Inputs[0] = make([]byte, 7) },
		"no thumbnail":      func(r *workerpb.Decoded) { r.Thumbnail = nil },
		"odd thumbnail":     func(r *workerpb.Decoded) { r.Thumbnail = []byte("<svg onload=alert(1)>") },
		"huge thumbnail":    func(r *workerpb.Decoded) { r.Thumbnail = append(r.Thumbnail, make([]byte, maxThumbnail)...) },
		"short digest":      func(r *workerpb.Decoded) { r.PixelDigest = r.PixelDigest[1:] },
		"empty digest":      func(r *workerpb.Decoded) { r.PixelDigest = make([]byte, 32) },
		"no metadata":       metadata(``),
		"no JSON":           metadata(`{"format":`),
		"a list":            metadata(`[]`),
		"huge metadata":     metadata(`{"title":"` + strings.Repeat("x", maxMetadata) + `"}`),
		"no format":         metadata(`{"width":3,"height":2}`),
		"no size":           metadata(`{"format":"jpeg"}`),
		"absurd size":       metadata(`{"format":"jpeg","width":16000000,"height":16000000}`),
		"negative":          metadata(`{"format":"jpeg","width":-3,"height":-2}`),
		"orientation 9":     with(`"orientation":9`),
		"rating 6":          with(`"rating":6`),
		"negative ISO":      with(`"iso":-1`),
		"absurd exposure":   with(`"exposure_seconds":1e300`),
		"latitude 91":       with(`"place":{"latitude":91,"longitude":0}`),
		"absurd altitude":   with(`"place":{"latitude":1,"longitude":0,"altitude":1e99}`),
		"year 12345":        with(`"taken":{"local":"12345-01-01T00:00:00Z"}`),
		"a zone":            with(`"taken":{"local":"2020-01-01T00:00:00+02:00"}`),
		"an absurd zone":    with(`"taken":{"local":"2020-01-01T00:00:00Z","offset_minutes":5000}`),
		"a date from a hat": with(`"taken":{"local":"2020-01-01T00:00:00Z","source":"hat"}`),
		"too many keywords": with(`"keywords":["` + strings.Repeat(`a","`, maxKeywords) + `"]`),
	} {
		r := goodReply()
		break_(r)
		if _, err := decodedFrom(r, job); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	r := goodReply()
	r.Thumbnail = nil
	if _, err := decodedFrom(r, DecodeJob{Inputs: job.Inputs}); err != nil {
		t.Errorf("no thumbnail where none was asked for: %v", err)
	}
	if _, err := decodedFrom(nil, DecodeJob{}); err == nil {
		t.Error("nothing at all was taken")
	}
}

func floats(v ...float32) (b []byte) {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func TestVectorsFrom(t *testing.T) {
	v, err := vectorsFrom(floats(1, 0, .6, -.8), 2, 2, 2)
	if err != nil || v[0][0] != 1 || v[1][1] != -.8 {
		t.Fatal(v, err)
	}
	if cap(v[0]) != 2 {
		t.Error("appending to one vector would write into the next")
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for name, test := range map[string]struct {
		b         []byte
		dimension uint32
		want, n   int
	}{
		"dimension 0":       {nil, 0, 0, 1},
		"huge dimension":    {nil, 1 << 31, 0, 1},
		"another dimension": {floats(1, 0), 2, 3, 1},
		"short":             {floats(1, 0)[1:], 2, 2, 1},
		"one too many":      {floats(1, 0, 0, 1), 2, 2, 1},
		"NaN":               {floats(nan, 1), 2, 2, 1},
		"infinite":          {floats(inf, 1), 2, 2, 1},
		"zero":              {floats(0, 0), 2, 2, 1},
		"length 2":          {floats(2, 0), 2, 2, 1},
	} {
		if v, err := vectorsFrom(test.b, test.dimension, test.want, test.n); err == nil {
			t.Errorf("%s: %v", name, v)
		}
	}
}

func FuzzDecoded(f *testing.F) {
	for _, change := range []func(*workerpb.Decoded){
		func(*workerpb.Decoded) {},
		func(r *workerpb.Decoded) { r.Inputs = nil },
		func(r *workerpb.Decoded) {
			r.Metadata = []byte(`{"format":"png","width":1,"height":1,"keywords":[null],"place":{}}`)
		},
	} {
		r := goodReply()
		change(r)
		b, err := proto.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r workerpb.Decoded
		if proto.Unmarshal(b, &r) != nil {
			return
		}
		d, err := decodedFrom(&r, job)
		if err != nil {
			return
		}
		if len(d.Inputs) != 1 || len(d.Inputs[0]) != 6 || d.PixelDigest.IsZero() || d.Metadata.Width < 1 || d.Metadata.Height < 1 {
			t.Fatalf("%+v", d)
		}
		if _, err := json.Marshal(d.Metadata); err != nil {
			t.Fatalf("metadata that cannot be written again: %v", err)
		}
		for _, s := range append(d.Metadata.Keywords, d.Metadata.Title, d.Metadata.Camera, d.Metadata.Format) {
			checkText(t, s)
		}
	})
}

func FuzzEmbeddings(f *testing.F) {
	b, err := proto.Marshal(&workerpb.EncodeImagesReply{
		Dimension: 2, Vectors: floats(1, 0), Tags: []*workerpb.Tags{{Tags: []*workerpb.Tag{{Name: "dog", Kind: "coco", Score: .5}}}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, 1)
	f.Add([]byte{}, 0)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		var r workerpb.EncodeImagesReply
		if n < 0 || n > 64 || proto.Unmarshal(b, &r) != nil {
			return
		}
		all, err := embeddingsFrom(&r, 0, n)
		if err != nil {
			return
		}
		if len(all) != n {
			t.Fatalf("%d embeddings instead of %d", len(all), n)
		}
		for _, e := range all {
			sum := 0.0
			for _, x := range e.Vector {
				sum += float64(x) * float64(x)
			}
			if math.Abs(sum-1) > .03 {
				t.Fatalf("a vector of squared length %g", sum)
			}
			for _, tag := range e.Tags {
				if !(tag.Score >= 0 && tag.Score <= 1) || tag.Name == "" {
					t.Fatalf("%+v", tag)
				}
				checkText(t, tag.Name)
			}
		}
	})
}

func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		t.Fatalf("%q", s)
	}
}

func TestBounded(t *testing.T) {
	for in, want := range map[string]string{"": "", "a\nb\x00": "a b ", "é": "é", "12345678": "12345…", "1234é": "1234…", "\xff\xfe": ""} {
		if have := bounded(in, 5); have != want {
			t.Errorf("%q became %q instead of %q", in, have, want)
		}
	}
}

func TestLoadErrorOfAStatusWithoutDetails(t *testing.T) {
	err := loadError(status.New(9, "odd\x00"))
	if e, ok := err.(*LoadError); !ok || e.Kind != LoadFailed || e.Reason != "odd " { //nolint:errorlint // built here
		t.Errorf("%#v", err)
	}
}

func TestBuildsThatGoTogether(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{{"1", "1", true}, {"1", "2", false}, {unstamped, "1", true}, {"1", unstamped, true}} {
		if sameBuild(test.a, test.b) != test.want {
			t.Errorf("%+v", test)
		}
	}
	if Build() == "" {
		t.Error("no build")
	}
}

func TestMomentOfUnknownDateIsZero(t *testing.T) {
	m, err := metadataFrom([]byte(`{"format":"png","width":1,"height":1}`))
	if err != nil || !m.Taken.IsZero() || m.Taken.Source != photo.MomentUnknown {
		t.Errorf("%+v, %v", m.Taken, err)
	}
}
