//go:build race

package matrix

// raceDetector is whether the test runs under it.
const raceDetector = true
