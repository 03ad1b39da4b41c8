package store

import (
	"context"
	"encoding/json"
	"math"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"pixeldetective/backend/photo"
)

// clause gathers conditions and their parameters. Conditions are constants; all that comes from outside is a parameter.
type clause struct {
	conditions []string
	args       []any
}

func (c *clause) and(condition string, args ...any) {
	c.conditions = append(c.conditions, condition)
	c.args = append(c.args, args...)
}

// anyOf adds one condition that is met if it is for one of the values.
func (c *clause) anyOf(condition string, values []string, arg func(string) any) {
	if len(values) == 0 {
		return
	}
	var parts []string
	for _, v := range values {
		parts = append(parts, condition)
		c.args = append(c.args, arg(v))
	}
	c.conditions = append(c.conditions, "("+strings.Join(parts, " OR ")+")")
}

// within adds a range of a column.
func (c *clause) within(column string, r *Range) {
	if r == nil {
		return
	}
	if r.From != nil {
		c.and(column+" >= ?", *r.From)
	}
	if r.To != nil {
		c.and(column+" <= ?", *r.To)
	}
}

func (c *clause) where() string {
	if len(c.conditions) == 0 {
		return "1"
	}
	return strings.Join(c.conditions, " AND ")
}

// Match returns the photos that a filter lets through; nil: all. Each kind of condition is answered by the index that
// holds it, and the answers are intersected.
func (s *Store) Match(ctx context.Context, f Filter) (*roaring.Bitmap, error) {
	if f.IsZero() {
		return nil, nil
	}
	var queries []query
	files, err := s.filterFiles(ctx, f)
	if err != nil {
		return nil, err
	}
	queries = append(queries, files...)
	var taken, other clause
	if f.TakenFrom != nil {
		taken.and("taken >= ?", f.TakenFrom.Unix())
	}
	if f.TakenTo != nil {
		taken.and("taken < ?", f.TakenTo.Unix())
	}
	if len(taken.conditions) > 0 {
		queries = append(queries, query{"SELECT group_concat(num) FROM photo INDEXED BY photo_taken WHERE taken IS NOT NULL AND " + taken.where(), taken.args})
	}
	if len(f.Cameras) > 0 {
		var cameras clause
		cameras.anyOf(`camera LIKE ? ESCAPE '\'`, f.Cameras, contains)
		// Few names, many photos: the names are found first, each by a step in the index.
		queries = append(queries, query{`WITH RECURSIVE name (camera) AS (
			SELECT min(camera COLLATE NOCASE) FROM photo INDEXED BY photo_camera WHERE camera <> ''
			UNION ALL SELECT (SELECT min(p.camera COLLATE NOCASE) FROM photo p INDEXED BY photo_camera WHERE p.camera <> '' AND p.camera > name.camera COLLATE NOCASE)
			FROM name WHERE name.camera IS NOT NULL)
			SELECT group_concat(p.num) FROM (SELECT camera FROM name WHERE ` + cameras.where() + `) n
			CROSS JOIN photo p INDEXED BY photo_camera ON p.camera <> '' AND p.camera = n.camera COLLATE NOCASE`, cameras.args})
	}
	other.anyOf(`p.lens LIKE ? ESCAPE '\'`, f.Lenses, contains)
	if f.HasPlace != nil {
		other.and("(p.latitude IS NOT NULL) = ?", *f.HasPlace)
	}
	for _, r := range []struct {
		column string
		r      *Range
	}{{"p.iso", f.ISO}, {"p.aperture", f.Aperture}, {"p.focal_length", f.FocalLength}, {"p.width", f.Width}, {"p.height", f.Height}, {"p.bytes", f.Bytes}} {
		other.within(r.column, r.r)
	}
	if len(other.conditions) > 0 {
		queries = append(queries, query{"SELECT group_concat(p.num) FROM photo p WHERE " + other.where(), other.args})
	}
	if len(f.Tags) > 0 {
		var tags clause
		for _, t := range f.Tags {
			tags.and("SELECT photo FROM tag WHERE name = ? COLLATE NOCASE UNION ALL SELECT photo FROM keyword WHERE name = ? COLLATE NOCASE", t, t)
		}
		queries = append(queries, query{"SELECT group_concat(photo) FROM (" + strings.Join(tags.conditions, " UNION ALL ") + ")", tags.args})
	}
	sets, without, err := s.filterDecisions(ctx, f)
	if err != nil {
		return nil, err
	}
	for _, q := range queries {
		set, err := s.numbers(ctx, q)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	if f.Near != nil {
		set, err := s.near(ctx, f.Near)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return s.intersect(ctx, sets, without)
}

// query is one whose answer is one string of numbers.
type query struct {
	text string
	args []any
}

// intersect returns the photos with a file that are in all sets and not in without.
func (s *Store) intersect(ctx context.Context, sets []*roaring.Bitmap, without *roaring.Bitmap) (*roaring.Bitmap, error) {
	if len(sets) == 0 {
		all, err := s.numbers(ctx, query{text: "SELECT group_concat(num) FROM photo WHERE files > 0"})
		if err != nil {
			return nil, err
		}
		sets = append(sets, all)
	}
	gone, err := s.numbers(ctx, query{text: "SELECT group_concat(num) FROM photo INDEXED BY photo_gone WHERE files = 0"})
	if err != nil {
		return nil, err
	}
	matched := sets[0]
	for _, set := range sets[1:] {
		matched.And(set)
	}
	matched.AndNot(gone)
	matched.AndNot(without)
	return matched, nil
}

func (s *Store) numbers(ctx context.Context, q query) (*roaring.Bitmap, error) {
	all := roaring.New()
	err := s.index.adhoc(ctx, "filter photos", q.text, q.args, func(r rowScanner) error {
		var text *string
		if err := r.Scan(&text); err != nil || text == nil {
			return err
		}
		nums := numbers(make([]int64, 0, 1+len(*text)/6), *text)
		small := make([]uint32, len(nums))
		for i, n := range nums {
			small[i] = uint32(n)
		}
		all.AddMany(small)
		return nil
	})
	return all, err
}

// near returns the photos in a circle.
func (s *Store) near(ctx context.Context, near *Near) (*roaring.Bitmap, error) {
	var box clause
	near.box(&box)
	within := roaring.New()
	err := s.index.adhoc(ctx, "filter photos", "SELECT num, latitude, longitude FROM photo INDEXED BY photo_place WHERE latitude IS NOT NULL AND "+box.where(),
		box.args, func(r rowScanner) error {
			var num int64
			var latitude, longitude float64
			if err := r.Scan(&num, &latitude, &longitude); err != nil {
				return err
			}
			if near.distance(latitude, longitude) <= near.Kilometres {
				within.Add(uint32(num))
			}
			return nil
		})
	return within, err
}

// filterFiles returns the query about the files of a photo: one file must meet all conditions.
func (s *Store) filterFiles(ctx context.Context, f Filter) ([]query, error) {
	var files clause
	if len(f.Folders) > 0 || len(f.Under) > 0 {
		var places clause
		for _, id := range f.Folders {
			places.and("d.folder = ?", int64(id))
		}
		folders, err := s.Folders(ctx)
		if err != nil {
			return nil, err
		}
		for _, path := range f.Under {
			for _, o := range folders {
				switch {
				case inside(o.Path, path):
					places.and("d.folder = ?", int64(o.ID))
				case inside(path, o.Path):
					rel := strings.TrimPrefix(strings.TrimPrefix(path, o.Path), "/")
					// '0' is the byte after '/'.
					places.and("(d.folder = ? AND (d.rel = ? OR d.rel > ? AND d.rel < ?))", int64(o.ID), []byte(rel), []byte(rel+"/"), []byte(rel+"0"))
				}
			}
		}
		if len(places.conditions) == 0 {
			places.and("0")
		}
		files.and("("+strings.Join(places.conditions, " OR ")+")", places.args...)
	}
	files.anyOf("f.ext = ?", f.Extensions, func(e string) any { return strings.ToLower(strings.TrimPrefix(e, ".")) })
	switch {
	case len(files.conditions) == 0:
		return nil, nil
	case len(f.Folders)+len(f.Under) == 0:
		return []query{{"SELECT group_concat(f.photo) FROM file f INDEXED BY file_ext WHERE f.photo IS NOT NULL AND " + files.where(), files.args}}, nil
	}
	return []query{{"SELECT group_concat(f.photo) FROM dir d CROSS JOIN file f ON f.dir = d.id WHERE f.photo IS NOT NULL AND " + files.where(), files.args}}, nil
}

// contains makes a LIKE pattern of plain text.
func contains(s string) any {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// earthKilometres is the mean radius of the earth (IUGG 1980).
const earthKilometres = 6371.0088

// box adds a rectangle that holds the circle, which an index can answer.
func (n *Near) box(c *clause) {
	degrees := n.Kilometres / earthKilometres * 180 / math.Pi
	c.and("latitude BETWEEN ? AND ?", n.Latitude-degrees, n.Latitude+degrees)
	// Near a pole, or across the 180th meridian, every longitude may be in reach.
	if edge := math.Abs(n.Latitude) + degrees; edge < 89 {
		width := degrees / math.Cos(edge*math.Pi/180)
		if n.Longitude-width >= -180 && n.Longitude+width <= 180 {
			c.and("longitude BETWEEN ? AND ?", n.Longitude-width, n.Longitude+width)
		}
	}
}

// distance returns kilometres along the ground (haversine).
func (n *Near) distance(latitude, longitude float64) float64 {
	rad := math.Pi / 180
	dLat, dLon := (latitude-n.Latitude)*rad, (longitude-n.Longitude)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(n.Latitude*rad)*math.Cos(latitude*rad)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earthKilometres * math.Asin(math.Min(1, math.Sqrt(h)))
}

// filterDecisions answers by what a person decided, which outweighs what files say: the photos that must be among the
// matches, one set a condition, and those that must not.
func (s *Store) filterDecisions(ctx context.Context, f Filter) (with []*roaring.Bitmap, without *roaring.Bitmap, err error) {
	without = roaring.New()
	if f.Favourite != nil {
		yes := roaring.New()
		if err := s.decided(ctx, favouriteTable, func(num uint32, value int) {
			if value != 0 {
				yes.Add(num)
			}
		}); err != nil {
			return nil, nil, err
		}
		if *f.Favourite {
			with = append(with, yes)
		} else {
			without.Or(yes)
		}
	}
	if f.MinRating == 0 {
		return with, without, nil
	}
	text := "SELECT group_concat(num) FROM photo INDEXED BY photo_rating WHERE rating <> 0 AND rating >= ?"
	if f.MinRating < 0 { // unrated ones are above −1
		text = "SELECT group_concat(num) FROM photo WHERE rating >= ?"
	}
	enough, err := s.numbers(ctx, query{text, []any{f.MinRating}})
	if err != nil {
		return nil, nil, err
	}
	err = s.decided(ctx, ratingTable, func(num uint32, stars int) {
		if stars >= f.MinRating {
			enough.Add(num)
		} else {
			enough.Remove(num)
		}
	})
	return append(with, enough), without, err
}

// decided calls fn for every known photo with a decision, its own or that of what it took the place of.
func (s *Store) decided(ctx context.Context, table decisionTable, fn func(num uint32, value int)) error {
	type decision struct{ value, depth int }
	nearest := map[photo.ID]decision{}
	if err := s.decisions.each(ctx, "read decisions", table.spread, nil, func(r rowScanner) error {
		var id photo.ID
		var d decision
		if err := r.Scan(&id, &d.value, &d.depth); err != nil {
			return err
		}
		if was, ok := nearest[id]; !ok || d.depth < was.depth {
			nearest[id] = d
		}
		return nil
	}); err != nil {
		return err
	}
	values := make([]int, 0, len(nearest))
	ids := make([]string, 0, len(nearest))
	for id, d := range nearest {
		ids, values = append(ids, id.String()), append(values, d.value)
	}
	asked, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.index.each(ctx, "read decisions", `SELECT group_concat(p.num), group_concat(j.key) FROM json_each(?) j
		CROSS JOIN photo p ON p.id = unhex(j.value)`, []any{string(asked)}, func(r rowScanner) error {
		var nums, keys rawBytes
		if err := r.Scan(&nums, &keys); err != nil {
			return err
		}
		for len(nums) > 0 {
			var num, key int64
			num, nums = nextNumber(nums)
			key, keys = nextNumber(keys)
			fn(uint32(num), values[key])
		}
		return nil
	})
}
