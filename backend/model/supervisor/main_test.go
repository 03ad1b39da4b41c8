package supervisor

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if folder := buildFolder.Load(); folder != nil {
			_ = os.RemoveAll(*folder)
		}
		os.Exit(code)
	}))
}
