package vector

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"
)

// Candidate is one photo of an answer.
type Candidate struct {
	// Num is the photo's number in the store.
	Num int64
	// Score is the dot product of the query and the photo's vector: exact where floats were given, else within the
	// error of the codes.
	Score float32
}

// Floats fetches the exact vectors of photos by number. What it does not return keeps the score of its code.
type Floats func(ctx context.Context, nums []int64) (map[int64][]float32, error)

// Options are what a search asks for besides the query.
type Options struct {
	// K is how many candidates are wanted at most; 0 asks for the distribution alone.
	K int
	// Rescore is how many of the best codes are scored again with floats; 0: K + K/2 + 32.
	Rescore int
	// Sample is about how many rows are looked at, spread evenly over the matrix; 0: all.
	Sample int
	// Allow holds the only numbers that may be returned or counted; nil allows all.
	Allow *roaring.Bitmap
	// Deny holds numbers that may not be returned or counted; nil denies none.
	Deny *roaring.Bitmap
	// Floats fetches exact vectors for rescoring; nil keeps the scores of the codes.
	Floats Floats
}

// Result is what a search found.
type Result struct {
	// Candidates are the best, by falling score, equal scores by rising number.
	Candidates []Candidate
	// Scores is the distribution of the scores of all rows that were allowed.
	Scores Distribution
}
