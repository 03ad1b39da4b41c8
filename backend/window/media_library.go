package window

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"pixeldetective/backend/library/store"
)

// serveColumns answers with a listing's columns and its name.
func (m *media) serveColumns(w http.ResponseWriter, r *http.Request) {
	query, err := parseListingQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	found, err := m.listings.get(r.Context(), query)
	if err != nil {
		m.fail(w, r, err)
		return
	}
	header := w.Header()
	header.Set("X-Listing", found.name)
	header.Set("Cache-Control", "no-cache") // kept, but asked about each time
	header.Set("ETag", `"`+found.name+`"`)
	header.Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found.body))
}

// serveIDs answers with the ids of one block of a listing.
func (m *media) serveIDs(w http.ResponseWriter, r *http.Request) {
	name, text := r.PathValue("name"), r.PathValue("block")
	block, err := strconv.ParseUint(text, 10, 24)
	if err != nil || strconv.FormatUint(block, 10) != text {
		refuse(w, http.StatusNotFound, "There is no such block.")
		return
	}
	data, err := m.listings.ids(r.Context(), name, int(block))
	if errors.Is(err, errListingGone) {
		refuse(w, http.StatusGone, "This listing is no longer kept; ask for its columns again.")
		return
	}
	if err != nil {
		m.fail(w, r, err)
		return
	}
	if forever(w, r, "i-"+name+"-"+text) {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// lastMonth is the last month of the year 9999.
const lastMonth = 9999*12 + 11

// parseListingQuery reads a query to the last key: one that is not understood is refused.
func parseListingQuery(raw string) (listingQuery, error) {
	q := listingQuery{Order: store.OrderTaken}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, errors.New("the query cannot be read")
	}
	whole := func(text string, most int64) (int64, error) {
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil || int64(n) > most {
			return 0, fmt.Errorf("%q is not a whole number up to %d", text, most)
		}
		return int64(n), nil
	}
	for key, all := range values {
		if len(all) != 1 {
			return q, fmt.Errorf("%q is there more than once", key)
		}
		text := all[0]
		if text == "" {
			continue
		}
		var n int64
		switch key {
		case "order":
			if !slices.Contains([]store.Order{store.OrderTaken, store.OrderAdded, store.OrderName, store.OrderSize}, store.Order(text)) {
				return q, fmt.Errorf("there is no order %q", text)
			}
			q.Order = store.Order(text)
		case "folder":
			n, err = whole(text, 1<<62)
			q.Folder = store.FolderID(n)
		case "from":
			n, err = whole(text, lastMonth)
			q.FromMonth = int(n)
		case "to":
			n, err = whole(text, lastMonth)
			q.ToMonth = int(n)
		case "favourite":
			if text != "1" && text != "0" {
				return q, errors.New("favourite is 0 or 1")
			}
			q.Favourite = text == "1"
		case "rating":
			n, err = whole(text, 5)
			q.MinRating = int(n)
		default:
			return q, fmt.Errorf("there is no such key: %q", key)
		}
		if err != nil {
			return q, fmt.Errorf("%s: %w", key, err)
		}
	}
	return q, nil
}
