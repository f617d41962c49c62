package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// releasePane compares the newest release with the one that most users have,
// over all history.
type releasePane struct{ verdict *frame.Verdict }

func (p releasePane) room() room { return roomPage }

func (p releasePane) ask(q frame.Query, _ int) frame.Query {
	q.Verdict = frame.VerdictSpec{On: true}
	return q
}

func (p releasePane) receive(f *frame.Frame) (pane, request) {
	if f.Verdict != nil {
		p.verdict = f.Verdict
	}
	return p, nil
}

func (p releasePane) resize(scene) pane { return p }

func (p releasePane) bindings(k *keyMap) []paneBinding {
	var canary []frame.Term
	if p.verdict != nil && p.verdict.Canary != "" {
		canary = []frame.Term{{Field: "release", Value: p.verdict.Canary}}
	}
	return append(closeBindings(p, k.back, k.verdict),
		paneBinding{k.keep, func() (pane, request) { return p, narrow{terms: canary} }},
		paneBinding{k.exclude, func() (pane, request) { return p, narrow{canary, true} }})
}

func (p releasePane) hints(k *keyMap) []key.Binding {
	keep := bind("enter", "filter by the canary", "enter")
	return []key.Binding{keep, k.exclude, k.back, k.pause, k.copy, k.help}
}

func (p releasePane) summary(*frame.Frame) (string, bool) {
	v := p.verdict
	if v == nil {
		return "", false
	}
	parts := []string{fmt.Sprintf("%s (%s views) vs %s (%s views): %s", v.Canary, measure.Count(float64(v.CanaryViews)),
		v.Baseline, measure.Count(float64(v.BaselineViews)), verdictText(v.Verdict))}
	for _, j := range v.Measures {
		parts = append(parts, measureTitle(j.Measure)+" "+verdictText(j.Verdict))
	}
	return strings.Join(parts, " · "), false
}

// verdictLook is the gravity of a verdict: it has a glyph as well as a colour.
func verdictLook(verdict string) gravity {
	switch verdict {
	case frame.Regressed:
		return grave
	case frame.NotWorse:
		return fine
	}
	return doubtful
}

// verdictText is a verdict in the screen's words; JSON keeps its own.
func verdictText(verdict string) string {
	if verdict == frame.NeedsMore {
		return "not enough data"
	}
	return verdict
}

// measureTitle is the name of a measure of a verdict.
func measureTitle(name string) string {
	if m, ok := measure.ByName(name); ok {
		return m.Title
	}
	return name
}

// The columns of the comparison.
const (
	judgedName  = 17
	judgedValue = 12
	judgedRange = 20
	judgedLimit = 9
)

func (p releasePane) view(s scene) []string {
	f := s.frame
	th, v := s.theme, p.verdict
	w := draw.Line{Width: s.w}
	lines := []string{""}
	add := func() { lines = append(lines, w.Flush()) }
	w.Skip(margin)
	if f == nil || v == nil {
		w.Put(th.Dim, "comparing releases …")
		add()
		return lines
	}
	if v.Canary == "" || v.Baseline == "" {
		w.Put(th.Dim, draw.Clean(v.Note, s.w-margin))
		add()
		return lines
	}
	g := verdictLook(v.Verdict)
	w.Put(th.Strong, draw.Clean(v.Canary, 24))
	w.Put(th.Dim, " vs ")
	w.Put(th.Strong, draw.Clean(v.Baseline, 24))
	w.Put(g.style(th), "  "+g.glyph()+" "+verdictText(v.Verdict))
	if v.Needs > 0 {
		w.Put(th.Dim, ": about "+measure.Count(coarse(float64(v.Needs)))+" more views of "+draw.Clean(v.Canary, 24))
	}
	add()
	w.Skip(margin)
	views := measure.Count(coarse(float64(v.CanaryViews))) + " and " + measure.Count(coarse(float64(v.BaselineViews))) + " views"
	w.Put(th.Dim, clauses(views+" since "+draw.Clock(v.From, f.At, s.loc)+
		" · weighted to one mix of region, device, browser · covers "+measure.WholePercent(v.Support)+" of canary", s.w-margin))
	add()
	if v.Note != "" {
		w.Skip(margin)
		w.Put(th.Warn, draw.Clean(v.Note, s.w-margin))
		add()
	}
	lines = append(lines, "")
	brief := s.w < margin+judgedName+3*judgedValue+14
	wide := s.w >= margin+judgedName+2*judgedValue+judgedRange+judgedLimit+judgedValue+14
	w.Skip(margin)
	w.PutLeft(th.Dim, "", judgedName)
	w.PutRight(th.Dim, draw.Clean(v.Baseline, judgedValue-1), judgedValue)
	w.PutRight(th.Dim, draw.Clean(v.Canary, judgedValue-1), judgedValue)
	if !brief {
		w.PutRight(th.Dim, "change", judgedValue)
	}
	if wide {
		w.PutRight(th.Dim, "95% anytime CI", judgedRange)
		w.PutRight(th.Dim, "margin", judgedLimit)
	}
	w.Skip(2)
	w.Put(th.Dim, "verdict")
	add()
	for i := range v.Measures {
		p.judged(&w, &v.Measures[i], th, wide, brief)
		add()
	}
	lines = append(lines, "")
	w.Skip(margin)
	w.PutLeft(th.Dim, "adoption", judgedName)
	shares := make([]float64, len(v.Adoption))
	last := 0.
	for i, a := range v.Adoption {
		if shares[i] = max(a, 0); a >= 0 {
			last = a
		}
	}
	w.Put(th.Accent, draw.Spark(shares, 1, min(len(shares), max(s.w-margin-judgedName-12, 0))))
	w.Put(th.Dim, "  "+measure.WholePercent(last)+" now")
	add()
	return lines[:min(len(lines), s.h)]
}

func (p releasePane) judged(w *draw.Line, j *frame.MeasureVerdict, th draw.Theme, wide, brief bool) {
	m, ok := measure.ByName(j.Measure)
	if !ok {
		m.Title = draw.Clean(j.Measure, judgedName-1)
	}
	w.Skip(margin)
	w.PutLeft(th.Text, m.Title, judgedName)
	if j.Verdict == frame.NoData {
		w.PutRight(th.Dim, measure.Unknown, judgedValue)
		w.PutRight(th.Dim, measure.Unknown, judgedValue)
		if !brief {
			w.PutRight(th.Dim, measure.Unknown, judgedValue)
		}
		if wide {
			w.Skip(judgedRange + judgedLimit)
		}
		w.Put(th.Dim, "  "+j.Verdict)
		return
	}
	w.PutRight(th.Dim, m.Unit.Format(j.Baseline.Value), judgedValue)
	w.PutRight(th.Text, m.Unit.Format(j.Canary.Value), judgedValue)
	if !brief {
		w.PutRight(th.Strong, changeText(&m, j.Change.Value), judgedValue)
	}
	if wide {
		w.PutRight(th.Dim, changeText(&m, j.Change.Low)+" .. "+changeText(&m, j.Change.High), judgedRange)
		w.PutRight(th.Dim, changeText(&m, j.Margin), judgedLimit)
	}
	g := verdictLook(j.Verdict)
	text := verdictText(j.Verdict)
	if j.Needs > 0 {
		text = "needs ≈ " + measure.Count(coarse(float64(j.Needs))) + " more"
	}
	w.Put(g.style(th), "  "+g.glyph()+" "+text)
}

// changeText is a change of a measure: relative in percent, else in its unit.
func changeText(m *measure.Measure, v float64) string {
	switch {
	case !m.Relative:
		return m.Unit.Change(v)
	case v < 0:
		return "-" + measure.WholePercent(-v)
	}
	return "+" + measure.WholePercent(v)
}
