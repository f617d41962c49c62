package store

import (
	"slices"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// Memo remembers the answer to a yes-or-no question per entry of a dictionary.
type Memo struct {
	Ask   func(id uint32) bool
	known []decision
}

// Holds returns the answer for an entry.
func (m *Memo) Holds(id uint32) bool {
	if int(id) >= len(m.known) {
		m.known = append(m.known, make([]decision, int(id)+1-len(m.known))...)
	}
	if m.known[id] == undecided {
		m.known[id] = decisionOf(m.Ask(id))
	}
	return m.known[id] == decidedYes
}

func compileTerm(l *Log, t *filter.Term) node {
	switch t.Kind {
	case filter.KindDim:
		d, _ := beacon.DimByName(t.Name)
		if d == beacon.Page {
			return &pageTerm{Memo{Ask: func(id uint32) bool { return t.MatchString(l.PageText(uint16(id))) }}}
		}
		return &originTerm{Memo{Ask: func(id uint32) bool { return t.MatchString(l.DimText(id, d)) }}}
	case filter.KindTag:
		return &originTerm{Memo{Ask: func(id uint32) bool { return t.MatchString(l.tagText(id, t.Name)) }}}
	case filter.KindMetric:
		return &metricTerm{l, t, beacon.VitalIndex(t.Name)}
	case filter.KindID:
		return newIDTerm(l, t)
	case filter.KindRequest, filter.KindStatus:
		return newRequestTerm(l, t)
	case filter.KindEvent:
		return newEventTerm(l, t)
	default:
		return newErrorTerm(l, t)
	}
}

// originTerm is about a tag or a dimension other than the page.
type originTerm struct{ Memo }

func (t *originTerm) decideByOrigin(o uint32) decision { return decisionOf(t.Holds(o)) }
func (t *originTerm) matches(c *Chunk, i int) bool     { return t.Holds(c.Origin[i]) }

type pageTerm struct{ Memo }

func (t *pageTerm) decideByOrigin(uint32) decision { return undecided }
func (t *pageTerm) matches(c *Chunk, i int) bool   { return t.Holds(uint32(c.Page[i])) }

// metricTerm is about the value of a metric. Rows without the metric do not match.
type metricTerm struct {
	log   *Log
	term  *filter.Term
	vital int // in beacon.Vitals, -1: a custom metric
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

// idTerm is about the id of a view, a session or a user.
type idTerm struct {
	log  *Log
	term *filter.Term
	want []uint64 // the values if all are whole ids, else nil
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
	id := t.log.Views.Key(c.View[i])
	if t.term.Name != "view" {
		user, session := t.log.Identities.Named(c.Identity[i])
		if id = uint64(user); t.term.Name == "session" {
			id = uint64(session)
		}
	}
	if t.want != nil {
		return slices.Contains(t.want, id) != t.term.Negative()
	}
	text := ""
	if id != 0 {
		text = HexID(id)
	}
	return t.term.MatchString(text)
}

// entryTerm is about any error, request or event of a row. It remembers the
// answer per kind of error, URL, status or name.
type entryTerm struct {
	flag  uint8 // of rows that have such entries
	none  bool  // the answer for a beacon without any
	found Memo
	any   func(c *Chunk, i int, found *Memo) bool // an entry of the row is found
}

// newEntryTerm makes a term for the entries that rows with flag have. beaconOf
// makes a beacon with one entry of a dictionary.
func newEntryTerm(t *filter.Term, flag uint8, beaconOf func(id uint32) beacon.Beacon) *entryTerm {
	expr := filter.Expr{Root: t}
	n := &entryTerm{flag: flag, none: expr.Match(&beacon.Beacon{})}
	// A beacon with a single entry decides for that entry, unless the term is negated.
	n.found.Ask = func(id uint32) bool {
		b := beaconOf(id)
		return expr.MatchWith(&b, fingerprintOf) != n.none
	}
	return n
}

func newRequestTerm(l *Log, t *filter.Term) *entryTerm {
	beaconOf := func(endpoint uint32) beacon.Beacon {
		return beacon.Beacon{Requests: []beacon.Request{{URL: l.EndpointURL(endpoint)}}}
	}
	idOf := func(r RequestEntry) uint32 { return uint32(r.Endpoint) }
	if t.Kind == filter.KindStatus {
		beaconOf = func(status uint32) beacon.Beacon {
			return beacon.Beacon{Requests: []beacon.Request{{Status: int(status)}}}
		}
		idOf = func(r RequestEntry) uint32 { return uint32(r.Status) }
	}
	n := newEntryTerm(t, HasRequests, beaconOf)
	n.any = func(c *Chunk, i int, found *Memo) bool {
		for _, r := range c.RowRequests(i) {
			if found.Holds(idOf(r)) {
				return true
			}
		}
		return false
	}
	return n
}

func newEventTerm(l *Log, t *filter.Term) *entryTerm {
	n := newEntryTerm(t, HasEvents, func(name uint32) beacon.Beacon {
		return beacon.Beacon{Events: []beacon.Event{{Name: l.Strings.Text[name]}}}
	})
	n.any = func(c *Chunk, i int, found *Memo) bool {
		for _, e := range c.RowEvents(i) {
			if found.Holds(e.Name) {
				return true
			}
		}
		return false
	}
	return n
}

func newErrorTerm(l *Log, t *filter.Term) *entryTerm {
	n := newEntryTerm(t, HasErrors, func(kind uint32) beacon.Beacon {
		return beacon.Beacon{Errors: []beacon.Error{l.errorOf(&l.Errors.Kinds[kind])}}
	})
	n.any = func(c *Chunk, i int, found *Memo) bool {
		for _, e := range c.RowErrors(i) {
			if found.Holds(e.Kind) {
				return true
			}
		}
		return false
	}
	return n
}

func (t *entryTerm) decideByOrigin(uint32) decision { return undecided }

func (t *entryTerm) matches(c *Chunk, i int) bool {
	if c.Flags[i]&t.flag == 0 {
		return t.none
	}
	return t.any(c, i, &t.found) != t.none
}

func fingerprintOf(e *beacon.Error) string { return fingerprint.Of(e.Type, e.Message, e.Stack) }
