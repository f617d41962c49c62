package agg

import (
	"slices"
	"strconv"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// maxTimeline is the number of entries that a timeline lists.
const maxTimeline = 500

// timeline lists all that is retained of one session in order of time. If that is
// too much, it lists the end.
func (a *Aggregator) timeline(spec *frame.SessionsSpec) []frame.TimelineEntry {
	if !spec.On || spec.ID == "" {
		return nil
	}
	isWanted := a.log.Identities.SenderTest(spec.ID)
	if isWanted == nil {
		return nil
	}
	t := timeline{log: a.log}
	for _, c := range a.log.Chunks {
		for i, identity := range c.Identity[:c.Rows] {
			if isWanted(identity) {
				t.appendRow(c, i)
			}
		}
	}
	slices.SortStableFunc(t.steps, func(x, y frame.TimelineEntry) int { return x.At.Compare(y.At) })
	return slices.Clip(t.steps[max(0, len(t.steps)-maxTimeline):])
}

// timeline collects the entries of a session's timeline.
type timeline struct {
	log   *store.Log
	steps []frame.TimelineEntry
}

// appendRow adds the entries of a row.
func (t *timeline) appendRow(c *store.Chunk, i int) {
	l := t.log
	common := frame.TimelineEntry{At: timeOf(c.ReceivedAt(i)), Page: l.PageText(c.Page[i])}
	traces := c.RowTraces(i)
	entry := func(kind, text string, bad bool, traceSource int) {
		s := common
		s.Kind, s.Text, s.Bad = kind, text, bad
		for k := range traces {
			if traces[k].Source() == traceSource {
				s.Trace = l.TraceID(&traces[k])
				break
			}
		}
		t.steps = append(t.steps, s)
	}
	if c.Flags[i]&beacon.FlagNavigation != 0 {
		entry("view", "", false, store.TraceOfLoad)
	}
	for m, vital := range measure.Vitals {
		if c.VitalMask[i]&(1<<m) != 0 {
			v := float64(c.Vital(i, m))
			entry("vital", vital.Title+" "+vital.Unit.Format(v), v > vital.Poor, noTrace)
		}
	}
	for k, r := range c.RowRequests(i) {
		entry("request", requestText(l, &r), r.Failed(), k)
	}
	for _, e := range c.RowEvents(i) {
		entry("event", l.Strings.Text[e.Name], false, noTrace)
	}
	for _, e := range c.RowErrors(i) {
		entry("error", l.ErrorText(&l.Errors.Kinds[e.Kind]), true, store.TraceOfLoad)
	}
}

// noTrace is no source of a trace.
const noTrace = -1

// requestText is a request in one line: GET /api/cart 200 173 ms.
func requestText(l *store.Log, r *store.RequestEntry) string {
	url, method := l.Endpoint(uint32(r.Endpoint))
	text := l.Strings.Text[method] + " " + l.Strings.Text[url]
	if r.Status == 0 {
		text += " no response"
	} else {
		text += " " + strconv.Itoa(int(r.Status))
	}
	if d := store.UnpackDuration(r.Duration); d > 0 {
		text += " " + measure.Duration(float64(d))
	}
	return text
}
