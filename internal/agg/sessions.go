package agg

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Bounds of what is told about sessions.
const (
	maxSessions = 100
	maxCourse   = 500 // steps
)

// sessions answers q.Sessions over [lo, hi).
func (a *Aggregator) sessions(spec *frame.SessionsSpec, lo, hi int64) []frame.SessionRow {
	if !spec.On {
		return nil
	}
	group, wanted := uint32(0), spec.Fingerprint != ""
	if wanted {
		var ok bool
		if group, ok = a.log.errorKinds.groupIDs[spec.Fingerprint]; !ok {
			return nil
		}
	}
	in := a.within(spec.Whole, spec.Key)
	if in == nil {
		return nil
	}
	hurt := map[uint32]*frame.SessionRow{}
	a.log.each(lo, hi, func(c *chunk, i int) {
		if c.total[i]&passing == 0 || c.flags[i]&hasErrors == 0 || c.who[i] == 0 || !in(c, i) {
			return
		}
		for _, e := range c.errorsOf(i) {
			kind := &a.log.errorKinds.list[e.kind]
			if wanted && kind.group != group {
				continue
			}
			r := hurt[c.who[i]]
			if r == nil {
				r = &frame.SessionRow{ID: a.log.sessionID(c.who[i], c.view[i])}
				hurt[c.who[i]] = r
			}
			r.Errors++
			o := &a.log.origins.list[c.origin[i]]
			r.Release, r.Browser, r.Region = a.log.texts.text[o.dims[beacon.Release]], a.log.texts.text[o.dims[beacon.BrowserVersion]], a.log.texts.text[o.dims[beacon.Region]]
			r.Page = a.log.texts.text[a.log.pages.text[c.page[i]]]
			r.Error = a.log.errorText(kind)
		}
	})
	if len(hurt) == 0 {
		return nil
	}
	// What else they did, whether it passes the filter or not.
	a.log.each(lo, hi, func(c *chunk, i int) {
		r := hurt[c.who[i]]
		if r == nil {
			return
		}
		t := at(c.at(i))
		if r.First.IsZero() || t.Before(r.First) {
			r.First = t
		}
		if t.After(r.Last) {
			r.Last = t
		}
		if c.flags[i]&beacon.FlagNavigation != 0 {
			r.Views++
		}
		if c.flags[i]&hasRequests != 0 {
			_, failed := c.requestCounts(i)
			r.Failed += failed
		}
	})
	out := make([]frame.SessionRow, 0, len(hurt))
	for _, r := range hurt {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(x, y frame.SessionRow) int {
		return cmp.Or(cmp.Compare(y.Errors, x.Errors), y.Last.Compare(x.Last), strings.Compare(x.ID, y.ID))
	})
	return slices.Clip(out[:min(len(out), maxSessions)])
}

// within is whether a row belongs to a segment; nil where there is no such segment.
func (a *Aggregator) within(whole bool, key string) func(c *chunk, i int) bool {
	if whole {
		return func(*chunk, int) bool { return true }
	}
	seg := a.lens.segments.find(key)
	if seg < 0 {
		return nil
	}
	return func(c *chunk, i int) bool { return int(a.lens.segments.of(c, i)) == seg }
}

// find is the segment of a key, -1 if there is none.
func (s *segments) find(key string) int {
	return slices.IndexFunc(s.keys, func(text uint32) bool { return keyOf(s.log.texts.text[text]) == key })
}

// sessionID names who sent a row.
func (l *log) sessionID(who, view uint32) string {
	user, session := l.visitors.identifiers(who)
	id := uint64(cmp.Or(session, user))
	if id == 0 {
		id = *l.views.keys.at(view)
	}
	return hex(id)
}

// errorText is an error in one line.
func (l *log) errorText(k *errorKind) string {
	typ, message := l.texts.text[k.typ], l.texts.text[k.message]
	switch {
	case typ == "":
		return message
	case message == "" || strings.HasPrefix(message, typ+":"):
		return cmp.Or(message, typ)
	}
	return typ + ": " + message
}

// course is everything that is retained of one session, in order of time; the
// end of it, where that is much.
func (a *Aggregator) course(spec *frame.SessionsSpec) []frame.Step {
	if !spec.On || spec.ID == "" {
		return nil
	}
	l := a.log
	sent := l.visitors.named(spec.ID)
	if sent == nil {
		return nil
	}
	var out []frame.Step
	for _, c := range l.chunks {
		for i, who := range c.who[:c.n] {
			if sent[who] {
				out = a.steps(out, c, i)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y frame.Step) int { return x.At.Compare(y.At) })
	return slices.Clip(out[max(0, len(out)-maxCourse):])
}

// named is which visitors have an id, as sessionID gives it; nil if none has.
func (v *visitors) named(id string) map[uint32]bool {
	want, err := strconv.ParseUint(id, 16, 64)
	if err != nil || want == 0 {
		return nil
	}
	var out map[uint32]bool
	for who := uint32(1); int(who) < v.list.len(); who++ {
		user, session := v.identifiers(who)
		is := uint64(cmp.Or(session, user))
		if is == 0 { // the key that the visitor is counted by is the view
			is = *v.users.keys.at(v.user(who))
		}
		if is == want && v.list.at(who).rows&^named != 0 {
			if out == nil {
				out = map[uint32]bool{}
			}
			out[who] = true
		}
	}
	return out
}

// steps adds what a row tells.
func (a *Aggregator) steps(out []frame.Step, c *chunk, i int) []frame.Step {
	l := a.log
	first := frame.Step{At: at(c.at(i)), Page: l.texts.text[l.pages.text[c.page[i]]]}
	traces := c.tracesOf(i)
	trace := func(of int) string {
		for k := range traces {
			if int(traces[k].of&^traceIsText) == of {
				return l.trace(&traces[k])
			}
		}
		return ""
	}
	add := func(kind, text string, bad bool, trace string) {
		s := first
		s.Kind, s.Text, s.Bad, s.Trace = kind, text, bad, trace
		out = append(out, s)
	}
	if c.flags[i]&beacon.FlagNavigation != 0 {
		add("view", "page view", false, trace(ofLoad))
	}
	for m := range beacon.Vitals {
		if c.mask[i]&(1<<m) != 0 {
			v := float64(c.vital(i, m))
			add("vital", beacon.Vitals[m]+" "+strconv.FormatFloat(v, 'g', 4, 64), v > bounds[m][1], "")
		}
	}
	for k, r := range c.requestsOf(i) {
		key := *l.endpoints.keys.at(uint32(r.endpoint))
		text := l.texts.text[uint32(key)] + " " + l.texts.text[key>>32] + " "
		bad := r.failed()
		if r.status == 0 {
			text += "no answer"
		} else {
			text += strconv.Itoa(int(r.status))
		}
		if d := unpackDuration(r.duration); d > 0 {
			text += " " + strconv.FormatFloat(float64(d), 'f', 0, 32) + " ms"
		}
		add("request", text, bad, trace(k))
	}
	for _, e := range c.eventsOf(i) {
		add("event", l.texts.text[e.name], false, "")
	}
	for _, e := range c.errorsOf(i) {
		add("error", l.errorText(&l.errorKinds.list[e.kind]), true, trace(ofLoad))
	}
	return out
}
