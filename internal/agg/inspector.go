package agg

import (
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/hist"
)

const (
	maxCustoms = 200 // custom measures and events that an inspection counts
	maxFunnel  = 8   // steps
)

// inspector counts the rows of an inspection in one pass over the window.
type inspector struct {
	log     *store.Log
	lens    *lens
	whole   bool // all rows that pass the filter, not one segment
	segment uint16
	vital   int // in beacon.Vitals

	vitals    [len(beacon.Vitals)]hist.Histogram
	pages     map[uint16]*hist.Histogram // of the vital
	endpoints map[uint16]*endpointCell
	customs   map[uint32]*hist.Histogram
	events    map[uint32]*eventCell
	funnel    funnel
}

type endpointCell struct {
	n, failed int64 // fixed-point
	statuses  map[uint16]int64
	durations hist.Histogram
}

type eventCell struct {
	n     int64 // fixed-point
	users map[uint32]struct{}
}

func newInspector(l *store.Log, n *lens, spec *frame.InspectSpec) *inspector {
	return &inspector{
		log: l, lens: n, whole: spec.Whole, vital: min(max(spec.Vital, 0), len(beacon.Vitals)-1),
		pages: map[uint16]*hist.Histogram{}, endpoints: map[uint16]*endpointCell{}, customs: map[uint32]*hist.Histogram{},
		events: map[uint32]*eventCell{}, funnel: newFunnel(l, spec.Funnel),
	}
}

// roles returns the roles of a row in what is inspected, 0 if it is not part of it.
func (s *inspector) roles(c *store.Chunk, i int) uint8 {
	switch {
	case c.TotalRoles[i]&store.RolePasses == 0:
		return 0
	case s.whole:
		return c.TotalRoles[i]
	case s.lens.segments.OfRow(c, i) != s.segment:
		return 0
	}
	return c.SegmentRoles[i] | store.RolePasses
}

func (s *inspector) countRow(c *store.Chunk, i int) {
	roles := s.roles(c, i)
	if roles == 0 {
		return
	}
	s.countVitals(c, i, roles)
	weight, flags := s.log.Origins.Weights[c.Origin[i]], c.Flags[i]
	if flags&store.HasRequests != 0 {
		for _, r := range c.RowRequests(i) {
			s.countRequest(&r, weight)
		}
	}
	if flags&store.HasCustoms != 0 {
		for _, e := range c.RowCustoms(i) {
			s.countCustom(&e)
		}
	}
	if flags&store.HasEvents != 0 {
		for _, e := range c.RowEvents(i) {
			s.countEvent(e.Name, c, i, weight)
		}
	}
}

func (s *inspector) countVitals(c *store.Chunk, i int, roles uint8) {
	for m := range beacon.Vitals {
		if roles&(1<<m) == 0 {
			continue
		}
		value := c.Vital(i, m)
		s.vitals[m].Add(value, 1)
		if m == s.vital {
			h := s.pages[c.Page[i]]
			if h == nil {
				h = &hist.Histogram{}
				s.pages[c.Page[i]] = h
			}
			h.Add(value, 1)
		}
	}
}

func (s *inspector) countRequest(r *store.RequestEntry, weight int64) {
	e := s.endpoints[r.Endpoint]
	if e == nil {
		e = &endpointCell{statuses: map[uint16]int64{}}
		s.endpoints[r.Endpoint] = e
	}
	e.n += weight
	if r.Failed() {
		e.failed += weight
		e.statuses[r.Status] += weight
	}
	if r.Duration != 0 {
		e.durations.Add(store.UnpackDuration(r.Duration), 1)
	}
}

func (s *inspector) countCustom(e *store.NamedEntry) {
	h := s.customs[e.Name]
	if h == nil {
		if len(s.customs) >= maxCustoms {
			return
		}
		h = &hist.Histogram{}
		s.customs[e.Name] = h
	}
	h.Add(e.Value, 1)
}

func (s *inspector) countEvent(name uint32, c *store.Chunk, i int, weight int64) {
	e := s.events[name]
	if e == nil {
		if len(s.events) >= maxCustoms {
			return
		}
		e = &eventCell{users: map[uint32]struct{}{}}
		s.events[name] = e
	}
	e.n += weight
	if user := s.log.Identities.UserOf(c.Identity[i]); user != 0 {
		e.users[user] = struct{}{}
	}
	s.funnel.countEvent(name, s.log.SenderID(c, i))
}

// funnel counts the sessions that send events in a given order.
type funnel struct {
	names   []string
	events  []uint32            // in store.Log.Strings; store.OtherString: never sent
	reached map[beacon.ID]uint8 // number of events, by sender
	counts  [maxFunnel]int
}

// newFunnel parses names separated by ">".
func newFunnel(l *store.Log, spec string) funnel {
	f := funnel{reached: map[beacon.ID]uint8{}}
	if spec == "" {
		return f
	}
	names := strings.Split(spec, ">")
	for _, name := range names[:min(len(names), maxFunnel)] {
		name = strings.TrimSpace(name)
		event, ok := l.Strings.ByText[name]
		if !ok {
			event = store.OtherString
		}
		f.names, f.events = append(f.names, name), append(f.events, event)
	}
	return f
}

func (f *funnel) countEvent(name uint32, sender beacon.ID) {
	if len(f.events) == 0 || sender == 0 {
		return
	}
	if n := f.reached[sender]; int(n) < len(f.events) && f.events[n] == name && name != store.OtherString {
		f.reached[sender] = n + 1
		f.counts[n]++
	}
}

func (f *funnel) steps() []frame.FunnelStep {
	var out []frame.FunnelStep
	for i, name := range f.names {
		out = append(out, frame.FunnelStep{Name: name, Sessions: f.counts[i]})
	}
	return out
}
