package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/frame"
)

func TestSummary(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame *frame.Frame
		keys  []string
		want  []string
	}{
		{"triage", marked(), nil, []string{"shop · 2026-11-20 14:02–14:07 UTC · region=eu-west: error rate 12.3% (9.4×) where release=2.4.1", "all: error rate 4.1% (n=9,120)",
			"release=2.4.1: error rate 12.3% (n=5,510), LCP p75 3.41", "(n=5,230)", "| 14:00 UTC deploy 2.4.1 (ci), 14:06 UTC rolling back"}},
		{"another row", incident(), []string{"down"}, []string{"release=2.4.0: error rate"}},
		{"a quiet hour", quietHour(), nil, []string{"all: error rate 0.41%"}},
		{"an error", withStates(), []string{"e"}, []string{"TypeError: Cannot read properties of undefined (reading 'total') · 401 errors · 1,200 users · ▲ new · first seen 14:02:32 UTC · in 2.4.1 · fingerprint=a1b2c3"}},
		{"an error that is gone", withStates(), []string{"e", "G"}, []string{"RangeError: Invalid time value · 0 errors", "▼ gone"}},
		{"a detail", withDetail(), []string{"e", "enter"}, []string{"1,320 sessions", "4bf92f3577b34da6a3ce929d0e0e4736"}},
		{"markers", marked(), []string{"M", "down"}, []string{": 14:00 UTC deploy 2.4.1 (ci)"}},
		{"objectives", breached(), []string{"O"}, []string{"errors (99.5% of views): 97.2% good (n=24.3k), burn 8.1×, breach · speed"}},
		{"trust", incident(), []string{"T"}, []string{"no data quality problems · 2,000 beacons/s · sampled at 10%"}},
		{"no trust", disconnected(), []string{"T"}, []string{"connected no", "gaps 2"}},
		{"differs", incident(), []string{"d"}, []string{"errored views (n=371) vs the rest (n=8,750)", "release=2.4.1 browser=Safari tag.flag=new-payment: 86% vs 2% · page=/checkout: 88% vs 11%"}},
		{"verdict", withVerdict(), []string{"V"}, []string{"2.4.1 (5,510 views) vs 2.4.0 (30.2k views): regressed · error rate regressed"}},
		{"inspect", inspected(), []string{"i"}, []string{"LCP p75 3.41 s, p95 7.84 s (n=5,230), 54% good, 19% poor"}},
		{"hostile", hostile(), nil, nil}, {"hostile error", hostile(), []string{"e"}, nil}, {"hostile verdict", hostile(), []string{"V"}, nil}, {"hostile differences", hostile(), []string{"d"}, nil},
	} {
		m := screen(t, noColor, 120, 36, c.frame)
		got := summary(send(press(m, c.keys...), frameMsg{c.frame}))
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", c.name, got, want)
			}
		}
		if strings.ContainsAny(got, "\x1b\n\r\x07\u202e\u2028") || ansi.StringWidth(got) > maxSummary || len(got) < 40 {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
