//go:build !unix

package testkit

import "testing"

// WriteSpecials makes nothing: this system has no such things among its files.
func WriteSpecials(testing.TB, string) []string { return nil }
