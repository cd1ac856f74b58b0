package config

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// field is a key that a config may have.
type field struct {
	wants    string // ends the sentence `"x" is not …`
	secret   bool   // its value must not be shown
	duration bool
	table    bool // a table
	many     bool // an array of tables
}

// fields returns every key and table by its general path: "poll.every",
// "feed", "feed[].url"; "slack.admins[]" is a text in the list slack.admins, and
// "feed[].headers.*" any key of a table whose names are free.
func fields() map[string]field {
	known := map[string]field{}
	addFields(known, "", reflect.TypeFor[Config]())
	return known
}

func addFields(known map[string]field, table string, t reflect.Type) {
	for f := range t.Fields() {
		name, ok := f.Tag.Lookup("toml")
		if !ok {
			continue
		}
		path := join(table, []byte(name))
		switch {
		case f.Type == reflect.TypeFor[Duration]():
			known[path] = field{wants: errDuration.Error()[len("not "):], duration: true}
		case f.Type == reflect.TypeFor[Secret]():
			known[path] = field{wants: "text: put it in quotes", secret: true}
		case f.Type.Kind() == reflect.String:
			known[path] = field{wants: "text: put it in quotes"}
		case f.Type.Kind() == reflect.Bool:
			known[path] = field{wants: "true or false"}
		case f.Type.Kind() == reflect.Int:
			known[path] = field{wants: "a whole number"}
		case f.Type.Kind() == reflect.Struct:
			known[path] = field{wants: "a table: write [" + written(path) + "]", table: true}
			addFields(known, path, f.Type)
		case f.Type == reflect.TypeFor[[]string]():
			known[path] = field{wants: `a list of texts: write ["one", "two"]`}
			known[path+"[]"] = field{wants: "text: put it in quotes"}
		case f.Type == reflect.TypeFor[[]int]():
			known[path] = field{wants: "a list of whole numbers: write [8080, 8443]"}
			known[path+"[]"] = field{wants: "a whole number"}
		case f.Type == reflect.TypeFor[map[string]Secret]():
			// Whatever stands there instead of a table is hidden as well.
			known[path] = field{wants: "a table: write [" + written(path) + "]", table: true, secret: true}
			known[path+".*"] = field{wants: "text: put it in quotes", secret: true}
		case f.Type.Kind() == reflect.Slice:
			known[path] = field{wants: "an array of tables: write [[" + path + "]]", many: true}
			addFields(known, path+"[]", f.Type.Elem())
		}
	}
}

// find returns the key that a path names, if a config has it.
func find(known map[string]field, path string) (f field, ok bool) {
	path = general(path)
	if f, ok = known[path]; ok {
		return f, true
	}
	for table, _ := split(path); table != "" && !ok; table, _ = split(table) { // the names of headers have dots
		f, ok = known[table+".*"]
	}
	return f, ok
}

// written is the name of a table as a config has it between brackets.
func written(path string) string { return strings.ReplaceAll(general(path), "[]", "") }

var index = regexp.MustCompile(`\[\d+\]`)

// general drops the numbers from a path: feed[1].url is feed[].url.
func general(path string) string { return index.ReplaceAllString(path, "[]") }

// nearest returns the last part of the known key in the same table that is
// spelt most like path's, or "" if none is near.
func nearest(known map[string]field, path string) string {
	table, name := split(general(path))
	best, least := "", len(name)/3+2 // one slip in a short name, more in a long one
	for _, candidate := range slices.Sorted(maps.Keys(known)) {
		if t, n := split(candidate); t == table && n != "*" && !strings.HasSuffix(n, "[]") {
			if d := distance(name, n); d < least {
				best, least = n, d
			}
		}
	}
	return best
}

func split(path string) (table, name string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

// distance is Levenshtein's: letters to add, drop or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
