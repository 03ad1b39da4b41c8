package encoder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
	"pixeldetective/backend/model/encoder/internal/tokenize"
)

// Captioner writes a sentence about a picture. Its methods may be called from several goroutines; they take turns.
type Captioner interface {
	// Caption returns one caption for each picture, in order. A picture is Width × Height × 3 bytes, RGB, row by row, of
	// the size that the model's Preprocess names. It ends soon after its context, with the context's error. The same
	// picture gives the same caption on the same device.
	Caption(ctx context.Context, pixels [][]byte, o CaptionOptions) ([]Caption, error)
	// Close waits for work in hand and gives the memory back. Caption fails afterwards.
	Close()
}

// CaptionOptions change how captions are written; the zero value leaves it to the model's manifest.
type CaptionOptions struct {
	Beams     int // beginnings kept at a time, 1 (greedy) to 16; 0: the manifest's
	MaxTokens int // of a caption, its beginning included, more than that and at most the manifest's; 0: the manifest's
}

// Caption is what a model says of one picture.
type Caption struct {
	// Text is one line of valid UTF-8 without control characters, at most 1,000 bytes; it may be empty. The prompt is
	// not part of it.
	Text  string
	Score float32 // mean log-probability of a token, at most 0: the nearer to 0, the surer
}

const (
	// maxCaption is the greatest length of a caption in bytes.
	maxCaption = 1000
	// maxBeams is the most beginnings that are kept at a time.
	maxBeams = 16
	// captionRows bounds the rows of a decoder's step, beams and pictures together.
	captionRows = 16
	// captionsAtOnce is how many pictures are written about at a time: a decoder reads all its weights at each step,
	// whatever the number of rows.
	captionsAtOnce = 4
	// maxHidden bounds what an encoder may say of a picture, in numbers. BLIP says 443,136.
	maxHidden = 1 << 23
	// maxCrossNumbers bounds the keys and values of pictures for all rows of a step, in numbers, but for the beams of one
	// picture. BLIP's has 10.6 million a row.
	maxCrossNumbers = 1 << 26
	// maxCacheNumbers bounds a cache of keys and values, in numbers. BLIP's has 5.9 million for 16 rows of 20 tokens.
	maxCacheNumbers = 1 << 28
)

// LoadCaptioner loads all graphs of a model that writes captions. Its errors are LoadText's.
func LoadCaptioner(ctx context.Context, o LoadOptions) (Captioner, Loaded, error) {
	f, g, err := o.graph(catalog.GraphDecoder)
	if err != nil {
		return nil, Loaded{}, err
	}
	if f.caption == nil {
		return nil, Loaded{}, o.cannot("write captions")
	}
	return f.caption(ctx, o, g)
}

// speller turns ids into text.
type speller interface {
	Decode(ids []int64) string
	Size() int
}

// captioner is the code of the families vit-gpt2 and blip: a graph that sees, and one or two that write.
type captioner struct {
	turns   // of the graph that sees
	decoder decoder
	words   speller
	rule    catalog.Generation

	scale         scale
	width, height int
	sees          int // pictures of one inference
	rows          int // of a step of writing, beams and pictures together

	input, hidden []float32
}

func loadCaptioner(ctx context.Context, o LoadOptions, g *catalog.Graph) (_ Captioner, _ Loaded, err error) {
	p := o.Model.Image.Preprocess
	c := &captioner{
		rule: *o.Model.Generation, scale: newScale(p.Mean, p.Std), width: p.Width, height: p.Height, sees: picturesOnCPU,
	}
	if err := c.decoder.describe(o.Model); err != nil {
		return nil, Loaded{}, fmt.Errorf("the description of the model %q: %w", o.Model.ID, err)
	}
	if c.words, err = readWords(ctx, o, *g.Tokenizer); err != nil {
		return nil, Loaded{}, err
	}
	image := o.Model.Image
	seeing := onnx.Contract{Inputs: image.Inputs, Outputs: image.Outputs[:1:1]}
	session, loaded, err := loadGraph(ctx, o, catalog.GraphImage, image, seeing, func(ctx context.Context, s *onnx.Session) error {
		c.hidden = c.hidden[:0]
		return c.see(ctx, s, [][]byte{testPicture(c.width, c.height)})
	})
	if err != nil {
		return nil, Loaded{}, err
	}
	c.turns = newTurns(session)
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	c.decoder.look(c.hidden)
	writing, err := c.decoder.load(ctx, o, c.rule)
	if err != nil {
		return nil, Loaded{}, err
	}
	c.rows = c.decoder.rows()
	if loaded.Device != onnx.CPU {
		c.sees = picturesOnDevice
	}
	loaded.FromCache = loaded.FromCache && writing.FromCache
	if writing.FallbackReason != "" {
		loaded.FallbackReason = writing.FallbackReason
	}
	return c, loaded, nil
}

// readWords reads the vocabulary of what is written.
func readWords(ctx context.Context, o LoadOptions, t catalog.Tokenizer) (words speller, err error) {
	data, err := readModelFile(ctx, o, t.File)
	if err != nil {
		return nil, err
	}
	if t.Kind == catalog.TokenizerGPT2 {
		words, err = tokenize.NewGPT2(data)
	} else {
		words, err = tokenize.NewWordPieceText(data)
	}
	if err != nil {
		return nil, &ContractError{File: t.File, Reason: err.Error()}
	}
	return words, nil
}

// Caption implements Captioner.
func (c *captioner) Caption(ctx context.Context, pixels [][]byte, o CaptionOptions) ([]Caption, error) {
	rule, err := o.apply(c.rule)
	if err != nil {
		return nil, err
	}
	for i, p := range pixels {
		if want := c.width * c.height * 3; len(p) != want {
			return nil, fmt.Errorf("picture %d has %d bytes, and one of %d × %d has %d", i, len(p), c.width, c.height, want)
		}
	}
	batch := min(max(c.rows/rule.Beams, 1), captionsAtOnce)
	captions := make([]Caption, 0, len(pixels))
	for part := range slices.Chunk(pixels, batch) {
		texts, err := c.write(ctx, part, rule)
		if err != nil {
			return nil, err
		}
		for _, w := range texts {
			written := w.tokens[1+len(rule.Prompt):]
			captions = append(captions, Caption{Text: c.text(written), Score: float32(w.mean)})
		}
	}
	return captions, nil
}

// apply returns the manifest's rule with what the options change.
func (o CaptionOptions) apply(rule catalog.Generation) (catalog.Generation, error) {
	if o.Beams != 0 {
		if o.Beams < 1 || o.Beams > maxBeams {
			return rule, fmt.Errorf("%d beams are not 1 to %d", o.Beams, maxBeams)
		}
		rule.Beams = o.Beams
	}
	if o.MaxTokens != 0 {
		if least := len(rule.Prompt) + 2; o.MaxTokens < least || o.MaxTokens > rule.MaxTokens {
			return rule, fmt.Errorf("%d tokens are not %d to %d", o.MaxTokens, least, rule.MaxTokens)
		}
		rule.MaxTokens = o.MaxTokens
	}
	return rule, nil
}

// write waits for a turn: between two batches others get theirs.
func (c *captioner) write(ctx context.Context, pixels [][]byte, rule catalog.Generation) ([]writing, error) {
	if err := c.take(ctx); err != nil {
		return nil, err
	}
	defer c.give()
	c.hidden = c.hidden[:0]
	for part := range slices.Chunk(pixels, c.sees) {
		if err := c.see(ctx, c.session, part); err != nil {
			return nil, err
		}
	}
	c.decoder.look(c.hidden)
	return generate(ctx, &c.decoder, len(pixels), rule)
}

// see adds what the encoder says of pictures to hidden.
func (c *captioner) see(ctx context.Context, s *onnx.Session, pixels [][]byte) error {
	n, size := len(pixels), c.width*c.height*3
	c.input = sized(c.input, n*size)
	for i, p := range pixels {
		c.scale.planes(c.input[i*size:(i+1)*size], p)
	}
	return c.encode(ctx, s, n)
}

// encode adds what the encoder says of the first n pictures of input to hidden.
func (c *captioner) encode(ctx context.Context, s *onnx.Session, n int) error {
	d := &c.decoder
	inputs := []onnx.Tensor{{Shape: []int64{int64(n), 3, int64(c.height), int64(c.width)}, Floats: c.input}}
	outputs := make([]onnx.Tensor, 1)
	if err := s.Run(ctx, inputs, outputs); err != nil {
		return err
	}
	shape := outputs[0].Shape
	if len(shape) != 3 || shape[0] != int64(n) || shape[2] != int64(d.width) || shape[1] < 1 || shape[1] > int64(maxHidden/d.width) {
		return fmt.Errorf("its output has the shape %v, not [%d n %d]", shape, n, d.width)
	}
	if d.first != nil && shape[1] != int64(d.patches) {
		return fmt.Errorf("it says %d things of a picture, and said %d of another", shape[1], d.patches)
	}
	d.patches = int(shape[1])
	for _, x := range outputs[0].Floats {
		if x-x != 0 {
			return errors.New("what it says of a picture is not a number, or infinite")
		}
	}
	c.hidden = append(c.hidden, outputs[0].Floats...)
	return nil
}

// text spells what was written after the beginning.
func (c *captioner) text(tokens []int64) string {
	ids := slices.DeleteFunc(slices.Clone(tokens), func(id int64) bool {
		return id == c.rule.Start || id == c.rule.End || id == c.rule.Pad
	})
	return tokenize.Sentence(c.words.Decode(ids), maxCaption)
}

// Close implements Captioner.
func (c *captioner) Close() {
	<-c.free
	defer c.give()
	if c.session != nil {
		c.session.Close()
		c.session = nil
		c.decoder.close()
		c.input, c.hidden = nil, nil
	}
}
