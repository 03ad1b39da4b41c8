package store

import (
	"maps"
	"slices"
)

// touched gathers what one transaction does to photos, so that each one's count, words and change rows are written once.
type touched struct {
	links map[int64]int  // photo → files gained less files lost
	words map[int64]bool // photo → its metadata, tags or captions changed
}

func newTouched() *touched { return &touched{map[int64]int{}, map[int64]bool{}} }

func (c *touched) link(num int64)   { c.links[num]++ }
func (c *touched) unlink(num int64) { c.links[num]-- }
func (c *touched) reword(num int64) { c.words[num] = true }

// settle writes the counts of files, the words and the changes of the photos that a transaction touched.
func (t *tx) settle(c *touched) error {
	for num := range c.words {
		c.links[num] += 0
	}
	for _, num := range slices.Sorted(maps.Keys(c.links)) {
		delta := c.links[num]
		var now int
		ok, err := t.one("UPDATE photo SET files = files + ? WHERE num = ? RETURNING files", []any{delta, num}, &now)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		switch was := now - delta; {
		case was > 0 && now <= 0:
			if err := t.forgetText(num); err != nil {
				return err
			}
			if err := t.change(PhotoRemoved, num, 0); err != nil {
				return err
			}
			continue
		case now <= 0:
			continue // unsearchable before and after
		case was <= 0:
			err = t.change(PhotoAdded, num, 0)
		default:
			// A file came, went, or moved: the words of its path changed.
			err = t.change(TextChanged, num, 0)
		}
		if err != nil {
			return err
		}
		if err := t.writeText(num); err != nil {
			return err
		}
	}
	return nil
}
