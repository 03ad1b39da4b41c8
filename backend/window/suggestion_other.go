//go:build !linux

package window

import "github.com/adrg/xdg"

// picturesFolder is the person's folder for pictures; empty: there is none.
func picturesFolder(func(string) string, func(string) ([]byte, error)) string {
	return xdg.UserDirs.Pictures
}
