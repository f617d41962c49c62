package store

import (
	"slices"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// Matcher is a filter compiled for the log. What it says about an origin, a
// page, an error, a URL is asked of the filter once per entry of a dictionary;
// a row is then mostly a look-up. [filter.Expr.MatchWith] is what it has to agree with.
type Matcher struct {
	log  *Log
	root node // nil: everything passes

	// What the origin alone decides, by origin: see decided.
	origins []decision
}

// decision is what is known of a statement.
type decision uint8

const (
	undecided decision = iota // not asked yet, or not by what was asked
	decidedNo
	decidedYes
	decidedByRow // asked: the origin alone does not decide
)

func decisionOf(b bool) decision {
	if b {
		return decidedYes
	}
	return decidedNo
}

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
	if int(o) >= len(m.origins) {
		m.origins = append(m.origins, make([]decision, len(m.log.Origins.List)-len(m.origins))...)
	}
	v := m.origins[o]
	if v == undecided {
		if v = m.root.decideByOrigin(o); v == undecided {
			v = decidedByRow
		}
		m.origins[o] = v
	}
	if v == decidedByRow {
		return m.root.matches(c, i)
	}
	return v == decidedYes
}

// node is a compiled part of the expression.
type node interface {
	// decideByOrigin is the statement as far as the origin alone decides it: yes, no or unknown.
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
	return &anyOf{} // holds for none, as in package filter
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
	}
	return undecided
}

func (n *not) matches(c *Chunk, i int) bool { return !n.node.matches(c, i) }

// Memo remembers a yes or no per entry of a dictionary.
type Memo struct {
	known []decision
	Ask   func(id uint32) bool
}

func (v *Memo) Holds(id uint32) bool {
	if int(id) >= len(v.known) {
		v.known = append(v.known, make([]decision, int(id)+1-len(v.known))...)
	}
	if v.known[id] == undecided {
		v.known[id] = decisionOf(v.Ask(id))
	}
	return v.known[id] == decidedYes
}

func compileTerm(l *Log, t *filter.Term) node {
	switch t.Kind {
	case filter.KindDim:
		d, _ := beacon.DimByName(t.Name)
		if d == beacon.Page {
			return &pageTerm{Memo{Ask: func(id uint32) bool { return t.MatchString(l.Strings.Text[l.Pages.Text[id]]) }}}
		}
		return &originTerm{Memo{Ask: func(id uint32) bool { return t.MatchString(l.Strings.Text[l.Origins.List[id].Dims[d]]) }}}
	case filter.KindTag:
		return &originTerm{Memo{Ask: func(id uint32) bool { return t.MatchString(l.tagValue(id, t.Name)) }}}
	case filter.KindMetric:
		return &metricTerm{l, t, beacon.VitalIndex(t.Name)}
	case filter.KindID:
		return newIDTerm(l, t)
	}
	return newEntryTerm(l, t)
}

// tagValue is the value of a tag by name, "" if the origin has none.
func (l *Log) tagValue(origin uint32, name string) string {
	key, ok := l.Strings.ByText[name]
	if !ok {
		return ""
	}
	return l.Strings.Text[l.Origins.tagValue(origin, key)]
}

// originTerm is about a dimension other than the page, or a tag.
type originTerm struct{ Memo }

func (t *originTerm) decideByOrigin(o uint32) decision { return decisionOf(t.Holds(o)) }
func (t *originTerm) matches(c *Chunk, i int) bool     { return t.Holds(c.Origin[i]) }

type pageTerm struct{ Memo }

func (t *pageTerm) decideByOrigin(uint32) decision { return undecided }
func (t *pageTerm) matches(c *Chunk, i int) bool   { return t.Holds(uint32(c.Page[i])) }

// metricTerm is about a metric's value; without it, it does not hold.
type metricTerm struct {
	log   *Log
	term  *filter.Term
	vital int
}

func (t *metricTerm) decideByOrigin(uint32) decision { return undecided }

func (t *metricTerm) matches(c *Chunk, i int) bool {
	if t.vital >= 0 {
		return c.VitalMask[i]&(1<<t.vital) != 0 && t.term.MatchNumber(float64(c.Vital(i, t.vital)))
	}
	if c.Flags[i]&HasCustoms == 0 {
		return false
	}
	for _, m := range slices.Backward(c.RowCustoms(i)) {
		if t.log.Strings.Text[m.Name] == t.term.Name {
			return t.term.MatchNumber(float64(m.Value))
		}
	}
	return false
}

// idTerm is about who sent a beacon.
type idTerm struct {
	log  *Log
	term *filter.Term
	want []uint64 // the values where they are whole ids, else nil
}

func newIDTerm(l *Log, t *filter.Term) *idTerm {
	n := &idTerm{log: l, term: t}
	if t.Op != filter.Eq && t.Op != filter.Ne {
		return n
	}
	for _, v := range t.Values {
		id, err := strconv.ParseUint(v, 16, 64)
		if err != nil || len(v) != 16 || id == 0 {
			n.want = nil
			break
		}
		n.want = append(n.want, id)
	}
	return n
}

func (t *idTerm) decideByOrigin(uint32) decision { return undecided }

func (t *idTerm) matches(c *Chunk, i int) bool {
	id := *t.log.Views.keys.Elem(c.View[i])
	if t.term.Name != "view" {
		user, session := t.log.Identities.Identifiers(c.Identity[i])
		if id = uint64(user); t.term.Name == "session" {
			id = uint64(session)
		}
	}
	if t.want != nil {
		return slices.Contains(t.want, id) != t.term.Negative()
	}
	text := ""
	if id != 0 {
		text = hexID(id)
	}
	return t.term.MatchString(text)
}

// hexID is an id as people write it: 16 digits.
func hexID(id uint64) string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = digits[id>>(60-4*i)&15]
	}
	return string(b[:])
}

// entryTerm is about any error, request or event of a beacon. What it finds in
// one is remembered per kind of error, per URL, per status, per name.
type entryTerm struct {
	term  *filter.Term
	flag  uint8 // of rows that have such entries at all
	found Memo
	each  func(c *Chunk, i int, found *Memo) bool
	none  bool // what holds of a beacon without any
}

func newEntryTerm(l *Log, t *filter.Term) *entryTerm {
	n := &entryTerm{term: t}
	expr := filter.Expr{Root: t}
	n.none = expr.Match(&beacon.Beacon{})
	// A beacon with a single entry finds it unless the term turns that round.
	finds := func(b *beacon.Beacon) bool {
		return expr.MatchWith(b, fingerprintOf) != n.none
	}
	switch t.Kind {
	case filter.KindRequest, filter.KindStatus:
		n.flag = HasRequests
		n.found.Ask = func(status uint32) bool {
			return finds(&beacon.Beacon{Requests: []beacon.Request{{Status: int(status)}}})
		}
		if t.Kind == filter.KindRequest {
			n.found.Ask = func(endpoint uint32) bool {
				return finds(&beacon.Beacon{Requests: []beacon.Request{{URL: l.EndpointURL(endpoint)}}})
			}
		}
		n.each = func(c *Chunk, i int, found *Memo) bool {
			for _, r := range c.RowRequests(i) {
				id := uint32(r.Endpoint)
				if t.Kind == filter.KindStatus {
					id = uint32(r.Status)
				}
				if found.Holds(id) {
					return true
				}
			}
			return false
		}
	case filter.KindEvent:
		n.flag = HasEvents
		n.found.Ask = func(name uint32) bool {
			return finds(&beacon.Beacon{Events: []beacon.Event{{Name: l.Strings.Text[name]}}})
		}
		n.each = func(c *Chunk, i int, found *Memo) bool {
			for _, e := range c.RowEvents(i) {
				if found.Holds(e.Name) {
					return true
				}
			}
			return false
		}
	default:
		n.flag = HasErrors
		n.found.Ask = func(kind uint32) bool {
			k := &l.Errors.Kinds[kind]
			return finds(&beacon.Beacon{Errors: []beacon.Error{l.errorOf(k)}})
		}
		n.each = func(c *Chunk, i int, found *Memo) bool {
			for _, e := range c.RowErrors(i) {
				if found.Holds(e.Kind) {
					return true
				}
			}
			return false
		}
	}
	return n
}

func (t *entryTerm) decideByOrigin(uint32) decision { return undecided }

func (t *entryTerm) matches(c *Chunk, i int) bool {
	if c.Flags[i]&t.flag == 0 {
		return t.none
	}
	return t.each(c, i, &t.found) != t.none
}

func fingerprintOf(e *beacon.Error) string { return fingerprint.Of(e.Type, e.Message, e.Stack) }
