package store

import (
	"context"
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

// Match returns the photos that a filter lets through; nil: all.
func (s *Store) Match(ctx context.Context, f Filter) (*roaring.Bitmap, error) {
	if f.IsZero() {
		return nil, nil
	}
	var c clause
	c.and("p.files > 0")
	if err := s.filterFiles(ctx, f, &c); err != nil {
		return nil, err
	}
	if f.TakenFrom != nil {
		c.and("p.taken >= ?", f.TakenFrom.Unix())
	}
	if f.TakenTo != nil {
		c.and("p.taken < ?", f.TakenTo.Unix())
	}
	c.anyOf(`p.camera LIKE ? ESCAPE '\'`, f.Cameras, contains)
	c.anyOf(`p.lens LIKE ? ESCAPE '\'`, f.Lenses, contains)
	if f.HasPlace != nil {
		c.and("(p.latitude IS NOT NULL) = ?", *f.HasPlace)
	}
	if f.Near != nil {
		f.Near.box(&c)
	}
	for _, r := range []struct {
		column string
		r      *Range
	}{{"p.iso", f.ISO}, {"p.aperture", f.Aperture}, {"p.focal_length", f.FocalLength}, {"p.width", f.Width}, {"p.height", f.Height}, {"p.bytes", f.Bytes}} {
		c.within(r.column, r.r)
	}
	var tags clause
	for _, t := range f.Tags {
		tags.and("SELECT photo FROM tag WHERE name = ? COLLATE NOCASE UNION ALL SELECT photo FROM keyword WHERE name = ? COLLATE NOCASE", t, t)
	}
	if len(f.Tags) > 0 {
		c.and("p.num IN ("+strings.Join(tags.conditions, " UNION ALL ")+")", tags.args...)
	}
	matched := roaring.New()
	near := f.Near
	err := s.index.adhoc(ctx, "filter photos", "SELECT p.num, coalesce(p.latitude, 0), coalesce(p.longitude, 0) FROM photo p WHERE "+c.where(),
		c.args, func(r rowScanner) error {
			var num int64
			var latitude, longitude float64
			if err := r.Scan(&num, &latitude, &longitude); err != nil {
				return err
			}
			if near == nil || near.distance(latitude, longitude) <= near.Kilometres {
				matched.Add(uint32(num))
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	if err := s.filterDecisions(ctx, f, matched); err != nil {
		return nil, err
	}
	return matched, nil
}

// filterFiles adds the conditions about the files of a photo: one file must meet all of them.
func (s *Store) filterFiles(ctx context.Context, f Filter, c *clause) error {
	var files clause
	if len(f.Folders) > 0 || len(f.Under) > 0 {
		var places clause
		for _, id := range f.Folders {
			places.and("d.folder = ?", int64(id))
		}
		folders, err := s.Folders(ctx)
		if err != nil {
			return err
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
	if len(files.conditions) > 0 {
		c.and("p.num IN (SELECT f.photo FROM file f JOIN dir d ON d.id = f.dir WHERE f.photo IS NOT NULL AND "+files.where()+")", files.args...)
	}
	return nil
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
	c.and("p.latitude BETWEEN ? AND ?", n.Latitude-degrees, n.Latitude+degrees)
	// Near a pole, or across the 180th meridian, every longitude may be in reach.
	if edge := math.Abs(n.Latitude) + degrees; edge < 89 {
		width := degrees / math.Cos(edge*math.Pi/180)
		if n.Longitude-width >= -180 && n.Longitude+width <= 180 {
			c.and("p.longitude BETWEEN ? AND ?", n.Longitude-width, n.Longitude+width)
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

// filterDecisions narrows by what a person decided, which outweighs what files say.
func (s *Store) filterDecisions(ctx context.Context, f Filter, matched *roaring.Bitmap) error {
	if f.Favourite != nil {
		yes := roaring.New()
		if err := s.decided(ctx, favouriteTable, func(num uint32, value int) {
			if value != 0 {
				yes.Add(num)
			}
		}); err != nil {
			return err
		}
		if *f.Favourite {
			matched.And(yes)
		} else {
			matched.AndNot(yes)
		}
	}
	if f.MinRating == 0 {
		return nil
	}
	enough, judged := roaring.New(), roaring.New()
	if err := s.index.each(ctx, "filter photos", "SELECT num FROM photo INDEXED BY photo_rating WHERE rating <> 0 AND rating >= ?", []any{f.MinRating},
		func(r rowScanner) error {
			var num int64
			err := r.Scan(&num)
			enough.Add(uint32(num))
			return err
		}); err != nil {
		return err
	}
	if err := s.decided(ctx, ratingTable, func(num uint32, stars int) {
		judged.Add(num)
		if stars >= f.MinRating {
			enough.Add(num)
		} else {
			enough.Remove(num)
		}
	}); err != nil {
		return err
	}
	if f.MinRating < 0 { // unrated ones are above −1
		all := roaring.New()
		if err := s.index.each(ctx, "filter photos", "SELECT num FROM photo WHERE rating = 0", nil, func(r rowScanner) error {
			var num int64
			err := r.Scan(&num)
			all.Add(uint32(num))
			return err
		}); err != nil {
			return err
		}
		all.AndNot(judged)
		enough.Or(all)
	}
	matched.And(enough)
	return nil
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
	for id, d := range nearest {
		num, ok, err := s.NumOf(ctx, id)
		if err != nil {
			return err
		}
		if ok {
			fn(uint32(num), d.value)
		}
	}
	return nil
}
