package frame

import "testing"

func TestTrafficSentence(t *testing.T) {
	row := func(seen int, rate, p75 float64) TrafficRow {
		return TrafficRow{Views: Count(seen), Seen: seen, ErrorRate: rate, LCP: Dist{N: seen, P75: p75}}
	}
	worse, better := Delta{Diff: .1, Sign: 1, Known: true}, Delta{Diff: -.1, Sign: -1, Known: true}
	for _, tc := range []struct {
		c    TrafficComparison
		want string
	}{
		{TrafficComparison{People: row(100, 0, 900)}, "no monitor visits here"},
		{TrafficComparison{Synthetic: row(100, 0, 900)}, "only monitors visit here"},
		{TrafficComparison{People: row(100, .1, 900), Synthetic: row(4, 0, 900)}, "too few views to compare: 100 of people, 4 of monitors, at least 20 each"},
		{TrafficComparison{People: row(100, .1, 900), Synthetic: row(60, 0, 900), Errors: worse}, "monitors are fine, people are not: error rate 10.0% vs 0%"},
		{TrafficComparison{People: row(100, 0, 900), Synthetic: row(60, .1, 900), Errors: better}, "people are fine, monitors are not: error rate 10.0% vs 0%"},
		{TrafficComparison{People: row(100, 0, 3900), Synthetic: row(60, 0, 1200), LCP: worse}, "monitors are fine, people are not: LCP p75 3.90 s vs 1.20 s"},
		{TrafficComparison{People: row(100, 0, 1200), Synthetic: row(60, 0, 3900), LCP: better}, "people are fine, monitors are not: LCP p75 3.90 s vs 1.20 s"},
		// Monitors are faster as a rule: both are good, both are slow.
		{TrafficComparison{People: row(100, 0, 2400), Synthetic: row(60, 0, 800), LCP: worse}, "monitors see what people see"},
		{TrafficComparison{People: row(100, 0, 9000), Synthetic: row(60, 0, 3000), LCP: worse}, "monitors see what people see"},
	} {
		if got := tc.c.Sentence(); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestExcludedText(t *testing.T) {
	for _, tc := range []struct {
		e       Excluded
		text    string
		counted Count
		many    bool
	}{
		{Excluded{}, "", 0, false},
		{Excluded{Bots: 12, Synthetic: 1, Errors: 3}, "12 bot views, 1 synthetic view, 3 extension errors", 100, false},
		{Excluded{Bots: 30}, "30 bot views", 100, true},
		{Excluded{Errors: 300}, "300 extension errors", 100, false},
		{Excluded{People: 2}, "2 people's views", 0, true},
	} {
		if got := tc.e.String(); got != tc.text || tc.e.AreMany(tc.counted) != tc.many {
			t.Errorf("%+v: %q, many %v", tc.e, got, tc.e.AreMany(tc.counted))
		}
	}
}
