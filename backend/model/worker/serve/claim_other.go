//go:build !linux

package serve

import (
	"fmt"
	"os"
)

// claim takes stdin and stdout for the protocol. Go code's prints go to stderr from here on; native code's are not kept
// away from the pipe on this system.
func claim() (in, out *os.File, err error) {
	for _, f := range []*os.File{os.Stdin, os.Stdout} {
		if info, err := f.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
			return nil, nil, fmt.Errorf("%s is not a pipe", f.Name())
		}
	}
	in, out = os.Stdin, os.Stdout
	os.Stdout = os.Stderr
	return in, out, nil
}
