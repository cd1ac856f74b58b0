package date_test

import (
	"encoding/xml"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that names of places mean something everywhere

	"github.com/mmcdole/gofeed"

	"attache/feeds/date"
)

// odd are dates as feeds, pages and programs write them, in a source without a
// zone. The day is 12 October 2026 where nothing else matters, a Monday. No time
// means that nobody can tell.
var odd = []struct{ text, want string }{
	// As it should be, and as it nearly is.
	{"Mon, 12 Oct 2026 14:30:05 GMT", "2026-10-12T14:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 +0200", "2026-10-12T12:30:05Z"},
	{"Mon, 5 Oct 2026 14:30:05 GMT", "2026-10-05T14:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 gmt", "2026-10-12T14:30:05Z"},
	{"Mon, 12 Oct 2026 14:30 UT", "2026-10-12T14:30:00Z"},
	{"Mon, 12 Oct 2026 14:30:05 Z", "2026-10-12T14:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 +02:00", "2026-10-12T12:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 +2", "2026-10-12T12:30:05Z"},
	{"Mon, 12 Oct 2026 4:3:5 -0000", "2026-10-12T04:03:05Z"},
	{"Fri, 12 Oct 2026 14:30:05 GMT", "2026-10-12T14:30:05Z"},
	{"12 Oct 2026 14:30:05 -0430", "2026-10-12T19:00:05Z"},
	{"Monday, 12-Oct-26 14:30:05 GMT", "2026-10-12T14:30:05Z"},
	{"14:30:05 12-Oct-2026", "2026-10-12T14:30:05Z"},
	{"12 Oct 26 14:30 +0100", "2026-10-12T13:30:00Z"},
	{"12 Oct 99 14:30 +0000", "1999-10-12T14:30:00Z"},
	{"12 Oct 126 14:30 +0000", "2026-10-12T14:30:00Z"},
	{"Lun, 12 Oct 2026 14:30:05 +0200", "2026-10-12T12:30:05Z"},
	{"Mon Oct 12 14:30:05 2026", "2026-10-12T14:30:05Z"},
	{"Mon Oct 12 14:30:05 UTC 2026", "2026-10-12T14:30:05Z"},
	{"Mon Oct 12 14:30:05 +0300 2026", "2026-10-12T11:30:05Z"},
	{"Mon Oct 12 2026 14:30:05 GMT+0300 (Москва, стандартное время)", "2026-10-12T11:30:05Z"},
	{"2026-10-12 14:30:05 +0300 MSK", "2026-10-12T11:30:05Z"},
	{"12/Oct/2026:14:30:05 +0200", "2026-10-12T12:30:05Z"},
	{"Thu, 31 Dec 2026 24:00:00 GMT", "2027-01-01T00:00:00Z"},
	{"Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"},
	{"\n\t Mon, 12 Oct 2026\u00a014:30:05 GMT ]]>", "2026-10-12T14:30:05Z"},
	{"<![CDATA[ 12&nbsp;Oct&#160;2026 ]]>", "2026-10-12T00:00:00Z"},

	// ISO 8601.
	{"2026-10-12T14:30:05Z", "2026-10-12T14:30:05Z"},
	{"2026-10-12t14:30:05.123456z", "2026-10-12T14:30:05.123456Z"},
	{"2026-10-12T14:30:05,5+02:00", "2026-10-12T12:30:05.5Z"},
	{"2026-10-12T14:30+0200", "2026-10-12T12:30:00Z"},
	{"2026-10-12T14:30-05:00", "2026-10-12T19:30:00Z"},
	{"2026-10-12T14Z", "2026-10-12T14:00:00Z"},
	{"2026-10-12T14:30", "2026-10-12T14:30:00Z"},
	{"2026-10-12 14:30:00.0", "2026-10-12T14:30:00Z"},
	{"2026-10-12 14:30:05 UTC", "2026-10-12T14:30:05Z"},
	{"2026-10-12", "2026-10-12T00:00:00Z"},
	{"2026-10-12+02:00", "2026-10-11T22:00:00Z"},
	{"2026-10-12T14:30:05+02:00[Europe/Paris]", "2026-10-12T12:30:05Z"},
	{"2026-10-12 14:30 Europe/Paris", "2026-10-12T12:30:00Z"},
	{"20261012T143005Z", "2026-10-12T14:30:05Z"},
	{"20261012143005", "2026-10-12T14:30:05Z"},
	{"20261012 1430", "2026-10-12T14:30:00Z"},
	{"20261012", "2026-10-12T00:00:00Z"},
	{"2026-W42-1", "2026-10-12T00:00:00Z"},
	{"2026W421T143000Z", "2026-10-12T14:30:00Z"},
	{"2026-285", "2026-10-12T00:00:00Z"},
	{"2026-365T23:00Z", "2026-12-31T23:00:00Z"},
	{"2026-366", ""},
	{"2026-W54-1", ""},
	{"2026-10-12-05:00", ""},
	{"2026-10", ""},
	{"2026", ""},

	// Zones.
	{"Mon, 12 Oct 2026 14:30:05 EST", "2026-10-12T19:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 PDT", "2026-10-12T21:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 IST", "2026-10-12T09:00:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 JST", "2026-10-12T05:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 KST", "2026-10-12T05:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 MSK", "2026-10-12T11:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 CEST", "2026-10-12T12:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 AEST", "2026-10-12T04:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 SAST", "2026-10-12T12:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 HKT", "2026-10-12T06:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 NPT", "2026-10-12T08:45:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 GMT+3", "2026-10-12T11:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 UTC+03:00", "2026-10-12T11:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 GMT -3", "2026-10-12T17:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 (MSK)", "2026-10-12T11:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 EST (GMT-5)", "2026-10-12T19:30:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 Etc/GMT+3", "2026-10-12T17:30:05Z"},
	{"October 12, 2026 2:30 PM ET", "2026-10-12T18:30:00Z"},
	{"December 12, 2026 2:30 PM ET", "2026-12-12T19:30:00Z"},
	{"Mon, 12 Oct 2026 14:30:05 CST", ""},
	{"Mon, 12 Oct 2026 14:30:05 BST", ""},
	{"Mon, 12 Oct 2026 14:30:05 AST", ""},
	{"Mon, 12 Oct 2026 14:30:05 XYZ", ""},
	{"Mon, 12 Oct 2026 14:30:05 A", ""},
	{"Mon, 12 Oct 2026 14:30:05 H", ""},
	{"Mon, 12 Oct 2026 14:30:05 AT", ""},
	{"Mon, 12 Oct 2026 14:30:05 +0300 EST", ""},
	{"Mon, 12 Oct 2026 14:30:05 EST GMT", ""},
	{"Mon, 12 Oct 2026 14:30:05 +530", "2026-10-12T09:00:05Z"},
	{"Mon, 12 Oct 2026 14:30:05 +020", ""},
	{"Mon, 12 Oct 202 14:30:05 GMT", ""},
	{"Mon, 12 Oct 2026 14:30:05 +9900", ""},
	{"Mon, 12 Oct 2026 14:30:05 Europe/Nowhere", ""},
	{"Sat, 12 Oct 2013 14:30:05 MSK", ""}, // it was +4 then

	// English, as people write it.
	{"Oct 12, 2026 2:30 PM EST", "2026-10-12T19:30:00Z"},
	{"October 12, 2026, 2:30 p.m.", "2026-10-12T14:30:00Z"},
	{"Monday, October 12th, 2026 at 2:30pm", "2026-10-12T14:30:00Z"},
	{"12 October 2026", "2026-10-12T00:00:00Z"},
	{"the 12th of October, 2026", "2026-10-12T00:00:00Z"},
	{"12OCT2026", "2026-10-12T00:00:00Z"},
	{"2026 Oct 12", "2026-10-12T00:00:00Z"},
	{"Sept. 12, 2026 12:05 a.m. (UTC)", "2026-09-12T00:05:00Z"},
	{"12 Oct 2026 12:05 PM", "2026-10-12T12:05:00Z"},
	{"12 Oct 2026 2 PM", "2026-10-12T14:00:00Z"},
	{"12 Oct 2026 14:30 PM", "2026-10-12T14:30:00Z"},
	{"12 Oct 2026 14:30 AM", ""},
	{"12 Oct 2026, 1430 hrs", "2026-10-12T14:30:00Z"},
	{"12 Oct 20 hrs", ""},
	{"Oct 12 - 14", ""},
	{"Oct 12 14", ""},
	{"12 Oct 2026 +3", ""},
	{"12 Oct 2026 - 14:30", "2026-10-12T14:30:00Z"},
	{"12 Oct 2026 | 14:30", "2026-10-12T14:30:00Z"},
	{"Published: 12 Oct 2026", "2026-10-12T00:00:00Z"},
	{"UTC: 12 Oct 2026 14:30", ""},

	// Other languages.
	{"12 октября 2026, 14:30 МСК", "2026-10-12T11:30:00Z"},
	{"понедельник, 12 октября 2026 г. в 14:30", "2026-10-12T14:30:00Z"},
	{"Октябрь 12, 2026", "2026-10-12T00:00:00Z"},
	{"12 мая 2026 года", "2026-05-12T00:00:00Z"},
	{"12 жовтня 2026 року, 14:30", "2026-10-12T14:30:00Z"},
	{"12 de outubro de 2026 às 14h30", "2026-10-12T14:30:00Z"},
	{"segunda-feira, 1º de março de 2026", "2026-03-01T00:00:00Z"},
	{"lunes, 12 de octubre de 2026 a las 2:30 p. m.", "2026-10-12T14:30:00Z"},
	{"1er mars 2026", "2026-03-01T00:00:00Z"},
	{"Publié le 12 fevrier 2026 à 14 h 30", "2026-02-12T14:30:00Z"},
	{"mar. 10 mars 2026", "2026-03-10T00:00:00Z"},
	{"mar, 13 oct 2026", "2026-10-13T00:00:00Z"},
	{"13 mar 2026", "2026-03-13T00:00:00Z"},
	{"12. Oktober 2026 14:30 Uhr", "2026-10-12T14:30:00Z"},
	{"Veröffentlicht am 12. März 2026 um 14.30 Uhr", "2026-03-12T14:30:00Z"},
	{"12 Ekim 2026 Pazartesi, 14:30", "2026-10-12T14:30:00Z"},
	{"12 Ağustos 2026 saat 14:30", "2026-08-12T14:30:00Z"},
	{"12 ARALIK 2026", "2026-12-12T00:00:00Z"},
	{"lunedì 12 ottobre 2026, ore 14:30", "2026-10-12T14:30:00Z"},
	{"2026年10月12日 14时30分", "2026-10-12T14:30:00Z"},
	{"2026年10月12日 14:30", "2026-10-12T14:30:00Z"},
	{"2026年10月12日星期一下午2时30分05秒", "2026-10-12T14:30:05Z"},
	{"二〇二六年十月二十五日", "2026-10-25T00:00:00Z"},
	{"发布时间：2026-10-12 14:30", "2026-10-12T14:30:00Z"},
	{"２０２６年１０月１２日（月）午後２時３０分", "2026-10-12T14:30:00Z"},
	{"2026年10月12日 午後12時30分", ""},
	{"令和8年10月12日", ""},
	{"2026년 10월 12일 오후 2:30", "2026-10-12T14:30:00Z"},
	{"الإثنين 12 أكتوبر 2026 - 14:30", "2026-10-12T14:30:00Z"},
	{"12 تشرين الأول 2026", "2026-10-12T00:00:00Z"},
	{"12 تشرين  الثاني/نوفمبر 2026", "2026-11-12T00:00:00Z"},
	{"١٢ أكتوبر ٢٠٢٦، ٢:٣٠ م", "2026-10-12T14:30:00Z"},
	{"12 اكتوبر 2026م", "2026-10-12T00:00:00Z"},
	{"12 جويلية 2026", "2026-07-12T00:00:00Z"},
	{"12 غشت 2026", "2026-08-12T00:00:00Z"},
	{"۱۲ اکتبر ۲۰۲۶", "2026-10-12T00:00:00Z"},
	{"۱۴۰۵/۰۷/۲۰", ""},
	{"1 ربيع الآخر 1448", ""},

	// Only numbers.
	{"2026/10/12 14:30:00", "2026-10-12T14:30:00Z"},
	{"2026.10.12", "2026-10-12T00:00:00Z"},
	{"12.10.2026 14:30", "2026-10-12T14:30:00Z"},
	{"12. 10. 2026", "2026-10-12T00:00:00Z"},
	{"14:30 12.10.2026", "2026-10-12T14:30:00Z"},
	{"10/13/2026 2:30 PM", "2026-10-13T14:30:00Z"},
	{"13/10/2026", "2026-10-13T00:00:00Z"},
	{"10/10/2026", "2026-10-10T00:00:00Z"},
	{"10/12/2026", ""},
	{"12-10-2026", ""},
	{"12.10.26", ""},
	{"26/10/12", ""},
	{"1796000000", "2026-11-30T00:53:20Z"},
	{"1796000000000", "2026-11-30T00:53:20Z"},
	{"2026101214", ""},
	{"179600000", ""},

	// Not a date, or more than one.
	{"", ""},
	{"yesterday", ""},
	{"today 14:30", ""},
	{"2 hours ago", ""},
	{"2 ago", ""},
	{"31 February 2026", ""},
	{"29 Feb 2026", ""},
	{"29 Feb 2028", "2028-02-29T00:00:00Z"},
	{"0000-00-00 00:00:00", ""},
	{"0001-01-01T00:00:00Z", ""},
	{"12 Oct 2569", ""},
	{"12 Oct 2026 25:00", ""},
	{"12 Oct 2026 14:60", ""},
	{"12-14 Oct 2026", ""},
	{"12 Oct - 14 Nov 2026", ""},
	{"12 Oct 2026, 09:00-10:00", ""},
	{"12 Oct 2026 14:30 15:30", ""},
	{"12 Oct", ""},
	{"14:30", ""},
	{"October 2026", ""},
	{"Mon, 12 Foo 2026 14:30:05 GMT", ""},
	{"12 Oct 2026 and more", ""},
	{strings.Repeat("1", 100_000), ""},
	{"12 Oct 2026" + strings.Repeat(" ,", 80), ""},
}

func TestOdd(t *testing.T) {
	type score struct{ right, wrong, unknown int }
	count := func(s *score, want string, got time.Time, ok bool) {
		switch {
		case !ok && want != "":
			s.unknown++
		case !ok || want != "" && got.Equal(parse(t, want)):
			s.right++
		default:
			s.wrong++
		}
	}
	var ours, theirs score
	for _, test := range odd {
		got, ok := date.Reader{}.Read(test.text)
		switch {
		case ok != (test.want != ""):
			t.Errorf("%.80q is %v, %v; want %q", test.text, got, ok, test.want)
		case ok && (!got.Equal(parse(t, test.want)) || got.Location() != time.UTC):
			t.Errorf("%.80q is %v; want %s", test.text, got, test.want)
		}
		count(&ours, test.want, got, ok)
		got, ok = bare(t, test.text)
		count(&theirs, test.want, got, ok)
	}
	t.Logf("of %d odd dates: right, wrong, unknown: %v; gofeed: %v", len(odd), ours, theirs)
}

// bare reads a date as gofeed does.
func bare(t *testing.T, text string) (time.Time, bool) {
	t.Helper()
	var escaped strings.Builder
	if err := xml.EscapeText(&escaped, []byte(text)); err != nil {
		t.Fatal(err)
	}
	feed, err := gofeed.NewParser().ParseString(`<rss version="2.0"><channel><item><pubDate>` + escaped.String() + `</pubDate></item></channel></rss>`)
	if err != nil {
		t.Fatal(err)
	}
	if at := feed.Items[0].PublishedParsed; at != nil {
		return *at, true
	}
	return time.Time{}, false
}

func parse(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestZone(t *testing.T) {
	for _, test := range []struct{ zone, text, want string }{
		{"Europe/Moscow", "12.10.2026 14:30", "2026-10-12T11:30:00Z"},
		{"Europe/Moscow", "12 октября 2026", "2026-10-11T21:00:00Z"},
		{"Europe/Moscow", "2026-10-12T14:30:00Z", "2026-10-12T14:30:00Z"},
		{"Europe/Moscow", "12 Oct 2013 14:30 MSK", "2013-10-12T10:30:00Z"},
		{"Asia/Jerusalem", "12 Dec 2026 14:30 IST", "2026-12-12T12:30:00Z"},
		{"Asia/Jerusalem", "12 Jul 2026 14:30 IST", ""}, // IDT then
		{"Asia/Jerusalem", "25 Oct 2026 01:30 IDT", "2026-10-24T22:30:00Z"},
		{"Asia/Jerusalem", "25 Oct 2026 01:30 IST", "2026-10-24T23:30:00Z"},
		{"Europe/Dublin", "12 Jul 2026 14:30 IST", "2026-07-12T13:30:00Z"},
		{"Europe/Dublin", "12 Dec 2026 14:30 IST", ""},
		{"Europe/Paris", "12 Dec 2026 14:30 IST", "2026-12-12T09:00:00Z"},
		{"America/Chicago", "12 Dec 2026 14:30 CST", "2026-12-12T20:30:00Z"},
		{"Asia/Shanghai", "12 Dec 2026 14:30 CST", "2026-12-12T06:30:00Z"},
		{"Asia/Shanghai", "Sat Dec 12 14:30:00 CST 2026", "2026-12-12T06:30:00Z"},
		{"America/Havana", "12 Dec 2026 14:30 CST", "2026-12-12T19:30:00Z"},
		{"Europe/Paris", "12 Dec 2026 14:30 CST", ""},
		{"Europe/London", "12 Jul 2026 14:30 BST", "2026-07-12T13:30:00Z"},
		{"Europe/London", "12 Jul 2026 14:30 GMT", "2026-07-12T14:30:00Z"},
		{"Europe/London", "12 Dec 2026 14:30 BST", ""},
		{"Asia/Dhaka", "12 Dec 2026 14:30 BST", "2026-12-12T08:30:00Z"},
		{"Asia/Riyadh", "12 Dec 2026 14:30 AST", "2026-12-12T11:30:00Z"},
		{"America/Halifax", "12 Dec 2026 14:30 AST", "2026-12-12T18:30:00Z"},
		{"Asia/Manila", "12 Dec 2026 14:30 PST", "2026-12-12T06:30:00Z"},
		{"Australia/Sydney", "12 Jul 2026 14:30 EST", "2026-07-12T04:30:00Z"},
		{"America/New_York", "12 Jul 2026 14:30 EST", ""},
		{"America/New_York", "12 Jul 2026 14:30 EDT", "2026-07-12T18:30:00Z"},
		{"America/New_York", "8 Mar 2026 02:30", "2026-03-08T06:30:00Z"}, // no clock showed it: as time.Date has it
		{"Asia/Tokyo", "2026-10-12T14:30:00 Europe/Paris", "2026-10-12T12:30:00Z"},
		{"Asia/Tokyo", "12 Oct 2026 14:30 XYZ", ""},
		{"Asia/Tokyo", "1 Jan 1970", ""}, // 1969 in UTC
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := date.Reader{Zone: zone}.Read(test.text)
		if ok != (test.want != "") || ok && !got.Equal(parse(t, test.want)) {
			t.Errorf("%q in %s is %v, %v; want %q", test.text, test.zone, got, ok, test.want)
		}
	}
}

func TestLayout(t *testing.T) {
	rome := time.FixedZone("CET", 3600)
	for _, test := range []struct{ layout, text, want string }{
		{"02/01/2006", "10/12/2026", "2026-12-09T23:00:00Z"},
		{"01/02/2006", "10/12/2026", "2026-10-11T23:00:00Z"},
		{"02/01/2006", "10/12/2026 14:30", "2026-12-10T13:30:00Z"},
		{"01/02/2006", "10-12-2026", "2026-10-11T23:00:00Z"},
		{"02.01.06", "12.10.26", "2026-10-11T23:00:00Z"},
		{"02/01/2006", "2026-10-12T14:30:00Z", "2026-10-12T14:30:00Z"},
		{"02/01/2006", "not a date", ""},
		{"2 de January de 2006", "12 de março de 2026", "2026-03-11T23:00:00Z"},
		{"Mon, 2 Jan 2006 15:04", "lun, 12 октября 2026 14:30", "2026-10-12T13:30:00Z"},
		{"2 January, 2006", "١٢ تشرين الأول, ٢٠٢٦", "2026-10-11T23:00:00Z"},
		{"2 Jan 2006 15.04 MST", "12 Oct 2026 14.30 JST", "2026-10-12T05:30:00Z"},
		{"2 Jan 2006 15.04 MST", "12 Oct 2026 14.30 GMT", "2026-10-12T14:30:00Z"},
		{"2 Jan 2006 15.04 MST", "12 Oct 2026 14.30 XYZ", ""},
		{"2 Jan 2006 15.04 MST", "12 Oct 2026 14.30 CST", ""},
		{"2 Jan", "12 Oct", ""},
		{"2006年1月2日", "2026年10月12日", "2026-10-11T23:00:00Z"},
		{"02/01/2006", "\xff\xfe 10/12/2026", ""},
	} {
		got, ok := date.Reader{Zone: rome, Layout: test.layout}.Read(test.text)
		if ok != (test.want != "") || ok && !got.Equal(parse(t, test.want)) {
			t.Errorf("%q as %q is %v, %v; want %q", test.text, test.layout, got, ok, test.want)
		}
	}
}

// TestRoundTrip writes random times in each form and reads them again.
func TestRoundTrip(t *testing.T) {
	zones := []*time.Location{time.UTC, time.FixedZone("", 3*3600), time.FixedZone("", -(4*3600 + 1800)), time.FixedZone("", 5*3600+2700)}
	random := rand.New(rand.NewPCG(1, 2))
	for _, layout := range []string{
		time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z0700", "2006-01-02 15:04:05 -0700", "20060102T150405Z0700", "20060102150405-0700",
		"2006-002T15:04:05Z07:00", "2006/01/02 15:04:05-07:00", "2006-Jan-02 15:04:05 -0700", "2006-01-02 15:04:05 GMT-07:00",
		time.RFC1123Z, time.RubyDate, "Mon, 2 Jan 2006 15:04:05 -0700", "Monday, January 2, 2006 3:04:05 PM -07:00", "2 Jan 2006 3:04:05pm -0700",
		"Mon Jan 2 2006 15:04:05 GMT-0700", "02/Jan/2006:15:04:05 -0700", "Mon, 02 Jan 2006 15:04:05 UTC-07:00", "02-Jan-2006 15:04:05 -0700",
		"02.01.2006 15:04:05 -0700", "2. January 2006, 15:04:05 Uhr -0700", "2006年1月2日15时04分05秒 GMT-0700", "2006年1月2日(月) 15:04:05 -0700", "15:04:05 02.01.2006 -0700",
	} {
		for range 200 {
			want := time.Unix(random.Int64N(time.Date(2200, 12, 30, 0, 0, 0, 0, time.UTC).Unix()-2*86400)+86400, 0).In(zones[random.IntN(len(zones))])
			text := want.Format(layout)
			if got, ok := (date.Reader{}).Read(text); !ok || !got.Equal(want) {
				t.Errorf("%s: %q is %v, %v", layout, text, got, ok)
				break
			}
		}
	}
}

// FuzzRead holds us to the years we promise, and to package time where it is
// sure.
func FuzzRead(f *testing.F) {
	for _, test := range odd {
		f.Add(test.text, "", 0)
		f.Add(test.text, "02/01/2006", 3)
	}
	f.Add("12 Oct 2026 14:30 GMT+3", "2 Jan 2006 15:04 MST", -5)
	f.Fuzz(func(t *testing.T, text, layout string, hours int) {
		r := date.Reader{Zone: time.FixedZone("", hours%15*3600), Layout: layout}
		got, ok := r.Read(text)
		if ok && (got.Year() < 1970 || got.Year() > 2200 || got.Location() != time.UTC) || !ok && !got.IsZero() {
			t.Errorf("%q as %q is %v, %v", text, layout, got, ok)
		}
		if layout != "" || len(text) > 200 {
			return
		}
		for _, standard := range []string{time.RFC3339, time.RFC1123Z, time.RFC822Z} {
			want, err := time.Parse(standard, text)
			// An offset of a day or of sixty minutes, a year with a sign, and years
			// that package time has in this century and RFC 5322 in the last one
			// are its own.
			year, _, _ := want.UTC().Date()
			_, offset := want.Zone()
			if err != nil || year < 1970 || year > 2200 || strings.HasSuffix(text, "60") || offset >= 86400 || offset <= -86400 ||
				standard == time.RFC822Z && (want.Year() >= 2050 || strings.Count(text, "+")+strings.Count(text, "-") > 1) {
				continue
			}
			if !ok || !got.Equal(want) {
				t.Errorf("%q is %v, %v; package time says %v", text, got, ok, want)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, bench := range []struct{ name, text, layout string }{
		{"rfc1123", "Mon, 12 Oct 2026 14:30:05 +0200", time.RFC1123Z},
		{"rfc3339", "2026-10-12T14:30:05+02:00", time.RFC3339},
		{"scanned", "Monday, 12 Oct 2026 14:30 +0200", "Monday, 2 Jan 2006 15:04 -0700"},
		{"russian", "12 октября 2026, 14:30 МСК", ""},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var r date.Reader
			for b.Loop() {
				if _, ok := r.Read(bench.text); !ok {
					b.Fatal("not read")
				}
			}
			ours := b.Elapsed() / time.Duration(b.N)
			if bench.layout == "" {
				return
			}
			start := time.Now()
			for range b.N {
				if _, err := time.Parse(bench.layout, bench.text); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(start)/time.Duration(b.N))/float64(max(ours, 1)), "time.Parse/Read")
		})
	}
}

// TestAllocations holds the two usual forms to none.
func TestAllocations(t *testing.T) {
	for _, text := range []string{"Mon, 12 Oct 2026 14:30:05 +0200", "2026-10-12T14:30:05Z", "Mon, 12 Oct 2026 14:30 EST", "12 октября 2026, 14:30 МСК"} {
		if n := testing.AllocsPerRun(100, func() { date.Reader{}.Read(text) }); n > 0 {
			t.Errorf("%q takes %v allocations", text, n)
		}
	}
}
