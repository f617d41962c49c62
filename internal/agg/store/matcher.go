package store

import (
	"github.com/rumtop/rumtop/internal/filter"
)

// Matcher is a filter compiled for the log. It asks the filter once per entry of
// a dictionary (origin, page, kind of error, URL, …) and remembers the answer; a
// row then costs a look-up. It must agree with [filter.Expr.MatchWith].
type Matcher struct {
	log  *Log
	root node // nil: every row passes

	byOrigin []decision
}

// decision is what is known about a part of a filter.
type decision uint8

const (
	undecided decision = iota // not asked yet, or the origin alone does not decide
	decidedNo
	decidedYes
	decidedByRow // asked: each row decides
)

func decisionOf(b bool) decision {
	if b {
		return decidedYes
	}
	return decidedNo
}

// NewMatcher compiles a filter.
func NewMatcher(l *Log, e filter.Expr) *Matcher {
	m := &Matcher{log: l}
	if e.Root != nil {
		m.root = compile(l, e.Root)
	}
	return m
}

// Passes reports whether a row passes the filter.
func (m *Matcher) Passes(c *Chunk, i int) bool {
	if m.root == nil {
		return true
	}
	o := c.Origin[i]
	if int(o) >= len(m.byOrigin) {
		m.byOrigin = append(m.byOrigin, make([]decision, len(m.log.Origins.List)-len(m.byOrigin))...)
	}
	v := m.byOrigin[o]
	if v == undecided {
		if v = m.root.decideByOrigin(o); v == undecided {
			v = decidedByRow
		}
		m.byOrigin[o] = v
	}
	if v == decidedByRow {
		return m.root.matches(c, i)
	}
	return v == decidedYes
}

// node is a compiled part of a filter.
type node interface {
	// decideByOrigin returns undecided if the origin alone does not decide.
	decideByOrigin(origin uint32) decision
	matches(c *Chunk, i int) bool
}

func compile(l *Log, n filter.Node) node {
	switch n := n.(type) {
	case filter.And:
		return &allOf{compileEach(l, n)}
	case filter.Or:
		return &anyOf{compileEach(l, n)}
	case filter.Not:
		return &not{compile(l, n.Node)}
	case *filter.Term:
		return compileTerm(l, n)
	}
	return &anyOf{} // matches nothing, as in package filter
}

func compileEach(l *Log, nodes []filter.Node) []node {
	out := make([]node, len(nodes))
	for i, n := range nodes {
		out[i] = compile(l, n)
	}
	return out
}

type allOf struct{ nodes []node }

func (a *allOf) decideByOrigin(o uint32) decision {
	v := decidedYes
	for _, n := range a.nodes {
		switch n.decideByOrigin(o) {
		case decidedNo:
			return decidedNo
		case undecided:
			v = undecided
		case decidedYes, decidedByRow: // as the other terms decide
		}
	}
	return v
}

func (a *allOf) matches(c *Chunk, i int) bool {
	for _, n := range a.nodes {
		if !n.matches(c, i) {
			return false
		}
	}
	return true
}

type anyOf struct{ nodes []node }

func (a *anyOf) decideByOrigin(o uint32) decision {
	v := decidedNo
	for _, n := range a.nodes {
		switch n.decideByOrigin(o) {
		case decidedYes:
			return decidedYes
		case undecided:
			v = undecided
		case decidedNo, decidedByRow: // as the other terms decide
		}
	}
	return v
}

func (a *anyOf) matches(c *Chunk, i int) bool {
	for _, n := range a.nodes {
		if n.matches(c, i) {
			return true
		}
	}
	return false
}

type not struct{ node node }

func (n *not) decideByOrigin(o uint32) decision {
	switch n.node.decideByOrigin(o) {
	case decidedYes:
		return decidedNo
	case decidedNo:
		return decidedYes
	default:
		return undecided
	}
}

func (n *not) matches(c *Chunk, i int) bool { return !n.node.matches(c, i) }
