// Package filter is the one grammar in which people say which beacons they
// mean, in the screen's filter bar and in flags:
//
//	region=eu-* release!=2.4.0 device=mobile,tablet lcp>2500 (error=yes or status>=500)
//
// Terms separated by blanks are ANDed. An expression is a statement about one
// beacon.
package filter

import "regexp"

// Op is a term's operator.
type Op uint8

// The operators. Eq and Ne take several values (any of them, none of them) with * globs.
const (
	Eq Op = iota
	Ne
	Match   // ~   regular expression finds something
	NoMatch // !~
	Gt
	Ge
	Lt
	Le
	Has // field? : has a value
)

// Kind says where a field's values come from.
type Kind uint8

// The kinds of fields.
const (
	KindDim         Kind = iota // a fixed dimension
	KindTag                     // tag.NAME, or a plain NAME that is nothing else
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

// Term is one statement about one field.
type Term struct {
	Field  string // as it is written back: "region", "tag.tier", "lcp"
	Name   string // without the prefix: "tier"
	Kind   Kind
	Op     Op
	Values []string       // Eq, Ne: as typed, * globs
	Re     *regexp.Regexp // Match, NoMatch
	Number float64        // Gt, Ge, Lt, Le
	Plain  bool           // a tag that was written without "tag.": may be a misspelt field
	Column int            // where it began in the text, from 1
}

func (And) node()   {}
func (Or) node()    {}
func (Not) node()   {}
func (*Term) node() {}

// Expr is a parsed expression. The zero value lets everything pass.
type Expr struct {
	Root Node   // nil: everything passes
	Text string // canonical text; equal texts mean equal filters
}
