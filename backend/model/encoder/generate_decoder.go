package encoder

import (
	"context"
	"fmt"
	"slices"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
)

// The inputs and outputs of decoders by the names that both families give them.
const (
	inputHidden = "encoder_hidden_states"
	inputSwitch = "use_cache_branch"
	outputWords = "logits"
)

// decoder writes texts with one or two graphs and a cache of keys and values for each layer, so that a step costs one
// token and not the whole text. Whoever has the captioner's turn uses it.
type decoder struct {
	first, later *onnx.Session // the same one where a switch chooses the branch
	inputs       [2][]string   // their names, in the contract's order: of the first graph, of the later one
	switched     bool          // one graph for all steps: it takes an empty cache in the first one
	crossed      bool          // the first graph gives keys and values of the pictures, and the later one takes them

	cache      catalog.Cache
	vocabulary int
	patches    int // of a picture
	width      int // numbers of a patch
	longest    int // tokens of a text

	// The state of one generation.
	pictures []float32 // what the encoder saw: pictures × patches × width
	hidden   []float32 // the same for each row
	pictured []int     // the picture of each row
	length   int       // tokens in the cache
	spread   bool      // rows are not the pictures in their order: crossing holds what cross does for pictures
	past     [][]float32
	present  [][]float32
	cross    [][]float32 // keys and values of each picture, if they are kept
	crossing [][]float32 // the same for each row
	logits   []float32
}

// look sets the pictures that are written about, patches × width numbers each. They are read until the next look.
func (d *decoder) look(pictures []float32) { d.pictures = pictures }

func (d *decoder) begin(ctx context.Context, tokens []int64, pictures int) ([][]float32, error) {
	ids := make([]int64, 0, pictures*len(tokens))
	d.pictured = d.pictured[:0]
	for i := range pictures {
		ids = append(ids, tokens...)
		d.pictured = append(d.pictured, i)
	}
	d.hidden = append(d.hidden[:0], d.pictures...)
	d.length, d.spread = 0, false
	return d.run(ctx, false, ids)
}

func (d *decoder) next(ctx context.Context, rows []int, tokens []int64) ([][]float32, error) {
	d.choose(rows)
	return d.run(ctx, true, tokens)
}

// choose makes the cache and the pictures those of the rows that go on.
func (d *decoder) choose(rows []int) {
	same := len(rows) == len(d.pictured)
	pictured := make([]int, len(rows))
	for i, row := range rows {
		same = same && row == i
		pictured[i] = d.pictured[row]
	}
	if same {
		d.past, d.present = d.present, d.past
		return
	}
	block := d.cache.Heads * d.length * d.cache.HeadSize
	for t := range d.present {
		d.past[t] = d.room(d.past[t], len(rows), d.length)
		for i, row := range rows {
			copy(d.past[t][i*block:(i+1)*block], d.present[t][row*block:])
		}
	}
	if !slices.Equal(pictured, d.pictured) {
		d.repicture(pictured)
	}
	d.pictured = pictured
}

// repicture gives each row what it needs of its picture.
func (d *decoder) repicture(pictured []int) {
	spread := func(to, from []float32, size int) []float32 {
		to = sized(to, len(pictured)*size)
		for i, p := range pictured {
			copy(to[i*size:(i+1)*size], from[p*size:])
		}
		return to
	}
	if !d.crossed {
		d.hidden = spread(d.hidden, d.pictures, d.patches*d.width)
		return
	}
	if d.crossing == nil {
		d.crossing = make([][]float32, len(d.cross))
	}
	for t := range d.cross {
		d.crossing[t] = spread(d.crossing[t], d.cross[t], d.pictureSize())
	}
	d.spread = true
}

// pictureSize is the numbers of one picture in one tensor of cross.
func (d *decoder) pictureSize() int { return d.cache.Heads * d.patches * d.cache.HeadSize }

// run makes one step for all rows: from the cache, or without one. ids are as many for each row.
func (d *decoder) run(ctx context.Context, cached bool, ids []int64) ([][]float32, error) {
	rows := len(d.pictured)
	steps := len(ids) / rows
	session, names := d.first, d.inputs[0]
	if cached {
		session, names = d.later, d.inputs[1]
	}
	n := int64(rows)
	inputs := make([]onnx.Tensor, 0, len(names)+2*d.cache.Layers)
	for _, name := range names {
		switch name {
		case inputIDs:
			inputs = append(inputs, onnx.Tensor{Shape: []int64{n, int64(steps)}, Ints: ids})
		case inputHidden:
			inputs = append(inputs, onnx.Tensor{Shape: []int64{n, int64(d.patches), int64(d.width)}, Floats: d.hidden})
		case inputSwitch:
			inputs = append(inputs, onnx.Tensor{Shape: []int64{1}, Bools: []bool{cached}})
		}
	}
	tensors := 2 * d.cache.Layers
	if d.past == nil {
		d.past, d.present = make([][]float32, tensors), make([][]float32, tensors)
	}
	if cached || d.switched {
		shape := []int64{n, int64(d.cache.Heads), int64(d.length), int64(d.cache.HeadSize)}
		for t := range tensors {
			numbers := []float32{}
			if d.length > 0 {
				numbers = d.past[t]
			}
			inputs = append(inputs, onnx.Tensor{Shape: shape, Floats: numbers})
		}
	}
	pictureShape := []int64{n, int64(d.cache.Heads), int64(d.patches), int64(d.cache.HeadSize)}
	if cached && d.crossed {
		from := d.cross
		if d.spread {
			from = d.crossing
		}
		for _, numbers := range from {
			inputs = append(inputs, onnx.Tensor{Shape: pictureShape, Floats: numbers})
		}
	}
	length := d.length + steps
	d.logits = sized(d.logits, rows*steps*d.vocabulary)
	outputs := make([]onnx.Tensor, 1, 1+tensors)
	outputs[0] = onnx.Tensor{Shape: []int64{n, int64(steps), int64(d.vocabulary)}, Floats: d.logits}
	shape := []int64{n, int64(d.cache.Heads), int64(length), int64(d.cache.HeadSize)}
	for t := range tensors {
		d.present[t] = d.room(d.present[t], rows, length)
		outputs = append(outputs, onnx.Tensor{Shape: shape, Floats: d.present[t]})
	}
	if !cached && d.crossed {
		if d.cross == nil {
			d.cross = make([][]float32, tensors)
		}
		for t := range tensors {
			d.cross[t] = sized(d.cross[t], rows*d.pictureSize())
			outputs = append(outputs, onnx.Tensor{Shape: pictureShape, Floats: d.cross[t]})
		}
	}
	if err := session.Run(ctx, inputs, outputs); err != nil {
		return nil, err
	}
	d.length = length
	logits := make([][]float32, rows)
	for i := range logits {
		last := (i+1)*steps - 1
		logits[i] = d.logits[last*d.vocabulary : (last+1)*d.vocabulary]
	}
	return logits, nil
}

// room returns memory for one tensor of the cache, the old one's if that is enough; else as much as the longest text
// needs, so that a text takes it once.
func (d *decoder) room(old []float32, rows, length int) []float32 {
	row := d.cache.Heads * d.cache.HeadSize
	if n := rows * length * row; cap(old) >= n {
		return old[:n]
	}
	return make([]float32, rows*max(length, d.longest)*row)[:rows*length*row]
}

// close frees the graphs.
func (d *decoder) close() {
	if d.later != nil && d.later != d.first {
		d.later.Close()
	}
	if d.first != nil {
		d.first.Close()
	}
	*d = decoder{}
}

// rows is how many rows of a step there is room for, beams and pictures together.
func (d *decoder) rows() int {
	if !d.crossed {
		return captionRows
	}
	return min(captionRows, max(maxCrossNumbers/(2*d.cache.Layers*d.pictureSize()), 1))
}

// cacheTensors describes the cache's tensors before or after a step, layer by layer, keys before values.
func cacheTensors(c catalog.Cache, prefix string) []catalog.Tensor {
	var list []catalog.Tensor
	for layer := range c.Layers {
		for _, kind := range []string{"key", "value"} {
			list = append(list, catalog.Tensor{
				Name: fmt.Sprintf("%s.%d.%s", prefix, layer, kind), Type: catalog.Float32,
				Shape: []int64{-1, int64(c.Heads), -1, int64(c.HeadSize)},
			})
		}
	}
	return list
}
