package ui

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// The page opens with the question about the finding, and tab goes through those
// that have a topic.
func TestDiffersQuestions(t *testing.T) {
	f := incident()
	f.Markers = nil
	m := press(screen(t, noColor, 120, 36, f), "d")
	seen := map[frame.DiffersSpec]bool{}
	for spec := asked(m).Differs; !seen[spec]; spec = asked(m).Differs {
		seen[spec] = true
		m = press(m, "tab")
	}
	spans := 0
	for spec := range seen {
		if spec.Kind == frame.DiffersSpan {
			spans++
			if spec.To <= spec.From {
				t.Errorf("%+v: not a time range", spec)
			}
		}
	}
	if !seen[frame.DiffersSpec{Kind: frame.DiffersErrored}] || !seen[frame.DiffersSpec{Kind: frame.DiffersRelease}] || spans != 2 || len(seen) != 7 {
		t.Errorf("%d questions: %+v", len(seen), seen)
	}
	if spec := asked(press(m, "v")).Differs; spec.Kind != frame.DiffersRelease {
		t.Errorf("v asks %+v", spec)
	}

	f = incident()
	f.Finding.Measure = "inp_p75"
	f.Baseline = frame.Baseline{Kind: "at", To: f.At.Add(-3 * time.Minute)}
	f.Markers = []beacon.Marker{{At: f.At.Add(-2 * time.Minute).UnixMilli(), Text: "flag on"}}
	m = screen(t, noColor, 120, 36, f)
	if spec := asked(m).Differs; spec.Metric != "inp" {
		t.Errorf("beside the errors: asks %+v", spec)
	}
	m = press(m, "d")
	if spec := asked(m).Differs; spec.Metric != "inp" {
		t.Errorf("the page opens with %+v", spec)
	}
	var titles []string
	for range 9 {
		p := m.pane.(differsPane)
		titles = append(titles, p.topics.title(p.asks, time.UTC))
		m = press(m, "tab")
	}
	for _, want := range []string{"since onset (14:02) vs before", "since T0 (14:04) vs before", "since “flag on” (14:05) vs before"} {
		if !strings.Contains(strings.Join(titles, "\n"), want) {
			t.Errorf("%q is not among %q", want, titles)
		}
	}
}

func TestDiffersCommand(t *testing.T) {
	m := press(screen(t, noColor, 120, 36, incident()), ":")
	for _, r := range "differs browser=Safari" {
		m = press(m, string(r))
	}
	m = press(m, "enter")
	if spec := asked(m).Differs; spec != (frame.DiffersSpec{Kind: frame.DiffersFilter, A: "browser=Safari"}) {
		t.Errorf("asks %+v", spec)
	}
	if got := ansi.Strip(m.View()); !strings.Contains(got, "what differs: browser=Safari vs the rest") {
		t.Error(got)
	}
	if _, fault := command("differs lcp>fast"); fault == "" {
		t.Error("no error for an invalid filter")
	}
}

// After a regression, views are slow above a value between then and now.
func TestDiffersSlowBound(t *testing.T) {
	for _, c := range []struct {
		before, factor, want float64
	}{{3060, 1.9, 4300}, {159, 3.4, 320}, {159, 3.5, 320}, {.04, 4, .08}, {0, 3, 0}, {200, math.Inf(1), 0}, {200, math.NaN(), 0}, {200, 1, 0}} {
		x := frame.Finding{State: frame.FindingOn, Factor: c.factor}
		x.Before.Value = c.before
		if got := slowFrom(&x); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("slowFrom(%v × %v) = %v, want %v", c.before, c.factor, got, c.want)
		}
	}
	f := incident()
	f.Finding.Measure, f.Finding.Before.Value, f.Finding.Factor = "lcp_p75", 3060, 1.9
	m := press(screen(t, noColor, 120, 36, f), "d")
	if spec := asked(m).Differs; spec != (frame.DiffersSpec{Kind: frame.DiffersSlow, Metric: "lcp", Bound: 4300}) {
		t.Errorf("asks %+v", spec)
	}
	if got := ansi.Strip(m.View()); !strings.Contains(got, "what differs: slow LCP (over 4.30 s)") {
		t.Error(got)
	}
	if spec := asked(press(m, "tab")).Differs; spec.Metric != "inp" || spec.Bound != 0 {
		t.Errorf("asks %+v", spec)
	}
}

// A page opened before the finding asks about it, unless it has an answer to read
// or a user chose the question.
func TestDiffersFollowsFinding(t *testing.T) {
	slow := incident()
	slow.Finding.Measure, slow.Differs = "inp_p75", nil
	early := incident()
	early.Finding, early.Differs = frame.Finding{State: frame.FindingReading}, &frame.Differs{Of: "errored views", Against: "the rest", Note: "too few page views to compare"}
	m := send(press(screen(t, noColor, 120, 36, early), "d"), frameMsg{slow})
	if spec := asked(m).Differs; spec.Metric != "inp" {
		t.Errorf("INP got worse, asks %+v", spec)
	}
	m = send(press(screen(t, noColor, 120, 36, early), "d", "v"), frameMsg{slow})
	if spec := asked(m).Differs; spec.Kind != frame.DiffersRelease {
		t.Errorf("a user asked about releases, asks %+v", spec)
	}
	m = send(press(screen(t, noColor, 120, 36, incident()), "d"), frameMsg{slow})
	if spec := asked(m).Differs; spec.Kind != frame.DiffersErrored {
		t.Errorf("there is an answer to read, asks %+v", spec)
	}
}
