package ui

import (
	"math"
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// differsQuestion is which page views are compared with which others.
type differsQuestion struct {
	kind  questionKind
	vital string // of askSlow: lcp
}

type questionKind int

// The kinds of questions, in the order of the key.
const (
	askErrored questionKind = iota
	askSlow
	askOnset
	askT0
	askMarker
	askWindow
	askSelection
	askReleases
	askFilter
	numQuestionKinds
)

// differsQuestions are all questions, in the order of the key.
func differsQuestions() (all []differsQuestion) {
	for kind := range numQuestionKinds {
		if kind != askSlow {
			all = append(all, differsQuestion{kind: kind})
			continue
		}
		for _, m := range measure.All {
			if m.Vital >= 0 {
				all = append(all, differsQuestion{kind, m.Name})
			}
		}
	}
	return all
}

// questionOf is the question about the measure that got worse.
func questionOf(f *frame.Frame) differsQuestion {
	if f != nil {
		if m, ok := measure.ByKey(f.Finding.Measure); ok && m.Vital >= 0 {
			return differsQuestion{askSlow, m.Name}
		}
	}
	return differsQuestion{}
}

// slowFrom is the value above which views count as slow after a regression:
// midway between then and now. It changes in steps, so that the answer is valid
// for a while. 0 is no such value.
func slowFrom(x *frame.Finding) float64 {
	if x.State != frame.FindingOn || !(x.Before.Value > 0) || !(x.Factor > 1) || !draw.Finite(x.Factor) {
		return 0
	}
	v := x.Before.Value * math.Exp2(math.Round(2*math.Log2(x.Factor))/4)
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Round(v/unit) * unit
}

// differsTopics are what questions can be about.
type differsTopics struct {
	filter string // of askFilter

	at                time.Time // of the frame
	window            time.Duration
	onset, t0, marker time.Time // zero: none
	markerText        string
	worse             string    // key of the measure that got worse
	bound             float64   // of it: a higher value is slow; 0: the window's p75
	over              selection // on the charts
}

// receive takes the topics of a frame.
func (t differsTopics) receive(f *frame.Frame) differsTopics {
	t.at, t.window = f.At, windowOf(f)
	t.worse, t.bound = f.Finding.Measure, slowFrom(&f.Finding)
	t.onset, t.t0, t.marker = f.Finding.Since, time.Time{}, time.Time{}
	if f.Baseline.Kind == "at" {
		t.t0 = f.Baseline.To
	}
	if n := len(f.Markers); n > 0 {
		t.marker, t.markerText = time.UnixMilli(f.Markers[n-1].At), f.Markers[n-1].Text
	}
	return t
}

// differsRound is what time ranges are rounded to, so that the answer is valid
// for a while.
const differsRound = 10 * time.Second

// since is the start of the time range of a question; zero for none.
func (t differsTopics) since(kind questionKind) time.Time {
	switch kind {
	case askOnset:
		return t.onset
	case askT0:
		return t.t0
	case askMarker:
		return t.marker
	case askWindow:
		return t.at.Add(-t.window)
	default:
		return time.Time{}
	}
}

// has reports whether there is anything to ask about.
func (t differsTopics) has(kind questionKind) bool {
	switch kind {
	case askOnset, askT0, askMarker:
		since := t.since(kind)
		return !since.IsZero() && since.Before(t.at.Add(-differsRound))
	case askSelection:
		return !t.over.empty()
	case askFilter:
		return t.filter != ""
	default:
		return true
	}
}

// next is the question after another one, of those that have a topic.
func (t differsTopics) next(q differsQuestion) differsQuestion {
	all := differsQuestions()
	for i := slices.Index(all, q) + 1; ; i++ {
		if next := all[i%len(all)]; t.has(next.kind) {
			return next
		}
	}
}

// spec is a question as a query has it.
func (t differsTopics) spec(q differsQuestion) frame.DiffersSpec {
	switch q.kind {
	case askSlow:
		return frame.DiffersSpec{Kind: frame.DiffersSlow, Metric: q.vital, Bound: t.slowBound(q.vital)}
	case askOnset, askT0, askMarker, askWindow:
		from, to := t.since(q.kind).Truncate(differsRound), t.at.Truncate(differsRound)
		return frame.DiffersSpec{Kind: frame.DiffersSpan, From: from.UnixMilli(), To: to.UnixMilli()}
	case askSelection:
		return frame.DiffersSpec{Kind: frame.DiffersSpan, From: t.over.from.UnixMilli(), To: t.over.to.UnixMilli()}
	case askReleases:
		return frame.DiffersSpec{Kind: frame.DiffersRelease}
	case askFilter:
		return frame.DiffersSpec{Kind: frame.DiffersFilter, A: t.filter}
	default:
		return frame.DiffersSpec{Kind: frame.DiffersErrored}
	}
}

// slowBound is the value above which a vital is slow, 0 for the window's p75. It
// differs from that for the vital that got worse.
func (t differsTopics) slowBound(vital string) float64 {
	if m, ok := measure.ByKey(t.worse); ok && m.Name == vital {
		return t.bound
	}
	return 0
}

// title is a question in words.
func (t differsTopics) title(q differsQuestion, loc *time.Location) string {
	since := func(what string) string {
		return "since " + what + " (" + t.since(q.kind).In(loc).Format("15:04") + ") vs before"
	}
	switch q.kind {
	case askSlow:
		m, _ := measure.ByName(q.vital)
		text := "slow " + measure.Vitals[m.Vital].Title
		if bound := t.slowBound(q.vital); bound > 0 {
			text += " (over " + m.Unit.Format(bound) + ")"
		}
		return text
	case askOnset:
		return since("onset")
	case askT0:
		return since("T0")
	case askMarker:
		return since("“" + draw.Clean(t.markerText, 24) + "”")
	case askWindow:
		return "this window vs previous"
	case askSelection:
		return timeSpan(t.over.from, t.over.to, loc) + " vs the " + draw.Span(t.over.length()) + " before"
	case askReleases:
		return "newest release vs previous"
	case askFilter:
		return t.filter + " vs the rest"
	default:
		return "errored views"
	}
}
