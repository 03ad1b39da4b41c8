package picture

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/resize"
)

// pixelDigest hashes width and height (32 bits each, big endian) and the pixels.
func pixelDigest(p *resize.RGB) photo.PixelDigest {
	h := sha256.New()
	var head [8]byte
	binary.BigEndian.PutUint32(head[:], uint32(p.Width))
	binary.BigEndian.PutUint32(head[4:], uint32(p.Height))
	h.Write(head[:])
	h.Write(p.Pix)
	return photo.PixelDigest(h.Sum(nil))
}

// hashSide is the side of the grey picture whose cosine transform makes the perceptual hash.
const hashSide = 32

// perceptualHash is photo.PerceptualHash of a picture, which may be a reduced version of the photo.
func perceptualHash(p *resize.RGB) photo.PerceptualHash {
	small := resize.Resize(p, resize.Spec{Width: hashSide, Height: hashSide, Fit: resize.Stretch, Filter: resize.Bilinear})
	var grey [hashSide][hashSide]float64
	for y := range hashSide {
		for x := range hashSide {
			v := small.Pix[3*(y*hashSide+x):]
			grey[y][x] = 0.299*float64(v[0]) + 0.587*float64(v[1]) + 0.114*float64(v[2]) // Rec. 601
		}
	}
	basis := cosines()
	var rows [hashSide][8]float64 // transformed along x
	for y := range hashSide {
		for u := range 8 {
			for x := range hashSide {
				rows[y][u] += grey[y][x] * basis[u][x]
			}
		}
	}
	var hash photo.PerceptualHash
	for v := range 8 {
		for u := range 8 {
			var c float64
			for y := range hashSide {
				c += rows[y][u] * basis[v][y]
			}
			// A flat direction has no sign: rounding must not give it one.
			if u+v > 0 && c > 1e-6 {
				hash |= 1 << (8*v + u)
			}
		}
	}
	return hash
}

// cosines is the first eight rows of the DCT-II basis of 32 samples, without its scale.
func cosines() (basis [8][hashSide]float64) {
	for u := range 8 {
		for x := range hashSide {
			basis[u][x] = math.Cos(math.Pi / hashSide * (float64(x) + 0.5) * float64(u))
		}
	}
	return basis
}
