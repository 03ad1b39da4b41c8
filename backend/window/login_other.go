//go:build !linux && !darwin && !windows

package window

const consoleName = "pixel-detective"

// loginFile knows no place.
func loginFile(loginWords, func(string) string) (file string, content, runs []byte) {
	return "", nil, nil
}
