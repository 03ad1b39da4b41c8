package window

import "context"

// candidates are the folders that may be added.
type candidates struct{}

// list returns all candidates, in the order in which they were made; never nil.
func (c *candidates) list() []Candidate { return []Candidate{} }

// path returns the folder of a candidate, bytes as the operating system gave them.
func (c *candidates) path(string) (string, bool) { return "", false }

// forget drops candidates that became folders of the library.
func (c *candidates) forget(...string) {}

// Suggestions makes candidates of the person's own folders. It starts nothing.
func (b *Bridge) Suggestions(context.Context) []Candidate { return []Candidate{} }

// Choose makes a candidate of a folder that a person named.
func (b *Bridge) Choose(string) Candidate { return Candidate{} }

// Dropped takes what was dropped on the window, and sends it to the page as EventDrop.
func (b *Bridge) Dropped([]string) {}

// Survey counts what a candidate holds, in the background.
func (b *Bridge) Survey(string) error { return errNotYet }
