package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/frame"
)

// The exit status answers a pipeline that compares two releases.
func TestVerdictExitStatus(t *testing.T) {
	h := newHarness(t, "--site", "shop=k", "--region", "eu-west")
	for _, r := range []struct {
		release string
		views   int
		failing int // one in so many
	}{{"1", 3000, 100}, {"2", 3000, 10}, {"3", 30, 100}, {"4", 3000, 100}} {
		for from := 0; from < r.views; from += 50 {
			var body strings.Builder
			for i := from; i < min(from+50, r.views); i++ {
				_, _ = fmt.Fprintf(&body, `{"navigation":true,"release":%q,"view":"%s-%d","device":"mobile","metrics":{"lcp":%d}`, r.release, r.release, i, 1500+i*37%1000)
				if i%r.failing == 0 {
					body.WriteString(`,"errors":[{"type":"E","message":"m"}]`)
				}
				body.WriteString("}\n")
			}
			h.send("k", post{body: body.String()})
		}
	}
	h.settle()
	for canary, want := range map[string]int{"2": exitFailed, "3": exitNoData, "4": exitOK, "5": exitNoData} {
		status, stderr := h.status("verdict", "--baseline", "1", "--canary", canary, "--margin", "error_rate=2pp")
		if status != want {
			t.Errorf("release %s: status %d, want %d: %s", canary, status, want, stderr)
		}
	}
	out := h.rumtop("verdict", "--baseline", "1", "--canary", "4", "--margin", "error_rate=2pp", "--format", "json")
	var v frame.Verdict
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if v.Verdict != frame.NotWorse || v.CanaryViews != 3000 || v.Support != 1 || len(v.Measures) != 5 || v.Measures[0].Margin != .02 {
		t.Errorf("%+v", v)
	}
}
