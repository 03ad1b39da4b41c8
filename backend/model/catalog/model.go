package catalog

import (
	"slices"

	"pixeldetective/backend/photo"
)

// Model describes one model: what it is for, which files it is made of, and the contract of its graphs. It is data; only
// the encoder knows what a family does with it.
type Model struct {
	ID       string `json:"id"`
	Revision string `json:"revision"`
	Name     string `json:"name"`
	// Family picks the code in the encoder.
	Family  string      `json:"family"`
	Role    Role        `json:"role"`
	Stage   photo.Stage `json:"stage"`
	Licence string      `json:"licence"`
	// Languages of the queries that it understands, as BCP 47 tags.
	Languages []string `json:"languages,omitempty"`
	// Dimension is the number of values in a vector; 0 for a model that makes none.
	Dimension int `json:"dimension,omitempty"`
	// Prompt is put round a query before it is encoded, with %s for the query; empty: the query as it is.
	Prompt string `json:"prompt,omitempty"`
	// Image and Text are the graphs of a model that makes vectors. A captioner has Image, which sees, and Decoder, which
	// writes; DecoderPast too where the first step and those that go on from a cache are graphs of their own.
	Image       *Graph `json:"image,omitempty"`
	Text        *Graph `json:"text,omitempty"`
	Decoder     *Graph `json:"decoder,omitempty"`
	DecoderPast *Graph `json:"decoder_past,omitempty"`
	// Detector finds the lines of text in a picture, Recognizer reads one.
	Detector   *Graph `json:"detector,omitempty"`
	Recognizer *Graph `json:"recognizer,omitempty"`
	// Generation is how a captioner writes.
	Generation *Generation `json:"generation,omitempty"`
	// Labels are the names of a label output, if the image graph has one.
	Labels *Labels `json:"labels,omitempty"`
	// Cutoff calibrates where a query's answers end. See search.
	Cutoff *Cutoff `json:"cutoff,omitempty"`
	// Memory is about how many bytes its graphs take when all are loaded in their default precision; 0: not known.
	Memory int64 `json:"memory,omitempty"`
	// Gives are published figures of what it is good for.
	Gives []Figure `json:"gives,omitempty"`
	// Files are all files of the model in its folder, each with its hash.
	Files []File `json:"files"`
}

// Figure is a published measurement of a model.
type Figure struct {
	Measure string  `json:"measure"` // "Flickr30k, text to photo, recall@1"
	Value   float64 `json:"value"`   // in percent
	Source  string  `json:"source"`  // who says so
}

// Role is what a model does.
type Role string

// The roles of a model.
const (
	RoleImageText Role = "image-text"
	RoleCaption   Role = "caption"
	// RoleTextInImage reads the text that a photo shows.
	RoleTextInImage Role = "text-in-image"
)

// GraphName is one of the graphs of a model.
type GraphName string

// The graphs of a model.
const (
	GraphImage       GraphName = "image"
	GraphText        GraphName = "text"
	GraphDecoder     GraphName = "decoder"
	GraphDecoderPast GraphName = "decoder_past"
	GraphDetector    GraphName = "detector"
	GraphRecognizer  GraphName = "recognizer"
)

// Precision is how a graph stores its weights.
type Precision string

// The precisions of a graph.
const (
	FP32 Precision = "fp32"
	FP16 Precision = "fp16"
	Int8 Precision = "int8"
)

// Graph is the contract of one ONNX graph.
type Graph struct {
	// Variants maps a precision to a file name in Files.
	Variants map[Precision]string `json:"variants"`
	// Default is the precision used unless a measurement on this machine says otherwise.
	Default Precision `json:"default"`
	Inputs  []Tensor  `json:"inputs"`
	Outputs []Tensor  `json:"outputs"`
	// Preprocess is how a photo becomes the input; of graphs that see.
	Preprocess *Preprocess `json:"preprocess,omitempty"`
	// Tokenizer is how a text becomes the input, or the output becomes a text; of graphs that read or write.
	Tokenizer *Tokenizer `json:"tokenizer,omitempty"`
	// Cache is the key-value cache of a decoder. Its tensors are not among Inputs and Outputs: the family knows their
	// names.
	Cache *Cache `json:"cache,omitempty"`
}

// Cache is the shape of a decoder's key-value cache: for each layer keys and values, float32 [batch, Heads, tokens,
// HeadSize].
type Cache struct {
	Layers   int `json:"layers"`
	Heads    int `json:"heads"`
	HeadSize int `json:"head_size"`
}

// Generation is how a captioner writes: which token begins a text and which ends it, and how it searches.
type Generation struct {
	Start     int64 `json:"start"`
	End       int64 `json:"end"`
	Pad       int64 `json:"pad"`
	MaxTokens int   `json:"max_tokens"` // of one caption, the beginning included
	// Beams is how many beginnings are kept at a time; 1: greedy.
	Beams         int     `json:"beams"`
	LengthPenalty float64 `json:"length_penalty,omitempty"` // exponent of the length that a sum of log-probabilities is divided by
	// Prompt is what each caption begins with, as tokens after Start; empty: nothing.
	Prompt []int64 `json:"prompt,omitempty"`
}

// Tensor is one input or output of a graph. A dimension of −1 is free; the first is the batch.
type Tensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"` // float32, int64, bool
	Shape []int64 `json:"shape"`
}

// Preprocess is how a photo's upright RGB pixels become a float32 tensor [N,3,Height,Width]: resize, then
// (value/255 − Mean) / Std for each channel.
type Preprocess struct {
	Width  int        `json:"width"`
	Height int        `json:"height"`
	Fit    string     `json:"fit"`    // stretch, center-crop
	Filter string     `json:"filter"` // bilinear, bicubic; Pillow's, widened when shrinking
	Mean   [3]float32 `json:"mean"`
	Std    [3]float32 `json:"std"`
}

// Tokenizer is how a text becomes token ids.
type Tokenizer struct {
	Kind      string `json:"kind"` // one of the Tokenizer constants
	File      string `json:"file"` // vocabulary, a name in Files
	MaxTokens int    `json:"max_tokens"`
	// PadTo is the length that every text is padded to; 0: pad to the longest of the batch.
	PadTo int `json:"pad_to,omitempty"`
}

// Labels are the names of the columns of an output with probabilities, and which of them become tags.
type Labels struct {
	File   string `json:"file"`   // lines "kind TAB name", in the output's order
	Output string `json:"output"` // the output's name
	// Thresholds is the least probability of a tag, by kind.
	Thresholds map[string]float32 `json:"thresholds"`
	// Overrides is the least probability of single labels ("kind/name"), where the kind's is too low or too high; above 1
	// silences the label.
	Overrides map[string]float32 `json:"overrides,omitempty"`
}

// Cutoff calibrates the adaptive cutoff of searches for one model. Fields and their meaning belong to search.
type Cutoff map[string]float64

// File is one file of a model.
type File struct {
	Name   string `json:"name"` // a plain name, no folders
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"` // lower-case hexadecimal; empty only where Unverified
	URL    string `json:"url,omitempty"`    // empty: ships with the program, or comes from a folder
	// Unverified: Bytes is about right and SHA256 may be unknown, since nobody has compared them with the published file.
	// A SHA256 that is there must be that of the file. What is received is recorded, and from then on compared with the
	// record (Record).
	Unverified bool `json:"unverified,omitempty"`
	// Optional: only graphs in another precision than the default one need it. The model is whole without it.
	Optional bool `json:"optional,omitempty"`
}

// Ref returns the name that vectors of this model carry.
func (m Model) Ref() photo.ModelRef { return photo.ModelRef{ID: m.ID, Revision: m.Revision} }

// With returns the model as one that is not whole without the files of its graphs in these precisions, where it has such.
func (m Model) With(precisions ...Precision) Model {
	m.Files = slices.Clone(m.Files)
	for _, name := range graphNames() {
		g := m.Graph(name)
		if g == nil {
			continue
		}
		for _, p := range precisions {
			for i := range m.Files {
				m.Files[i].Optional = m.Files[i].Optional && m.Files[i].Name != g.Variants[p]
			}
		}
	}
	return m
}

// Precisions returns the precisions of a graph whose files are in a folder in their right size, the default first.
func (m Model) Precisions(name GraphName, folder string) []Precision {
	g := m.Graph(name)
	if g == nil {
		return nil
	}
	m = m.Recorded(folder)
	var here []Precision
	for _, p := range []Precision{g.Default, FP32, FP16, Int8} {
		if f, ok := m.File(g.Variants[p]); ok && f.present(folder) && !slices.Contains(here, p) {
			here = append(here, p)
		}
	}
	return here
}
