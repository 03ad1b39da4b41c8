//go:build !linux

package supervisor

// readSystemMemory reads nothing: the sum of the workers, as they tell it, stands for the tree.
func readSystemMemory() systemMemory { return systemMemory{} }
