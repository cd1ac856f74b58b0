package matrix

import (
	"fmt"
	"sync"
	"testing"
)

// TestRecent forgets what came first. A letter in puts is a key; its value is
// where it stands there.
func TestRecent(t *testing.T) {
	for _, test := range []struct {
		most int
		puts string
		want string // what is had then, "key:value" in order of the alphabet
	}{
		{3, "", ""},
		{3, "ab", "a:0 b:1"},
		{3, "abc", "a:0 b:1 c:2"},
		{3, "abcd", "b:1 c:2 d:3"},
		{3, "abcdef", "d:3 e:4 f:5"},
		{3, "aaaaa", "a:4"},             // the same again takes no room
		{3, "abca", "a:3 b:1 c:2"},      // and has the new value,
		{3, "abcad", "b:1 c:2 d:4"},     // but not a longer life
		{3, "abcda", "a:4 c:2 d:3"},     // what was forgotten comes anew
		{3, "abcdaef", "a:4 e:5 f:6"},   // and is the latest then
		{1, "ab", "b:1"},                //
		{1, "aba", "a:2"},               //
		{0, "ab", ""},                   // nothing is kept, and nothing breaks
		{2, "abbbbbbc", "b:6 c:7"},      // a busy key pushes nobody out,
		{2, "abababababc", "b:9 c:10"},  // nor do two
		{3, "zyxwvutsa", "a:8 s:7 t:6"}, // order is of time, not of keys
	} {
		r := newRecent[rune, int](test.most)
		for i, key := range test.puts {
			r.put(key, i)
		}
		got := ""
		for key := 'a'; key <= 'z'; key++ {
			if v, ok := r.get(key); ok {
				got += fmt.Sprintf(" %c:%d", key, v)
			} else if v != 0 {
				t.Errorf("%q has no %c, and yet %d of it", test.puts, key, v)
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != test.want {
			t.Errorf("%d of %q: %q, want %q", test.most, test.puts, got, test.want)
		}
		if len(r.values) != len(r.order) || len(r.order) > test.most {
			t.Errorf("%d of %q: %d values, %d in order", test.most, test.puts, len(r.values), len(r.order))
		}
	}
}

// TestRecentSideBySide is for the race detector.
func TestRecentSideBySide(t *testing.T) {
	r := newRecent[int, int](10)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 1000 {
				key := n % (11 + i)
				r.put(key, key)
				if v, ok := r.get(key); ok && v != key {
					t.Errorf("%d is %d", key, v)
				}
			}
		})
	}
	wg.Wait()
	if len(r.values) != 10 || len(r.order) != 10 {
		t.Errorf("%d values, %d in order, want 10", len(r.values), len(r.order))
	}
}
