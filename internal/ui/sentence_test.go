package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// The notes of the source are shown while it is connected, too.
func TestSentenceShowsNotes(t *testing.T) {
	waiting := func(site, note string) *frame.Frame {
		f := nothingYet()
		f.Site, f.Health.Note, f.Health.HistoryState = site, note, beacon.HistoryUnknown
		return f
	}
	live := incident()
	live.Health.History, live.Health.HistoryFrom = false, nil
	live.Health.Note = "the server has no stream RUM yet: live batches only until rumtop collect creates it"
	live.Health.HistoryState = beacon.HistoryNoStream
	lost := disconnected()
	lost.Health.History = false
	for _, c := range []struct {
		frame         *frame.Frame
		status, trust string
	}{
		{waiting("", "several sites report here (a, b): choose one with --site"), " ○ several sites report here (a, b): choose one with --site", ""},
		{waiting("", ""), " ○ no beacons received yet", " ! no history · "},
		{waiting("bank", "this user may not subscribe to rum.v1.bank.*.*: permit it"), " ○ no beacons received yet for site bank: this user may not subscribe", ""},
		{nothingYet(), " ○ no beacons received yet for site shop: the server keeps no history", " ! no history: JetStream is off · "},
		{live, " ▲ error rate 12.3%", " ! no history: no stream RUM yet · "},
		{lost, " ▲ disconnected, data is stale: connection refused", " · no history · "},
	} {
		m := screen(t, noColor, 120, 36, c.frame)
		lines := strings.Split(ansi.Strip(m.View()), "\n")
		if !strings.HasPrefix(lines[1], c.status) {
			t.Errorf("status %q, want %q", lines[1], c.status)
		}
		if trust := lines[len(lines)-2]; !strings.Contains(trust, c.trust) {
			t.Errorf("trust %q, want %q", trust, c.trust)
		}
	}
}

// The sentence says what, how much, where, how many users and since when; and when it is resolved.
func TestFindingSentence(t *testing.T) {
	f := incident()
	for _, c := range []struct {
		change func(*frame.Finding)
		want   string
		g      gravity
	}{
		{func(*frame.Finding) {}, "error rate 12.3% (9.4×) where release=2.4.1 browser=Safari · 1,280 users (18%) · since 14:02", grave},
		{func(x *frame.Finding) { x.Measure, x.Now.Value, x.Filter = "lcp_p75", 5230, "" }, "LCP p75 5.23 s (9.4×) · slow for 1,280 users (18%) · since 14:02", grave},
		{func(x *frame.Finding) {
			x.Measure, x.Now.Value, x.Factor = "failed_requests", 0.031, 8
			x.Terms = []frame.Term{{Field: "url", Value: "https://shop.example/api/cart"}, {Field: "device", Value: "mobile"}}
			x.Filter = x.Terms[0].String() + " " + x.Terms[1].String()
		}, "failed requests 3.1% (8.0×) where url=*/api/cart device=mobile · 1,280 users (18%) · since 14:02", grave},
		{func(x *frame.Finding) { x.State, x.Until = frame.FindingOver, noon.Add(-time.Minute) }, "resolved 14:06: error rate 12.3% where release=2.4.1 browser=Safari · 14:02–14:06 (4m30s)", fine},
	} {
		f.Finding = found()
		c.change(&f.Finding)
		if g, s := sentence(f, linkLive, time.UTC); g != c.g || s != c.want {
			t.Errorf("%v %q, want %q", g, s, c.want)
		}
	}
	f.Finding = found()
	if got, want := reasons(f, time.UTC), "3m after “deploy 2.4.1” · was 1.3% · explains 85% of the rise · TypeError: Cannot read properties of undefined (reading 'total')"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A sentence loses whole clauses before it loses part of one.
func TestClausesShorten(t *testing.T) {
	const s = "error rate 4.1% · 12 users · worst release=2.4.1 12.3%"
	for width, want := range map[int]string{
		99: s, 54: s, 53: "error rate 4.1% · 12 users", 26: "error rate 4.1% · 12 users", 25: "error rate 4.1%", 15: "error rate 4.1%", 10: "error rat…", 0: "",
	} {
		if got := clauses(s, width); got != want {
			t.Errorf("%d: %q, want %q", width, got, want)
		}
	}
}

// Both ends of a frame are kept: they are its function and position.
func TestFitFrameKeepsEnds(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"at f (https://shop.example/assets/checkout-8f3a.js:1:204)", "at f (https:…ut-8f3a.js:1:204)"},
		{"f@https://shop.example/a.js:1:2", "f@https://sh….example/a.js:1:2"},
		{"TypeError: Cannot read properties of undefined", "TypeError: Cannot read proper…"},
		{"short", "short"},
		{"", ""},
	} {
		if got := fitFrame(c.line, 30); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
