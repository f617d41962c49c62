package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// fact is one thing to know about the quality of the data.
type fact struct {
	weight gravity
	text   string
}

// facts are what the trust line shows, problems first.
func facts(f *frame.Frame, loc *time.Location) []fact {
	return append(problems(f, loc), usualFacts(f, loc)...)
}

// problems are what makes the data incomplete or doubtful.
func problems(f *frame.Frame, loc *time.Location) (list []fact) {
	h := &f.Health
	add := func(g gravity, text string) { list = append(list, fact{g, text}) }
	for _, c := range [...]struct {
		n      int64
		weight gravity
		text   string
	}{
		{h.Dropped, grave, measure.Count(float64(h.Dropped)) + " dropped in transit"},
		{h.Gaps, grave, measure.Count(float64(h.Gaps)) + " missing from stream"},
		{h.Malformed, grave, plural(float64(h.Malformed), "undecodable batch")},
		{h.Evicted, doubtful, measure.Count(float64(h.Evicted)) + " evicted by --memory"},
		{h.Overflow, doubtful, measure.Count(float64(h.Overflow)) + " counted in (other)"},
	} {
		if c.n > 0 {
			add(c.weight, c.text)
		}
	}
	list = append(list, collectorProblems(h)...)
	for i := range f.Silences {
		add(grave, silenceText(&f.Silences[i], f.At, loc))
	}
	if h.SampleBefore > 0 && h.SampleBefore != h.SampleRate {
		add(doubtful, "sampling changed: "+sampling(h.SampleRate)+", was "+sampling(h.SampleBefore))
	}
	if !h.History {
		add(doubtful, noHistory(h))
	}
	if ms := math.Abs(h.ServerSkewMS); ms > clockSlack {
		add(doubtful, "local clock off by "+millisSpan(ms)+": using server time")
	}
	if h.SkewN >= frame.Thin && h.SkewP95MS > maxSkew {
		add(doubtful, "browsers' clocks off by "+millisSpan(h.SkewP95MS))
	}
	if h.Reconnects > 0 {
		add(calm, plural(float64(h.Reconnects), "reconnect"))
	}
	return list
}

// usualFacts are what there is to know if nothing is wrong.
func usualFacts(f *frame.Frame, loc *time.Location) (list []fact) {
	h := &f.Health
	for _, c := range [...]struct {
		shown bool
		text  string
	}{
		{h.PerS > 0, sampling(h.SampleRate)}, // without beacons the rate is unknown
		{h.Excluded.AreMany(f.Total.Views), h.Excluded.String() + " left out"},
		{h.Dropped == 0 && h.Gaps == 0, "0 dropped · 0 gaps"},
		{draw.Finite(h.PerS), measure.Count(coarse(h.PerS)) + " beacons/s"},
		{h.Collectors > 0, plural(float64(h.Collectors), "collector")},
		{h.HistoryFrom != nil, historyFrom(f, loc)},
		{h.SkewN >= frame.Thin && h.SkewP95MS <= maxSkew, "skew p95 " + measure.TailSeconds(h.SkewP95MS) + " s"},
		{h.MutedErrors > 0, measure.Count(coarse(float64(h.MutedErrors))) + " errors muted"},
		{h.Late > 0, measure.Count(coarse(float64(h.Late))) + " late"},
		{h.Duplicates > 0, plural(coarse(float64(h.Duplicates)), "duplicate")},
		{h.Server != "", h.Server},
	} {
		if c.shown {
			list = append(list, fact{calm, c.text})
		}
	}
	return list
}

func historyFrom(f *frame.Frame, loc *time.Location) string {
	if f.Health.HistoryFrom == nil {
		return ""
	}
	return "history from " + draw.Clock(*f.Health.HistoryFrom, f.At, loc)
}

func millisSpan(ms float64) string { return draw.Span(time.Duration(ms) * time.Millisecond) }

// maxSkew is how far browsers' clocks may be off, in milliseconds, before that is
// a problem.
const maxSkew = 60_000

// clockSlack is how far clocks may differ, in milliseconds, before it is shown.
const clockSlack = 2000

// collectorProblems are the problems that collectors report.
func collectorProblems(h *frame.Health) (list []fact) {
	add := func(g gravity, text string) { list = append(list, fact{g, text}) }
	if h.CollectorsLost > 0 {
		add(grave, measure.Count(float64(h.CollectorsLost))+" lost by collectors")
	}
	if n := h.CollectorsUnbalanced; n == 1 {
		add(grave, "1 collector's counts do not add up")
	} else if n > 1 {
		add(grave, measure.Count(float64(n))+" collectors' counts do not add up")
	}
	if h.CollectorsSilent > 0 {
		add(doubtful, fmt.Sprintf("%d of %s silent", h.CollectorsSilent, plural(float64(h.Collectors+h.CollectorsSilent), "collector")))
	}
	if n := h.CollectorsAlone; n == 1 {
		add(doubtful, "1 collector hashes users separately")
	} else if n > 1 {
		add(doubtful, measure.Count(float64(n))+" collectors hash users separately")
	}
	if ms := math.Abs(h.CollectorSkewMS); ms > clockSlack {
		add(doubtful, "collector clock off by "+millisSpan(ms))
	}
	switch {
	case h.CollectorsProblem != "":
		add(grave, "collector: "+withoutCure(h.CollectorsProblem))
	case h.CollectorsWaitingS > maxWaiting.Seconds():
		add(grave, "batches unacknowledged for "+draw.Span(time.Duration(h.CollectorsWaitingS*float64(time.Second))))
	}
	if h.Violations > 0 {
		add(doubtful, "NATS denied "+plural(float64(h.Violations), "request"))
	}
	return list
}

// maxWaiting is how long a collector's batch may wait to be stored before that is
// a problem.
const maxWaiting = time.Minute

// withoutCure is a message without its last part, what to do, for which a line
// has no room.
func withoutCure(message string) string {
	if i := strings.LastIndex(message, ": "); i > 0 {
		return message[:i]
	}
	return message
}

// historyReasons are why there is no history.
var historyReasons = map[beacon.HistoryState]string{
	beacon.HistoryOff:       ": JetStream is off",
	beacon.HistoryNoStream:  ": no stream RUM yet",
	beacon.HistoryDenied:    ": no read permission on stream RUM",
	beacon.HistoryForbidden: ": no permission to subscribe",
	beacon.HistoryNoAnswer:  ": JetStream does not respond",
}

// noHistory says that there is no history and why. While disconnected the
// first line has the reason.
func noHistory(h *frame.Health) string {
	if !h.Connected {
		return "no history"
	}
	if h.HistoryState == beacon.HistoryRefused {
		return "no history: " + h.HistoryReason
	}
	return "no history" + historyReasons[h.HistoryState]
}

// sampling is the share of sessions that send beacons.
func sampling(rate float64) string {
	if rate <= 0 || rate >= 1 {
		return "unsampled"
	}
	if rate >= 0.01 {
		return "sampled at " + measure.WholePercent(rate)
	}
	return "sampled at " + measure.Share.Format(rate)
}

// coarse rounds to two digits.
func coarse(v float64) float64 {
	if !draw.Finite(v) {
		return math.NaN()
	}
	step := 1.0
	for v/step >= 100 {
		step *= 10
	}
	return math.Round(v/step) * step
}

// leastFact is the room below which the beginning of a fact says nothing.
const leastFact = 16

// trustLine draws the facts that fit on one line.
func trustLine(f *frame.Frame, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	if f == nil {
		p.PutLeft(t.Dim, " trust: no data", w)
		return p.Flush()
	}
	list := facts(f, loc)
	if list[0].weight >= doubtful {
		p.Put(list[0].weight.style(t), " ! ")
	} else {
		p.Put(t.Dim, " trust: ")
	}
	for i, x := range list {
		text := draw.Clean(x.text, w)
		sep := ""
		if i > 0 {
			sep = " · "
		}
		if p.Len()+draw.Cells(sep)+draw.Cells(text) > w-1 {
			if room := w - 1 - p.Len() - draw.Cells(sep); i == 0 || x.weight >= doubtful && room >= leastFact {
				p.Put(t.Dim, sep)
				p.Put(x.weight.style(t), draw.Clean(x.text, max(room, 0)))
			}
			continue
		}
		p.Put(t.Dim, sep)
		s := t.Dim
		if x.weight >= doubtful {
			s = x.weight.style(t)
		}
		p.Put(s, text)
	}
	return p.Flush()
}
