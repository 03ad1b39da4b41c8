package tokenize

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The kinds of pieces and models (sentencepiece_model.proto).
const (
	pieceUnknown = 2
	pieceControl = 3
	pieceOwn     = 4 // user-defined: never split or joined
	pieceUnused  = 5
	pieceByte    = 6

	modelUnigram = 1
	modelPairs   = 2
)

var errNotModel = errors.New("it is neither a tokenizer.json nor a model of SentencePiece")

// piece is an entry of a model.
type piece struct {
	text  string
	score float32
	kind  uint64
}

// readModel reads a .model of SentencePiece (ModelProto: pieces 1, trainer_spec 2, normalizer_spec 3).
func readModel(data []byte) (*lexicon, error) {
	v := &lexicon{padding: -1, ids: map[string]int32{}, own: map[string]int32{}, marks: map[string]bool{}}
	v.normal = normalizer{prefix: true, joined: true}
	var list []piece
	kind := uint64(modelUnigram)
	err := eachField(data, func(number protowire.Number, value uint64, bytes []byte) error {
		switch number {
		case 1:
			p, err := readPiece(bytes)
			list = append(list, p)
			return err
		case 2:
			return eachField(bytes, func(number protowire.Number, value uint64, _ []byte) error {
				switch number {
				case 3:
					kind = value
				case 24:
					if value != 0 {
						return errors.New("it puts its marks behind words, which this program cannot")
					}
				case 35:
					v.fallback = value != 0
				}
				return nil
			})
		case 3:
			return v.readNormalizer(bytes)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || len(list) > maxVocabulary {
		return nil, fmt.Errorf("it lists %d pieces, not 1 to %d", len(list), maxVocabulary)
	}
	if kind != modelUnigram && kind != modelPairs {
		return nil, fmt.Errorf("its model is of the kind %d, neither unigram nor byte pairs", kind)
	}
	v.unigram = kind == modelUnigram
	return v, v.sort(list)
}

func readPiece(message []byte) (piece, error) {
	p := piece{kind: 1}
	err := eachField(message, func(number protowire.Number, value uint64, bytes []byte) error {
		switch number {
		case 1:
			p.text = string(bytes)
		case 2:
			p.score = math.Float32frombits(uint32(value))
		case 3:
			p.kind = value
		}
		return nil
	})
	if err == nil && (p.text == "" || !utf8.ValidString(p.text) || math.IsNaN(float64(p.score))) {
		err = fmt.Errorf("its piece %.40q is no text or has no score", p.text)
	}
	return p, err
}

// readNormalizer reads a NormalizerSpec.
func (v *lexicon) readNormalizer(message []byte) error {
	return eachField(message, func(number protowire.Number, value uint64, bytes []byte) error {
		var err error
		switch number {
		case 2:
			v.normal.table, err = readCharsmap(slices.Clone(bytes))
		case 3:
			v.normal.prefix = value != 0
		case 4:
			v.normal.joined = value != 0
		case 5:
			if value == 0 {
				err = errors.New("it has no marks for spaces, which this program needs")
			}
		}
		return err
	})
}

// sort puts the pieces where they are looked for.
func (v *lexicon) sort(list []piece) error {
	var normal []piece
	v.scores = map[string]float32{}
	for i, p := range list {
		if _, twice := v.ids[p.text]; twice {
			return fmt.Errorf("it lists the piece %.40q twice", p.text)
		}
		v.ids[p.text] = int32(i)
		switch p.kind {
		case pieceUnknown, pieceControl, pieceUnused, pieceByte:
			v.marks[p.text] = true
		case pieceOwn:
			v.own[p.text] = int32(i)
		default:
			normal = append(normal, p)
			v.scores[p.text] = p.score
		}
	}
	if v.unigram {
		if len(v.own) > 0 || v.fallback {
			return errors.New("it is a unigram model with pieces of the user's or of bytes, which this program cannot read")
		}
		return nil
	}
	// A merge is any pair of pieces that together are a piece, the one with the highest score first.
	slices.SortStableFunc(normal, func(a, b piece) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		default:
			return 0
		}
	})
	v.merges = make(merges, len(normal))
	for rank, p := range normal {
		for at := range p.text {
			if at == 0 || v.lacks(p.text[:at]) || v.lacks(p.text[at:]) {
				continue
			}
			if err := v.merges.add(v.ids, p.text[:at], p.text[at:], rank); err != nil {
				return err
			}
		}
	}
	return nil
}

// lacks says whether a text is not among the pieces that are joined.
func (v *lexicon) lacks(text string) bool {
	_, ok := v.scores[text]
	return !ok
}

// eachField calls fn for every field of a message, with its number or its bytes.
func eachField(message []byte, fn func(number protowire.Number, value uint64, bytes []byte) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errNotModel
		}
		message = message[n:]
		var value uint64
		var bytes []byte
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			value = uint64(v)
		case protowire.Fixed64Type:
			value, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			bytes, n = protowire.ConsumeBytes(message)
		default:
			return errNotModel
		}
		if n < 0 {
			return errNotModel
		}
		message = message[n:]
		if err := fn(number, value, bytes); err != nil {
			return err
		}
	}
	return nil
}
