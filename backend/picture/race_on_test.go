//go:build race

package picture

// slower is by how much the race detector may stretch a limit, as the manifest grants.
const slower = 4
