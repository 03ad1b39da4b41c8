package window

import "context"

// Pause stops looking at photos within one batch.
func (b *Bridge) Pause() error { return errNotYet }

// Resume goes on after Pause and after Cancel.
func (b *Bridge) Resume() error { return errNotYet }

// Cancel stops looking at photos and drops what is in hand; what waits keeps waiting until Resume.
func (b *Bridge) Cancel() error { return errNotYet }

// Failures returns a page of the files that were set aside.
func (b *Bridge) Failures(context.Context, int, int) (FailureList, error) {
	return FailureList{Items: []Failure{}}, errNotYet
}

// RetryFailures has all of them tried again.
func (b *Bridge) RetryFailures(context.Context) error { return errNotYet }

// LoadModel brings a graph into memory. It does not wait for it.
func (b *Bridge) LoadModel(string) error { return errNotYet }

// UnloadModel takes a graph out of memory when its work in hand is done.
func (b *Bridge) UnloadModel(string) error { return errNotYet }

// RetryModel tries again what failed.
func (b *Bridge) RetryModel(string) error { return errNotYet }
