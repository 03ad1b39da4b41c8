package metadata

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"io"
	"math"
	"strconv"

	"pixeldetective/backend/photo"
)

// Bounds on XMP.
const (
	maxXMPBytes  = 1 << 20
	maxXMPTokens = 100_000
	maxXMPDepth  = 64
)

// Namespaces.
const (
	nsRDF       = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsDC        = "http://purl.org/dc/elements/1.1/"
	nsXMP       = "http://ns.adobe.com/xap/1.0/"
	nsPhotoshop = "http://ns.adobe.com/photoshop/1.0/"
	nsExif      = "http://ns.adobe.com/exif/1.0/"
	nsExifEX    = "http://cipa.jp/exif/1.0/"
	nsAux       = "http://ns.adobe.com/exif/1.0/aux/"
	nsTIFF      = "http://ns.adobe.com/tiff/1.0/"
	nsMicrosoft = "http://ns.microsoft.com/photo/1.0/"
)

type xmp struct {
	taken                                                        photo.Moment
	place                                                        *photo.Place
	maker, model, lens                                           string
	iso                                                          int
	aperture, exposure, focal                                    float64
	rating                                                       *int
	title, description, label, creator, copyright, city, country string
	keywords                                                     []string
}

func readXMP(packets [][]byte) xmp {
	p := properties{}
	for _, packet := range packets {
		p.read(packet)
	}
	x := xmp{
		title:       p.text(nsDC, "title"),
		description: p.text(nsDC, "description"),
		creator:     p.word(nsDC, "creator"),
		copyright:   p.word(nsDC, "rights"),
		label:       p.word(nsXMP, "Label"),
		city:        p.word(nsPhotoshop, "City"),
		country:     p.word(nsPhotoshop, "Country"),
		maker:       p.word(nsTIFF, "Make"),
		model:       p.word(nsTIFF, "Model"),
		lens:        first(p.word(nsExifEX, "LensModel"), p.word(nsAux, "Lens")),
		aperture:    fraction(p.word(nsExif, "FNumber"), 0.3, 256),
		exposure:    fraction(p.word(nsExif, "ExposureTime"), 1e-7, 86400),
		focal:       fraction(p.word(nsExif, "FocalLength"), 0.1, 20000),
		iso:         int(fraction(first(p.word(nsExifEX, "PhotographicSensitivity"), p.word(nsExif, "ISOSpeedRatings")), 1, 50_000_000)),
	}
	if isFiller(x.description) {
		x.description = ""
	}
	for _, v := range p[xml.Name{Space: nsDC, Local: "subject"}] {
		if k := clean(v.text, maxWord); k != "" {
			x.keywords = append(x.keywords, k)
		}
	}
	for _, date := range []string{p.word(nsExif, "DateTimeOriginal"), p.word(nsPhotoshop, "DateCreated"), p.word(nsExif, "DateTimeDigitized"), p.word(nsXMP, "CreateDate")} {
		if x.taken = isoMoment(date, photo.MomentXMP); !x.taken.IsZero() {
			break
		}
	}
	x.rating = p.rating()
	x.place = p.place()
	return x
}

func (p properties) rating() *int {
	if v, err := strconv.ParseFloat(p.word(nsXMP, "Rating"), 64); err == nil && !math.IsNaN(v) {
		n := clampRating(v)
		return &n
	}
	// Windows' percentages: 1, 25, 50, 75, 99 for 1 to 5 stars.
	if v, err := strconv.ParseFloat(p.word(nsMicrosoft, "Rating"), 64); err == nil && v >= 1 && v <= 100 {
		n := clampRating(math.Round(v/25) + 1)
		return &n
	}
	return nil
}

func (p properties) place() *photo.Place {
	latitude, ok1 := xmpDegrees(p.word(nsExif, "GPSLatitude"), "N", "S")
	longitude, ok2 := xmpDegrees(p.word(nsExif, "GPSLongitude"), "E", "W")
	if !ok1 || !ok2 {
		return nil
	}
	altitude := math.NaN()
	if s := p.word(nsExif, "GPSAltitude"); s != "" {
		altitude = fraction(s, 0, highest)
		if p.word(nsExif, "GPSAltitudeRef") == "1" {
			altitude = -altitude
		}
	}
	return place(latitude, longitude, altitude)
}

type value struct{ lang, text string }

// properties holds the simple, list and language-alternative properties of the RDF's descriptions.
type properties map[xml.Name][]value

func (p properties) word(space, local string) string { return p.best(space, local, maxWord) }
func (p properties) text(space, local string) string { return p.best(space, local, maxText) }

// best returns the default language's value, else the first.
func (p properties) best(space, local string, limit int) string {
	values := p[xml.Name{Space: space, Local: local}]
	for _, v := range values {
		if v.lang == "x-default" {
			return clean(v.text, limit)
		}
	}
	if len(values) > 0 {
		return clean(values[0].text, limit)
	}
	return ""
}

func (p properties) add(name xml.Name, v value) {
	if len(p[name]) < maxKeywords {
		p[name] = append(p[name], v)
	}
}

// read adds a packet's properties; it stops at the first thing that is wrong and keeps what it has. A document type
// declaration is wrong: nothing that writes XMP makes one, and entities are how small files grow large.
func (p properties) read(packet []byte) {
	if len(packet) > maxXMPBytes {
		return
	}
	d := xml.NewDecoder(bytes.NewReader(toUTF8(packet)))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var r rdf
	for range maxXMPTokens {
		token, err := d.Token()
		if err != nil {
			return
		}
		switch t := token.(type) {
		case xml.Directive:
			return
		case xml.StartElement:
			if !r.start(p, t) {
				return
			}
		case xml.CharData:
			r.chars(t)
		case xml.EndElement:
			r.end(p)
		}
	}
}

// rdf follows where in the RDF the reader is.
type rdf struct {
	names    []xml.Name
	property int // depth of the property element being read, 0 if none
	item     int // depth of its rdf:li, 0 if none
	nested   bool
	lang     string
	text     []byte
}

func (r *rdf) start(p properties, t xml.StartElement) bool {
	if len(r.names) == maxXMPDepth {
		return false
	}
	parent := xml.Name{}
	if n := len(r.names); n > 0 {
		parent = r.names[n-1]
	}
	r.names = append(r.names, t.Name)
	depth := len(r.names)
	description := xml.Name{Space: nsRDF, Local: "Description"}
	switch {
	case r.property == 0 && t.Name == description && parent == (xml.Name{Space: nsRDF, Local: "RDF"}):
		for _, a := range t.Attr {
			if a.Name.Space != nsRDF && a.Name.Space != "xmlns" && a.Name.Space != "" {
				p.add(a.Name, value{text: a.Value})
			}
		}
	case r.property == 0 && parent == description:
		r.property, r.item, r.nested, r.text, r.lang = depth, 0, false, nil, langOf(t)
	case r.property != 0 && depth == r.property+1 && t.Name.Space == nsRDF && (t.Name.Local == "Bag" || t.Name.Local == "Seq" || t.Name.Local == "Alt"):
		r.nested = true
	case r.property != 0 && depth == r.property+2 && t.Name == (xml.Name{Space: nsRDF, Local: "li"}):
		r.item, r.text, r.lang = depth, nil, langOf(t)
	case r.property != 0:
		r.nested = true // a structure: not read
	}
	return true
}

func (r *rdf) chars(t xml.CharData) {
	depth := len(r.names)
	if r.property != 0 && (depth == r.item || depth == r.property) && len(r.text) < 2*maxText {
		r.text = append(r.text, t[:min(len(t), 2*maxText)]...)
	}
}

func (r *rdf) end(p properties) {
	depth := len(r.names)
	if depth == 0 {
		return
	}
	name := r.names[depth-1]
	switch {
	case r.property != 0 && depth == r.item:
		p.add(r.names[r.property-1], value{r.lang, string(r.text)})
		r.item, r.text = 0, nil
	case depth == r.property:
		if !r.nested && len(bytes.TrimSpace(r.text)) > 0 {
			p.add(name, value{r.lang, string(r.text)})
		}
		r.property, r.text = 0, nil
	}
	r.names = r.names[:depth-1]
}

func langOf(t xml.StartElement) string {
	for _, a := range t.Attr {
		if a.Name.Local == "lang" {
			return a.Value
		}
	}
	return ""
}

// toUTF8 turns a packet in UTF-16 into UTF-8.
func toUTF8(packet []byte) []byte {
	switch {
	case bytes.HasPrefix(packet, []byte{0xff, 0xfe}):
		return []byte(utf16Text(packet[2:], binary.LittleEndian))
	case bytes.HasPrefix(packet, []byte{0xfe, 0xff}):
		return []byte(utf16Text(packet[2:], binary.BigEndian))
	}
	return bytes.TrimPrefix(packet, []byte("\xef\xbb\xbf"))
}
