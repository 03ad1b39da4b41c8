//go:build unix

package config

import "github.com/google/renameio/v2"

// replaceFile puts a new file in the place of the old one, whole or not at all, also through a loss of power.
func replaceFile(path string, data []byte) error {
	return renameio.WriteFile(path, data, 0o644)
}
