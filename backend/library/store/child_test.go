package store

// child is what the test binary does as another process.
func child(role, dir string) int { return 2 }
