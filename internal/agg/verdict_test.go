package agg

import (
	"math"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// canary plays two releases: of n views each, the canary's share in the slow
// region, and one failure in so many.
func canary(t *testing.T, n int, slowShare float64, fail [2]int, slower float64) *frame.Verdict {
	t.Helper()
	a := New(Config{})
	now := epoch.Add(10 * time.Minute)
	id := 0
	for i := range n {
		for side, release := range []string{"1", "2"} {
			id++
			slow := float64(i/3%100) < 50
			lcp := 1000 * (1 + float64(i*7919%1000)/500)
			if side == 1 {
				slow = float64(i/3%100) < 100*slowShare
				lcp *= slower
			}
			b := view(id, epoch.Add(time.Duration(i+1)*500*time.Second/time.Duration(n)), release, lcp, i%fail[side] == 0)
			b.Dims[beacon.Region], b.Dims[beacon.Device], b.Dims[beacon.Browser] = "near", "mobile", "Chrome"
			if slow {
				b.Dims[beacon.Region] = "far"
				b.Metrics[0].Value *= 3
			}
			add(a, now, b)
		}
	}
	v := a.Frame(frame.Query{By: "release", Window: time.Minute, Verdict: frame.VerdictSpec{On: true, Baseline: "1", Canary: "2"}}, SourceStatus{}, now).Verdict
	if v == nil || len(v.Measures) != 5 {
		t.Fatalf("%+v", v)
	}
	return v
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name          string
		n             int
		slowShare     float64
		fail          [2]int
		slower        float64
		want, rate, p string
	}{
		{"the same", 20_000, .5, [2]int{200, 200}, 1, frame.NotWorse, frame.NotWorse, frame.NotWorse},
		{"other people, the same release", 20_000, .9, [2]int{200, 200}, 1, frame.NotWorse, frame.NotWorse, frame.NotWorse},
		{"fails more", 20_000, .5, [2]int{200, 20}, 1, frame.Regressed, frame.Regressed, frame.NotWorse},
		{"slower", 20_000, .2, [2]int{200, 200}, 1.3, frame.Regressed, frame.NotWorse, frame.Regressed},
		{"too few to tell", 300, .5, [2]int{200, 150}, 1.05, frame.NeedsMore, frame.NeedsMore, frame.NeedsMore},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := canary(t, c.n, c.slowShare, c.fail, c.slower)
			rate, lcp := v.Measures[0], v.Measures[2]
			if v.Verdict != c.want || rate.Verdict != c.rate || lcp.Verdict != c.p || v.Measures[3].Verdict != frame.NoData {
				t.Errorf("%s: %+v", v.Verdict, v.Measures)
			}
			if (v.Verdict == frame.NeedsMore) != (v.Needs > 0) || v.Support != 1 || v.CanaryViews != c.n || v.Strata != 2 {
				t.Errorf("%+v", v)
			}
			if got := lcp.Change.Value; math.Abs(got-(c.slower-1)) > .05 {
				t.Errorf("LCP changed by %v, want %v", got, c.slower-1)
			}
		})
	}
}

// What is needed, once it is there, tells.
func TestVerdictNeedsAbout(t *testing.T) {
	few := canary(t, 1500, .5, [2]int{200, 200}, 1)
	if few.Verdict != frame.NeedsMore {
		t.Fatalf("%+v", few)
	}
	if enough := canary(t, 1500+2*few.Needs, .5, [2]int{200, 200}, 1); enough.Verdict != frame.NotWorse {
		t.Errorf("needed %d more: %+v", few.Needs, enough)
	}
}

func TestVerdictPicks(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(time.Minute)
	id := 0
	for k, release := range []string{"1", "0", "2"} {
		for i := range 100 - 20*k {
			id++
			add(a, now, view(id, epoch.Add(time.Duration(10*k+i/10)*time.Second), release, 1000, false))
		}
	}
	ask := func(s frame.VerdictSpec) *frame.Verdict {
		return a.Frame(frame.Query{Window: time.Minute, Verdict: s}, SourceStatus{}, now).Verdict
	}
	if v := ask(frame.VerdictSpec{On: true}); v.Canary != "2" || v.Baseline != "1" || v.Verdict != frame.NeedsMore {
		t.Errorf("%+v", v)
	}
	if v := ask(frame.VerdictSpec{On: true, Baseline: "1", Canary: "7"}); v.Verdict != frame.NeedsMore || v.Note == "" {
		t.Errorf("%+v", v)
	}
	if v := New(Config{}).Frame(frame.Query{Verdict: frame.VerdictSpec{On: true}}, SourceStatus{}, now).Verdict; v.Verdict != frame.NeedsMore || v.Note == "" {
		t.Errorf("%+v", v)
	}
	if ask(frame.VerdictSpec{}) != nil {
		t.Error("a verdict without a question")
	}
}
