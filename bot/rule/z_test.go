package rule
import "testing"
func TestGate(t *testing.T){
	n := newNews()
	var docs []*Doc
	for range 64 { docs = append(docs, NewDoc(n.text(10), n.text(40), n.text(350))) }
	var x Index
	for i := int64(0); i < 100000; i++ { x.Add(i, n.rule(t)) }
	c,g,gm,nog:=0,0,0,0
	for _, d := range docs {
	for i, p := range d.places {
		if i > 0 && p.word == d.places[i-1].word { continue }
		do := func(k key) { for _,p := range x.under[k] { c++; if d.hasAny(p.gate) { g++; if p.gate[0]==0 {nog++}; if p.file.rule.Match(d) {gm++} } } }
		do(key{word: p.word})
		for n := range min(len(p.word), maxPrefix) + 1 { if x.prefixes[n] > 0 { do(key{p.word[:n], true}) } }
	}}
	t.Log(c/64,g/64,nog/64,gm/64)
}
