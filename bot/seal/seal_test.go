package seal

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

const sealKey = "not a secret, but thirty-two bytes and more"

const purpose = "tokens of a test"

func TestSealOpens(t *testing.T) {
	for _, plain := range []string{"", "x", "xoxb-1-2-three", strings.Repeat("long ", 1000)} {
		sealed, err := Seal(sealKey, purpose, "team/T01", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Seal(sealKey, purpose, "team/T01", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(sealed, again) {
			t.Errorf("%.10q is sealed twice to the same bytes", plain)
		}
		if len(plain) > 4 && bytes.Contains(sealed, []byte(plain[:5])) {
			t.Errorf("%.10q can be read in what is sealed", plain)
		}
		got, err := Open(sealKey, purpose, "team/T01", sealed)
		if err != nil || string(got) != plain {
			t.Errorf("%.10q opens as %.10q, %v", plain, got, err)
		}
	}
}

// TestSealRefuses changes what open is given, one thing at a time.
func TestSealRefuses(t *testing.T) {
	sealed, err := Seal(sealKey, purpose, "team/T01", []byte("xoxb-1-2-three"))
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what, key, name string, sealed []byte) {
		t.Helper()
		plain, err := Open(key, purpose, name, sealed)
		if !errors.Is(err, ErrSealed) || plain != nil {
			t.Errorf("%s: opened as %q, %v; want ErrSealed", what, plain, err)
		}
	}
	for bit := range 8 * len(sealed) {
		flipped := slices.Clone(sealed)
		flipped[bit/8] ^= 1 << (bit % 8)
		refused("a flipped bit", sealKey, "team/T01", flipped)
	}
	for n := range sealed {
		refused("a cut", sealKey, "team/T01", sealed[:n])
	}
	refused("more at the end", sealKey, "team/T01", append(slices.Clone(sealed), 0))
	refused("another's name", sealKey, "team/T02", sealed)
	refused("no name", sealKey, "", sealed)
	refused("another key", sealKey+"!", "team/T01", sealed)
}

func TestSealWantsALongKey(t *testing.T) {
	for _, key := range []string{"", strings.Repeat("k", MinKey-1)} {
		if _, err := Seal(key, purpose, "team/T01", nil); err == nil {
			t.Errorf("a key of %d bytes seals", len(key))
		}
		if _, err := Open(key, purpose, "team/T01", nil); err == nil || errors.Is(err, ErrSealed) {
			t.Errorf("a key of %d bytes opens: %v", len(key), err)
		}
	}
}

func TestDerivedKeysDiffer(t *testing.T) {
	tokens, err := Derive(sealKey, "tokens")
	if err != nil {
		t.Fatal(err)
	}
	states, err := Derive(sealKey, "states")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(tokens, states) || len(tokens) != 32 || len(states) != 32 {
		t.Errorf("the keys derived for two purposes are %d and %d bytes, equal %t", len(tokens), len(states), bytes.Equal(tokens, states))
	}
}

func TestSealIsForOnePurpose(t *testing.T) {
	sealed, err := Seal(sealKey, "one", "name", []byte("plain"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := Open(sealKey, "another", "name", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("opened for another purpose as %q, %v", plain, err)
	}
}
