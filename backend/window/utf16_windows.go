package window

import (
	"encoding/binary"
	"unicode/utf16"
)

// utf16Text is a text in little-endian UTF-16 behind its mark.
func utf16Text(text string) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}
