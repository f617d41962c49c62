package agg

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

func said(markers []beacon.Marker) (out []string) {
	for _, m := range markers {
		out = append(out, m.Text)
	}
	return out
}

func TestMarkers(t *testing.T) {
	a := New(Config{})
	at := func(minute int) time.Time { return epoch.Add(time.Duration(minute) * time.Minute) }
	mark := func(id string, minute int, text string) {
		a.Mark(beacon.Marker{ID: id, At: at(minute).UnixMilli(), Text: text})
	}
	mark("2", 8, "rollback")
	mark("1", 5, "deploy")
	mark("1", 5, "deploy again, from the stream")
	mark("0", -90, "before the history")
	mark("3", 30, "in the future")
	for minute := range 10 {
		add(a, at(minute), view(minute+1, at(minute), "1", 1000, false))
	}
	ask := func(q frame.Query) []string { return said(a.Frame(q, SourceStatus{}, at(10)).Markers) }
	if got := ask(frame.Query{By: "region"}); !slices.Equal(got, []string{"deploy", "rollback"}) {
		t.Errorf("markers %q", got)
	}
	if got := ask(frame.Query{By: "region", At: at(6)}); !slices.Equal(got, []string{"deploy"}) {
		t.Errorf("looking back: %q", got)
	}
	for range 2 { // as a reader sends them after a lost connection
		for i := range 3 * maxMarkers {
			mark(fmt.Sprint("many", i), 5, "many")
		}
	}
	if n := len(a.markers.list); n != maxMarkers || len(a.markers.ids) != n+len(a.markers.forgotten) {
		t.Errorf("%d markers, %d ids", n, len(a.markers.ids))
	}
	if got := a.Frame(frame.Query{By: "region"}, SourceStatus{}, at(10)).Health.Capped.Markers; got != 2*maxMarkers+4 {
		t.Errorf("%d markers forgotten, want %d", got, 2*maxMarkers+4)
	}
	for i := range 2 * maxForgotten {
		mark(fmt.Sprint("more", i), 6, "more")
	}
	if n := len(a.markers.ids); n != maxMarkers+maxForgotten {
		t.Errorf("%d ids of markers, want %d", n, maxMarkers+maxForgotten)
	}
}

// Releases over the cap are counted once each, however often they are seen.
func TestReleasesOverCapAreCounted(t *testing.T) {
	a := New(Config{})
	for i := range 2 * (maxAppeared + 7) {
		when := epoch.Add(time.Duration(i) * 100 * time.Millisecond)
		add(a, when, view(i+1, when, fmt.Sprint("2.4.", i%(maxAppeared+7)), 1000, false))
	}
	h := a.Frame(frame.Query{By: "region"}, SourceStatus{Collectors: Collectors{Others: 3}}, epoch.Add(time.Hour)).Health
	if h.Capped.Releases != 7 || h.Capped.Collectors != 3 {
		t.Errorf("%+v, want 7 releases", h.Capped)
	}
}

// A release that appears is marked; one that was there, or that is merely rare, is not.
func TestReleasesThatAppear(t *testing.T) {
	a := New(Config{})
	id := 0
	see := func(second int, release string) {
		id++
		when := epoch.Add(time.Duration(second) * time.Second)
		add(a, when, view(id, when, release, 1000, false))
	}
	for second := range 1200 {
		see(second, "2.4.0")
		if second >= 600 {
			see(second, "2.4.1")
		}
		if second%500 == 499 {
			see(second, "2.3.9")
		}
	}
	f := a.Frame(frame.Query{By: "release"}, SourceStatus{}, epoch.Add(1200*time.Second))
	if got := said(f.Markers); !slices.Equal(got, []string{"release 2.4.1 first seen"}) || f.Markers[0].Kind != beacon.MarkerRelease ||
		f.Markers[0].At != epoch.Add(600*time.Second).UnixMilli() {
		t.Errorf("%+v", f.Markers)
	}
	a.Mark(beacon.Marker{ID: "ci", At: epoch.Add(590 * time.Second).UnixMilli(), Kind: beacon.MarkerDeploy, Text: "deploy 2.4.1"})
	f = a.Frame(frame.Query{By: "release"}, SourceStatus{}, epoch.Add(1200*time.Second))
	if got := said(f.Markers); !slices.Equal(got, []string{"deploy 2.4.1"}) {
		t.Errorf("once somebody has said so: %q", got)
	}
}

func TestReleasesAreBounded(t *testing.T) {
	a := New(Config{})
	for i := range 2 * maxAppeared {
		add(a, epoch, view(i+1, epoch, fmt.Sprint("r", i), 1000, false))
	}
	if n := len(a.appeared.list); n != maxAppeared {
		t.Errorf("%d releases are kept", n)
	}
}
