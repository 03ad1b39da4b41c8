package testkit

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Picture returns a small JPEG, 16 × 16 pixels. Different numbers give different bytes and the same pixels.
func Picture(number int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for y := range 16 {
		for x := range 16 {
			m.Set(x, y, color.RGBA{uint8(x * 16), uint8(y * 16), uint8(x * y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err) // a fixed picture into memory
	}
	fmt.Fprintf(&b, "%d", number) // behind the end of the picture, where decoders do not look
	return b.Bytes()
}

// LargePicture returns a JPEG of a gradient.
func LargePicture(width, height int) []byte {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = uint8(i % width * 255 / width)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err) // a fixed picture into memory
	}
	return b.Bytes()
}

// AwkwardNames are file names, as bytes, that break naive programs. Each is a photo that must be found, but those of
// UnlistedNames.
func AwkwardNames() []string {
	return []string{
		"plain.jpg", "with space.jpg", " leading space.jpg",
		"two\nlines.jpg", "carriage\rreturn.jpg", "tab\there.jpg", "bell\x07 and escape\x1b[31mred.jpg", "del\x7f.jpg",
		"it's \"quoted\".jpg", "back`tick`$(touch evil).jpg", "semi;colon&and|pipe>out<in.jpg",
		"-rf.jpg", "@list.jpg", "%s%n%x%d.jpg", "100%25.jpg", "a%2Fb.jpg", "question?mark#hash.jpg",
		"back\\slash.jpg", "colon:in:name.jpg", "star*[a-z]{x,y}.jpg",
		"<img src=x onerror=alert(1)>.jpg", "<script>alert(1)<&sol;script>.jpg", "{{constructor.constructor('alert(1)')()}}.jpg",
		"'); DROP TABLE photo;--.jpg", "a\" OR \"\"=\".jpg", "NEAR(a b) AND *.jpg", "=cmd|' '!A0.csv.jpg",
		"CON.jpg", "nul.txt.jpg",
		strings.Repeat("a", 251) + ".jpg", strings.Repeat("ä", 125) + ".jpg", strings.Repeat("🐶", 62) + ".jpg",
		"latin1-\xe9t\xe9.jpg", "latin1-\xe8t\xe8.jpg", "\xff\xfe.jpg", "surrogate-\xed\xa0\x80.jpg", "overlong-\xc0\xaf.jpg",
		"emoji 👩‍👩‍👧‍👦🏳️‍🌈.jpg", "evil\u202egpj.exe.jpg", "zero\u200bwidth\ufeff.jpg",
		"قطة.jpg", "猫の写真.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg", "\u212bngstr\u00f6m.jpg",
		"Case.jpg", "case.JPG", "İstanbul.jpg", "straße.jpg", "STRASSE.jpg",
		"sub dir\n/in a folder with a newline.jpg", "-folder/x.jpg", "caf\xe9-folder/x.jpg", "photos.jpg/real.jpg",
		strings.Repeat("deep/", 120) + "x.jpg",
	}
}

// UnlistedNames are names, as bytes, of files that hold a picture and are passed by: hidden, or without the extension of
// a photo.
func UnlistedNames() []string {
	return []string{"trailing space.jpg ", "trailing dot.jpg.", "--help", "..jpg", "...", ".hidden.jpg", ".jpg", "@eaDir/thumb.jpg", ".thumbnails/x.jpg"}
}

// WriteFile writes a file and the folders above it.
func WriteFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// WriteNames makes a file of each name below root, each with another content.
func WriteNames(t testing.TB, root string, names []string) {
	t.Helper()
	for i, name := range names {
		WriteFile(t, filepath.Join(root, name), Picture(i))
	}
}
