package worker

import "runtime/debug"

// ProtocolVersion is the number of the protocol in worker.proto. It grows when the meaning of a message changes.
const ProtocolVersion = 1

// unstamped is the build of an executable that nothing stamped: a test, or a build outside a checkout.
const unstamped = "devel"

// stamp is set by the linker: -X pixeldetective/backend/model/worker.stamp=VALUE.
var stamp string

// Build names the build of the running executable: what the linker stamped, else the revision that the go command found,
// else "devel". All executables of one build have the same.
func Build() string {
	if stamp != "" {
		return stamp
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unstamped
	}
	revision, modified := "", false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if revision == "" {
		return unstamped
	}
	if modified {
		revision += "-modified"
	}
	return revision
}

// sameBuild says whether two executables may work together. One that nothing stamped goes with any: tests and debuggers
// are built that way, and the protocol number still guards them.
func sameBuild(a, b string) bool {
	return a == b || a == unstamped || b == unstamped
}
