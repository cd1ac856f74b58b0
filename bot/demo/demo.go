// Package demo is two days on a foreign desk that never were: a scenario of
// invented outlets and their items, and a small server that publishes it as
// real feeds on loopback. The pipeline polls them like any others; nothing
// outside this room knows that it is a demo.
//
// The scenario is text, one file an outlet, in the form that parse.go reads.
// Its times are simulated: an offset from the moment the demo starts. A [Server]
// squeezes the two days into as many seconds as it is given.
package demo

import "time"

// Span is how much simulated time the scenario covers after its start.
const Span = 48 * time.Hour

// Banner says what a reader must know before the first headline.
const Banner = "Demo: every item here is invented, by outlets that do not exist.\n" +
	"Countries and institutions that do exist said and did none of it."
