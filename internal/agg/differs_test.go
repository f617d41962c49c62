package agg

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// shopView is a page view of a shop whose release 2 fails for most of those who
// have both Safari and the flag.
func shopView(i int, at time.Time) beacon.Beacon {
	b := beacon.Beacon{Received: at.UnixMilli(), Navigation: true, View: beacon.ID(i + 1), User: beacon.ID(i + 1)}
	safari, flag, next := i%3 == 0, i%4 < 2, i%5 < 2
	b.Dims[beacon.Browser], b.Dims[beacon.BrowserVersion], b.Dims[beacon.Release] = "Chrome", "Chrome 140", "1"
	b.Dims[beacon.Region], b.Dims[beacon.Page] = []string{"eu", "us"}[i%7%2], fmt.Sprintf("/%d", i%11)
	b.Tags = []beacon.Tag{{Key: "flag", Value: "off"}}
	lcp := 1000 + float64(i%100)
	if safari {
		b.Dims[beacon.Browser], b.Dims[beacon.BrowserVersion] = "Safari", "Safari 19"
		lcp *= 3
	}
	if flag {
		b.Tags[0].Value = "new pay"
	}
	if next {
		b.Dims[beacon.Release] = "2"
	}
	if safari && flag && next && i%13 != 0 || i%211 == 0 {
		b.Errors = []beacon.Error{{Type: "TypeError", Message: "x"}}
	}
	b.Metrics = []beacon.Metric{{Name: "lcp", Value: lcp}}
	return b
}

func TestDiffers(t *testing.T) {
	a := New(Config{})
	now := epoch.Add(10 * time.Minute)
	for i := range 20_000 {
		add(a, now, shopView(i, epoch.Add(time.Duration(i+1)*30*time.Millisecond)))
	}
	ask := func(spec frame.DiffersSpec) *frame.Differs {
		t.Helper()
		d := a.Frame(frame.Query{By: "region", Window: 10 * time.Minute, Differs: spec}, SourceStatus{}, now).Differs
		if d == nil {
			t.Fatalf("%+v: no answer", spec)
		}
		return d
	}

	d := ask(frame.DiffersSpec{Kind: frame.DiffersErrored})
	if got := d.Together.Filter; got != `release=2 tag.flag="new pay" browser=Safari` {
		t.Errorf("together %q", got)
	}
	if c := d.Together; c.Coverage < .9 || c.Caught > .02 || c.Precision < .85 {
		t.Errorf("%+v", c)
	}
	if d.Against != "the rest" || d.A+d.B != 20_000 || len(d.Values) != 3 {
		t.Fatalf("%+v", d)
	}
	for _, v := range d.Values {
		switch v.Field {
		case "browser":
			if v.Value != "Safari" || len(v.Same) != 1 || v.Same[0] != (frame.Term{Field: "browser_version", Value: "Safari 19"}) {
				t.Errorf("%+v", v)
			}
			if v.A < .9 || math.Abs(v.B-.3) > .05 || v.Diff.Low > v.Diff.Value || v.Diff.High < v.Diff.Value || math.Abs(v.Lift-v.A/v.B) > 1e-9 {
				t.Errorf("%+v", v)
			}
		case "release", "tag.flag":
		default:
			t.Errorf("%+v does not tell errored views from others", v)
		}
	}

	if d := ask(frame.DiffersSpec{Kind: frame.DiffersSlow, Metric: "lcp", Bound: 2500}); d.Together.Filter != "browser=Safari" || d.Together.Coverage != 1 || d.Together.Caught != 0 {
		t.Errorf("slow: %+v", d.Together)
	}
	if d := ask(frame.DiffersSpec{Kind: frame.DiffersRelease, A: "2", B: "1"}); d.A+d.B != 20_000 || d.Together.Filter != "release=2" {
		t.Errorf("release: %+v", d)
	}
	if d := ask(frame.DiffersSpec{Kind: frame.DiffersFilter, A: "browser=Safari"}); d.Together.Filter != "browser=Safari" {
		t.Errorf("filter: %+v", d.Together)
	}
	mid := epoch.Add(5 * time.Minute).UnixMilli()
	if d := ask(frame.DiffersSpec{Kind: frame.DiffersSpan, From: mid, To: mid + 60_000}); len(d.Values) != 0 || d.A != d.B {
		t.Errorf("span: nothing changed, yet %+v", d)
	}
	for _, bad := range []frame.DiffersSpec{{Kind: frame.DiffersSlow, Metric: "speed"}, {Kind: frame.DiffersFilter, A: "lcp>fast"}, {Kind: frame.DiffersRelease, A: "7", B: "8"}} {
		if d := ask(bad); d.Note == "" || len(d.Values) != 0 {
			t.Errorf("%+v: %+v", bad, d)
		}
	}
}

// BenchmarkDiffers is one question over 600,000 beacons: five minutes at 2,000 a second.
func BenchmarkDiffers(b *testing.B) {
	a, _ := loaded(b, benchQuery)
	for _, spec := range []frame.DiffersSpec{{Kind: frame.DiffersErrored}, {Kind: frame.DiffersSlow, Metric: "lcp"}} {
		b.Run(spec.Kind, func(b *testing.B) {
			for b.Loop() {
				if d := a.differs(spec, a.now.lo, a.now.hi); d.A == 0 {
					b.Fatal("nothing compared")
				}
			}
		})
	}
}
