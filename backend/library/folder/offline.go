package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"pixeldetective/backend/logging"
)

// OfflineError says that a folder cannot be looked at now. Nothing that is known of it may be removed.
type OfflineError struct {
	Path   string // of the folder, bytes as the operating system gave them
	Reason string // a half-sentence: "it is not there; …"
}

func (e *OfflineError) Error() string {
	return fmt.Sprintf("the folder %s is offline: %s", logging.Escape(e.Path), e.Reason)
}

const (
	reasonMissing = "it is not there; if it is on another drive, connect the drive, and if it was moved, add it at its new place"
	reasonNoDir   = "a file or a broken link is in its place; move that away, or add the folder at its new place"
	reasonDenied  = "you may not read it; change its permissions to allow reading"
	reasonEmpty   = "nothing is mounted there; connect the drive"
	reasonAway    = "its drive went away while it was read; connect the drive again"
)

// resolveRoot follows the links to a folder and returns the real path and the directory that is there.
func resolveRoot(root string) (string, identity, error) {
	resolved, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", identity{}, offline(root, err)
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return "", identity{}, offline(root, err)
	}
	id, err := look(resolved)
	if err != nil {
		return "", identity{}, offline(root, err)
	}
	return resolved, id, nil
}

// offline makes an OfflineError of what the system said about a folder.
func offline(root string, err error) *OfflineError {
	reason := "it cannot be read: " + plainReason(err)
	switch {
	case errors.Is(err, errNothingMounted):
		reason = reasonEmpty
	case errors.Is(err, fs.ErrNotExist):
		reason = reasonMissing
	case errors.Is(err, fs.ErrPermission):
		reason = reasonDenied
	case absent(err):
		reason = reasonNoDir
	}
	return &OfflineError{Path: root, Reason: reason}
}

// plainReason is the innermost part of an error, without the path, which is shown beside it.
func plainReason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return logging.Escape(err.Error())
}
