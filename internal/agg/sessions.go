package agg

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// Bounds of what is told about sessions.
const (
	maxSessions = 100
	maxTimeline = 500 // steps
)

// sessions answers q.Sessions over [lo, hi).
func (a *Aggregator) sessions(spec *frame.SessionsSpec, lo, hi int64) []frame.SessionRow {
	if !spec.On {
		return nil
	}
	group, wanted := uint32(0), spec.Fingerprint != ""
	if wanted {
		var ok bool
		if group, ok = a.log.Errors.GroupIDs[spec.Fingerprint]; !ok {
			return nil
		}
	}
	in := a.segmentTest(spec.Whole, spec.Key)
	if in == nil {
		return nil
	}
	hurt := map[uint32]*frame.SessionRow{}
	a.log.Each(lo, hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 || c.Flags[i]&store.HasErrors == 0 || c.Identity[i] == 0 || !in(c, i) {
			return
		}
		for _, e := range c.RowErrors(i) {
			kind := &a.log.Errors.Kinds[e.Kind]
			if wanted && kind.Group != group {
				continue
			}
			r := hurt[c.Identity[i]]
			if r == nil {
				r = &frame.SessionRow{ID: a.log.SenderID(c.Identity[i], c.View[i])}
				hurt[c.Identity[i]] = r
			}
			r.Errors++
			o := &a.log.Origins.List[c.Origin[i]]
			r.Release, r.Browser, r.Region = a.log.Strings.Text[o.Dims[beacon.Release]], a.log.Strings.Text[o.Dims[beacon.BrowserVersion]], a.log.Strings.Text[o.Dims[beacon.Region]]
			r.Page = a.log.Strings.Text[a.log.Pages.Text[c.Page[i]]]
			r.Error = a.log.ErrorText(kind)
		}
	})
	if len(hurt) == 0 {
		return nil
	}
	// What else they did, whether it passes the filter or not.
	a.log.Each(lo, hi, func(c *store.Chunk, i int) {
		r := hurt[c.Identity[i]]
		if r == nil {
			return
		}
		t := timeOf(c.ReceivedAt(i))
		if r.First.IsZero() || t.Before(r.First) {
			r.First = t
		}
		if t.After(r.Last) {
			r.Last = t
		}
		if c.Flags[i]&beacon.FlagNavigation != 0 {
			r.Views++
		}
		if c.Flags[i]&store.HasRequests != 0 {
			_, failed := c.RequestCounts(i)
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

// segmentTest is whether a row belongs to a segment; nil where there is no such segment.
func (a *Aggregator) segmentTest(whole bool, key string) func(c *store.Chunk, i int) bool {
	if whole {
		return func(*store.Chunk, int) bool { return true }
	}
	seg := a.lens.segments.Find(key)
	if seg < 0 {
		return nil
	}
	return func(c *store.Chunk, i int) bool { return int(a.lens.segments.OfRow(c, i)) == seg }
}

// timeline is everything that is retained of one session, in order of time; the
// end of it, where that is much.
func (a *Aggregator) timeline(spec *frame.SessionsSpec) []frame.Step {
	if !spec.On || spec.ID == "" {
		return nil
	}
	l := a.log
	sent := l.Identities.WithID(spec.ID)
	if sent == nil {
		return nil
	}
	var out []frame.Step
	for _, c := range l.Chunks {
		for i, who := range c.Identity[:c.Rows] {
			if sent[who] {
				out = a.rowSteps(out, c, i)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y frame.Step) int { return x.At.Compare(y.At) })
	return slices.Clip(out[max(0, len(out)-maxTimeline):])
}

// rowSteps adds what a row tells.
func (a *Aggregator) rowSteps(out []frame.Step, c *store.Chunk, i int) []frame.Step {
	l := a.log
	first := frame.Step{At: timeOf(c.ReceivedAt(i)), Page: l.Strings.Text[l.Pages.Text[c.Page[i]]]}
	traces := c.RowTraces(i)
	trace := func(of int) string {
		for k := range traces {
			if traces[k].Source() == of {
				return l.TraceID(&traces[k])
			}
		}
		return ""
	}
	add := func(kind, text string, bad bool, trace string) {
		s := first
		s.Kind, s.Text, s.Bad, s.Trace = kind, text, bad, trace
		out = append(out, s)
	}
	if c.Flags[i]&beacon.FlagNavigation != 0 {
		add("view", "", false, trace(store.TraceOfLoad))
	}
	for m := range beacon.Vitals {
		if c.VitalMask[i]&(1<<m) != 0 {
			v := float64(c.Vital(i, m))
			add("vital", measure.Vitals[m].Title+" "+measure.Vitals[m].Unit.Format(v), v > bounds[m][1], "")
		}
	}
	for k, r := range c.RowRequests(i) {
		url, method := l.Endpoint(uint32(r.Endpoint))
		text := l.Strings.Text[method] + " " + l.Strings.Text[url] + " "
		bad := r.Failed()
		if r.Status == 0 {
			text += "no response"
		} else {
			text += strconv.Itoa(int(r.Status))
		}
		if d := store.UnpackDuration(r.Duration); d > 0 {
			text += " " + strconv.FormatFloat(float64(d), 'f', 0, 32) + " ms"
		}
		add("request", text, bad, trace(k))
	}
	for _, e := range c.RowEvents(i) {
		add("event", l.Strings.Text[e.Name], false, "")
	}
	for _, e := range c.RowErrors(i) {
		add("error", l.ErrorText(&l.Errors.Kinds[e.Kind]), true, trace(store.TraceOfLoad))
	}
	return out
}
