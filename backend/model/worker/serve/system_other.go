//go:build !linux

package serve

import (
	"os"
	"runtime"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

func pid() int32 { return int32(os.Getpid()) }

func niceness() int32 { return 0 }

func limit(uint64) error { return nil }

func bindLoad(catalog.Model, string) (unbind func(), err error) { return func() {}, nil }

// closeSandbox says that there is none.
func closeSandbox() worker.Sandbox {
	return worker.Sandbox{Reason: "there is no sandbox for " + runtime.GOOS + " yet"}
}

type memory struct{}

func openMemory() memory { return memory{} }

// read returns what the Go runtime holds: native memory is not counted on this system.
func (memory) read() (resident, unique uint64, err error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys, m.Sys, nil
}
