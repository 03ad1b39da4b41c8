//go:build dev

package window

// developed says that this is a build of `wails dev`, whose page comes from a port of this machine.
const developed = true
