package window

import "context"

// AddFolders adds candidates to the library.
func (b *Bridge) AddFolders(context.Context, []string) error { return errNotYet }

// RemoveFolder takes a folder out of the library. Nothing on disk changes.
func (b *Bridge) RemoveFolder(context.Context, string) error { return errNotYet }

// RescanFolder has a folder compared with the disk.
func (b *Bridge) RescanFolder(context.Context, string) error { return errNotYet }
