package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/photo"
)

// Order is the order of a listing. Equal photos are ordered by number, newest first.
type Order string

// The orders of a listing.
const (
	OrderTaken Order = "taken" // newest first, photos without a date last
	OrderAdded Order = "added" // newest first
	OrderName  Order = "name"  // of the first of a photo's files, A to Z whatever the case
	OrderSize  Order = "size"  // most bytes first
)

// UnknownDay is the day of a photo without a date.
const UnknownDay = math.MinInt32

// The flags of a listed photo.
const (
	ListedFavourite = 1 << iota
	ListedSeen      // it has a vector of the model asked for
	ListedDamaged   // only a part of it could be read
	ListedOffline   // none of its files can be reached now
)

// Listing is what a page of all photos needs to be laid out, in columns of one length.
type Listing struct {
	Nums    []int64
	Days    []int32  // since 1970-01-01, of the photo's own wall clock; UnknownDay
	Aspects []uint16 // 1000 × width / height, at most 65,535; 0: unknown
	Flags   []uint8
}

// listedBlock is how many photo numbers one query covers: few enough that a read does not last, and ctx is heard.
const listedBlock = 20_000

// listedAtOnce is how many blocks are read at the same time: as many connections stay free for others.
const listedAtOnce = readers / 2

// listed is a photo on its way into a listing.
type listed struct {
	num, key int64 // the larger key is first
	day      int32
	aspect   uint16
	flags    uint8
}

// Listing returns all photos with a file that a filter lets through, in an order. Seen is about ref.
func (s *Store) Listing(ctx context.Context, f Filter, order Order, ref photo.ModelRef) (Listing, error) {
	key, ok := map[Order]string{OrderTaken: "", OrderAdded: "added_at", OrderName: "", OrderSize: "bytes"}[order]
	if !ok {
		return Listing{}, fmt.Errorf("there is no order %q of photos", order)
	}
	allow, err := s.Match(ctx, f)
	if err != nil {
		return Listing{}, err
	}
	marks, err := s.listingMarks(ctx, ref)
	if err != nil {
		return Listing{}, err
	}
	rows, err := s.listRows(ctx, key, allow, marks)
	if err != nil {
		return Listing{}, err
	}
	if order == OrderName {
		if err := s.rankNames(ctx, rows); err != nil {
			return Listing{}, err
		}
	}
	slices.SortFunc(rows, func(a, b listed) int {
		if a.key != b.key {
			return cmp.Compare(b.key, a.key)
		}
		return cmp.Compare(b.num, a.num)
	})
	l := Listing{
		Nums: make([]int64, len(rows)), Days: make([]int32, len(rows)),
		Aspects: make([]uint16, len(rows)), Flags: make([]uint8, len(rows)),
	}
	for i, r := range rows {
		l.Nums[i], l.Days[i], l.Aspects[i], l.Flags[i] = r.num, r.day, r.aspect, r.flags
	}
	return l, nil
}

// noDate stands for an unknown moment in queries: long before the year 0, in seconds.
const noDate = -9_000_000_000_000

// dayOf turns seconds since 1970 into days.
func dayOf(taken int64) int32 {
	if taken <= noDate {
		return UnknownDay
	}
	day := taken / 86400
	if taken%86400 < 0 {
		day--
	}
	return int32(min(max(day, math.MinInt32+1), math.MaxInt32))
}

// listingMarks are the sets that flags are made of.
type listingMarks struct {
	favourite, seen *roaring.Bitmap
	away            *roaring.Bitmap // photos with a file in a folder that is offline
	here            *roaring.Bitmap // of those, the ones with another file in a folder that is online
}

func (m *listingMarks) flags(num uint32, damaged bool) uint8 {
	var flags uint8
	if m.favourite.Contains(num) {
		flags |= ListedFavourite
	}
	if m.seen.Contains(num) {
		flags |= ListedSeen
	}
	if damaged {
		flags |= ListedDamaged
	}
	if m.away.Contains(num) && !m.here.Contains(num) {
		flags |= ListedOffline
	}
	return flags
}

func (s *Store) listingMarks(ctx context.Context, ref photo.ModelRef) (*listingMarks, error) {
	m := &listingMarks{favourite: roaring.New(), seen: roaring.New(), away: roaring.New(), here: roaring.New()}
	if err := s.decided(ctx, favouriteTable, func(num uint32, value int) {
		if value != 0 {
			m.favourite.Add(num)
		}
	}); err != nil {
		return nil, err
	}
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return nil, err
	}
	if key != 0 {
		if m.seen, err = s.numbers(ctx, query{"SELECT group_concat(photo) FROM embedding INDEXED BY embedding_model WHERE model = ?", []any{key}}); err != nil {
			return nil, err
		}
	}
	const files = "SELECT group_concat(f.photo) FROM folder o CROSS JOIN dir d ON d.folder = o.id CROSS JOIN file f ON f.dir = d.id WHERE f.photo IS NOT NULL AND o.state "
	if m.away, err = s.numbers(ctx, query{text: files + "= 'offline'"}); err != nil || m.away.IsEmpty() {
		return m, err
	}
	m.here, err = s.numbers(ctx, query{text: files + "= 'online'"})
	return m, err
}

// listRows reads all photos with a file that are allowed (nil: all). key is the column that they are ordered by; empty:
// the moment they were taken at.
func (s *Store) listRows(ctx context.Context, key string, allow *roaring.Bitmap, marks *listingMarks) ([]listed, error) {
	var last int64
	if _, err := s.index.one(ctx, "list photos", "SELECT coalesce(max(num), 0) FROM photo", nil, &last); err != nil {
		return nil, err
	}
	if key == "" {
		key = "0"
	}
	// Numbers cross as text, few and packed: that is four times as fast as rows of columns, and joining them with || would
	// take longer than reading them.
	block := fmt.Sprintf(`SELECT group_concat((num << 17) | (CASE WHEN width > 0 AND height > 0 THEN min(max(width * 1000 / height, 1), 65535) ELSE 0 END << 1)
		| damaged), group_concat(coalesce(taken, %d)), group_concat(%s) FROM photo WHERE num > ? AND num <= ? AND files > 0`, noDate, key)
	blocks := make([][]listed, (last+listedBlock-1)/listedBlock)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(listedAtOnce)
	for i := range blocks {
		group.Go(func() error {
			from := int64(i) * listedBlock
			return s.index.each(ctx, "list photos", block, []any{from, from + listedBlock}, func(r rowScanner) (err error) {
				blocks[i], err = scanListed(r, key, allow, marks)
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(blocks...), nil
}

// scanListed reads one block of photos.
func scanListed(r rowScanner, key string, allow *roaring.Bitmap, marks *listingMarks) ([]listed, error) {
	var packed, taken, keys rawBytes
	if err := r.Scan(&packed, &taken, &keys); err != nil {
		return nil, err
	}
	rows := make([]listed, 0, listedBlock)
	for len(packed) > 0 {
		var p, at, k int64
		p, packed = nextNumber(packed)
		at, taken = nextNumber(taken)
		k, keys = nextNumber(keys)
		num := p >> 17
		if allow != nil && !allow.Contains(uint32(num)) {
			continue
		}
		if key == "0" {
			k = at
		}
		rows = append(rows, listed{
			num: num, key: k, day: dayOf(at), aspect: uint16(p >> 1), flags: marks.flags(uint32(num), p&1 != 0),
		})
	}
	return rows, nil
}

// nextNumber reads a whole number and skips the comma after it.
func nextNumber(text []byte) (n int64, rest []byte) {
	i, minus := 0, false
	for ; i < len(text) && text[i] != ','; i++ {
		if text[i] == '-' {
			minus = true
		} else {
			n = n*10 + int64(text[i]-'0')
		}
	}
	if minus {
		n = -n
	}
	return n, text[min(i+1, len(text)):]
}

// rankNames makes the key of each photo follow from the name of its first file: A has the largest.
func (s *Store) rankNames(ctx context.Context, rows []listed) error {
	rank := make(map[int64]int64, len(rows))
	err := s.index.adhoc(ctx, "order photos by name", `SELECT group_concat(photo) FROM (
		SELECT photo, lower(CAST(min(name) AS TEXT)) AS n FROM file INDEXED BY file_photo WHERE photo IS NOT NULL GROUP BY photo ORDER BY n DESC, photo)`,
		nil, func(r rowScanner) error {
			var text *string
			if err := r.Scan(&text); err != nil || text == nil {
				return err
			}
			for i, num := range numbers(nil, *text) {
				rank[num] = int64(i)
			}
			return nil
		})
	for i := range rows {
		rows[i].key = rank[rows[i].num]
	}
	return err
}

// PhotoIDs returns the ids of photos, in the order asked for; the zero ID for a number that is not known.
func (s *Store) PhotoIDs(ctx context.Context, nums []int64) ([]photo.ID, error) {
	ids := make([]photo.ID, len(nums))
	if len(nums) == 0 {
		return ids, nil
	}
	err := s.index.each(ctx, "look up photos", "SELECT j.key, p.id FROM json_each(?) j CROSS JOIN photo p ON p.num = j.value", []any{list(nums)},
		func(r rowScanner) error {
			var at int
			var id photo.ID
			if err := r.Scan(&at, &id); err != nil {
				return err
			}
			ids[at] = id
			return nil
		})
	return ids, err
}
