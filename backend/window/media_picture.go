package window

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"pixeldetective/backend/model/worker"
)

// takePicture keeps a picture that was pasted into the page or dropped on it, and answers with its token.
func (m *media) takePicture(w http.ResponseWriter, r *http.Request) {
	limit := m.previews.maxFileBytes
	tooLarge := fmt.Sprintf("The picture has more than %d MB, which is the limit for one photo.", limit>>20)
	if r.ContentLength > limit {
		refuse(w, http.StatusRequestEntityTooLarge, tooLarge)
		return
	}
	give, err := m.pictures.room(r.Context(), limit)
	if err != nil {
		m.fail(w, r, err)
		return
	}
	defer give()
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		refuse(w, http.StatusRequestEntityTooLarge, tooLarge)
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "The picture did not arrive whole.")
		return
	}
	name := r.Header.Get("X-Name") // percent-encoded: headers hold no other letters
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	made, err := m.pictures.add(r.Context(), data, name)
	var refused *worker.RefusedError
	if errors.As(err, &refused) {
		refuse(w, http.StatusUnprocessableEntity, sentence("this is no picture that can be searched by: "+refused.Reason))
		return
	}
	if err != nil {
		m.fail(w, r, err)
		return
	}
	body, err := json.Marshal(made)
	if err != nil {
		m.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // the page may be gone
}

// servePicture answers with a kept picture.
func (m *media) servePicture(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	found, ok := m.pictures.get(token)
	if !ok {
		refuse(w, http.StatusNotFound, "This picture is no longer kept; drop or paste it again.")
		return
	}
	if forever(w, r, "q-"+token) {
		return
	}
	serveBytes(w, r, found.Preview)
}
