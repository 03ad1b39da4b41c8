package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"pixeldetective/backend/photo"
)

// keptQueryVectors is how many vectors of texts are kept.
const keptQueryVectors = 10_000

// Embeddings calls fn for each photo that has a file and a vector of the model, ordered by num, after the given num. halfs
// is float16, little endian, and valid only during the call.
func (s *Store) Embeddings(ctx context.Context, ref photo.ModelRef, after int64, fn func(num int64, halfs []byte) error) error {
	key, err := s.modelKey(ctx, ref)
	if err != nil || key == 0 {
		return err
	}
	// In parts, so that no long read keeps the log from being folded into the file.
	const part = 10_000
	for {
		n := 0
		err := s.index.each(ctx, "read vectors", `SELECT e.photo, e.vector FROM embedding e INDEXED BY embedding_model
			CROSS JOIN photo p ON p.num = e.photo
			WHERE e.model = ? AND e.photo > ? AND p.files > 0 ORDER BY e.photo LIMIT ?`, []any{key, after, part}, func(r rowScanner) error {
			var num int64
			var halfs rawBytes
			if err := r.Scan(&num, &halfs); err != nil {
				return err
			}
			n++
			after = num
			return fn(num, halfs)
		})
		if err != nil || n < part {
			return err
		}
	}
}

// EmbeddingsOf returns the vectors of the given photos; those without one are left out.
func (s *Store) EmbeddingsOf(ctx context.Context, ref photo.ModelRef, nums []int64) (map[int64][]float32, error) {
	key, err := s.modelKey(ctx, ref)
	all := make(map[int64][]float32, len(nums))
	if err != nil || key == 0 || len(nums) == 0 {
		return all, err
	}
	err = s.index.each(ctx, "read vectors", `SELECT e.photo, e.vector FROM json_each(?) j CROSS JOIN embedding e INDEXED BY embedding_model
		ON e.model = ? AND e.photo = j.value`, []any{list(nums), key}, func(r rowScanner) error {
		var num int64
		var halfs rawBytes
		if err := r.Scan(&num, &halfs); err != nil {
			return err
		}
		all[num] = DecodeHalfs(make([]float32, 0, len(halfs)/2), halfs)
		return nil
	})
	return all, err
}

// list writes numbers as a JSON array, to be one parameter.
func list(nums []int64) string {
	if len(nums) == 0 {
		return "[]"
	}
	b, err := json.Marshal(nums)
	if err != nil {
		panic(err) // whole numbers always can be written
	}
	return string(b)
}

// QueryVectors returns the vectors of texts that were encoded before.
func (s *Store) QueryVectors(ctx context.Context, ref photo.ModelRef, texts []string) (map[string][]float32, error) {
	key, err := s.modelKey(ctx, ref)
	all := make(map[string][]float32, len(texts))
	if err != nil || key == 0 {
		return all, err
	}
	for _, text := range texts {
		var b []byte
		ok, err := s.index.one(ctx, "look up query", "SELECT vector FROM query_vector WHERE model = ? AND text = ?", []any{key, text}, &b)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		v := make([]float32, len(b)/4)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		all[text] = v
	}
	return all, nil
}

// PutQueryVectors keeps vectors of texts; the oldest beyond 10,000 are dropped.
func (s *Store) PutQueryVectors(ctx context.Context, ref photo.ModelRef, vectors map[string][]float32) error {
	if len(vectors) == 0 {
		return nil
	}
	return s.index.write(ctx, "keep query vectors", func(t *tx) error {
		key, err := t.model(ref)
		if err != nil {
			return err
		}
		var last int64
		for text, v := range vectors {
			b := make([]byte, 0, 4*len(v))
			for _, x := range v {
				if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
					return fmt.Errorf("vector of %q: %w", text, errNotFinite)
				}
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
			}
			res, err := t.result("INSERT OR REPLACE INTO query_vector (model, text, vector) VALUES (?, ?, ?)", key, text, b)
			if err != nil {
				return err
			}
			if last, err = res.LastInsertId(); err != nil {
				return err
			}
		}
		return t.exec("DELETE FROM query_vector WHERE id <= ?", last-keptQueryVectors)
	})
}
