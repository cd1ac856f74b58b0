package date

import (
	"strings"
	"testing"
	"time"
)

// TestMonthNames holds that no name is two months, in whatever languages.
func TestMonthNames(t *testing.T) {
	months := map[string]int{}
	for _, of := range monthNames {
		twelve := strings.Split(of.names, ", ")
		if len(twelve) != 12 {
			t.Fatalf("%s has %d months", of.language, len(twelve))
		}
		for i, names := range twelve {
			for name := range strings.SplitSeq(names, "|") {
				if other := months[folded(name)]; other != 0 && other != i+1 {
					t.Errorf("%s: %s is month %d, and %d elsewhere", of.language, name, i+1, other)
				}
				months[folded(name)] = i + 1
			}
		}
	}
	if len(months) < 200 {
		t.Errorf("there are only %d names", len(months))
	}
}

// TestWords holds that a word does one thing, but for the months that are
// weekdays too and for the tables' order of unit after unit.
func TestWords(t *testing.T) {
	roles := map[string]role{}
	for role, names := range otherWords {
		for name := range strings.SplitSeq(names, "|") {
			name = folded(name)
			if other, twice := roles[name]; twice && other != role {
				t.Errorf("%s does two things", name)
			}
			roles[name] = role
			if words[name].month != 0 && role != weekday {
				t.Errorf("%s is a month too", name)
			}
			if len(name) > 9 && ideograph([]rune(name)[0]) {
				t.Errorf("%s is longer than ideographs looks", name)
			}
			if role != before && namesZone([]byte(name)) {
				t.Errorf("%s is a zone too", name)
			}
		}
	}
	for name := range words {
		if strings.ContainsRune(name, '-') {
			t.Errorf("%s is never one token", name)
		}
		if words[name].month != 0 && namesZone([]byte(name)) {
			t.Errorf("%s is a zone too", name)
		}
	}
}

// TestZones holds the table to the time zone database, where it has the names.
func TestZones(t *testing.T) {
	for place, names := range map[string]string{
		"Europe/Moscow": "msk", "Europe/Paris": "cet cest", "Europe/Athens": "eet eest", "Europe/Lisbon": "wet west",
		"America/New_York": "est edt", "America/Denver": "mst mdt", "America/Los_Angeles": "pst pdt", "America/Chicago": "cdt",
		"America/Anchorage": "akst akdt", "Pacific/Honolulu": "hst", "America/Halifax": "adt",
		"Asia/Kolkata": "ist", "Asia/Karachi": "pkt", "Asia/Hong_Kong": "hkt", "Asia/Tokyo": "jst", "Asia/Seoul": "kst",
		"Asia/Jakarta": "wib", "Asia/Makassar": "wita", "Asia/Jayapura": "wit", "Asia/Jerusalem": "idt",
		"Africa/Johannesburg": "sast", "Africa/Lagos": "wat", "Africa/Maputo": "cat", "Africa/Nairobi": "eat",
		"Australia/Sydney": "aest aedt", "Australia/Adelaide": "acst acdt", "Australia/Perth": "awst",
		"Pacific/Auckland": "nzst nzdt", "Pacific/Guam": "chst",
	} {
		at, err := time.LoadLocation(place)
		if err != nil {
			t.Fatal("there is no time zone database here")
		}
		for name := range strings.FieldsSeq(names) {
			z, ok := zones[name]
			seconds, uses := usage(name, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), at)
			if !ok || !z.sure || !uses || seconds != z.offsets[0] {
				t.Errorf("%s is %v; in %s it is %d", name, z, place, seconds)
			}
		}
	}
}

// TestNames reads a date with every name of a month.
func TestNames(t *testing.T) {
	for _, of := range monthNames {
		for i, names := range strings.Split(of.names, ", ") {
			for name := range strings.SplitSeq(names, "|") {
				want := time.Date(2026, time.Month(i+1), 12, 14, 30, 0, 0, time.UTC)
				for _, text := range []string{"12 " + name + " 2026 14:30", "12 " + strings.ToUpper(name) + " 2026, 14:30", name + " 12, 2026 14:30", "14:30 12-" + name + "-2026"} {
					if got, ok := (Reader{}).Read(text); !ok || !got.Equal(want) {
						t.Errorf("%s: %q is %v, %v", of.language, text, got, ok)
					}
				}
			}
		}
	}
}
