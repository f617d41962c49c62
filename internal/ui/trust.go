package ui

import (
	"fmt"
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// fact is one thing to know about what the numbers rest on.
type fact struct {
	weight gravity
	text   string
}

// facts lists what the numbers rest on, what is wrong first.
func facts(f *frame.Frame, loc *time.Location) []fact {
	h := &f.Health
	var wrong, usual []fact
	worry := func(g gravity, format string, args ...any) {
		wrong = append(wrong, fact{g, fmt.Sprintf(format, args...)})
	}
	for _, c := range [...]struct {
		n      int64
		weight gravity
		what   string
	}{
		{h.Dropped, grave, "dropped on the way here"},
		{h.Gaps, grave, "missing in the stream"},
		{h.Malformed, grave, "batches could not be read"},
		{h.Evicted, doubtful, "pushed out by --memory"},
		{h.Overflow, doubtful, "counted in (other)"},
	} {
		if c.n > 0 {
			worry(c.weight, "%s %s", count(float64(c.n)), c.what)
		}
	}
	wrong = append(wrong, collectorWorries(h)...)
	for i := range f.Silences {
		worry(grave, "%s", silenceFact(&f.Silences[i], f.At, loc))
	}
	if h.SampleBefore > 0 && h.SampleBefore != h.SampleRate {
		worry(doubtful, "sampling changed: %s, before %s", sampling(h.SampleRate), sampling(h.SampleBefore))
	}
	if !h.History {
		worry(doubtful, "%s", noHistory(h))
	}
	if ms := math.Abs(h.ServerSkewMS); ms > clockSlack {
		worry(doubtful, "this machine's clock is off by %s: the server's is used", draw.Span(time.Duration(ms)*time.Millisecond))
	}
	if h.SkewN >= frame.Thin && h.SkewP95MS > 60_000 {
		worry(doubtful, "browsers' clocks off by %s", draw.Span(time.Duration(h.SkewP95MS)*time.Millisecond))
	}
	if h.Reconnects > 0 {
		worry(calm, "%s", plural(float64(h.Reconnects), "reconnect"))
	}

	if h.PerS > 0 { // of what nobody has sent, nobody knows the share
		usual = append(usual, fact{calm, sampling(h.SampleRate)})
	}
	if h.Dropped == 0 && h.Gaps == 0 {
		usual = append(usual, fact{calm, "0 dropped · 0 gaps"})
	}
	usual = append(usual, fact{calm, count(coarse(h.PerS)) + " beacons/s"})
	if h.Collectors > 0 {
		usual = append(usual, fact{calm, plural(float64(h.Collectors), "collector")})
	}
	if h.HistoryFrom != nil {
		usual = append(usual, fact{calm, "history from " + draw.Clock(*h.HistoryFrom, f.At, loc)})
	}
	if h.SkewN >= frame.Thin && h.SkewP95MS <= 60_000 {
		usual = append(usual, fact{calm, "skew p95 " + coarseSeconds(h.SkewP95MS) + " s"})
	}
	if h.MutedErrors > 0 {
		usual = append(usual, fact{calm, count(coarse(float64(h.MutedErrors))) + " errors muted"})
	}
	if h.Late > 0 {
		usual = append(usual, fact{calm, count(coarse(float64(h.Late))) + " late"})
	}
	if h.Duplicates > 0 {
		usual = append(usual, fact{calm, count(coarse(float64(h.Duplicates))) + " twice"})
	}
	if h.Server != "" {
		usual = append(usual, fact{calm, h.Server})
	}
	return append(wrong, usual...)
}

// clockSlack is how far clocks may be apart, in milliseconds, before it is said.
const clockSlack = 2000

// collectorWorries is what collectors say that is wrong with them.
func collectorWorries(h *frame.Health) (wrong []fact) {
	worry := func(g gravity, format string, args ...any) {
		wrong = append(wrong, fact{g, fmt.Sprintf(format, args...)})
	}
	if h.CollectorsLost > 0 {
		worry(grave, "%s lost by collectors", count(float64(h.CollectorsLost)))
	}
	if h.CollectorsUnbalanced > 0 {
		worry(grave, "%s cannot account for its beacons", plural(float64(h.CollectorsUnbalanced), "collector"))
	}
	if h.CollectorsSilent > 0 {
		worry(doubtful, "%d of %s silent", h.CollectorsSilent, plural(float64(h.Collectors+h.CollectorsSilent), "collector"))
	}
	if h.CollectorsAlone > 0 {
		worry(doubtful, "users counted apart by %s", plural(float64(h.CollectorsAlone), "collector"))
	}
	if ms := math.Abs(h.CollectorSkewMS); ms > clockSlack {
		worry(doubtful, "a collector's clock off by %s", draw.Span(time.Duration(ms)*time.Millisecond))
	}
	if h.Violations > 0 {
		worry(doubtful, "NATS forbade %s", plural(float64(h.Violations), "request"))
	}
	return wrong
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
	return "no history" + historyReasons[h.HistoryState]
}

func sampling(rate float64) string {
	if rate <= 0 || rate >= 1 {
		return "all sessions sent"
	}
	if rate >= 0.01 {
		return wholePercent(rate) + " of sessions sent"
	}
	return percent(rate) + "% of sessions sent"
}

// coarse keeps two digits of a rate.
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

// leastFact is the room under which the beginning of a fact says nothing.
const leastFact = 16

// trustLine puts what has room on one line.
func trustLine(f *frame.Frame, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	if f == nil {
		p.PutLeft(t.Dim, " trust: nothing received", w)
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
