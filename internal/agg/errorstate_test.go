package agg

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
	"github.com/rumtop/rumtop/internal/frame"
)

// errorsAt sends one view with an error for each of so many users, at a minute of the history.
func errorsAt(a *Aggregator, minute int, message string, users int) {
	for i := range users {
		when := epoch.Add(time.Duration(minute)*time.Minute + time.Duration(i)*time.Millisecond)
		b := beacon.Beacon{ID: beacon.ID(a.log.Rows + 1), Received: when.UnixMilli(), Navigation: true, View: beacon.ID(1<<32 + a.log.Rows), User: beacon.ID(1<<20 + a.log.Rows)}
		if message != "" {
			b.Errors = []beacon.Error{{Type: "Error", Message: message}}
		}
		add(a, when, b)
	}
}

func TestErrorStates(t *testing.T) {
	// Minutes 0..9 are history, 10..19 the baseline, 20..29 the window.
	type counts struct{ earlier, before, now int }
	for _, c := range []struct {
		name   string
		counts counts
		want   string
	}{
		{"new", counts{0, 0, 3}, frame.ErrorNew},
		{"new after the baseline began", counts{0, 2, 3}, frame.ErrorNew},
		{"back", counts{5, 0, 40}, frame.ErrorRegressed},
		{"back by chance", counts{5, 0, 3}, ""},
		{"grew", counts{5, 10, 60}, frame.ErrorRegressed},
		{"grew by chance", counts{5, 3, 6}, ""},
		{"grew a little", counts{5, 400, 560}, ""},
		{"as before", counts{5, 20, 22}, ""},
		{"gone", counts{5, 40, 0}, frame.ErrorGone},
		{"gone by chance", counts{5, 3, 0}, "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := New(Config{})
			for minute := range 30 {
				errorsAt(a, minute, "", 100)
			}
			for minute, n := range map[int]int{5: c.counts.earlier, 15: c.counts.before, 25: c.counts.now} {
				errorsAt(a, minute, "x", n)
			}
			errorsAt(a, 30, "", 1)
			f := a.Frame(frame.Query{By: "release", Window: 10 * time.Minute}, SourceStatus{}, epoch.Add(30*time.Minute-time.Millisecond))
			got := "-"
			for _, g := range slices.Concat(f.Errors, f.Gone) {
				got = g.State
			}
			if got != c.want {
				t.Errorf("%q, want %q: %+v, gone %+v", got, c.want, f.Errors, f.Gone)
			}
			// A history that begins within the baseline cannot tell.
			q := frame.Query{By: "release", Window: 20 * time.Minute}
			f = a.Frame(q, SourceStatus{}, epoch.Add(30*time.Minute-time.Millisecond))
			for _, g := range slices.Concat(f.Errors, f.Gone) {
				if g.State != "" {
					t.Errorf("%q of a history that is too short", g.State)
				}
			}
		})
	}
}

func TestErrorDetailState(t *testing.T) {
	a := New(Config{})
	for i := range 2 * maxTraces {
		when := epoch.Add(time.Duration(i) * time.Millisecond)
		b := beacon.Beacon{ID: beacon.ID(i + 1), Received: when.UnixMilli(), View: beacon.ID(i + 1), Session: beacon.ID(i/2 + 1), User: 9, Trace: fmt.Sprintf("%032x", i/2+1)}
		b.Errors = []beacon.Error{{Type: "E", Message: "x"}, {Type: "E", Message: "x"}}
		add(a, when, b)
	}
	add(a, epoch, beacon.Beacon{ID: 99, Received: epoch.UnixMilli(), Trace: "not of this error", Errors: []beacon.Error{{Type: "E", Message: "y"}}})
	d := a.Frame(frame.Query{By: "release", Window: time.Minute, Fingerprint: fingerprint.Of("E", "x", "")}, SourceStatus{}, epoch.Add(time.Second)).Detail
	if d == nil || d.Sessions != maxTraces || d.Users != 1 || len(d.Traces) != maxTraces {
		t.Fatalf("%+v", d)
	}
	for i, tr := range d.Traces {
		if want := fmt.Sprintf("%032x", maxTraces-i); tr.ID != want || !tr.At.Equal(epoch.Add(time.Duration(2*(maxTraces-i)-1)*time.Millisecond)) {
			t.Errorf("%d: %+v, want %s", i, tr, want)
		}
	}
}
