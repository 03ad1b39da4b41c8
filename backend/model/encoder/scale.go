package encoder

// scale turns bytes into the numbers that a graph takes: (value/255 − mean) / std, one table a channel.
type scale [3][256]float32

func newScale(mean, std [3]float32) scale {
	var s scale
	for c := range s {
		for v := range s[c] {
			s[c][v] = float32((float64(v)/255 - float64(mean[c])) / float64(std[c]))
		}
	}
	return s
}

// planes writes interleaved RGB bytes as three planes of numbers, red first. dst holds as many numbers as pixels bytes.
func (s *scale) planes(dst []float32, pixels []byte) {
	n := len(pixels) / 3
	red, green, blue := dst[:n], dst[n:2*n], dst[2*n:3*n]
	for i := range n {
		p := pixels[3*i : 3*i+3 : 3*i+3]
		red[i], green[i], blue[i] = s[0][p[0]], s[1][p[1]], s[2][p[2]]
	}
}
