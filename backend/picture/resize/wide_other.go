//go:build !amd64 || !cgo

package resize

func horizontalWide(*RGB, *RGB, *taps, int) bool { return false }
func verticalWide(*RGB, *RGB, *taps, int) bool   { return false }
