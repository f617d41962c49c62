package agg

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

const (
	maxReleases        = 20
	maxBreakdownValues = 12
	maxBreakdownTags   = 20
	maxValues          = 200
	maxTraces          = 5
)

// errorGroup converts an error group for a frame.
func (a *Aggregator) errorGroup(f *frame.Frame, group uint32, blo int64) frame.ErrorGroup {
	l := a.log
	kind := &l.Errors.Kinds[l.Errors.Groups[group].Sample]
	span := a.lens.errors[group]
	oldest, _ := l.Oldest()
	g := frame.ErrorGroup{
		Fingerprint: l.Errors.Groups[group].Fingerprint,
		Type:        l.Strings.Text[kind.TypeName], Message: l.Strings.Text[kind.Message],
		FirstSeen: timeOf(span.first), LastSeen: timeOf(span.last),
		New: span.first >= blo && oldest < blo, State: a.errorState(f, group, blo),
	}
	if c := a.now.groups[group]; c != nil {
		g.Count, g.Users = countOf(c.count), c.users
		for release := range c.releases {
			if release != store.NoString {
				g.Releases = append(g.Releases, l.Strings.Text[release])
			}
		}
		slices.Sort(g.Releases)
		// The newest sort last, and say most.
		g.Releases = slices.Clip(g.Releases[max(0, len(g.Releases)-maxReleases):])
	}
	if c := a.before.groups[group]; c != nil {
		g.Before = countOf(c.count)
	}
	return g
}

// detail returns the details of one group, nil if no error of it passes the filter.
func (a *Aggregator) detail(f *frame.Frame, fingerprint string, blo int64) *frame.ErrorDetail {
	group, ok := a.log.Errors.GroupIDs[fingerprint]
	if !ok || int(group) >= len(a.lens.errors) || a.lens.errors[group].last == 0 {
		return nil
	}
	d := &frame.ErrorDetail{ErrorGroup: a.errorGroup(f, group, blo)}
	a.addBreakdown(d, group)
	a.addOccurrences(d, group)
	a.groupCounts(d, group)
	return d
}

// addOccurrences adds the sessions and the newest traces of the group's errors, and
// the stack of the group's sample with its release. If the sample is not in the
// window, it takes the first error of the group that is.
func (a *Aggregator) addOccurrences(d *frame.ErrorDetail, group uint32) {
	sessions := map[beacon.ID]struct{}{}
	first := a.log.Errors.Groups[group].Sample
	sample, found := first, false
	a.log.Each(a.now.lo, a.now.hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 || c.Flags[i]&store.HasErrors == 0 {
			return
		}
		in := false
		for _, e := range c.RowErrors(i) {
			if a.log.Errors.Kinds[e.Kind].Group != group {
				continue
			}
			in = true
			if e.Kind == first || !found {
				sample, found = e.Kind, true
				d.Release = a.log.DimText(c.Origin[i], beacon.Release)
			}
		}
		if !in {
			return
		}
		if _, session := a.log.Identities.Identifiers(c.Identity[i]); session != 0 {
			sessions[session] = struct{}{}
		}
		for _, t := range c.RowTraces(i) {
			addTrace(d, frame.ErrorTrace{At: timeOf(c.ReceivedAt(i)), ID: a.log.TraceID(&t)})
		}
	})
	d.Sessions = len(sessions)
	kind := &a.log.Errors.Kinds[sample]
	d.Stack, d.Handled = a.log.Strings.Text[kind.Stack], kind.Handled
}

// addTrace keeps a trace if it is among the newest.
func addTrace(d *frame.ErrorDetail, t frame.ErrorTrace) {
	newer := func(x, t frame.ErrorTrace) int { return t.At.Compare(x.At) }
	for i, known := range d.Traces {
		if known.ID == t.ID {
			if !t.At.After(known.At) {
				return
			}
			d.Traces = slices.Delete(d.Traces, i, i+1)
			break
		}
	}
	at, _ := slices.BinarySearchFunc(d.Traces, t, newer)
	if at < maxTraces {
		d.Traces = slices.Insert(d.Traces, at, t)
		d.Traces = d.Traces[:min(len(d.Traces), maxTraces)]
	}
}

// groupCounts adds the number of the group's errors in each step of the charts.
func (a *Aggregator) groupCounts(d *frame.ErrorDetail, group uint32) {
	s := a.charts
	if s.step == 0 || len(s.cells) == 0 {
		return
	}
	d.Counts = make([]float64, len(s.cells))
	for _, c := range a.log.Chunks {
		for _, e := range c.Errors {
			i := int(e.Row)
			if c.TotalRoles[i]&store.RolePasses == 0 || a.log.Errors.Kinds[e.Kind].Group != group {
				continue
			}
			if k := c.ReceivedAt(i)/s.step - s.base; k >= 0 && k < int64(len(d.Counts)) {
				d.Counts[k] += float64(countOf(a.log.Origins.Weights[c.Origin[i]]))
			}
		}
	}
}

// weights are fixed-point counts by origin and by page, from which the counts by
// any dimension follow.
type weights struct{ byOrigin, byPage []int64 }

func newWeights(l *store.Log) weights {
	return weights{make([]int64, len(l.Origins.List)), make([]int64, len(l.Pages.Text))}
}

func (w *weights) addRow(c *store.Chunk, i int, n int64) {
	w.byOrigin[c.Origin[i]] += n
	w.byPage[c.Page[i]] += n
}

// byValue sums the weights by the values of a dimension or tag, in
// store.Log.Strings.
func (w *weights) byValue(s *store.Segments) (sums map[uint32]int64, all int64) {
	sums = map[uint32]int64{}
	from := w.byOrigin
	if s.Dim == beacon.Page {
		from = w.byPage
	}
	for id, n := range from {
		if n != 0 {
			sums[s.Value(uint32(id))] += n
			all += n
		}
	}
	return sums, all
}

// addBreakdown adds how the group's errors and all page views of the window divide
// over the values of dimensions and tags.
func (a *Aggregator) addBreakdown(d *frame.ErrorDetail, group uint32) {
	errors, views := newWeights(a.log), newWeights(a.log)
	a.log.Each(a.now.lo, a.now.hi, func(c *store.Chunk, i int) {
		v := c.TotalRoles[i]
		if v&store.RolePasses == 0 {
			return
		}
		weight := a.log.Origins.Weights[c.Origin[i]]
		if v&store.RoleView != 0 {
			views.addRow(c, i, weight)
		}
		if c.Flags[i]&store.HasErrors == 0 {
			return
		}
		for _, e := range c.RowErrors(i) {
			if a.log.Errors.Kinds[e.Kind].Group == group {
				errors.addRow(c, i, weight)
			}
		}
	})
	names := beacon.DimNames()
	for i, tag := range a.tags() {
		if i < maxBreakdownTags {
			names = append(names, "tag."+tag)
		}
	}
	for _, name := range names {
		s := store.NewSegments(a.log, name)
		sums, all := errors.byValue(&s)
		viewSums, allViews := views.byValue(&s)
		if len(sums) == 0 || len(sums) == 1 && (sums[store.NoString] != 0 || s.Dim == beacon.Traffic) {
			continue
		}
		d.Spread = append(d.Spread, frame.Spread{Dim: name, Values: a.breakdownValues(sums, all, viewSums, allViews)})
	}
}

func (a *Aggregator) breakdownValues(sums map[uint32]int64, all int64, viewSums map[uint32]int64, allViews int64) []frame.SpreadValue {
	values := make([]frame.SpreadValue, 0, len(sums))
	for text, n := range sums {
		values = append(values, frame.SpreadValue{
			Value:  store.KeyOf(a.log.Strings.Text[text]),
			Errors: float64(n) / float64(all), Views: float64(viewSums[text]) / float64(max(allViews, 1)),
		})
	}
	slices.SortFunc(values, func(x, y frame.SpreadValue) int {
		return cmp.Or(cmp.Compare(y.Errors, x.Errors), strings.Compare(x.Value, y.Value))
	})
	return slices.Clip(values[:min(len(values), maxBreakdownValues)])
}

// values returns the values of a dimension or tag in the window, the most frequent
// first. They ignore the filter: completion offers what one could filter for.
func (a *Aggregator) values(name string, lo, hi int64) []frame.ValueCount {
	w := newWeights(a.log)
	a.log.Each(lo, hi, func(c *store.Chunk, i int) { w.addRow(c, i, 1) })
	s := store.NewSegments(a.log, name)
	sums, _ := w.byValue(&s)
	delete(sums, store.NoString)
	texts := slices.SortedFunc(maps.Keys(sums), func(x, y uint32) int {
		return cmp.Or(cmp.Compare(sums[y], sums[x]), strings.Compare(a.log.Strings.Text[x], a.log.Strings.Text[y]))
	})
	var out []frame.ValueCount
	for _, text := range texts[:min(len(texts), maxValues)] {
		out = append(out, frame.ValueCount{Value: a.log.Strings.Text[text], Beacons: int(sums[text])})
	}
	return out
}
