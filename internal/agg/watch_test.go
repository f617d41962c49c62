package agg

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/detect"
	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// burning is half an hour of a shop whose release 2 starts to fail after twenty minutes.
func burning(t testing.TB, cfg Config) (*Aggregator, time.Time) {
	t.Helper()
	a := New(cfg)
	end := epoch.Add(30 * time.Minute)
	for i := range 30_000 {
		at := epoch.Add(time.Duration(i+1) * 60 * time.Millisecond)
		b := shopView(i, at)
		if at.Before(epoch.Add(20*time.Minute)) && i%211 != 0 {
			b.Errors = nil
		}
		add(a, end, b)
	}
	return a, end
}

// What is found does not depend on how it was looked for: all at once, in small
// slices, or as it happened.
func TestWatchInSlices(t *testing.T) {
	a, end := burning(t, Config{})
	q := frame.Query{By: "region", Window: 5 * time.Minute}
	whole := a.Frame(q, SourceStatus{Loading: 1}, end)
	if f := whole.Finding; f.State != frame.FindingOn || f.Measure != "error_rate" || f.Filter != `release=2 tag.flag="new pay" browser=Safari` {
		t.Fatalf("%+v", f)
	}
	if since := whole.Finding.Since.Sub(epoch); since < 19*time.Minute || since > 21*time.Minute {
		t.Errorf("since %v", since)
	}
	a.watch = nil
	a.lens = nil
	reading := 0
	for {
		f := a.answer(q, SourceStatus{Loading: 1}, end, 500)
		if f.Finding.State != frame.FindingReading {
			if !reflect.DeepEqual(f.Findings, whole.Findings) {
				t.Errorf("in slices %+v, at once %+v", f.Findings, whole.Findings)
			}
			break
		}
		if reading++; reading > 1000 {
			t.Fatal("it never ends")
		}
	}
	if reading < 20 {
		t.Errorf("all is found after %d slices", reading)
	}

	// A person looks at an earlier time through a new filter: what was found by then.
	q.Filter, q.At = mustParse(t, "browser=Safari"), epoch.Add(15*time.Minute)
	if f := a.Frame(q, SourceStatus{Loading: 1}, end).Finding; f.State != frame.FindingQuiet {
		t.Errorf("before the beginning: %+v", f)
	}
	q.At = end.Add(-time.Minute)
	if f := a.Frame(q, SourceStatus{Loading: 1}, end).Finding; f.State != frame.FindingOn {
		t.Errorf("a minute ago: %+v", f)
	}
}

// The answer to a new filter does not wait for the watch; what was found follows at once.
func TestLoopAnswersBeforeItHasLookedBack(t *testing.T) {
	a, end := burning(t, Config{})
	a.setLens(&frame.Query{Filter: filter.Expr{}, By: "region"})
	src := &fakeSource{status: SourceStatus{Connected: true, Loading: 1}}
	l := NewLoop(a, src, func() time.Time { return end })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	l.rowsPerTurn = 1000
	go func() { done <- l.Run(ctx, time.Hour) }() // what comes meanwhile is not the clock's
	l.Ask(frame.Query{By: "region", Window: 5 * time.Minute})
	if f := <-l.Frames(); f.Finding.State != frame.FindingReading || f.Total.Views == 0 {
		t.Errorf("first %+v", f.Finding)
	}
	if f := <-l.Frames(); f.Finding.State != frame.FindingOn {
		t.Errorf("then %+v", f.Finding)
	}
	cancel()
	<-done
}

// What the watch counts is a part of the memory that history may take.
func TestWatchIsPartOfTheMemory(t *testing.T) {
	a, end := burning(t, Config{})
	a.Frame(frame.Query{By: "region", Window: 5 * time.Minute}, SourceStatus{Loading: 1}, end)
	used := int64(a.log.Bytes() + a.intake.Bytes())
	b, _ := burning(t, Config{Memory: used + int64(a.watch.Bytes())/2})
	b.Frame(frame.Query{By: "region", Window: 5 * time.Minute}, SourceStatus{Loading: 1}, end)
	if b.evicted != 0 {
		t.Fatal("the log alone is too much")
	}
	add(b, end, shopView(30_000, end))
	if b.evicted == 0 {
		t.Error("the memory of the watch is not counted")
	}
}

// BenchmarkWatch is what looking out costs: all of half an hour after a new
// filter, with the longest time that the loop is kept from answering a key; and each ten seconds
// from then on. In the last ten minutes LCP is worse.
func BenchmarkWatch(b *testing.B) {
	a, r := New(Config{}), newReplay()
	a.Frame(benchQuery, SourceStatus{}, epoch)
	r.play(a, benchSeconds*2/3)
	for _, batch := range r.batches {
		for i, name := range batch.MetricName {
			if batch.Strings[name] == "lcp" {
				batch.MetricValue[i] *= 1.3
			}
		}
	}
	r.play(a, benchSeconds)
	a.Frame(benchQuery, SourceStatus{Loading: 1}, benchEnd())
	end := benchEnd().UnixMilli()
	b.Run("replay", func(b *testing.B) {
		longest, slices := time.Duration(0), 0
		for b.Loop() {
			startWatch(a, end)
			for a.watch.IsBehind() {
				begun := time.Now()
				a.watch.ReadSteps(watchRowsPerTurn)
				longest = max(longest, time.Since(begun))
				slices++
			}
			if len(a.Episodes()) == 0 {
				b.Fatal("nothing found")
			}
		}
		b.ReportMetric(float64(longest.Milliseconds()), "ms-longest-slice")
		b.ReportMetric(float64(slices)/float64(b.N), "slices")
		b.ReportMetric(float64(a.watch.Bytes())/1e6, "MB")
	})
	b.Run("step", func(b *testing.B) {
		for b.Loop() {
			if !a.watch.IsBehind() {
				startWatch(a, end)
			}
			a.watch.ReadSteps(1)
		}
	})
}

// startWatch makes an aggregator look for what got worse from the start.
func startWatch(a *Aggregator, end int64) {
	a.watch = detect.NewWatch(a.log)
	a.watch.SetFields(explain.Fields(a.tags()))
	a.watch.SetEnd(end)
}
