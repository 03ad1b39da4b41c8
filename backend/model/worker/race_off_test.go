//go:build !race

package worker_test

// raceDetector says that the test executable, and so the child, has the race detector in it.
const raceDetector = false
