package main

import (
	"bytes"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

var update = flag.Bool("update", false, "update the golden files")

// incident is a frame with one of everything that is printed in a way of its own.
func incident() *frame.Frame {
	at := time.Date(2026, 11, 20, 14, 7, 32, 0, time.UTC)
	from := at.Add(-30 * time.Minute)
	return &frame.Frame{
		Schema: frame.Schema, At: at, Site: "shop", WindowS: 300, Filter: "region=eu-west", Traffic: "people", By: "release",
		Baseline: frame.Baseline{Kind: "previous", From: at.Add(-10 * time.Minute), To: at.Add(-5 * time.Minute), Complete: true},
		Health: frame.Health{
			Connected: true, Server: "nats://127.0.0.1:4222", History: true, HistoryFrom: &from, Loading: 1, LagMS: 610, PerS: 2041.5,
			Retained: 3_600_000, Gaps: 1, Late: 3, SampleRate: 0.1, SkewP95MS: 1200, SkewN: 100,
			Excluded: frame.Excluded{Bots: 12, Synthetic: 3, Errors: 1},
		},
		Total: frame.Row{
			Views: 9120, Errors: 412.4, ErroredViews: 371, ErrorRate: 0.0407, Users: 7055, Affected: 1284, Requests: 20110, FailedRequests: 97,
			LCP: frame.Dist{N: 8800, P50: 1890, P75: 2610, P95: 6100, P99: 9200}, CLS: frame.Dist{N: 12, P50: 0.01, P75: 0.04, P95: 0.2, P99: 0.3},
			Beacons: 20000, Estimated: true,
			Baseline: &frame.BaselineRow{Views: 9000, ErrorRate: 0.0043},
			Delta:    frame.Deltas{ErrorRate: frame.Delta{Diff: 0.0364, Sign: 1, Known: true}},
		},
		Segments: []frame.Row{
			{Key: "2.4.1", Views: 1102, Errors: 400, ErroredViews: 136, ErrorRate: 0.1231, Users: 3310, Affected: 1240, Delta: frame.Deltas{ErrorRate: frame.Delta{Diff: 0.12, Sign: 1, Known: true}}},
			{Key: "2.4.0", Views: 604, Users: 3502, Delta: frame.Deltas{ErrorRate: frame.Delta{Diff: 0.001, Known: true}}},
			{Key: "=HYPERLINK(\"http://evil.example\")\x1b[31m", Users: 11},
		},
		Hidden: 4,
		Errors: []frame.ErrorGroup{
			{Fingerprint: "a1b2c3", Type: "TypeError", Message: "reading 'total'", Count: 401, Users: 1201, FirstSeen: at.Add(-5 * time.Minute), LastSeen: at, Releases: []string{"2.4.1"}, New: true},
			{Fingerprint: "d4e5f6", Type: "Error", Message: "two\nlines \x1b]0;owned\x07", Count: 2, Users: 1, FirstSeen: from, LastSeen: at, Releases: []string{}},
		},
		Warnings: []string{`no beacon carries the tag "teir"`},
	}
}

func TestPrintFrame(t *testing.T) {
	for _, format := range []string{"table", "json", "csv"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			if err := printFrame(&out, incident(), format, true); err != nil {
				t.Fatal(err)
			}
			path := "testdata/frame." + format
			if *update {
				if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), want) {
				t.Errorf("differs from %s; look at it, then go test ./cmd/rumtop -run TestPrintFrame -update\n%s", path, &out)
			}
			if bytes.ContainsRune(out.Bytes(), '\x1b') {
				t.Error("got an escape sequence, want none")
			}
		})
	}
}
