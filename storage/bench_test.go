package storage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// words makes the item's title of thirty words: one that all have, one that
// every thousandth has, and others.
func words(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d talks rare%d", i, i%1000)
	for k := range 27 {
		fmt.Fprintf(&b, " word%d", (i*31+k*k*7)%5000)
	}
	return b.String()
}

// BenchmarkApply is polls of one and of twenty new items, each with a story,
// and one alert.
func BenchmarkApply(b *testing.B) {
	for _, size := range []int{1, 20} {
		b.Run(fmt.Sprintf("kept/%d", size), func(b *testing.B) { benchmarkApply(b, size, Options{}) })
		b.Run(fmt.Sprintf("volatile/%d", size), func(b *testing.B) { benchmarkApply(b, size, Options{Volatile: true}) })
	}
}

func benchmarkApply(b *testing.B, size int, o Options) {
	db := opened(b, o)
	n := 0
	for b.Loop() {
		titles := make([]string, size)
		for i := range titles {
			titles[i] = words(n)
			n++
		}
		mustApply(b, db, news(titles...))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
}

// BenchmarkSearch asks for the ten latest stories among a thousand items and
// among a hundred thousand, and reports how many times longer the latter takes.
func BenchmarkSearch(b *testing.B) {
	few, many := opened(b, Options{Volatile: true}), opened(b, Options{Volatile: true})
	fill := func(db *DB, items int) {
		for i := 0; i < items; i += 1000 {
			titles := make([]string, 1000)
			for k := range titles {
				titles[k] = words(i + k)
			}
			mustApply(b, db, news(titles...))
		}
	}
	fill(few, 1_000)
	fill(many, 100_000)
	for name, query := range map[string]string{"rare": "rare7", "common": "talks", "both": "talks rare7", "phrase": `"talks rare7"`} {
		b.Run(name, func(b *testing.B) {
			search := func(db *DB) time.Duration {
				start := time.Now()
				if told, err := db.Search(b.Context(), query, 10); err != nil || len(told) == 0 {
					b.Fatalf("found %d: %v", len(told), err)
				}
				return time.Since(start)
			}
			var short, long time.Duration
			for b.Loop() {
				short += search(few)
				long += search(many)
			}
			b.ReportMetric(long.Seconds()/short.Seconds(), "x")
		})
	}
}
