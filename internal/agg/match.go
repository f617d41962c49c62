package agg

import (
	"slices"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// matcher is a filter compiled for the log. What it says about an origin, a
// page, an error, a URL is asked of the filter once per entry of a dictionary;
// a row is then mostly a look-up. [filter.Expr.MatchWith] is what it has to agree with.
type matcher struct {
	log  *log
	root node // nil: everything passes

	// What the origin alone decides, by origin: see decided.
	origins []verdict
}

// verdict is what is known of a statement.
type verdict uint8

const (
	unknown verdict = iota // not asked yet, or not by what was asked
	no
	yes
	depends // asked: the origin alone does not decide
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

func newMatcher(l *log, e filter.Expr) *matcher {
	m := &matcher{log: l}
	if e.Root != nil {
		m.root = compile(l, e.Root)
	}
	return m
}

// passes reports whether a row passes the filter.
func (m *matcher) passes(c *chunk, i int) bool {
	if m.root == nil {
		return true
	}
	o := c.origin[i]
	if int(o) >= len(m.origins) {
		m.origins = append(m.origins, make([]verdict, len(m.log.origins.list)-len(m.origins))...)
	}
	v := m.origins[o]
	if v == unknown {
		if v = m.root.decided(o); v == unknown {
			v = depends
		}
		m.origins[o] = v
	}
	if v == depends {
		return m.root.row(c, i)
	}
	return v == yes
}

// node is a compiled part of the expression.
type node interface {
	// decided is the statement as far as the origin alone decides it: yes, no or unknown.
	decided(origin uint32) verdict
	row(c *chunk, i int) bool
}

func compile(l *log, n filter.Node) node {
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

func compileEach(l *log, nodes []filter.Node) []node {
	out := make([]node, len(nodes))
	for i, n := range nodes {
		out[i] = compile(l, n)
	}
	return out
}

type allOf struct{ nodes []node }

func (a *allOf) decided(o uint32) verdict {
	v := yes
	for _, n := range a.nodes {
		switch n.decided(o) {
		case no:
			return no
		case unknown:
			v = unknown
		}
	}
	return v
}

func (a *allOf) row(c *chunk, i int) bool {
	for _, n := range a.nodes {
		if !n.row(c, i) {
			return false
		}
	}
	return true
}

type anyOf struct{ nodes []node }

func (a *anyOf) decided(o uint32) verdict {
	v := no
	for _, n := range a.nodes {
		switch n.decided(o) {
		case yes:
			return yes
		case unknown:
			v = unknown
		}
	}
	return v
}

func (a *anyOf) row(c *chunk, i int) bool {
	for _, n := range a.nodes {
		if n.row(c, i) {
			return true
		}
	}
	return false
}

type not struct{ node node }

func (n *not) decided(o uint32) verdict {
	switch n.node.decided(o) {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

func (n *not) row(c *chunk, i int) bool { return !n.node.row(c, i) }

// verdicts remembers a yes or no per entry of a dictionary.
type verdicts struct {
	known []verdict
	ask   func(id uint32) bool
}

func (v *verdicts) of(id uint32) bool {
	if int(id) >= len(v.known) {
		v.known = append(v.known, make([]verdict, int(id)+1-len(v.known))...)
	}
	if v.known[id] == unknown {
		v.known[id] = verdictOf(v.ask(id))
	}
	return v.known[id] == yes
}

func compileTerm(l *log, t *filter.Term) node {
	switch t.Kind {
	case filter.KindDim:
		d, _ := beacon.DimByName(t.Name)
		if d == beacon.Page {
			return &pageTerm{verdicts{ask: func(id uint32) bool { return t.MatchString(l.texts.text[l.pages.text[id]]) }}}
		}
		return &originTerm{verdicts{ask: func(id uint32) bool { return t.MatchString(l.texts.text[l.origins.list[id].dims[d]]) }}}
	case filter.KindTag:
		return &originTerm{verdicts{ask: func(id uint32) bool { return t.MatchString(l.tagValue(id, t.Name)) }}}
	case filter.KindMetric:
		return &metricTerm{l, t, beacon.VitalIndex(t.Name)}
	case filter.KindID:
		return newIDTerm(l, t)
	}
	return newEntryTerm(l, t)
}

// tagValue is the value of a tag by name, "" if the origin has none.
func (l *log) tagValue(origin uint32, name string) string {
	key, ok := l.texts.ids[name]
	if !ok {
		return ""
	}
	return l.texts.text[l.origins.tag(origin, key)]
}

// originTerm is about a dimension other than the page, or a tag.
type originTerm struct{ verdicts }

func (t *originTerm) decided(o uint32) verdict { return verdictOf(t.of(o)) }
func (t *originTerm) row(c *chunk, i int) bool { return t.of(c.origin[i]) }

type pageTerm struct{ verdicts }

func (t *pageTerm) decided(uint32) verdict   { return unknown }
func (t *pageTerm) row(c *chunk, i int) bool { return t.of(uint32(c.page[i])) }

// metricTerm is about a metric's value; without it, it does not hold.
type metricTerm struct {
	log   *log
	term  *filter.Term
	vital int
}

func (t *metricTerm) decided(uint32) verdict { return unknown }

func (t *metricTerm) row(c *chunk, i int) bool {
	if t.vital >= 0 {
		return c.mask[i]&(1<<t.vital) != 0 && t.term.MatchNumber(float64(c.vital(i, t.vital)))
	}
	if c.flags[i]&hasCustoms == 0 {
		return false
	}
	for _, m := range slices.Backward(c.customsOf(i)) {
		if t.log.texts.text[m.name] == t.term.Name {
			return t.term.MatchNumber(float64(m.value))
		}
	}
	return false
}

// idTerm is about who sent a beacon.
type idTerm struct {
	log  *log
	term *filter.Term
	want []uint64 // the values where they are whole ids, else nil
}

func newIDTerm(l *log, t *filter.Term) *idTerm {
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

func (t *idTerm) decided(uint32) verdict { return unknown }

func (t *idTerm) row(c *chunk, i int) bool {
	id := *t.log.views.keys.at(c.view[i])
	if t.term.Name != "view" {
		user, session := t.log.visitors.identifiers(c.who[i])
		if id = uint64(user); t.term.Name == "session" {
			id = uint64(session)
		}
	}
	if t.want != nil {
		return slices.Contains(t.want, id) != t.term.Negative()
	}
	text := ""
	if id != 0 {
		text = hex(id)
	}
	return t.term.MatchString(text)
}

// hex is an id as people write it: 16 digits.
func hex(id uint64) string {
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
	found verdicts
	each  func(c *chunk, i int, found *verdicts) bool
	none  bool // what holds of a beacon without any
}

func newEntryTerm(l *log, t *filter.Term) *entryTerm {
	n := &entryTerm{term: t}
	expr := filter.Expr{Root: t}
	n.none = expr.Match(&beacon.Beacon{})
	// A beacon with a single entry finds it unless the term turns that round.
	finds := func(b *beacon.Beacon) bool {
		return expr.MatchWith(b, fingerprintOf) != n.none
	}
	switch t.Kind {
	case filter.KindRequest, filter.KindStatus:
		n.flag = hasRequests
		n.found.ask = func(status uint32) bool {
			return finds(&beacon.Beacon{Requests: []beacon.Request{{Status: int(status)}}})
		}
		if t.Kind == filter.KindRequest {
			n.found.ask = func(endpoint uint32) bool {
				return finds(&beacon.Beacon{Requests: []beacon.Request{{URL: l.url(endpoint)}}})
			}
		}
		n.each = func(c *chunk, i int, found *verdicts) bool {
			for _, r := range c.requestsOf(i) {
				id := uint32(r.endpoint)
				if t.Kind == filter.KindStatus {
					id = uint32(r.status)
				}
				if found.of(id) {
					return true
				}
			}
			return false
		}
	case filter.KindEvent:
		n.flag = hasEvents
		n.found.ask = func(name uint32) bool {
			return finds(&beacon.Beacon{Events: []beacon.Event{{Name: l.texts.text[name]}}})
		}
		n.each = func(c *chunk, i int, found *verdicts) bool {
			for _, e := range c.eventsOf(i) {
				if found.of(e.name) {
					return true
				}
			}
			return false
		}
	default:
		n.flag = hasErrors
		n.found.ask = func(kind uint32) bool {
			k := &l.errorKinds.list[kind]
			return finds(&beacon.Beacon{Errors: []beacon.Error{l.errorOf(k)}})
		}
		n.each = func(c *chunk, i int, found *verdicts) bool {
			for _, e := range c.errorsOf(i) {
				if found.of(e.kind) {
					return true
				}
			}
			return false
		}
	}
	return n
}

func (t *entryTerm) decided(uint32) verdict { return unknown }

func (t *entryTerm) row(c *chunk, i int) bool {
	if c.flags[i]&t.flag == 0 {
		return t.none
	}
	return t.each(c, i, &t.found) != t.none
}

func fingerprintOf(e *beacon.Error) string { return fingerprint.Of(e.Type, e.Message, e.Stack) }

func (l *log) errorOf(k *errorKind) beacon.Error {
	return beacon.Error{Type: l.texts.text[k.typ], Message: l.texts.text[k.message], Stack: l.texts.text[k.stack], Handled: k.handled}
}

func (l *log) url(endpoint uint32) string { return l.texts.text[*l.endpoints.keys.at(endpoint)>>32] }
