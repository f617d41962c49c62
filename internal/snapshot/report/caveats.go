package report

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// setCaveats lists what limits the report's numbers.
func (b *builder) setCaveats(whole *frame.Frame) {
	r, m, h := &b.r, &b.meta, &b.meta.Health
	r.Caveats = []string{}
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			r.Caveats = append(r.Caveats, fmt.Sprintf(format, args...))
		}
	}
	say(m.Only != "", "The recording holds only beacons that match the filter %s.", m.Only)
	say(m.Anonymised, "The recording is anonymised: it holds no users or sessions, and page views count as users.")
	say(b.first.After(r.From.Add(time.Minute)), "The recording starts at %s, after the report.", clock(b.first))
	say(b.o.To.After(b.last), "The recording ends at %s, before the report.", clock(b.last))
	if in := r.Incident; in.Onset.Known() {
		during := r.Phases[b.during]
		say(!b.hasBefore, "The recording does not reach back before the onset: there is nothing to compare with.")
		if b.hasBefore {
			before := r.Phases[0]
			say(before.To.Sub(before.From) < during.To.Sub(during.From), "The recording reaches back only %s before the onset, less than the length of the incident: changes are not marked.", span(before.To.Sub(before.From)))
		}
		say(in.End.Known() && r.To.Sub(in.End.At) < during.To.Sub(during.From), "The recording ends %s after the incident, less than the length of the incident.", span(r.To.Sub(in.End.At)))
	}
	evicted := whole.Health.Evicted
	say(evicted > 0, "%d of the oldest beacons did not fit this report's memory: raise --memory.", evicted)
	say(whole.Health.MutedErrors > 0, "%d errors are excluded by --mute-error.", whole.Health.MutedErrors)
	say(whole.Health.Excluded.String() != "", "Left out are %s: the numbers are of %s. See all of it with --traffic all.", whole.Health.Excluded.String(), whole.Traffic)
	say(m.Missed > 0, "%d beacons were lost while the recording was written.", m.Missed)
	say(h.Loading < 1 && h.Loading > 0, "The history was still loading when the recording was taken (%.0f%%).", 100*h.Loading)
	say(h.Evicted > 0, "%d beacons had been evicted from memory before the recording was taken.", h.Evicted)
	for _, c := range []struct {
		n    int64
		what string
	}{
		{h.Dropped, "beacons or messages dropped in transit to the viewer"},
		{h.Gaps, "messages missing from the stream"},
		{h.Malformed, "undecodable batches"},
		{h.Overflow, "beacons over a cap, counted in (other)"},
		{h.CollectorsLost, "beacons lost by collectors in the last window"},
		{int64(h.CollectorsUnbalanced), "collectors whose counts do not add up"},
		{int64(h.CollectorsSilent), "silent collectors"},
		{int64(h.CollectorsAlone), "collectors that hash users separately: users may count twice"},
		{h.Violations, "requests of the viewer denied by NATS"},
	} {
		say(c.n > 0, "%d %s.", c.n, c.what)
	}
	say(h.Note != "", "When the recording was taken: %s", plain.Line(h.Note, maxLine))
	b.addSamplingCaveats(whole, say)
	say(whole.Health.SkewN > 0 && whole.Health.SkewP95MS > 60_000, "Clocks of one browser in twenty are off by %s or more; all times are the collectors'.", span(time.Duration(whole.Health.SkewP95MS)*time.Millisecond))
	b.addGapCaveats(say)
	for _, w := range whole.Warnings {
		say(true, "%s", plain.Line(w, maxLine))
	}
}

// addSamplingCaveats adds caveats about estimates, and about a rate that
// changed with the incident.
func (b *builder) addSamplingCaveats(whole *frame.Frame, say func(bool, string, ...any)) {
	say(whole.Health.SampleRate < 1, "Browsers sample sessions (down to %s): counts of views, errors and requests are estimates; users are those seen.", percent(whole.Health.SampleRate))
	rates := make([]float64, len(b.phases))
	for i, q := range b.phases {
		q.By = b.o.By[0]
		rates[i] = b.frameOf(q).Health.SampleRate
	}
	for i := 1; i < len(rates); i++ {
		say(rates[i] != rates[0], "The lowest sampling rate changed: %s %s, %s %s. Numbers of users are not comparable.", percent(rates[0]), b.r.Phases[0].Name, percent(rates[i]), b.r.Phases[i].Name)
	}
}

// addGapCaveats adds caveats about steps of the chart without any beacon.
func (b *builder) addGapCaveats(say func(bool, string, ...any)) {
	points, step := b.r.Chart.Points, b.r.Chart.stepLength()
	for i := 0; i < len(points); i++ {
		begin := i
		for i < len(points) && points[i].Figures[affectedLine].State == StateNone {
			i++
		}
		if i > begin {
			from, to := points[begin].To.Add(-step), points[i-1].To
			say(from.After(b.first) && to.Before(b.last), "No beacons from %s to %s. Silence is not health.", clock(from), clock(to))
		}
	}
}
