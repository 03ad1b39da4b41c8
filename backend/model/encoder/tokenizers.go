package encoder

import "pixeldetective/backend/model/encoder/internal/tokenize"

// The tokenizers of the families that make vectors of texts.

func wordPiece(vocabulary []byte, limit int) (tokenizer, error) {
	return tokenize.NewWordPiece(vocabulary, limit)
}

func clipPairs(vocabulary []byte, limit int) (tokenizer, error) {
	return tokenize.NewCLIP(vocabulary, limit)
}

func sentencePiece(vocabulary []byte, limit int) (tokenizer, error) {
	return tokenize.NewSentencePiece(vocabulary, limit)
}
