package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"

	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/internal/frame"
)

// wideTexts take more or fewer cells than they have runes, or bytes.
var wideTexts = [...]string{
	"2.4.1", "发布-二", "リリース", "릴리스 2", "ｆｕｌｌ", "🚀", "👩‍👩‍👧", "🇩🇪 2.4", "e\u0301te\u0301", "zero\u200bwidth", "❤️", "שחרור", "إصدار", "กำลัง", "नमस्ते",
}

// edges are the cells at which columns end: all lines of a table have the same.
func wantAligned(t *testing.T, what string, lines []string) {
	t.Helper()
	for _, line := range lines {
		if got, want := displaywidth.String(line), displaywidth.String(lines[0]); got != want {
			t.Errorf("%s: %d cells, want %d:\n%s\n%s", what, got, want, lines[0], line)
		}
	}
}

func TestTablesAlignWideText(t *testing.T) {
	f := incident()
	f.By, f.Errors, f.Segments, f.Measure = "release", nil, nil, "ttft"
	o := frame.Burn{Objective: "99% of views", N: 100}
	var v frame.Verdict
	for _, text := range wideTexts {
		f.Segments = append(f.Segments, frame.Row{Key: text, Measure: &frame.Dist{N: 30, P75: 1.5}})
		burn := o
		burn.Name = text
		f.Objectives = append(f.Objectives, burn)
	}
	v.Measures = []frame.MeasureVerdict{{Measure: "lcp", Verdict: frame.NotWorse}, {Measure: "cls", Verdict: frame.Regressed}}
	var frames, burns, verdict bytes.Buffer
	if err := printFrame(&frames, f, "table", true); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(frames.String(), "\n")
	for i, row := range rows {
		if strings.Contains(row, "LCP p75") {
			wantAligned(t, "--once", rows[i:i+2+len(wideTexts)])
		}
	}
	if err := printBurns(&burns, f, "table", 1e9); err != nil {
		t.Fatal(err)
	}
	// The last column is of one text: the ends of all lines show the others.
	wantAligned(t, "check", strings.Split(strings.TrimSuffix(burns.String(), "\n"), "\n")[1:1+len(wideTexts)])
	if err := printVerdict(&verdict, &v, "table"); err != nil {
		t.Fatal(err)
	}
	wantAligned(t, "verdict", strings.Split(strings.TrimSuffix(verdict.String(), "\n"), "\n")[3:])
}

// In what scrub keeps of a beacon, the reasons stand under each other.
func TestScrubAlignsWideText(t *testing.T) {
	s, err := scrub.New(scrub.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range wideTexts {
		var out, problems bytes.Buffer
		if err := scrubBeacons([]byte(`{"navigation":true,"release":"`+text+`","tags":{"tier":"`+text+`"},"events":[{"name":"paid"}]}`), &out, &problems, s); err != nil {
			t.Fatal(err)
		}
		rows := strings.Split(out.String(), "\n")
		why := displaywidth.String(rows[0][:strings.Index(rows[0], "WHY")])
		for _, row := range rows[1:] {
			if row == "" {
				continue
			}
			cells, at := 0, 0
			for at < len(row) && cells < why {
				g := displaywidth.StringGraphemes(row[at:])
				g.Next()
				at, cells = at+len(g.Value()), cells+g.Width()
			}
			if cells != why || at < len(row) && row[at] == ' ' || at >= 2 && !strings.HasSuffix(row[:min(at, len(row))], "  ") {
				t.Errorf("%q: the reason does not begin at cell %d: %q", text, why, row)
			}
		}
	}
}

// CSV has columns for a measure of the page's own.
func TestCSVOwnMeasure(t *testing.T) {
	f := incident()
	f.Measure = "=ttft"
	f.Total.Measure = &frame.Dist{N: 40, P50: 100, P75: 200, P95: 300, P99: 400}
	var out bytes.Buffer
	if err := printFrame(&out, f, "csv", true); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(out.String(), "\n")
	if !strings.HasSuffix(rows[0], ",'=ttft_n,'=ttft_p50,'=ttft_p75,'=ttft_p95,'=ttft_p99") || !strings.HasSuffix(rows[1], ",40,100,200,300,400") || !strings.HasSuffix(rows[2], ",0,,,,") {
		t.Errorf("got %s", out.String())
	}
}
