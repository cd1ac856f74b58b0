// Package repair turns what servers serve as feeds into documents that a parser
// can neither stumble over nor be hurt by.
//
// A feed breaks in few ways: a bare "&", a tag that is never closed, HTML where
// text should be, two documents in one, half a document. XML was made to be
// refused then, and with it every item; readers of news cannot afford that.
// So the document is read here by what it must mean, knowing the elements that
// a feed has, and written anew: small, well-formed, flat, with nothing in it
// that nobody reads. The limits are those of the document as it came.
package repair

import "fmt"

// Limits of a document, far above any honest feed and far below what it takes
// to hurt us. The document that is made has a depth of five.
const (
	maxDepth      = 256
	maxItems      = 20_000
	maxElements   = 400_000
	maxAttributes = 1_000_000
	maxField      = 512 << 10 // bytes of one text; the rest of it is cut off
	maxLine       = 1 << 10   // likewise of a date, a name, a category; a date so cut is still too long to be one
	maxText       = 6 << 20   // bytes of all texts
	maxLate       = 1 << 10   // bytes of a text after these
	maxSearched   = 64 << 20  // bytes looked at again, in vain, for the ends of elements
	maxAhead      = 64 << 10  // bytes in which the end of an element that means nothing is looked for
)

// Document is a feed made whole.
type Document struct {
	Text  []byte // the document: well-formed XML, or JSON
	Atom  bool   // it is Atom, and otherwise RSS; RSS 1.0 is made 2.0
	Whole bool   // it was there to its end; if not, Text has its whole items
}

// Refusal is what a document has too much of, as a sentence for people.
type Refusal string

func (r Refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }

// NotFeedError is a document that is no feed at all.
type NotFeedError struct {
	Root string // of XML: the name of its first element, in lower case; else ""
}

func (e *NotFeedError) Error() string { return "it is not a feed" }
