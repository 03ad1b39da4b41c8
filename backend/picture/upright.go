package picture

import "pixeldetective/backend/picture/resize"

// upright turns a picture as EXIF's orientation 1 to 8 says; other values leave it as it is.
func upright(src *resize.RGB, orientation int) *resize.RGB {
	w, h := src.Width, src.Height
	var start, right, down int // where the new picture's first pixel lies, and the steps from one to the next
	switch orientation {
	case 2: // mirrored
		start, right, down = w-1, -1, w
	case 3: // upside down
		start, right, down = w*h-1, -1, -w
	case 4:
		start, right, down = w*(h-1), 1, -w
	case 5: // transposed
		start, right, down = 0, w, 1
	case 6: // turned left: the first column, from below, is the first row
		start, right, down = w*(h-1), -w, 1
	case 7:
		start, right, down = w*h-1, -w, -1
	case 8:
		start, right, down = w-1, w, -1
	default:
		return src
	}
	if orientation >= 5 {
		w, h = h, w
	}
	out := &resize.RGB{Width: w, Height: h, Pix: make([]byte, len(src.Pix))}
	for y := range h {
		from := 3 * (start + y*down)
		row := out.Pix[3*y*w : 3*(y+1)*w]
		for len(row) >= 3 {
			p := src.Pix[from : from+3]
			row[0], row[1], row[2] = p[0], p[1], p[2]
			row = row[3:]
			from += 3 * right
			if len(row) == 0 {
				break
			}
		}
	}
	return out
}
