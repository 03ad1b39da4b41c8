// Package tokenize turns texts into the token ids that text graphs take.
//
// What always holds: ids are those of the vocabulary; there are never more than the maximum asked for; any
// string at all, valid UTF-8 or not, gives ids and no error, in time that grows little faster than its length.
// Names of special tokens in a text are text, but for those of BERT.
//
// A library was tried for SentencePiece: eliben/go-sentencepiece 0.6.0 gives the ids of all 629 rows of
// tiny_bpe.jsonl, but knows no unigram models (siglip_spm.jsonl) and reads no tokenizer.json, which is how the large
// vocabularies are published (gemma3_bpe.jsonl).
package tokenize
