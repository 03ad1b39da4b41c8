package encoder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
)

// How the cache's tensors are called: by optimum, which makes one graph of two, and by this program's own export.
const (
	pastOfOne  = "past_key_values"
	pastOfTwo  = "past"
	crossOfTwo = "cross"
	nowOfEvery = "present"
)

// describe takes from a manifest what the graphs must be, and says what of it no code here can run.
func (d *decoder) describe(m catalog.Model) error {
	one := m.Decoder
	hidden := m.Image.Outputs[0]
	if hidden.Type != catalog.Float32 || len(hidden.Shape) != 3 || hidden.Shape[2] < 1 || hidden.Shape[2] > maxHidden {
		return errors.New("the first output of the image graph must be float32 [-1 n width]")
	}
	d.width = int(hidden.Shape[2])
	d.switched = slices.ContainsFunc(one.Inputs, func(t catalog.Tensor) bool { return t.Name == inputSwitch })
	if d.switched == (m.DecoderPast != nil) {
		return fmt.Errorf("it must have one decoder graph with the input %q, or two without", inputSwitch)
	}
	graphs := []*catalog.Graph{one}
	if two := m.DecoderPast; two != nil {
		graphs = append(graphs, two)
		d.crossed = !slices.ContainsFunc(two.Inputs, func(t catalog.Tensor) bool { return t.Name == inputHidden })
	}
	for i, g := range graphs {
		for _, in := range g.Inputs {
			good := false
			switch in.Name {
			case inputIDs:
				good = in.Type == catalog.Int64 && slices.Equal(in.Shape, []int64{-1, -1})
			case inputHidden:
				good = in.Type == catalog.Float32 && len(in.Shape) == 3 && in.Shape[2] == hidden.Shape[2]
			case inputSwitch:
				good = in.Type == catalog.Bool
			}
			if !good {
				return fmt.Errorf("the decoder's input %q is not one that this program can make", in.Name)
			}
			d.inputs[i] = append(d.inputs[i], in.Name)
		}
		if !slices.Contains(d.inputs[i], inputIDs) || i == 0 && !slices.Contains(d.inputs[i], inputHidden) {
			return fmt.Errorf("a decoder must have the input %q, and the first one %q", inputIDs, inputHidden)
		}
		out := g.Outputs[0]
		if out.Name != outputWords || out.Type != catalog.Float32 || len(out.Shape) != 3 || out.Shape[2] < 2 {
			return fmt.Errorf("the first output of a decoder must be %q, float32 [-1 -1 tokens]", outputWords)
		}
		if i > 0 && (out.Shape[2] != int64(d.vocabulary) || *g.Cache != d.cache) {
			return errors.New("the two decoder graphs do not have the same words and the same cache")
		}
		d.vocabulary, d.cache = int(out.Shape[2]), *g.Cache
	}
	if len(graphs) == 1 {
		d.inputs[1] = d.inputs[0]
	}
	return d.checkRule(*m.Generation)
}

// checkRule says whether a text can be written by a rule within the bounds of memory.
func (d *decoder) checkRule(rule catalog.Generation) error {
	for _, id := range append([]int64{rule.Start, rule.End}, rule.Prompt...) {
		if id >= int64(d.vocabulary) {
			return fmt.Errorf("the token %d is beyond the decoder's %d", id, d.vocabulary)
		}
	}
	d.longest = rule.MaxTokens
	perRow := float64(d.cache.Layers) * 2 * float64(d.cache.Heads) * float64(d.cache.HeadSize) * float64(rule.MaxTokens)
	if perRow*captionRows > maxCacheNumbers || float64(d.vocabulary)*float64(len(rule.Prompt)+1)*captionRows > maxCacheNumbers {
		return errors.New("what a text of its greatest length needs is more than this program gives")
	}
	return nil
}

// load loads the graphs and proves each with a step.
func (d *decoder) load(ctx context.Context, o LoadOptions, rule catalog.Generation) (Loaded, error) {
	if d.crossed && 2*float64(d.cache.Layers)*float64(d.pictureSize()) > maxCrossNumbers {
		return Loaded{}, fmt.Errorf("the keys and values of one picture of the model %q need more than this program gives", o.Model.ID)
	}
	prompt := append([]int64{rule.Start}, rule.Prompt...)
	begin := func(ctx context.Context) error { return finite(d.begin(ctx, prompt, 1)) }
	next := func(ctx context.Context) error {
		return finite(d.next(ctx, []int{0, 0}, []int64{rule.Start, rule.End}))
	}

	one := o.Model.Decoder
	contract := onnx.Contract{Inputs: slices.Clip(one.Inputs), Outputs: one.Outputs[:1:1]}
	if d.switched {
		contract.Inputs = append(contract.Inputs, cacheTensors(d.cache, pastOfOne)...)
	}
	contract.Outputs = append(contract.Outputs, cacheTensors(d.cache, nowOfEvery)...)
	if d.crossed {
		contract.Outputs = append(contract.Outputs, cacheTensors(d.cache, crossOfTwo)...)
	}
	first, loaded, err := loadGraph(ctx, o, catalog.GraphDecoder, one, contract, func(ctx context.Context, s *onnx.Session) error {
		d.first, d.later = s, s
		err := begin(ctx)
		if err == nil && d.switched {
			err = next(ctx)
		}
		d.first, d.later = nil, nil // it is closed if this was no proof
		return err
	})
	if err != nil {
		return Loaded{}, err
	}
	d.first, d.later = first, first
	if d.switched {
		return loaded, nil
	}
	two := o.Model.DecoderPast
	contract = onnx.Contract{
		Inputs:  append(slices.Clip(two.Inputs), cacheTensors(d.cache, pastOfTwo)...),
		Outputs: append(two.Outputs[:1:1], cacheTensors(d.cache, nowOfEvery)...),
	}
	if d.crossed {
		contract.Inputs = append(contract.Inputs, cacheTensors(d.cache, crossOfTwo)...)
	}
	later, second, err := loadGraph(ctx, o, catalog.GraphDecoderPast, two, contract, func(ctx context.Context, s *onnx.Session) error {
		d.later = s
		defer func() { d.later = nil }()
		if err := begin(ctx); err != nil {
			return err
		}
		return next(ctx)
	})
	if err != nil {
		return Loaded{}, err // the caller closes what is there
	}
	d.later = later
	loaded.FromCache = loaded.FromCache && second.FromCache
	if second.FallbackReason != "" {
		loaded.FallbackReason = second.FallbackReason
	}
	return loaded, nil
}

// finite says whether logits can be chosen from.
func finite(logits [][]float32, err error) error {
	for _, row := range logits {
		if err == nil {
			_, err = candidates(row, 1, 0, 0)
		}
	}
	return err
}
