// Package filter is the grammar that selects beacons, in the screen's filter bar
// and in flags:
//
//	region=eu-* release!=2.4.0 device=mobile,tablet lcp>2500 (error=yes or status>=500)
//
// Blanks between terms mean and. An expression holds or does not for a single
// beacon.
package filter

import "regexp"

// Op is a term's operator.
type Op uint8

// The operators. Eq and Ne accept several values (any of them, none of them) with
// * globs.
const (
	Eq Op = iota
	Ne
	Match   // ~   regular expression
	NoMatch // !~
	Gt
	Ge
	Lt
	Le
	Has // field? : has a value
)

// Kind is the source of a field's values.
type Kind uint8

// The kinds of fields.
const (
	KindDim         Kind = iota // a fixed dimension
	KindTag                     // tag.NAME, or NAME if no other field has that name
	KindMetric                  // lcp inp cls fcp ttfb, metric.NAME: number
	KindError                   // error=yes|no
	KindType                    // type: of any error in the beacon
	KindMessage                 // message: of any error in the beacon
	KindStack                   // stack: of any error in the beacon
	KindHandled                 // handled=yes|no, of any error
	KindRequest                 // url: of any request
	KindStatus                  // status: of any request, number
	KindEvent                   // event: name of any event
	KindID                      // user, session, view: 16 hexadecimal digits
	KindFingerprint             // fingerprint: of the error group, as frames print it
)

// Node is And, Or, Not or *Term.
type Node interface{ node() }

// And holds if all of its nodes do; an empty And always holds.
type And []Node

// Or holds if one of its nodes does.
type Or []Node

// Not holds if its node does not.
type Not struct{ Node Node }

// Term is a condition on one field.
type Term struct {
	Field  string // in canonical text: "region", "tag.tier", "lcp"
	Name   string // without the prefix: "tier"
	Kind   Kind
	Op     Op
	Values []string       // Eq, Ne: as typed, * globs
	Re     *regexp.Regexp // Match, NoMatch
	Number float64        // Gt, Ge, Lt, Le
	Plain  bool           // a tag without the prefix "tag.": perhaps a misspelt field
	Column int            // of its start in the text, from 1
}

func (And) node()   {}
func (Or) node()    {}
func (Not) node()   {}
func (*Term) node() {}

// Expr is a parsed expression. The zero value holds for every beacon.
type Expr struct {
	Root Node   // nil: holds for every beacon
	Text string // canonical text; equal texts mean equal filters
}
