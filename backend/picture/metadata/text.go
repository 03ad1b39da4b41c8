package metadata

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Bounds on texts, in bytes of UTF-8.
const (
	maxWord = 512
	maxText = 8192
)

// decode reads bytes up to the first NUL as UTF-8 and, where they are none, as Windows-1252, which Latin-1 is part of.
func decode(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if len(b) > 4*maxText {
		b = b[:4*maxText]
		for range utf8.UTFMax - 1 { // do not cut a character in two
			if r, _ := utf8.DecodeLastRune(b); r != utf8.RuneError {
				break
			}
			b = b[:len(b)-1]
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return ""
	}
	return string(s)
}

// decodeUTF16 reads text up to the first NUL.
func decodeUTF16(b []byte, order binary.ByteOrder) string {
	return utf16Text(untilNUL(b[:min(len(b), 4*maxText)], order), order)
}

func untilNUL(b []byte, order binary.ByteOrder) []byte {
	for i := 0; i+2 <= len(b); i += 2 {
		if order.Uint16(b[i:]) == 0 {
			return b[:i]
		}
	}
	return b
}

func utf16Text(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}

// clean drops what must not get out: control and formatting characters that reorder or hide text, invalid UTF-8, white
// space at the ends; line breaks become spaces. The result has at most limit bytes.
func clean(s string, limit int) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff, r == 0xfffe, r == 0xffff:
			continue
		}
		need := utf8.RuneLen(r)
		if space && b.Len() > 0 {
			need++
		}
		if b.Len()+need > limit {
			return b.String()
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// filler lists what cameras write where a person would describe the picture, in upper case.
var filler = map[string]bool{
	"OLYMPUS DIGITAL CAMERA": true, "SONY DSC": true, "MINOLTA DIGITAL CAMERA": true, "KONICA MINOLTA DIGITAL CAMERA": true,
	"KODAK DIGITAL STILL CAMERA": true, "SAMSUNG DIGITAL CAMERA": true, "SAMSUNG": true, "DIGITAL CAMERA": true,
	"PENTAX DIGITAL CAMERA": true, "EXIF_JPEG_PICTURE": true, "EXIF JPEG": true, "DCIM": true, "DEFAULT": true,
	"<KENOX S630  / SAMSUNG S630>": true, "CASIO COMPUTER CO.,LTD": true, "DAV": true, "SDR": true, "RHDR": true, "HDR": true,
	"EDF": true, "COF": true, "MDE": true, "MTN": true, "CREATED BY DJI": true, "DJI": true,
}

func isFiller(s string) bool { return filler[strings.ToUpper(s)] }

// cameraName puts make and model together without saying the make twice, and without the company's legal form.
func cameraName(maker, model string) string {
	words := strings.Fields(maker)
	for len(words) > 1 && legalForm[strings.ToUpper(strings.Trim(words[len(words)-1], ".,"))] {
		words = words[:len(words)-1]
	}
	short := strings.Trim(strings.Join(words, " "), ".,")
	switch {
	case model == "" || short == "":
		return model
	case strings.HasPrefix(strings.ToUpper(model), strings.ToUpper(words[0])):
		return model
	}
	if word, rest, _ := strings.Cut(model, " "); strings.EqualFold(word, words[len(words)-1]) { // EASTMAN KODAK, KODAK DX3900
		model = rest
	}
	return clean(short+" "+model, maxWord)
}

var legalForm = map[string]bool{
	"CORPORATION": true, "CORP": true, "CO": true, "LTD": true, "CO.,LTD": true, "INC": true, "COMPANY": true, "AG": true, "GMBH": true,
	"OPTICAL": true, "IMAGING": true, "CAMERA": true, "ELECTRIC": true, "ELECTRONICS": true, "TECHNOLOGIES": true, "DIGITAL": true,
}
