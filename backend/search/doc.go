// Package search answers questions about the library: by words, and by likeness to a picture.
//
// An Engine keeps the vectors of the model that answers in memory (package vector) by following the store's change feed. A
// question in words is parsed (package query), encoded once and cached, scored against every photo that the filter lets
// through, and fused with what the words themselves find in names, tags and captions. How many photos answer is not a
// fixed number but a cut: a photo answers by its meaning only if it fits the question clearly better than chance, judged
// against how the library fits the question and how the photo fits questions in general (cutoff.go). What the words find
// is not cut.
//
// When another model answers, its vectors are loaded beside those before and take their place at once; until then a question
// is read by the model of the vectors that are there, and one that was under way is asked anew.
//
// What must always hold: vectors of two models are never compared; an answer tells of one state of the matrix; a question
// that nothing fits has no hits; every hit says why it is there; without a model, words still find names, tags and
// captions, and the answer says that this is all it could do; the same library and question give the same answer.
package search
