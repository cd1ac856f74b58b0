package storagetest

import (
	"bytes"
	"maps"
	"slices"
)

var keeping = []promise{
	{"what a platform keeps is its own, byte by byte, over a restart", func(f *fixture) {
		values := map[string][]byte{
			"none": nil, "empty": {}, "binary": {0, 0xff, 0xfe, '\n', 0}, "long": bytes.Repeat([]byte("long\x00"), 200_000),
			"": []byte("of no name"), "T01/'; DROP TABLE kept; --": []byte("$1 ?1"), "новости\u202e": []byte("😀"),
		}
		for name, value := range values {
			f.ok(f.Keep(f.Context(), "slack", name, value))
		}
		f.ok(f.Keep(f.Context(), "matrix", "empty", []byte("another's")))
		f.reopen()
		got := must(f.Kept(f.Context(), "slack"))(f)
		f.same(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(values)))
		for name, want := range values {
			if !bytes.Equal(got[name], want) {
				f.Errorf("%q was kept as %.99q, want %.99q", name, got[name], want)
			}
		}
		f.same(must(f.Kept(f.Context(), "matrix"))(f), map[string][]byte{"empty": []byte("another's")})
		f.same(len(must(f.Kept(f.Context(), "web"))(f)), 0)
	}},
	{"a value takes the place of the one before, until it is forgotten", func(f *fixture) {
		value := []byte("one")
		f.ok(f.Keep(f.Context(), "slack", "a", value))
		copy(value, "xxx") // what was kept is not the caller's any more
		f.same(must(f.Kept(f.Context(), "slack"))(f), map[string][]byte{"a": []byte("one")})
		f.ok(f.Keep(f.Context(), "slack", "a", []byte("two")))
		f.ok(f.Keep(f.Context(), "slack", "b", []byte("b")))
		f.ok(f.Keep(f.Context(), "matrix", "a", []byte("another's")))
		f.ok(f.Forget(f.Context(), "slack", "b"))
		f.ok(f.Forget(f.Context(), "slack", "b"))
		f.ok(f.Forget(f.Context(), "web", "a"))
		f.same(must(f.Kept(f.Context(), "slack"))(f), map[string][]byte{"a": []byte("two")})
		f.ok(f.Forget(f.Context(), "slack", "a"))
		f.same(len(must(f.Kept(f.Context(), "slack"))(f)), 0)
		f.same(len(must(f.Kept(f.Context(), "matrix"))(f)), 1)
	}},
}
