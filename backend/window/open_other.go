//go:build !unix

package window

// openWithoutWaiting is nothing where there are no pipes among files.
const openWithoutWaiting = 0
