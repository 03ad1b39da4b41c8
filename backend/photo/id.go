package photo

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
)

// ID identifies a photo by the SHA-256 of its file's bytes. Two files with the same bytes are one photo.
type ID [32]byte

// PixelDigest is the SHA-256 of a photo's decoded, upright pixels. Files that differ only in metadata share it.
type PixelDigest [32]byte

// PerceptualHash is a 64-bit fingerprint of what a picture looks like at a glance: bit 8*v+u is set where the
// coefficient (u, v) of the discrete cosine transform of the picture's 32×32 grey version is positive; the bit of the
// mean (0, 0) is always clear. Signs, not a median, decide: so the hash of each mirrored or turned version follows from
// this one by flipping signs and transposing.
type PerceptualHash uint64

// String returns the ID as 64 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText writes the ID as hexadecimal digits.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// Value stores the ID as a 32-byte blob.
func (id ID) Value() (driver.Value, error) { return id[:], nil }

// Scan reads a 32-byte blob.
func (id *ID) Scan(src any) error { return scan32(src, id[:], "photo id") }

// ParseID reads 64 hexadecimal digits.
func ParseID(s string) (ID, error) {
	var id ID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return ID{}, fmt.Errorf("photo id %q is not 64 hexadecimal digits", s)
	}
	copy(id[:], b)
	return id, nil
}

// String returns the digest as 64 lower-case hexadecimal digits.
func (d PixelDigest) String() string { return hex.EncodeToString(d[:]) }

// IsZero says whether the digest is unknown.
func (d PixelDigest) IsZero() bool { return d == PixelDigest{} }

// Value stores the digest as a 32-byte blob.
func (d PixelDigest) Value() (driver.Value, error) { return d[:], nil }

// Scan reads a 32-byte blob.
func (d *PixelDigest) Scan(src any) error { return scan32(src, d[:], "pixel digest") }

func scan32(src any, dst []byte, what string) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(dst) {
		return fmt.Errorf("%s: want a blob of %d bytes, have %T of %d", what, len(dst), src, len(b))
	}
	copy(dst, b)
	return nil
}
