package slacktest

import (
	"fmt"
	"net/url"
	"testing"
)

func TestPart(t *testing.T) {
	var all []any // as Slack has them, the latest first
	for i := 9; i >= 1; i-- {
		all = append(all, map[string]any{"ts": fmt.Sprintf("1700000000.%06d", i)})
	}
	all = append(all, map[string]any{"ts": "1699999999.000001", "subtype": "ephemeral"})
	for name, test := range map[string]struct {
		form        string
		first, last string // the ends of their ts
		many        int
		next        string
	}{
		"all":       {"", "9", "1", 9, ""},
		"limit":     {"limit=4", "9", "6", 4, "1700000000.000005"},
		"cursor":    {"limit=4&cursor=1700000000.000005", "5", "2", 4, "1700000000.000001"},
		"the last":  {"limit=4&cursor=1700000000.000001", "1", "1", 1, ""},
		"oldest":    {"oldest=1700000000.000003", "9", "4", 6, ""},
		"inclusive": {"oldest=1700000000.000003&inclusive=true", "9", "3", 7, ""},
		"latest":    {"latest=1700000000.000007&oldest=1700000000.000002", "6", "3", 4, ""},
		"seconds":   {"oldest=1700000000", "9", "1", 9, ""},
		"none":      {"latest=1700000000.000001", "", "", 0, ""},
	} {
		form, err := url.ParseQuery(test.form)
		if err != nil {
			t.Fatal(err)
		}
		got, next := Request{Form: form}.part(all)
		if len(got) != test.many || next != test.next {
			t.Errorf("%s: %v, then %q", name, got, next)
			continue
		}
		end := func(i int) string { ts := got[i].(map[string]any)["ts"].(string); return ts[len(ts)-1:] }
		if test.many > 0 && (end(0) != test.first || end(len(got)-1) != test.last) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
