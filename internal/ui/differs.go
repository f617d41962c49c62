package ui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// differsPane tells what one part of the page views has that the rest has not.
type differsPane struct {
	list
	asks   differsQuestion
	meant  bool   // a person chose the question
	filter string // of askFilter
	answer *frame.Differs

	at                time.Time // of the frame
	window            time.Duration
	onset, t0, marker time.Time // moments to ask about; zero: none
	markerText        string
	worse             string    // what the finding is about
	bound             float64   // of it: what is above is slow; 0: the window's p75
	over              selection // what is chosen on the charts
}

// A differsQuestion is which part is held against which.
type differsQuestion int

// The questions, in the order of the key.
const (
	askErrored differsQuestion = iota
	askSlowLCP
	askSlowINP
	askSlowCLS
	askOnset
	askT0
	askMarker
	askWindow
	askChosen
	askReleases
	askFilter
	numDiffersQuestions
)

// about is the question that a frame's finding raises.
func about(f *frame.Frame) differsQuestion {
	if f != nil {
		switch f.Finding.Measure {
		case "lcp_p75":
			return askSlowLCP
		case "inp_p75":
			return askSlowINP
		case "cls_p75":
			return askSlowCLS
		}
	}
	return askErrored
}

// raisedBy is the page with the question that a frame's finding raises.
func raisedBy(f *frame.Frame) differsPane {
	p := differsPane{asks: about(f)}
	if f != nil {
		p.worse, p.bound = f.Finding.Measure, slowFrom(&f.Finding)
	}
	return p
}

// slowFrom is the value from which on views are slow as they were not before something got worse: midway
// between then and now. It moves in steps, so that an answer stands for a while.
func slowFrom(x *frame.Finding) float64 {
	if x.State != frame.FindingOn || !(x.Before.Value > 0) || !(x.Factor > 1) || !draw.Finite(x.Factor) {
		return 0
	}
	v := x.Before.Value * math.Exp2(math.Round(2*math.Log2(x.Factor))/4)
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Round(v/unit) * unit
}

func openDiffers(m model) (model, tea.Cmd) {
	p := raisedBy(m.frame)
	p.over = m.chosen
	if !p.over.empty() {
		p.asks, p.meant = askChosen, true
	}
	return openPage(p)(m)
}

// besideTitle is the heading beside the errors.
func besideTitle(f *frame.Frame) string {
	if q := about(f); q != askErrored {
		return "what differs: " + differsPane{asks: q}.title(time.UTC)
	}
	return "what differs"
}

// differsCommand asks about what passes a filter; without one it opens the page.
func differsCommand(arg string) (action, string) {
	if arg == "" {
		return openDiffers, ""
	}
	e, err := filter.Parse(arg)
	if err != nil {
		return nil, err.Error()
	}
	return openPage(differsPane{asks: askFilter, meant: true, filter: e.String()}), ""
}

// since is where the span of a question begins; zero for none.
func (p differsPane) since(q differsQuestion) time.Time {
	switch q {
	case askOnset:
		return p.onset
	case askT0:
		return p.t0
	case askMarker:
		return p.marker
	case askWindow:
		return p.at.Add(-p.window)
	}
	return time.Time{}
}

// can tells whether there is what a question is about.
func (p differsPane) can(q differsQuestion) bool {
	switch q {
	case askOnset, askT0, askMarker:
		since := p.since(q)
		return !since.IsZero() && since.Before(p.at.Add(-differsRound))
	case askChosen:
		return !p.over.empty()
	case askFilter:
		return p.filter != ""
	}
	return true
}

// differsRound is what spans are rounded to, so that an answer stands for a moment.
const differsRound = 10 * time.Second

func (p differsPane) next() differsPane {
	p.answer, p.list, p.meant = nil, p.home(), true
	for {
		if p.asks = (p.asks + 1) % numDiffersQuestions; p.can(p.asks) {
			return p
		}
	}
}

func (p differsPane) spec() frame.DiffersSpec {
	switch p.asks {
	case askSlowLCP:
		return p.slow("lcp")
	case askSlowINP:
		return p.slow("inp")
	case askSlowCLS:
		return p.slow("cls")
	case askOnset, askT0, askMarker, askWindow:
		return frame.DiffersSpec{Kind: frame.DiffersSpan, From: p.since(p.asks).Truncate(differsRound).UnixMilli(), To: p.at.Truncate(differsRound).UnixMilli()}
	case askChosen:
		return frame.DiffersSpec{Kind: frame.DiffersSpan, From: p.over.from.UnixMilli(), To: p.over.to.UnixMilli()}
	case askReleases:
		return frame.DiffersSpec{Kind: frame.DiffersRelease}
	case askFilter:
		return frame.DiffersSpec{Kind: frame.DiffersFilter, A: p.filter}
	}
	return frame.DiffersSpec{Kind: frame.DiffersErrored}
}

// slow asks about what is slow: as it was not before where that got worse.
func (p differsPane) slow(metric string) frame.DiffersSpec {
	s := frame.DiffersSpec{Kind: frame.DiffersSlow, Metric: metric}
	if p.worse == metric+"_p75" {
		s.Bound = p.bound
	}
	return s
}

// title is the question in words.
func (p differsPane) title(loc *time.Location) string {
	since := func(what string) string {
		return what + " (" + p.since(p.asks).In(loc).Format("15:04") + ") against before"
	}
	switch p.asks {
	case askSlowLCP, askSlowINP, askSlowCLS:
		spec := p.spec()
		text := "slow " + strings.ToUpper(spec.Metric)
		if m, ok := measure.ByKey(p.worse); ok && spec.Bound > 0 {
			text += " (over " + m.Unit.Format(spec.Bound) + ")"
		}
		return text
	case askOnset:
		return since("since it began")
	case askT0:
		return since("since T0")
	case askMarker:
		return since("since “" + draw.Clean(p.markerText, 24) + "”")
	case askWindow:
		return "this window against the one before"
	case askChosen:
		return timeSpan(p.over.from, p.over.to, loc) + " against the " + draw.Span(p.over.length()) + " before"
	case askReleases:
		return "the newest release against the last"
	case askFilter:
		return p.filter + " against the rest"
	}
	return "errored views"
}

func (p differsPane) ask(q frame.Query, _ int) frame.Query {
	q.Differs = p.spec()
	return q
}

func (p differsPane) receive(f *frame.Frame) (pane, request) {
	p.at, p.window = f.At, time.Duration(f.WindowS*float64(time.Second))
	p.worse, p.bound = f.Finding.Measure, slowFrom(&f.Finding)
	p.onset, p.t0, p.marker = f.Finding.Since, time.Time{}, time.Time{}
	if f.Baseline.Kind == "at" {
		p.t0 = f.Baseline.To
	}
	if n := len(f.Markers); n > 0 {
		p.marker, p.markerText = time.UnixMilli(f.Markers[n-1].At), f.Markers[n-1].Text
	}
	if f.Differs != nil {
		p.answer = f.Differs
	}
	// What is found while there is nothing to read raises its own question.
	if q := about(f); !p.meant && q != p.asks && (p.answer == nil || len(p.answer.Values) == 0) {
		p.asks, p.answer = q, nil
	}
	return p, nil
}

// rows are the values and, last, what they have together.
func (p differsPane) rows() int {
	if p.answer == nil {
		return 0
	}
	n := len(p.answer.Values)
	if len(p.answer.Together.Terms) > 0 {
		n++
	}
	return n
}

// chosen are the terms under the cursor.
func (p differsPane) chosen() []frame.Term {
	switch {
	case p.answer == nil || p.cursor >= p.rows():
		return nil
	case p.cursor < len(p.answer.Values):
		return []frame.Term{p.answer.Values[p.cursor].Term}
	}
	return p.answer.Together.Terms
}

func (p differsPane) room() room { return roomPage }

func (p differsPane) resize(s scene) pane {
	p.list = p.fit(p.rows(), s.h)
	return p
}

func (p differsPane) bindings(k *keyMap) []paneBinding {
	releases := func() (pane, request) {
		p.asks, p.answer, p.list, p.meant = askReleases, nil, p.home(), true
		return p, nil
	}
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		[]paneBinding{
			{k.next, func() (pane, request) { return p.next(), nil }},
			{k.releases, releases},
			{k.keep, func() (pane, request) { return p, narrow{terms: p.chosen()} }},
			{k.exclude, func() (pane, request) { return p, narrow{p.chosen(), true} }},
		},
		closeBindings(p, k.back, k.differs),
	)
}

func (p differsPane) summary(*frame.Frame) (string, bool) {
	d := p.answer
	if d == nil {
		return "", false
	}
	parts := []string{fmt.Sprintf("%s (n=%s) against %s (n=%s)", d.Of, count(float64(d.A)), d.Against, count(float64(d.B)))}
	if d.Together.Filter != "" {
		parts = append(parts, fmt.Sprintf("%s holds for %s of them", d.Together.Filter, wholePercent(d.Together.Coverage)))
	}
	for _, v := range d.Values[:min(len(d.Values), 3)] {
		parts = append(parts, fmt.Sprintf("%s=%s %s against %s", v.Field, v.Value, wholePercent(v.A), wholePercent(v.B)))
	}
	return strings.Join(parts, " · "), false
}

func (p differsPane) hints(k *keyMap) []key.Binding {
	other := bind("tab", "another question", "tab")
	return []key.Binding{k.keep, k.exclude, other, k.back, k.releases, k.copy, k.help}
}

func (p differsPane) view(s scene) []string {
	f := s.frame
	if f == nil {
		return nil
	}
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(s.theme.Strong, "what differs")
	w.Put(s.theme.Dim, draw.Clean(": "+p.title(s.loc), max(s.w-w.Len(), 0)))
	if d := p.answer; d != nil && d.A > 0 {
		if n := " · " + count(float64(d.A)) + " against " + plural(float64(d.B), "page view"); draw.Cells(n) <= s.w-w.Len() {
			w.Put(s.theme.Dim, n)
		}
	}
	return append([]string{"", w.Flush()}, differsLines(p.answer, "", s.theme, s.w, s.h-2, p.cursor, true)...)
}

// missingValue is how a frame names that there is no value.
const missingValue = "(none)"

// The columns of what differs.
const (
	differsField = 12
	differsShare = 9
	differsDiff  = 16
	differsLift  = 8
	differsBar   = 24
)

// differsLines draws a heading, the values and what they have together, in at
// most h lines. cursor is -1 where there is none.
func differsLines(d *frame.Differs, title string, th draw.Theme, w, h, cursor int, wide bool) []string {
	if h <= 0 {
		return nil
	}
	wide = wide && w >= 100
	p := draw.Line{Width: w}
	rest := w - margin - 2*differsShare
	if wide {
		rest -= differsDiff + differsLift
	}
	bar := min(max(rest-differsField-14, 0), differsBar)
	value := max(rest-differsField-bar-2, 4)
	p.Skip(margin)
	p.PutLeft(th.Dim, draw.Clean(title, differsField+value-1), differsField+value)
	of, against := "A", "B"
	if d != nil {
		of, against = shortOf(d)
	}
	p.PutRight(th.Dim, draw.Clean(of, differsShare-1), differsShare)
	p.PutRight(th.Dim, draw.Clean(against, differsShare-1), differsShare)
	if wide {
		p.PutRight(th.Dim, "difference", differsDiff)
		p.PutRight(th.Dim, "lift", differsLift)
	}
	lines := []string{p.Flush()}
	say := func(text string) []string {
		p.Skip(margin)
		p.Put(th.Dim, draw.Clean(text, max(w-margin, 0)))
		return append(lines, p.Flush())
	}
	switch {
	case d == nil:
		return say("…")[:min(h, 2)]
	case d.Note != "":
		return say(d.Note)[:min(h, 2)]
	case len(d.Values) == 0:
		return say("nothing tells them apart")[:min(h, 2)]
	}
	together := len(d.Together.Terms) > 0 && h >= 4
	room := h - 1
	if together {
		room--
	}
	from := max(min(cursor-room/2, len(d.Values)-room), 0)
	for i := from; i < len(d.Values) && len(lines) <= room; i++ {
		v := &d.Values[i]
		style := differsCursor(&p, th, i == cursor)
		p.PutLeft(th.Dim, draw.Clean(strings.TrimPrefix(v.Field, "tag."), differsField-1), differsField)
		name := v.Value
		if wide {
			for _, same := range v.Same {
				if same.Value != missingValue {
					name += " = " + same.Value
				}
			}
		}
		p.PutLeft(style, draw.Clean(name, value-1), value)
		p.PutRight(th.Text, wholePercent(v.A), differsShare)
		p.PutRight(th.Dim, wholePercent(v.B), differsShare)
		if wide {
			p.PutRight(th.Text, inPoints(v.Diff.Value)+" "+inPoints(v.Diff.Low)+".."+inPoints(v.Diff.High), differsDiff)
			lift := unknown
			if v.Lift > 0 {
				lift = "×" + factor(v.Lift)
			}
			p.PutRight(th.Dim, lift, differsLift)
		}
		p.Skip(2)
		p.Fill(th.Accent, "▇", max(min(int(v.Diff.Value*float64(bar)+0.5), bar), 0))
		lines = append(lines, p.Flush())
	}
	if together {
		style := differsCursor(&p, th, cursor == len(d.Values))
		putTogether(&p, d, style, th, w, wide)
		lines = append(lines, p.Flush())
	}
	return lines
}

// putTogether tells what most have in common; where there is little room, by its values alone.
func putTogether(p *draw.Line, d *frame.Differs, style draw.Style, th draw.Theme, w int, wide bool) {
	t := &d.Together
	of, against := shortOf(d)
	what := strings.ReplaceAll(t.Filter, "tag.", "")
	shares := ": " + wholePercent(t.Coverage) + " of " + of + ", " + wholePercent(t.Caught) + " of " + against
	if !wide {
		values := make([]string, len(t.Terms))
		for i := range t.Terms {
			values[i] = t.Terms[i].Value
		}
		what, shares = strings.Join(values, " "), ": "+wholePercent(t.Coverage)+", rest "+wholePercent(t.Caught)
	}
	p.Put(th.Dim, "together ")
	p.Put(style, draw.Clean(what, max(w-p.Len()-draw.Cells(shares), 8)))
	p.Put(th.Dim, draw.Clean(shares, max(w-p.Len(), 0)))
}

func differsCursor(p *draw.Line, th draw.Theme, at bool) draw.Style {
	if at {
		p.Put(th.Accent, " ▶ ")
		return th.Strong
	}
	p.Skip(margin)
	return th.Text
}

// inPoints shows a difference of shares in percentage points.
func inPoints(v float64) string {
	if !draw.Finite(v) {
		return unknown
	}
	s := wholePercent(max(v, -v))
	s = strings.TrimSuffix(s, "%")
	if v < 0 {
		return "-" + s
	}
	return "+" + s
}

// shortOf names the two parts in a column's width.
func shortOf(d *frame.Differs) (of, against string) {
	switch {
	case strings.HasPrefix(d.Of, "errored"):
		return "errored", "the rest"
	case strings.HasPrefix(d.Of, "views with slow "):
		return "slow", "the rest"
	case strings.HasPrefix(d.Against, "before"):
		return "span", "before"
	case d.Against == "the rest":
		return "these", "the rest"
	}
	return strings.TrimPrefix(d.Of, "views of "), d.Against
}

// sideBySide puts lines to the left of others, which begin at a column.
func sideBySide(left, right []string, column int) []string {
	out := make([]string, len(right))
	for i := range right {
		line := ""
		if i < len(left) {
			line = left[i]
		}
		if right[i] != "" {
			line += strings.Repeat(" ", max(column-draw.StyledCells(line), 0)) + right[i]
		}
		out[i] = line
	}
	return out
}
