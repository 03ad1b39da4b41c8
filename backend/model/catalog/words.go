package catalog

// The families of models that this version of the program can run. A manifest of another family is refused, so that
// nothing ever waits for a model that cannot be loaded.
const (
	// FamilyStarter is a pair of graphs, image and text, whose first outputs are vectors of length 1 in one space: one
	// input of pixels, and one of token ids with or without its mask. Everything else is in the manifest.
	FamilyStarter = "starter"
	// FamilyCLIP is a starter whose texts go through CLIP's tokenizer and end at their end token.
	FamilyCLIP = "clip"
	// FamilySigLIP2 is a starter whose texts are always padded to their full length.
	FamilySigLIP2 = "siglip2"
	// FamilyViTGPT2 writes captions with one decoder graph for the first step and those from a cache.
	FamilyViTGPT2 = "vit-gpt2"
	// FamilyBLIP writes captions with two decoder graphs.
	FamilyBLIP = "blip"
	// FamilyPPOCR reads lines of text: a detector and a recognizer.
	FamilyPPOCR = "pp-ocr"
)

// Families returns the families of models that this version of the program can run. The encoder has code for each.
func Families() []string {
	return []string{FamilyStarter, FamilyCLIP, FamilySigLIP2, FamilyViTGPT2, FamilyBLIP}
}

// The types of a Tensor.
const (
	Float32 = "float32"
	Int64   = "int64"
	Bool    = "bool"
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
	TokenizerWordPiece     = "wordpiece"     // BERT, uncased: vocab.txt
	TokenizerCLIP          = "clip-bpe"      // CLIP's byte pairs: tokenizer.json, or the merges as OpenAI published them
	TokenizerSentencePiece = "sentencepiece" // unigram or byte pairs: tokenizer.json, or a .model
	TokenizerGPT2          = "gpt2-bpe"      // GPT-2's byte pairs: tokenizer.json or vocab.json
	TokenizerCharacters    = "characters"    // one character a line: what a recognizer can read
)

// tokenizerOf returns the tokenizer of a family.
func tokenizerOf(family string) string {
	switch family {
	case FamilyCLIP:
		return TokenizerCLIP
	case FamilySigLIP2:
		return TokenizerSentencePiece
	case FamilyViTGPT2:
		return TokenizerGPT2
	case FamilyPPOCR:
		return TokenizerCharacters
	default:
		return TokenizerWordPiece
	}
}
