package search

import "errors"

// ErrNoVector says that the photo that Similar was to compare with has no vector of the active model.
var ErrNoVector = errors.New("the photo has not been looked at by the model yet")
