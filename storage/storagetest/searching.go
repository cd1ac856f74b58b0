package storagetest

import (
	"slices"
	"strconv"
	"strings"
)

var searching = []promise{
	{"a story is found by all its words in any order, and by phrases", func(f *fixture) {
		talks := item("a", "Iran and E3 to resume nuclear talks in Geneva")
		talks.Summary, talks.Body = "Envoys of four states meet.", "The U.S. sends nobody.\nA cease-fire holds."
		f.apply(opening(0, talks, item("b", "Nuclear plant in Iran reports a fault")))
		const both = "both"
		for query, want := range map[string]string{
			"iran":                     both,
			"IRAN nuclear":             both,
			"nuclear  iran\tresume":    "a",
			`"nuclear talks" iran`:     "a",
			`iran "nuclear talks`:      "a", // still being typed
			`“nuclear talks” iran`:     "a", // typed on a phone
			`“talks nuclear”`:          "",
			`"talks nuclear"`:          "",
			`«talks nuclear»`:          "",
			`"geneva envoys"`:          "", // a phrase does not run from the title into the summary
			"geneva envoys cease-fire": "a",
			"geneva fault":             "",
			"ira":                      "",
			"":                         "",
			` "" - ! `:                 "",
			`talks "!"`:                "a",
		} {
			f.finds(query, map[string][]string{both: {"b", "a"}, "a": {"a"}, "": nil}[want]...)
		}
	}},
	{"words fold as in rules, in every script", func(f *fixture) {
		for i, tongue := range []struct {
			title string
			finds []string
			not   []string
		}{
			{"Cease-fire talks: EU’s envoy “hopeful”", []string{"eu envoy", `"cease fire talks"`, "CEASE-FIRE", "hopeful"}, []string{"peace", `"talks cease"`}},
			{"Élections : l’Élysée reporte les négociations", []string{"elysee", "NÉGOCIATIONS", `"les negociations"`}, []string{"negociation"}},
			{"Міністри обговорили санкції, сообщает ТАСС", []string{"САНКЦІЇ", `"обговорили санкції"`, "тасс"}, []string{"санкци"}},
			{"إيران تستأنف المحادثات النووية", []string{"ايران", `"تستأنف المحادثات"`}, []string{"محادثة"}},
			{"伊朗与三国将在日内瓦恢复核谈判", []string{"核谈判", "伊朗 日内瓦", "三国", "核"}, []string{"伊朗核", "谈判核"}},
			{"İran ile nükleer görüşmeler sürüyor", []string{"gorusmeler", `"nukleer GÖRÜŞMELER"`}, []string{"gorusme"}},
			{"El Niño: España y Perú firman el acuerdo", []string{"espana peru", `"el nino"`, "ACUERDO"}, []string{"acuerd"}},
		} {
			name := strconv.Itoa(i)
			f.apply(opening(i, item(name, tongue.title)))
			for _, query := range tongue.finds {
				f.finds(query, name)
			}
			for _, query := range tongue.not {
				f.finds(query)
			}
		}
	}},
	{"a story is found once, the latest first, by its latest item that fits", func(f *fixture) {
		a := f.story(0, "talks open").Stories[0]
		b := f.story(1, "talks elsewhere").Stories[0]
		f.apply(joining(2, a, item("a2", "talks go on"), item("a3", "they go on")))
		c := f.story(3, "talks of another kind").Stories[0]
		found := must(f.Search(f.Context(), "talks", 9))(f)
		f.same(titles(found), []string{"talks of another kind", "talks go on", "talks elsewhere"})
		f.same([]int64{found[0].Story, found[1].Story, found[2].Story}, []int64{c, a, b})
		f.same(titles(must(f.Search(f.Context(), "talks", 2))(f)), []string{"talks of another kind", "talks go on"})
		f.same(len(must(f.Search(f.Context(), "talks", 0))(f)), 0)
		f.same(len(must(f.Search(f.Context(), "talks", -1))(f)), 0)
	}},
	{"nothing that is typed is syntax", func(f *fixture) {
		f.apply(opening(0, item("a", "either or not and near title")))
		for _, query := range []string{
			`"`, `""`, `"""`, `" OR (`, `a" OR "either`, `NEAR(`, `NEAR/3`, `*`, `eith*`, `title:either`, `{title}: either`, `^either`,
			`-either`, `(either`, `either)`, `either + or`, `'`, `;`, `'; DROP TABLE item; --`, "\x00", "either\x00or\x00\"", "\xff\xfe", "\\", `%`, `_`, `$1`, `?`,
		} {
			if _, err := f.Search(f.Context(), query, 9); err != nil {
				f.Errorf("searching %q: %v", query, err)
			}
		}
		for _, query := range []string{strings.Repeat("either ", 1e5), `"` + strings.Repeat("either ", 1e5)} {
			if _, err := f.Search(f.Context(), query, 9); err != nil {
				f.Errorf("searching %.20q, %d bytes: %v", query, len(query), err)
			}
		}
		f.finds(`OR`, "a")
		f.finds(`either OR nothing`)
		f.finds(`NOT AND NEAR`, "a")
		f.finds(`missing OR either`)
	}},
}

// finds reports a query that does not find just the items of these guids.
func (f *fixture) finds(query string, guids ...string) {
	f.Helper()
	got := []string{}
	for _, t := range must(f.Search(f.Context(), query, 9))(f) {
		got = append(got, t.Item.GUID)
	}
	if !slices.Equal(got, guids) {
		f.Errorf("%q finds %q, want %q", query, got, guids)
	}
}
