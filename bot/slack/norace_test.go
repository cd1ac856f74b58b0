//go:build !race

package slack

// raceDetector is whether the test runs under it.
const raceDetector = false
