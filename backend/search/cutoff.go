package search

import (
	"math"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/search/vector"
)

// calibration is what search knows of a model's scores beforehand. Its fields are keys of catalog.Cutoff.
//
// A question is answered by meaning where its best photo stands out twice: by the score itself, and against how the
// question's scores spread in this library. Both limits grow with the library as the maximum of n samples of chance does,
// with √ln n; they are given for a library of 85 photos, on which they were measured (testdata/README.md). Once a question
// is answered, the cut is lower than what the best photo had to reach: it keeps what scores a fair part of the best, and
// clearly more than chance. In a small library the spread cannot be seen: the model's own, measured on questions that have
// nothing to do with photos, takes its place in part.
//
// A model may keep what it was taught by name (labels and their kin) in values of their own, the last ones of a vector. A
// question that lies there scores by two parts that measure differently, and its absent neighbours score with it (a bear for
// a teddy bear): it must reach more than one that the rest of the vector has to answer alone. And what was taught by name
// must agree: it knows that a bear is no giraffe.
type calibration struct {
	mean, std float64 // of the scores of unrelated questions and photos
	prior     float64 // number of photos that mean and std weigh as much as
	gate      float64 // score above the mean that the best photo must reach, where it stands out by gateZ
	gateZ     float64 // deviations above the mean that go with gate
	slope     float64 // how much standing out makes up for a low score
	concepts  float64 // index from which on a vector holds what was taught by name; 0: there is no such part
	known     float64 // how the logarithm of gate grows with the share, 0 to 1, of the question that lies there
	confirm   float64 // score that a question which lies there must reach there, were it all of length 1
	low       float64 // score above the mean that every photo must reach
	share     float64 // of the best photo's score above the mean that every photo must reach
	deviation float64 // deviations above the mean that every photo must reach
	like      float64 // closeness that a photo like another must reach, where it stands out by one deviation
	likeSlope float64 // how much standing out makes up for being less close
	likeMean  float64 // of the scores of two unrelated photos
	likeStd   float64
}

// unknownModel is the calibration of a model that says nothing of itself, in units of its own spread alone: scores of
// different models have different scales.
// What is said of pictures needs no such scale, but in libraries of a few photos.
var unknownModel = calibration{
	prior: 0, gate: 1, gateZ: 5, slope: 1, share: 0.35, deviation: 3, like: 1, likeSlope: 0.5, likeMean: 0.8, likeStd: 0.05,
}

func calibrationOf(c *catalog.Cutoff) calibration {
	out := unknownModel
	if c == nil {
		return out
	}
	for key, field := range map[string]*float64{
		"mean": &out.mean, "std": &out.std, "prior": &out.prior, "gate": &out.gate, "gate_z": &out.gateZ, "slope": &out.slope,
		"concepts": &out.concepts, "known": &out.known, "confirm": &out.confirm,
		"low": &out.low, "share": &out.share, "deviation": &out.deviation, "like": &out.like, "like_slope": &out.likeSlope, "like_mean": &out.likeMean, "like_std": &out.likeStd,
	} {
		if v, ok := (*c)[key]; ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
			*field = v
		}
	}
	return out
}

// measured says whether the model's scale of scores is known.
func (c calibration) measured() bool { return c.std > 0 && c.gate > 0 }

// photos that the limits were measured on, and the size below which a library counts as one of this size.
const (
	calibratedPhotos = 85
	fewestPhotos     = 10
)

// verdict is where the answers of a question end.
type verdict struct {
	// answered says whether any photo answers by its meaning.
	answered bool
	// cut is the least score of a photo that answers. Where none does it is the score that one would have needed.
	cut float64
}

// byName is the share of a question from which on it counts as one for what the model was taught by name.
const byName = 0.3

// ofConcepts is the share, 0 to 1, of a question's vector that lies in what the model was taught by name.
func (c calibration) ofConcepts(question []float32) float64 {
	from := int(c.concepts)
	if from <= 0 || from >= len(question) {
		return 0
	}
	all := float64(vector.Dot(question, question))
	if all <= 0 {
		return 0
	}
	return float64(vector.Dot(question[from:], question[from:])) / all
}

// confirms says whether what the model was taught by name speaks for a photo too, where the question is one for it.
func (c calibration) confirms(question, photo []float32) bool {
	share := c.ofConcepts(question)
	if share < byName || len(photo) != len(question) {
		return true
	}
	from := int(c.concepts)
	return float64(vector.Dot(question[from:], photo[from:])) >= c.confirm*math.Sqrt(share)
}

// judge decides from a question's vector, the distribution of its scores over the library, and the best of them. photo is the
// vector of the photo with that score; nil, where it is not known, counts as confirmed.
func (c calibration) judge(question []float32, d vector.Distribution, best float64, photo []float32) verdict {
	if d.Count == 0 {
		return verdict{cut: math.Inf(1)}
	}
	n := float64(d.Count)
	median := d.Quantile(0.5)
	// Half the distance between the quartiles, scaled to the standard deviation of a normal distribution: hits do not
	// widen it. Quantiles are right to a bin of 1/2048; nothing is narrower than that.
	spread := max((d.Quantile(0.75)-d.Quantile(0.25))/1.349, 1.0/4096)
	weight := n / (n + c.prior)
	mean := weight*median + (1-weight)*c.mean
	std := max(weight*spread+(1-weight)*c.std, c.std/4)
	growth := math.Sqrt(math.Log(max(n, fewestPhotos)) / math.Log(calibratedPhotos))

	top := max(best-mean, 1e-6)
	z := top / std
	if !c.measured() {
		needed := c.gateZ * growth
		return verdict{answered: z >= needed && n > fewestPhotos, cut: mean + max(c.share*top, c.deviation*std)}
	}
	gate := math.Log(top/(c.gate*growth)) + c.slope*math.Log(z/(c.gateZ*growth)) - c.known*c.ofConcepts(question)
	if gate < 0 {
		// The score at which the gate would open: both terms grow with the logarithm of the score.
		return verdict{cut: mean + top*math.Exp(-gate/(1+c.slope))}
	}
	if !c.confirms(question, photo) {
		return verdict{cut: math.Nextafter(best, math.Inf(1))}
	}
	return verdict{answered: true, cut: mean + max(c.low*growth, c.share*top, c.deviation*std)}
}
