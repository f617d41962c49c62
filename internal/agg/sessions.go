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
		if group, ok = a.log.errors.groupIDs[spec.Fingerprint]; !ok {
			return nil
		}
	}
	in := a.within(spec.Whole, spec.Key)
	if in == nil {
		return nil
	}
	hurt := map[uint32]*frame.SessionRow{}
	a.log.each(lo, hi, func(c *Chunk, i int) {
		if c.totalRoles[i]&rolePasses == 0 || c.flags[i]&hasErrors == 0 || c.identity[i] == 0 || !in(c, i) {
			return
		}
		for _, e := range c.rowErrors(i) {
			kind := &a.log.errors.kinds[e.kind]
			if wanted && kind.group != group {
				continue
			}
			r := hurt[c.identity[i]]
			if r == nil {
				r = &frame.SessionRow{ID: a.log.senderID(c.identity[i], c.view[i])}
				hurt[c.identity[i]] = r
			}
			r.Errors++
			o := &a.log.origins.list[c.origin[i]]
			r.Release, r.Browser, r.Region = a.log.strings.text[o.dims[beacon.Release]], a.log.strings.text[o.dims[beacon.BrowserVersion]], a.log.strings.text[o.dims[beacon.Region]]
			r.Page = a.log.strings.text[a.log.pages.text[c.page[i]]]
			r.Error = a.log.errorText(kind)
		}
	})
	if len(hurt) == 0 {
		return nil
	}
	// What else they did, whether it passes the filter or not.
	a.log.each(lo, hi, func(c *Chunk, i int) {
		r := hurt[c.identity[i]]
		if r == nil {
			return
		}
		t := at(c.receivedAt(i))
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
func (a *Aggregator) within(whole bool, key string) func(c *Chunk, i int) bool {
	if whole {
		return func(*Chunk, int) bool { return true }
	}
	seg := a.lens.segments.find(key)
	if seg < 0 {
		return nil
	}
	return func(c *Chunk, i int) bool { return int(a.lens.segments.ofRow(c, i)) == seg }
}

// course is everything that is retained of one session, in order of time; the
// end of it, where that is much.
func (a *Aggregator) course(spec *frame.SessionsSpec) []frame.Step {
	if !spec.On || spec.ID == "" {
		return nil
	}
	l := a.log
	sent := l.identities.withID(spec.ID)
	if sent == nil {
		return nil
	}
	var out []frame.Step
	for _, c := range l.chunks {
		for i, who := range c.identity[:c.rows] {
			if sent[who] {
				out = a.steps(out, c, i)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y frame.Step) int { return x.At.Compare(y.At) })
	return slices.Clip(out[max(0, len(out)-maxCourse):])
}

// steps adds what a row tells.
func (a *Aggregator) steps(out []frame.Step, c *Chunk, i int) []frame.Step {
	l := a.log
	first := frame.Step{At: at(c.receivedAt(i)), Page: l.strings.text[l.pages.text[c.page[i]]]}
	traces := c.rowTraces(i)
	trace := func(of int) string {
		for k := range traces {
			if int(traces[k].source&^traceIsText) == of {
				return l.traceID(&traces[k])
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
		add("view", "page view", false, trace(traceOfLoad))
	}
	for m := range beacon.Vitals {
		if c.vitalMask[i]&(1<<m) != 0 {
			v := float64(c.vital(i, m))
			add("vital", beacon.Vitals[m]+" "+strconv.FormatFloat(v, 'g', 4, 64), v > bounds[m][1], "")
		}
	}
	for k, r := range c.rowRequests(i) {
		url, method := l.endpoint(uint32(r.endpoint))
		text := l.strings.text[method] + " " + l.strings.text[url] + " "
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
	for _, e := range c.rowEvents(i) {
		add("event", l.strings.text[e.name], false, "")
	}
	for _, e := range c.rowErrors(i) {
		add("error", l.errorText(&l.errors.kinds[e.kind]), true, trace(traceOfLoad))
	}
	return out
}
