package encoder

import (
	"errors"
	"math"
)

var errNoVector = errors.New("the model made no usable vector (it is zero, or has numbers that are not finite)")

// unit returns a copy of a vector, scaled to length 1.
func unit(v []float32) ([]float32, error) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	// The square of a float32 and the sum of 8192 of them are far below a float64's limit, so what is not finite was
	// not finite in the vector.
	length := math.Sqrt(sum)
	if length == 0 || math.IsNaN(length) || math.IsInf(length, 0) {
		return nil, errNoVector
	}
	u := make([]float32, len(v))
	for i, x := range v {
		u[i] = float32(float64(x) / length)
	}
	return u, nil
}
