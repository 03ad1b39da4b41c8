//go:build !dev

package window

// developed says that this is no build of `wails dev`.
const developed = false
