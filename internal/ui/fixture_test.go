package ui

import (
	"fmt"
	"math"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// The frames that the tests draw, as an aggregator would make them.

var noon = time.Date(2026, 11, 20, 14, 7, 32, 0, time.UTC)

func ramp(n int, from int, before, after float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		wave := 1 + 0.06*math.Sin(float64(i)*1.7)
		out[i] = before * wave
		if i >= from {
			out[i] = (before + (after-before)*min(float64(i-from+1)/4, 1)) * wave
		}
	}
	return out
}

func row(key string, views, errored float64, users, affected int, lcp, inp float64) frame.Row {
	r := frame.Row{
		Key: key, Views: frame.Count(views), Seen: int(views), ErroredViews: frame.Count(errored), Errors: frame.Count(errored * 1.2),
		Users: users, Affected: affected, Requests: frame.Count(views * 3), FailedRequests: frame.Count(errored / 4),
		LCP:     frame.Dist{N: int(views * 0.95), P50: lcp * 0.7, P75: lcp, P95: lcp * 2.3, P99: lcp * 3.4},
		INP:     frame.Dist{N: int(views * 0.6), P50: inp * 0.5, P75: inp, P95: inp * 2.45, P99: inp * 4},
		CLS:     frame.Dist{N: int(views * 0.9), P50: 0.01, P75: 0.04, P95: 0.12, P99: 0.3},
		FCP:     frame.Dist{N: int(views * 0.95), P50: lcp * 0.4, P75: lcp * 0.55, P95: lcp, P99: lcp * 1.5},
		TTFB:    frame.Dist{N: int(views * 0.95), P50: 120, P75: 240, P95: 800, P99: 1500},
		Beacons: int(views * 3), Exact: true,
	}
	if views > 0 {
		r.ErrorRate = min(errored/views, 1)
	}
	return r
}

func worse(diff float64) frame.Delta { return frame.Delta{Diff: diff, Sign: 1, Known: true} }

func unchanged(diff float64) frame.Delta { return frame.Delta{Diff: diff, Known: true} }

func health() frame.Health {
	from := noon.Add(-30 * time.Minute)
	return frame.Health{
		Connected: true, History: true, HistoryFrom: &from, Loading: 1, LagMS: 610, QuietS: 0.3, PerS: 2041.5,
		Retained: 3_600_000, SampleRate: 0.1, SkewP95MS: 1200, SkewN: 5000, Late: 3, Server: "nats://nats.shop.example:4222",
	}
}

func base() *frame.Frame {
	return &frame.Frame{
		Schema: frame.Schema, At: noon, Site: "shop", WindowS: 300, By: "release", Live: true, Quantum: time.Second,
		Baseline: frame.Baseline{Kind: "previous", From: noon.Add(-10 * time.Minute), To: noon.Add(-5 * time.Minute), Complete: true},
		Health:   health(), Tags: []string{"flag", "tier"},
	}
}

const points = 60

// incident is the demo's: release 2.4.1 breaks in Safari.
func incident() *frame.Frame {
	f := base()
	f.Filter = "region=eu-west"
	t := row("", 9120, 371, 7055, 1284, 2610, 168)
	t.LCP.P95, t.INP.P95 = 6100, 412
	t.Baseline = &frame.BaselineRow{ErrorRate: 0.0043, Views: 9000, LCP: frame.Dist{N: 8700, P75: 2010}}
	t.Delta = frame.Deltas{ErrorRate: worse(0.036), LCP: worse(600), INP: unchanged(4)}
	f.Total = t
	a := row("2.4.1", 5510, 678, 3310, 1240, 3410, 171)
	a.Delta = frame.Deltas{ErrorRate: worse(0.12), LCP: worse(1200), INP: unchanged(5), CLS: unchanged(0)}
	a.Baseline = &frame.BaselineRow{ErrorRate: 0.0041}
	a.Spark = ramp(points, 42, 0.004, 0.123)
	b := row("2.4.0", 3020, 12.4, 3502, 38, 2020, 166)
	b.Delta = frame.Deltas{ErrorRate: unchanged(0), LCP: unchanged(10), INP: unchanged(1)}
	b.Spark = ramp(points, points, 0.004, 0)
	c := row("2.3.9", 590, 2.2, 640, 6, 2100, 169)
	c.Delta = frame.Deltas{ErrorRate: unchanged(0), LCP: frame.Delta{Diff: -300, Sign: -1, Known: true}}
	c.Spark = ramp(points, points, 0.004, 0)
	d := row("(none)", 9, 0, 11, 0, 2300, 0)
	d.INP, d.CLS = frame.Dist{}, frame.Dist{}
	f.Segments = []frame.Row{a, b, c, d}
	f.Finding, f.Differs = found(), differences()
	f.Series = frame.Series{
		From: noon.Add(-30 * time.Minute).Truncate(30 * time.Second), Step: 30 * time.Second, Complete: points,
		ErrorRate: ramp(points, 48, 0.0043, 0.041), LCP75: ramp(points, 50, 2000, 2610), LCP95: ramp(points, 50, 4700, 6100),
		INP75: ramp(points, points, 167, 0), INP95: ramp(points, points, 410, 0), Affected: ramp(points, 48, 8, 260),
	}
	f.Errors = []frame.ErrorGroup{
		{Fingerprint: "a1b2c3", Type: "TypeError", Message: "Cannot read properties of undefined (reading 'total')", Count: 401, Users: 1201,
			FirstSeen: noon.Add(-5 * time.Minute), LastSeen: noon.Add(-time.Second), Releases: []string{"2.4.1"}, New: true},
		{Fingerprint: "d4e5f6", Type: "ChunkLoadError", Message: "Loading chunk vendors failed", Count: 22, Users: 61,
			FirstSeen: noon.Add(-28 * time.Minute), LastSeen: noon.Add(-9 * time.Second), Releases: []string{"2.4.1", "2.4.0"}, Before: 20},
		{Fingerprint: "0789ab", Type: "NetworkError", Message: "POST /cart failed", Count: 9, Users: 9,
			FirstSeen: noon.Add(-29 * time.Minute), LastSeen: noon.Add(-40 * time.Second), Releases: []string{"2.3.9", "2.4.0"}, Before: 31},
	}
	return f
}

// marked is the incident, with markers.
func marked() *frame.Frame {
	f := incident()
	at := func(ago time.Duration) int64 { return noon.Add(-ago).UnixMilli() }
	f.Markers = []beacon.Marker{
		{ID: "1", At: at(21 * time.Minute), Kind: beacon.MarkerFlag, Text: "new-payment at 50 %", By: "ines", Filter: "tag.flag=new-payment"},
		{ID: "release/2.3.9", At: at(15 * time.Minute), Kind: beacon.MarkerRelease, Text: "release 2.3.9 first seen"},
		{ID: "2", At: at(7 * time.Minute), Kind: beacon.MarkerDeploy, Text: "deploy 2.4.1", By: "ci"},
		{ID: "3", At: at(time.Minute), Kind: beacon.MarkerMitigation, Text: "rolling back \x1b[2J\u202e2.4.1"},
	}
	return f
}

// inspected is the incident, with the inspection of its worst release.
func inspected() *frame.Frame {
	f := incident()
	i := &frame.Inspection{
		Traffic: &frame.TrafficComparison{
			People:    frame.TrafficRow{Views: 9120, Seen: 9120, ErrorRate: .0407, LCP: frame.Dist{N: 8800, P75: 2610}},
			Synthetic: frame.TrafficRow{Views: 60, Seen: 60, LCP: frame.Dist{N: 60, P75: 1210}},
			Errors:    frame.Delta{Diff: .0407, Sign: 1, Known: true}, LCP: frame.Delta{Diff: 1400, Sign: 1, Known: true},
		},
		Key: "2.4.1", Vital: "lcp", Dist: frame.Dist{N: 5230, P50: 2390, P75: 3410, P95: 7843, P99: 11_594}, Good: 2500, Poor: 4000, GoodShare: 0.54, PoorShare: 0.19,
		Spectrum: []frame.Quantile{{Share: 0.5, Value: 2390}, {Share: 0.75, Value: 3410}, {Share: 0.9, Value: 5600}, {Share: 0.95, Value: 7843}, {Share: 0.99, Value: 11_594}, {Share: 0.999, Value: 18_000}},
		Phases:   []frame.Phase{{Name: "dns", P50: 14, N: 2100}, {Name: "tcp", P50: 31, N: 2100}, {Name: "tls", P50: 40, N: 2100}, {Name: "ttfb", P50: 210, Since: true, N: 5400}, {Name: "fcp", P50: 980, Since: true, N: 5400}, {Name: "lcp", P50: 2390, Since: true, N: 5230}},
		Pages:    []frame.PageRow{{Page: "/products/:id", Dist: frame.Dist{N: 2210, P75: 4120}}, {Page: "/checkout", Dist: frame.Dist{N: 610, P75: 2900}}, {Page: "/help/:slug \x1b[2J", Dist: frame.Dist{N: 9, P75: 9000}}},
		Endpoints: []frame.EndpointRow{
			{URL: "/api/payment", Method: "POST", N: 812, Failed: 640, Statuses: []frame.StatusCount{{Status: 500, N: 560}, {Status: 0, N: 80}}, P75: 220, Timed: 812},
			{URL: "/api/products/:id", Method: "GET", N: 5220, Failed: 11, Statuses: []frame.StatusCount{{Status: 503, N: 11}}, P75: 140, Timed: 5220}},
		CustomMeasures: []frame.CustomMeasureRow{{Name: "ttft", Dist: frame.Dist{N: 412, P75: 1730}}},
		Events:         []frame.EventRow{{Name: "add_to_cart", N: 912, Users: 700}, {Name: "checkout_completed", N: 31, Users: 31}},
		Funnel:         []frame.FunnelStep{{Name: "add_to_cart", Sessions: 812}, {Name: "checkout_completed", Sessions: 31}},
	}
	lo := 250.0
	for k := range 24 {
		i.Bins = append(i.Bins, frame.Bin{Lo: lo, Hi: lo * 1.19, N: int(600 * math.Exp(-math.Pow(float64(k-13)/5, 2)))})
		lo *= 1.1892
	}
	i.Map = frame.HeatMap{From: noon.Add(-30 * time.Minute), Step: 30 * time.Second}
	for b := range 12 {
		i.Map.Bins = append(i.Map.Bins, 250*math.Pow(2, float64(b)/2))
	}
	for step := range points {
		middle := 5.0
		if step > 48 {
			middle = 7
		}
		counts := make([]int, len(i.Map.Bins))
		for b := range counts {
			counts[b] = int(90 * math.Exp(-math.Pow((float64(b)-middle)/1.6, 2)))
		}
		i.Map.Counts = append(i.Map.Counts, counts)
	}
	f.Inspection = i
	return f
}

// errorSessions is the incident, with its affected sessions.
func errorSessions() *frame.Frame {
	f := incident()
	for i := range 30 {
		f.Sessions = append(f.Sessions, frame.SessionRow{
			ID: fmt.Sprintf("%016x", 0x9e3779b97f4a7c15*uint64(i+1)), First: noon.Add(-4 * time.Minute), Last: noon.Add(-time.Duration(i) * 7 * time.Second),
			Views: 4, Errors: 30 - i, Failed: 12, Release: "2.4.1", Browser: "Safari 19", Region: "eu-west", Page: "/checkout", Error: "TypeError: Cannot read properties of undefined (reading 'total')",
		})
	}
	at := func(s float64) time.Time { return noon.Add(-time.Minute + time.Duration(s*float64(time.Second))) }
	f.Timeline = []frame.TimelineEntry{
		{At: at(0), Page: "/cart", Kind: "view"},
		{At: at(1.2), Page: "/cart", Kind: "vital", Text: "LCP 1.84 s"},
		{At: at(4), Page: "/cart", Kind: "event", Text: "checkout \x1b[2J"},
		{At: at(4.4), Page: "/checkout", Kind: "view"},
		{At: at(9), Page: "/checkout", Kind: "request", Text: "POST /api/payment 500 812 ms", Bad: true, Trace: "0af7651916cd43dd8448eb211c80319c"},
		{At: at(9.1), Page: "/checkout", Kind: "error", Text: "TypeError: Cannot read properties of undefined (reading 'total')", Bad: true, Trace: "4bf92f3577b34da6a3ce929d0e0e4736"},
	}
	return f
}

// blankPage is a quiet hour in which one browser is silent.
func blankPage() *frame.Frame {
	f := quietHour()
	f.Silences = []frame.Silence{
		{Term: frame.Term{Field: "browser_version", Value: "Safari 18"}, Expected: 310, Received: 14, Since: noon.Add(-4 * time.Minute)},
		{Term: frame.Term{Field: "page", Value: "/help/\x1b[2J"}, Expected: 200, Received: 0, Since: noon.Add(-2 * time.Minute)},
	}
	f.Health.SampleBefore = 1
	return f
}

// measured is the incident, with a custom measure.
func measured() *frame.Frame {
	f := breached()
	f.Measure = "ttft"
	f.Total.Measure = &frame.Dist{N: 412, P75: 1730}
	f.Segments[0].Measure, f.Segments[1].Measure, f.Segments[2].Measure = &frame.Dist{N: 390, P75: 1910}, &frame.Dist{N: 12, P75: 740}, &frame.Dist{}
	return f
}

// breached is the incident, with objectives in breach.
func breached() *frame.Frame {
	f := incident()
	f.Objectives = []frame.Burn{
		{Name: "errors", Objective: "99.5% of views", Target: 0.995, Good: 0.9723, N: 24_310, Rate: 5.54, Now: 8.1, Spent: 0.0031, Known: true, Page: true},
		{Name: "speed", Objective: "75% of lcp<=2500 where device=mobile", Target: 0.75, Good: 0.71, N: 9120, Rate: 1.16, Now: 1.3, Spent: 0.0009, Known: true},
		{Name: "payment", Objective: "99% of requests:*/api/payment", Target: 0.99, Good: 0.998, N: 14, Rate: 0.2, Now: 0, Spent: 0},
		{Name: "signup", Objective: "90% of signed_up per signup", Target: 0.9, Good: 0.8, N: 812, Rate: 2, Now: 2.1, Spent: 0.0004, Known: true, Muted: true},
		{Name: "ttft", Objective: "95% of ttft<=1500", Target: 0.95, Good: 1},
	}
	f.Now, f.ObjectivesNow = f.At, f.Objectives
	f.Total.Burn, f.Segments[0].Burn, f.Segments[1].Burn, f.Segments[2].Burn = 8.2, 24.6, 0.82, 0.7
	return f
}

// found is the incident's finding.
func found() frame.Finding {
	after := beacon.Marker{Kind: beacon.MarkerDeploy, Text: "deploy 2.4.1", At: noon.Add(-8*time.Minute - 32*time.Second).UnixMilli()}
	terms := []frame.Term{{Field: "release", Value: "2.4.1"}, {Field: "browser", Value: "Safari"}}
	return frame.Finding{
		State: frame.FindingOn, Measure: "error_rate", Terms: terms, Filter: "release=2.4.1 browser=Safari", Explained: 0.86,
		Now: frame.Estimate{Value: 0.123, Low: 0.115, High: 0.132, N: 5510}, Before: frame.Estimate{Value: 0.0131, Low: 0.01, High: 0.016, N: 9000},
		Factor: 9.4, Affected: 1284, Share: 0.182, Since: noon.Add(-5*time.Minute - 32*time.Second), Error: "TypeError: Cannot read properties of undefined (reading 'total')",
		After: &after, P: 1e-9, Segments: 62,
	}
}

// differences is what differs in the incident.
func differences() *frame.Differs {
	value := func(field, value string, a, b float64) frame.Difference {
		return frame.Difference{Term: frame.Term{Field: field, Value: value}, A: a, B: b, N: frame.Count(371 * a), Lift: a / b,
			Diff: frame.Estimate{Value: a - b, Low: a - b - 0.04, High: a - b + 0.03, N: 371}}
	}
	d := &frame.Differs{Spec: frame.DiffersSpec{Kind: frame.DiffersErrored}, Of: "errored views", Against: "the rest", A: 371, B: 8749, Compared: 62, Values: []frame.Difference{
		value("page", "/checkout", 0.88, 0.11), value("browser", "Safari", 0.91, 0.14), value("tag.flag", "new-payment", 0.87, 0.21), value("release", "2.4.1", 0.99, 0.36),
	}}
	d.Values[1].Same = []frame.Term{{Field: "browser_version", Value: "Safari 19"}}
	d.Together = frame.Conjunction{Terms: []frame.Term{{Field: "release", Value: "2.4.1"}, {Field: "browser", Value: "Safari"}, {Field: "tag.flag", Value: "new-payment"}},
		Filter: "release=2.4.1 browser=Safari tag.flag=new-payment", Coverage: 0.86, Caught: 0.02, Precision: 0.64}
	return d
}

// withVerdict is the incident, with the verdict on its release.
func withVerdict() *frame.Frame {
	f := incident()
	judged := func(measure string, was, is, change, half, margin float64, verdict string, needs int) frame.MeasureVerdict {
		around := func(v float64) frame.Estimate { return frame.Estimate{Value: v, Low: v * 0.9, High: v * 1.1, N: 5000} }
		return frame.MeasureVerdict{Measure: measure, Baseline: around(was), Canary: around(is),
			Change: frame.Estimate{Value: change, Low: change - half, High: change + half, N: 5000}, Margin: margin, Verdict: verdict, Needs: needs}
	}
	f.Verdict = &frame.Verdict{Baseline: "2.4.0", Canary: "2.4.1", From: noon.Add(-30 * time.Minute), To: noon, Verdict: frame.Regressed,
		BaselineViews: 30_200, CanaryViews: 5510, Support: 0.97, Strata: 24, Adoption: ramp(30, 24, 0, 0.6),
		Measures: []frame.MeasureVerdict{
			judged("error_rate", 0.0041, 0.119, 0.115, 0.02, 0.005, frame.Regressed, 0),
			judged("failed_requests", 0.0039, 0.0052, 0.0013, 0.0011, 0.005, frame.NotWorse, 0),
			judged("lcp", 2020, 2150, 0.064, 0.06, 0.1, frame.NeedsMore, 4200),
			judged("inp", 166, 168, 0.012, 0.05, 0.1, frame.NotWorse, 0),
			{Measure: "cls", Margin: 0.02, Verdict: frame.NoData},
		}}
	return f
}

// withDetail is the incident, with the detail of its worst error.
func withDetail() *frame.Frame {
	f := incident()
	f.Detail = &frame.ErrorDetail{
		ErrorGroup: f.Errors[0],
		Stack: "TypeError: Cannot read properties of undefined (reading 'total')\n" +
			"    at renderTotals (https://shop.example/assets/checkout-8f3a.js:1:20412)\n" +
			"    at updateCart (https://shop.example/assets/checkout-8f3a.js:1:18833)\n" +
			"    at async submitOrder (https://shop.example/assets/checkout-8f3a.js:1:9120)\n" +
			"    at HTMLFormElement.onsubmit (https://shop.example/checkout:88:3)\n",
		Spread: []frame.Spread{
			{Dim: "release", Values: []frame.SpreadValue{{Value: "2.4.1", Errors: 1, Views: 0.6}}},
			{Dim: "browser", Values: []frame.SpreadValue{{Value: "Safari", Errors: 0.91, Views: 0.14}, {Value: "Chrome", Errors: 0.09, Views: 0.7}}},
			{Dim: "page", Values: []frame.SpreadValue{{Value: "/checkout", Errors: 0.88, Views: 0.11}, {Value: "/cart", Errors: 0.12, Views: 0.2}}},
			{Dim: "flag", Values: []frame.SpreadValue{{Value: "new-payment", Errors: 0.87, Views: 0.21}}},
		},
		Counts:   ramp(points, 48, 0.2, 40),
		Sessions: 1322, Release: "2.4.1",
		Traces: []frame.ErrorTrace{{At: noon, ID: "4bf92f3577b34da6a3ce929d0e0e4736"}, {At: noon.Add(-time.Second), ID: "\x1b]8;;http://evil.example\x1b\\"}, {At: noon.Add(-2 * time.Second), ID: "0af7651916cd43dd8448eb211c80319c"}},
	}
	return f
}

// withStates is the incident, with errors that are back, more frequent and gone.
func withStates() *frame.Frame {
	f := incident()
	f.Errors[0].State = frame.ErrorNew
	f.Errors[1].State = frame.ErrorRegressed
	f.Errors[1].Before = 8
	f.Errors[2].State, f.Errors[2].Before, f.Errors[2].Count = frame.ErrorRegressed, 0, 31
	f.Gone = []frame.ErrorGroup{{Fingerprint: "f00d", Type: "RangeError", Message: "Invalid time value", FirstSeen: noon.Add(-25 * time.Minute), LastSeen: noon.Add(-6 * time.Minute), Before: 112, State: frame.ErrorGone}}
	return f
}

func quietHour() *frame.Frame {
	f := incident()
	f.Filter, f.Finding, f.Differs = "", frame.Finding{State: frame.FindingQuiet, Segments: 62, P: 1}, nil
	f.Total.Delta = frame.Deltas{ErrorRate: unchanged(0.0001), LCP: unchanged(10), INP: unchanged(2)}
	f.Total.ErroredViews, f.Total.ErrorRate, f.Total.Affected = 37, 0.0041, 38
	f.Segments = f.Segments[1:]
	f.Errors = f.Errors[1:]
	f.Series.ErrorRate, f.Series.Affected = ramp(points, points, 0.0041, 0), ramp(points, points, 8, 0)
	f.Series.LCP75, f.Series.LCP95 = ramp(points, points, 2000, 0), ramp(points, points, 4700, 0)
	return f
}

func loading() *frame.Frame {
	f := quietHour()
	f.Health.Loading, f.Baseline.Complete = 0.43, false
	for i := range f.Segments {
		f.Segments[i].Delta = frame.Deltas{}
	}
	f.Series.Complete = points * 43 / 100
	return f
}

func disconnected() *frame.Frame {
	f := incident()
	f.Health.Connected, f.Health.Reconnects = false, 3
	f.Health.Note = "connection refused, trying again every 2 s; is nats-server running?"
	f.Health.Dropped, f.Health.Gaps = 120, 2
	return f
}

func nothingYet() *frame.Frame {
	f := base()
	f.Health = frame.Health{Connected: true, Loading: 1, HistoryState: beacon.HistoryOff, Note: "the server keeps no history (JetStream is off): live batches only"}
	f.Baseline.Complete = false
	f.Tags = nil
	return f
}

func silent() *frame.Frame {
	f := incident()
	f.Health.QuietS = 43
	return f
}

// hostile is a frame with what a rogue publisher could send.
func hostile() *frame.Frame {
	f := incident()
	f.Site = "shop\x1b]0;owned\x07"
	f.By = "tag.\x1b[31mteam"
	f.Segments[0].Key = "\x1b[2J\x1b[H漢字かな\u202eevil\u200b\x00 with a very long name that goes on and on and on and on and on"
	f.Segments[1].Key = "مرحبا بالعالم"
	f.Segments[2].Key = "👩‍👩‍👧‍👦 family e\u0301\u0301\u0301\u0301"
	f.Segments[3].Key = "line\nbreak\ttab\rreturn"
	inf, nan := math.Inf(1), math.NaN()
	f.Finding.Filter, f.Finding.Error, f.Finding.Factor, f.Finding.Now.Value = "release=\x1b[2J\u202e", "\x1b]0;x\x07\n", inf, nan
	f.Differs.Values[0].Value, f.Differs.Values[1].Diff.Value, f.Differs.Together.Filter = "\x1b[31m漢字\n", inf, "\x1b[5m"
	f.Verdict = withVerdict().Verdict
	f.Verdict.Canary, f.Verdict.Measures[0].Change.High, f.Verdict.Measures[1].Measure = "\x1b[2J漢\n", inf, "\x1b[5mspeed"
	f.Segments[0].Views, f.Segments[0].ErrorRate = frame.Count(inf), nan
	f.Segments[1].LCP.P75, f.Segments[1].LCP.P95 = inf, -inf
	f.Segments[2].Spark = []float64{nan, inf, -inf, 1e308, 0.1}
	f.Segments[3].Delta.ErrorRate = worse(inf)
	f.Series.ErrorRate[3], f.Series.LCP75[5], f.Series.Affected[7] = inf, 1e308, nan
	f.Errors[0].Message = "\x1b]52;c;ZXZpbA==\x07\x9b31m " + f.Segments[0].Key
	f.Errors[1].Releases = []string{"\x1b[31m2.4.1", "\u2028x"}
	f.Warnings = []string{"no beacon carries tag.\x1b[5mteir"}
	f.Health.Server = "nats://\x1b[7mhost"
	f.Health.PerS, f.Health.LagMS = inf, nan
	return f
}
