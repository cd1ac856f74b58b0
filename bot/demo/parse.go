package demo

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The text form of an outlet. It opens with the outlet's own keys, all needed
// but zone and fault:
//
//	# a comment, anywhere before the first item
//	outlet: Wire One
//	tier: agency
//	lang: en
//	format: rss cdata            rss, atom, rdf or json; cdata and windows-1251 are RSS's
//	site: https://wire-one.example
//	guid: wire-one:{id}
//	link: https://wire-one.example/{id}?utm_source=rss
//	zone: +01:00                 GMT if absent
//	fault: broken 9h 11h30m      also limited and failing; closed 33h is for ever
//
// Its items follow in the order they are published. Title is needed, the rest
// of the head is not; the summary ends at "--" or with the item, and paragraphs
// of the body are separated by an empty line. Summary and body are HTML.
//
//	@ 25m talaru-urgent
//	title: URGENT: Norvania and Estaria sign ceasefire in Geneva
//	edit: 3h20m Norvania and Estaria sign truce in Geneva
//	author: Geneva bureau
//	tags: diplomacy, Norvania
//
//	The summary.
//
//	--
//	The body.
//
//	Its second paragraph.

// parse reads the text of the outlet whose feed has this name. It stops at the
// first mistake, and its error tells the line.
func parse(name, text string) (*Outlet, error) {
	p := &parser{outlet: &Outlet{Name: name, Zone: time.FixedZone("GMT", 0)}}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		p.line++
		if err := p.take(strings.TrimRight(lines.Text(), " ")); err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line+1, err)
	}
	err := p.finish()
	if err == nil && len(p.outlet.Items) == 0 {
		err = errors.New("the outlet has no items")
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line, err)
	}
	return p.outlet, nil
}

// parser holds what is open between two lines.
type parser struct {
	outlet     *Outlet
	guid, link string // patterns with {id}
	line       int
	part       part
	item       Item
	text       []string // lines of the summary, then of the body
}

// part is where in the text a line stands.
type part int

const (
	inOutlet part = iota
	inHead
	inSummary
	inBody
)

func (p *parser) take(line string) error {
	if rest, ok := strings.CutPrefix(line, "@ "); ok {
		if err := p.finish(); err != nil {
			return err
		}
		return p.open(rest)
	}
	switch p.part {
	case inOutlet:
		if line == "" || strings.HasPrefix(line, "#") {
			return nil
		}
		return p.field(line, p.outletField)
	case inHead:
		if line == "" {
			p.part = inSummary
			return nil
		}
		return p.field(line, p.itemField)
	case inSummary:
		if line == "--" {
			p.closeSummary()
			p.part = inBody
			return nil
		}
	}
	p.text = append(p.text, line)
	return nil
}

// field splits "key: value" and hands it to the part's own fields.
func (p *parser) field(line string, set func(key, value string) error) error {
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return fmt.Errorf("%q is not a \"key: value\"", line)
	}
	if err := set(key, value); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (p *parser) outletField(key, value string) error {
	o := p.outlet
	switch key {
	case "outlet":
		o.Title = value
	case "tier":
		o.Tier = value
		if !slices.Contains([]string{"official", "agency", "press"}, value) {
			return fmt.Errorf("%q is not official, agency or press", value)
		}
	case "lang":
		o.Lang = value
	case "format":
		return o.setFormat(strings.Fields(value))
	case "site":
		o.Site = value
	case "guid":
		p.guid = value
	case "link":
		p.link = value
	case "zone":
		t, err := time.Parse("-07:00", value)
		if err != nil {
			return fmt.Errorf("%q is not an offset such as +03:00", value)
		}
		o.Zone = t.Location()
	case "fault":
		f, err := parseFault(strings.Fields(value))
		if err != nil {
			return err
		}
		o.Faults = append(o.Faults, f)
	default:
		return errors.New("an outlet has no such key")
	}
	return nil
}

func (p *parser) itemField(key, value string) error {
	it := &p.item
	switch key {
	case "title":
		it.Title = value
	case "edit":
		when, title, _ := strings.Cut(value, " ")
		offset, err := time.ParseDuration(when)
		if err != nil || title == "" {
			return fmt.Errorf("%q is not an offset and a title", value)
		}
		after := it.Offset
		if n := len(it.Edits); n > 0 {
			after = it.Edits[n-1].Offset
		}
		if offset <= after || offset >= Span {
			return fmt.Errorf("%s is not after %s and before the end", offset, after)
		}
		it.Edits = append(it.Edits, Edit{offset, title})
	case "author":
		it.Author = value
	case "tags":
		for tag := range strings.SplitSeq(value, ",") {
			it.Tags = append(it.Tags, strings.TrimSpace(tag))
		}
	default:
		return errors.New("an item has no such key")
	}
	return nil
}

// open begins the item whose first line, after the "@", is head.
func (p *parser) open(head string) error {
	if err := p.checkOutlet(); err != nil {
		return err
	}
	when, id, _ := strings.Cut(head, " ")
	offset, err := time.ParseDuration(when)
	if err != nil || id == "" || strings.ContainsAny(id, " /?&") {
		return fmt.Errorf("%q is not an offset and an id", head)
	}
	if offset >= Span {
		return fmt.Errorf("%s is after the end", offset)
	}
	p.part, p.text = inHead, nil
	p.item = Item{
		Offset: offset,
		GUID:   strings.ReplaceAll(p.guid, "{id}", id),
		Link:   strings.ReplaceAll(p.link, "{id}", id),
	}
	for _, earlier := range p.outlet.Items {
		switch {
		case earlier.GUID == p.item.GUID:
			return fmt.Errorf("the id %s stands twice", id)
		case earlier.Offset > offset:
			return fmt.Errorf("%s comes after %s, which is later", offset, earlier.Offset)
		}
	}
	return nil
}

// checkOutlet reports what the outlet lacks before its first item.
func (p *parser) checkOutlet() error {
	o := p.outlet
	for _, field := range []struct{ key, value string }{
		{"outlet", o.Title}, {"tier", o.Tier}, {"lang", o.Lang}, {"format", string(o.Format)},
		{"site", o.Site}, {"guid", p.guid}, {"link", p.link},
	} {
		if field.value == "" {
			return fmt.Errorf("the outlet has no %s", field.key)
		}
	}
	return nil
}

func (p *parser) closeSummary() {
	p.item.Summary = strings.TrimSpace(strings.Join(p.text, "\n"))
	p.text = nil
}

// finish closes the item that is open, if one is.
func (p *parser) finish() error {
	switch p.part {
	case inOutlet:
		return nil
	case inSummary:
		p.closeSummary()
	case inBody:
		p.item.Body = paragraphs(p.text)
	}
	if p.item.Title == "" || p.item.Summary == "" {
		return fmt.Errorf("the item before this line, %s, needs a title and a summary", p.item.GUID)
	}
	p.outlet.Items = append(p.outlet.Items, p.item)
	return nil
}

// paragraphs splits lines where one is empty.
func paragraphs(lines []string) []string {
	var out []string
	for block := range strings.SplitSeq(strings.Join(lines, "\n"), "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			out = append(out, block)
		}
	}
	return out
}
