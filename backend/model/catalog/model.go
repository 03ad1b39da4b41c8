package catalog

import "pixeldetective/backend/photo"

// Model describes one model: what it is for, which files it is made of, and the contract of its graphs. It is data; only
// the encoder knows what a family does with it.
type Model struct {
	ID       string `json:"id"`
	Revision string `json:"revision"`
	Name     string `json:"name"`
	// Family picks the code in the encoder: starter now; clip, siglip2, vit-gpt2, blip later.
	Family  string      `json:"family"`
	Role    Role        `json:"role"`
	Stage   photo.Stage `json:"stage"`
	Licence string      `json:"licence"`
	// Languages of the queries that it understands, as BCP 47 tags.
	Languages []string `json:"languages,omitempty"`
	// Dimension is the number of values in a vector.
	Dimension int `json:"dimension"`
	// Prompt is put round a query before it is encoded, with %s for the query; empty: the query as it is.
	Prompt string `json:"prompt,omitempty"`
	// Image and Text are the graphs, by precision variant.
	Image *Graph `json:"image,omitempty"`
	Text  *Graph `json:"text,omitempty"`
	// Labels are the names of a label output, if the image graph has one.
	Labels *Labels `json:"labels,omitempty"`
	// Cutoff calibrates where a query's answers end. See search.
	Cutoff *Cutoff `json:"cutoff,omitempty"`
	// Files are all files of the model in its folder, each with its hash.
	Files []File `json:"files"`
}

// Role is what a model does.
type Role string

// The roles of a model.
const (
	RoleImageText Role = "image-text"
	RoleCaption   Role = "caption"
)

// GraphName is one half of a model: each half lives in a worker of its own.
type GraphName string

// The graphs of a model.
const (
	GraphImage GraphName = "image"
	GraphText  GraphName = "text"
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
	// Preprocess is how a photo becomes the input; image graphs only.
	Preprocess *Preprocess `json:"preprocess,omitempty"`
	// Tokenizer is how a text becomes the input; text graphs only.
	Tokenizer *Tokenizer `json:"tokenizer,omitempty"`
}

// Tensor is one input or output of a graph. A dimension of −1 is free; the first is the batch.
type Tensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"` // float32, int64
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
	Kind      string `json:"kind"` // wordpiece; clip-bpe, sentencepiece later
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
	SHA256 string `json:"sha256"`        // lower-case hexadecimal
	URL    string `json:"url,omitempty"` // empty: ships with the program
}

// Ref returns the name that vectors of this model carry.
func (m Model) Ref() photo.ModelRef { return photo.ModelRef{ID: m.ID, Revision: m.Revision} }
