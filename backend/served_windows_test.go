package backend

import "testing"

func makePipe(t *testing.T, _ string) {
	t.Helper()
	t.Skip("Windows has no named pipes among its files")
}
