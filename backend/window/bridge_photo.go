package window

import "context"

// Photo returns what is known of a photo.
func (b *Bridge) Photo(context.Context, string) (Photo, error) { return Photo{}, errNotYet }

// SetFavourite makes photos favourites, or no longer.
func (b *Bridge) SetFavourite(context.Context, []string, bool) error { return errNotYet }

// SetRating gives photos −1 (rejected) to 5 stars.
func (b *Bridge) SetRating(context.Context, []string, int) error { return errNotYet }

// ShowInFiles shows a file in the system's file manager.
func (b *Bridge) ShowInFiles(context.Context, string) error { return errNotYet }
