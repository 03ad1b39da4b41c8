package window

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

const (
	// listingMagic begins a listing's columns: "PDL1", little-endian.
	listingMagic = 0x314C4450
	// blockPhotos is how many ids one block holds.
	blockPhotos = 256
	// listingsKept is how many listings are held; a page shows one and has just left another. Each costs 15 bytes a photo.
	listingsKept = 4
)

// listingQuery says which photos are listed and in what order.
type listingQuery struct {
	Order     store.Order
	Folder    store.FolderID // 0: all
	FromMonth int            // year*12 + month−1; 0: no bound
	ToMonth   int            // inclusive; 0: no bound
	Favourite bool
	MinRating int // 0: any
}

// listingSource is what listings ask of the library.
type listingSource interface {
	Listing(ctx context.Context, q listingQuery) (store.Listing, error)
	// PhotoIDs returns the ids of photos, in the order asked for; the zero id for one that is gone.
	PhotoIDs(ctx context.Context, nums []int64) ([]photo.ID, error)
}

// errListingGone says that a listing is no longer kept, or no longer true.
var errListingGone = errors.New("this listing is no longer kept")

// listing is a list of photos at one moment.
type listing struct {
	name  string
	query listingQuery
	stamp string
	nums  []int64
	body  []byte // as it crosses to the page
}

// listings keeps the last few listings, so that their ids can be asked for block by block.
type listings struct {
	source   listingSource
	stamp    func() string
	salt     [16]byte      // names hold for this run: numbers of photos may mean others in another
	building chan struct{} // room for one

	tries tries

	mu   sync.Mutex
	kept []*listing // the latest used last
}

func newListings(source listingSource, stamp func() string) *listings {
	l := &listings{source: source, stamp: stamp, building: make(chan struct{}, 1)}
	_, _ = rand.Read(l.salt[:]) // never fails
	return l
}

// get returns the listing of a query as the library is now.
func (l *listings) get(ctx context.Context, q listingQuery) (*listing, error) {
	select {
	case l.building <- struct{}{}:
		defer func() { <-l.building }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	stamp := ""
	if l.stamp != nil {
		// Read before the library is: a listing may be newer than its stamp, never older.
		if stamp = l.stamp(); stamp != "" {
			if found := l.find(func(x *listing) bool { return x.query == q && x.stamp == stamp }); found != nil {
				l.tries.note(true)
				return found, nil
			}
		}
	}
	l.tries.note(false)
	c, err := l.source.Listing(ctx, q)
	if err != nil {
		return nil, err
	}
	body, err := pack(c)
	if err != nil {
		return nil, err
	}
	made := &listing{name: l.nameOf(c.Nums, body), query: q, stamp: stamp, nums: c.Nums, body: body}
	l.keep(made)
	return made, nil
}

// ids returns the ids of one block, 32 bytes a photo.
func (l *listings) ids(ctx context.Context, name string, block int) ([]byte, error) {
	found := l.find(func(x *listing) bool { return x.name == name })
	if found == nil {
		return nil, errListingGone
	}
	from := block * blockPhotos
	if from >= len(found.nums) {
		return nil, &unknownError{}
	}
	nums := found.nums[from:min(from+blockPhotos, len(found.nums))]
	ids, err := l.source.PhotoIDs(ctx, nums)
	if err != nil {
		return nil, err
	}
	if len(ids) != len(nums) {
		return nil, fmt.Errorf("asked for %d ids, have %d", len(nums), len(ids))
	}
	out := make([]byte, 0, len(ids)*len(photo.ID{}))
	for i := range ids {
		if ids[i] == (photo.ID{}) {
			return nil, errListingGone
		}
		out = append(out, ids[i][:]...)
	}
	return out, nil
}

// find returns a kept listing and makes it the latest used.
func (l *listings) find(is func(*listing) bool) *listing {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(l.kept, is)
	if at < 0 {
		return nil
	}
	found := l.kept[at]
	l.kept = append(slices.Delete(l.kept, at, at+1), found)
	return found
}

// keep keeps a listing in the place of its like, and lets go of the one that was not used for longest.
func (l *listings) keep(made *listing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = slices.DeleteFunc(l.kept, func(x *listing) bool { return x.name == made.name })
	if len(l.kept) >= listingsKept {
		l.kept = slices.Delete(l.kept, 0, len(l.kept)-listingsKept+1)
	}
	l.kept = append(l.kept, made)
}

func (l *listings) nameOf(nums []int64, body []byte) string {
	sum := sha256.New()
	sum.Write(l.salt[:])
	sum.Write(body)
	var buffer [8 * 1024]byte
	for chunk := range slices.Chunk(nums, len(buffer)/8) {
		for i, num := range chunk {
			binary.LittleEndian.PutUint64(buffer[8*i:], uint64(num))
		}
		sum.Write(buffer[:8*len(chunk)])
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// pack writes the columns as the page reads them: magic, count, day, aspect, flags, each column a multiple of four bytes.
func pack(c store.Listing) ([]byte, error) {
	n := len(c.Nums)
	if len(c.Days) != n || len(c.Aspects) != n || len(c.Flags) != n {
		return nil, fmt.Errorf("a listing of %d photos has %d days, %d aspects, %d flags", n, len(c.Days), len(c.Aspects), len(c.Flags))
	}
	wide := (2*n + 3) &^ 3
	out := make([]byte, 8+4*n+wide+(n+3)&^3)
	binary.LittleEndian.PutUint32(out, listingMagic)
	binary.LittleEndian.PutUint32(out[4:], uint32(n))
	at := out[8:]
	for i, v := range c.Days {
		binary.LittleEndian.PutUint32(at[4*i:], uint32(v))
	}
	at = at[4*n:]
	for i, v := range c.Aspects {
		binary.LittleEndian.PutUint16(at[2*i:], v)
	}
	copy(at[wide:], c.Flags)
	return out, nil
}
