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

// The page opens with the question that the finding raises, and goes through
// those that there is something to ask about.
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
				t.Errorf("%+v is no span", spec)
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
		t.Errorf("beside the errors stands %+v", spec)
	}
	m = press(m, "d")
	if spec := asked(m).Differs; spec.Metric != "inp" {
		t.Errorf("the page begins with %+v", spec)
	}
	var titles []string
	for range 9 {
		titles = append(titles, m.pane.(differsPane).title(time.UTC))
		m = press(m, "tab")
	}
	for _, want := range []string{"since it began (14:02) against before", "since T0 (14:04) against before", "since “flag on” (14:05) against before"} {
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
	if got := ansi.Strip(m.View()); !strings.Contains(got, "what differs: browser=Safari against the rest") {
		t.Error(got)
	}
	if _, fault := command("differs lcp>fast"); fault == "" {
		t.Error("a filter that is none")
	}
}

// What is slow since it got worse is told from what always was.
func TestSlowSinceItGotWorse(t *testing.T) {
	for _, c := range []struct {
		before, factor, want float64
	}{{3060, 1.9, 4300}, {159, 3.4, 320}, {159, 3.5, 320}, {.04, 4, .08}, {0, 3, 0}, {200, math.Inf(1), 0}, {200, math.NaN(), 0}, {200, 1, 0}} {
		x := frame.Finding{State: frame.FindingOn, Factor: c.factor}
		x.Before.Value = c.before
		if got := slowFrom(&x); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("from %v on where ×%v of %v, want %v", got, c.factor, c.before, c.want)
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

// The page that was opened before anything was found asks about what is found, unless it has an answer
// to read or a person chose the question.
func TestDiffersFollowsWhatIsFound(t *testing.T) {
	slow := incident()
	slow.Finding.Measure, slow.Differs = "inp_p75", nil
	early := incident()
	early.Finding, early.Differs = frame.Finding{State: frame.FindingReading}, &frame.Differs{Of: "errored views", Against: "the rest", Note: "too few page views to compare"}
	m := send(press(screen(t, noColor, 120, 36, early), "d"), frameMsg{slow})
	if spec := asked(m).Differs; spec.Metric != "inp" {
		t.Errorf("INP got worse, and the page asks %+v", spec)
	}
	m = send(press(screen(t, noColor, 120, 36, early), "d", "v"), frameMsg{slow})
	if spec := asked(m).Differs; spec.Kind != frame.DiffersRelease {
		t.Errorf("a person asked about releases, the page asks %+v", spec)
	}
	m = send(press(screen(t, noColor, 120, 36, incident()), "d"), frameMsg{slow})
	if spec := asked(m).Differs; spec.Kind != frame.DiffersErrored {
		t.Errorf("there is an answer to read, the page asks %+v", spec)
	}
}
