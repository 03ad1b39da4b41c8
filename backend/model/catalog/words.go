package catalog

// The families of models that this version of the program can run. A manifest of another family is refused, so that
// nothing ever waits for a model that cannot be loaded.
const (
	// FamilyStarter is a pair of graphs, image and text, whose first outputs are vectors of length 1 in one space: one
	// input of pixels, and one of token ids with or without its mask. Everything else is in the manifest.
	FamilyStarter = "starter"
)

// Families returns the families of models that this version of the program can run. The encoder has code for each.
func Families() []string { return []string{FamilyStarter} }

// The types of a Tensor.
const (
	Float32 = "float32"
	Int64   = "int64"
)

// How a photo is brought to the size of a model's input.
const (
	FitStretch    = "stretch"     // the whole photo, aspect ratio not kept
	FitCenterCrop = "center-crop" // the shortest side to the size, the middle cut out
)

// The filters of the resize: Pillow's, widened when shrinking.
const (
	FilterBilinear = "bilinear"
	FilterBicubic  = "bicubic"
)

// The kinds of tokenizers.
const (
	TokenizerWordPiece = "wordpiece" // BERT, uncased
)
