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

// story is two sessions with errors of a release, one without errors, and a view
// without user and session.
func story(a *Aggregator) (end time.Time) {
	id := 0
	send := func(second int, session, user, view beacon.ID, release, page string, change func(*beacon.Beacon)) {
		id++
		when := epoch.Add(time.Duration(second) * time.Second)
		b := beacon.Beacon{ID: beacon.ID(id), Received: when.UnixMilli(), Session: session, User: user, View: view}
		b.Dims[beacon.Release], b.Dims[beacon.Page], b.Dims[beacon.BrowserVersion] = release, page, "Safari 19"
		change(&b)
		add(a, when, b)
	}
	opens := func(b *beacon.Beacon) { b.Navigation = true }
	fails := func(message string) func(*beacon.Beacon) {
		return func(b *beacon.Beacon) {
			b.Errors = []beacon.Error{{Type: "TypeError", Message: message}}
			b.Trace = "4bf92f3577b34da6a3ce929d0e0e4736"
		}
	}
	send(0, 10, 1, 101, "2.4.1", "/cart", opens)
	send(1, 10, 1, 101, "2.4.1", "/cart", func(b *beacon.Beacon) { b.Events = []beacon.Event{{Name: "checkout"}} })
	send(2, 10, 1, 102, "2.4.1", "/checkout", opens)
	send(3, 10, 1, 102, "2.4.1", "/checkout", func(b *beacon.Beacon) {
		b.Metrics = []beacon.Metric{{Name: "lcp", Value: 5200}}
		b.Requests = []beacon.Request{{URL: "/api/payment", Method: "POST", Status: 500, Duration: 812, Trace: "0af7651916cd43dd8448eb211c80319c"}, {URL: "/api/cart", Method: "GET", Status: 200}}
	})
	send(4, 10, 1, 102, "2.4.1", "/checkout", fails("reading 'total'"))
	send(5, 10, 1, 102, "2.4.1", "/checkout", fails("reading 'total'"))
	send(6, 20, 0, 201, "2.4.0", "/", opens)
	send(7, 20, 0, 201, "2.4.0", "/", fails("of another kind"))
	send(8, 30, 3, 301, "2.4.1", "/", opens)
	send(9, 0, 0, 401, "2.4.1", "/", fails("without a user"))
	return epoch.Add(10 * time.Second)
}

func TestSessionsWithErrors(t *testing.T) {
	a := New(Config{})
	end := story(a)
	ask := func(spec frame.SessionsSpec) *frame.Frame {
		spec.On = true
		return a.Frame(frame.Query{By: "release", Window: time.Minute, Sessions: spec}, SourceStatus{}, end)
	}
	rows := ask(frame.SessionsSpec{Whole: true}).Sessions
	if len(rows) != 3 {
		t.Fatalf("%d sessions: %+v", len(rows), rows)
	}
	want := frame.SessionRow{ID: "000000000000000a", First: epoch, Last: epoch.Add(5 * time.Second), Views: 2, Errors: 2, Failed: 1,
		Release: "2.4.1", Browser: "Safari 19", Page: "/checkout", Error: "TypeError: reading 'total'"}
	if rows[0] != want {
		t.Errorf("%+v, want %+v", rows[0], want)
	}
	if rows[1].ID != fmt.Sprintf("%016x", 401) || rows[2].ID != fmt.Sprintf("%016x", 20) {
		t.Errorf("%+v", rows[1:])
	}
	if rows := ask(frame.SessionsSpec{Key: "2.4.0"}).Sessions; len(rows) != 1 || rows[0].Release != "2.4.0" {
		t.Errorf("of a segment: %+v", rows)
	}
	if rows := ask(frame.SessionsSpec{Key: "9.9.9"}).Sessions; rows != nil {
		t.Errorf("of no segment: %+v", rows)
	}
	fp := fingerprint.Of("TypeError", "of another kind", "")
	if rows := ask(frame.SessionsSpec{Whole: true, Fingerprint: fp}).Sessions; len(rows) != 1 || rows[0].Errors != 1 {
		t.Errorf("of an error: %+v", rows)
	}
	if rows := ask(frame.SessionsSpec{Whole: true, Fingerprint: "nonsense"}).Sessions; rows != nil {
		t.Errorf("of no error: %+v", rows)
	}
}

func TestSessionTimeline(t *testing.T) {
	a := New(Config{})
	end := story(a)
	ask := func(id string) []frame.TimelineEntry {
		return a.Frame(frame.Query{By: "release", Window: time.Second, Sessions: frame.SessionsSpec{On: true, Whole: true, ID: id}}, SourceStatus{}, end).Timeline
	}
	var got []string
	for _, s := range ask("000000000000000a") {
		got = append(got, fmt.Sprintf("%d %s %s %s %v %.4s", s.At.Sub(epoch)/time.Second, s.Page, s.Kind, s.Text, s.Bad, s.Trace))
	}
	want := []string{
		"0 /cart view  false ", "1 /cart event checkout false ", "2 /checkout view  false ",
		"3 /checkout vital LCP 5.20 s true ", "3 /checkout request POST /api/payment 500 812 ms true 0af7", "3 /checkout request GET /api/cart 200 false ",
		"4 /checkout error TypeError: reading 'total' true 4bf9", "5 /checkout error TypeError: reading 'total' true 4bf9",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q,\nwant %q", got, want)
	}
	if steps := ask(fmt.Sprintf("%016x", 401)); len(steps) != 1 {
		t.Errorf("a view by itself: %+v", steps)
	}
	for _, id := range []string{"", "0", "ffff", "no id", "000000000000000b"} {
		if steps := ask(id); steps != nil {
			t.Errorf("%q: %+v", id, steps)
		}
	}
}

func TestSessionsOverLimit(t *testing.T) {
	a := New(Config{})
	for i := range 3 * maxSessions {
		b := view(i+1, epoch, "1", 1000, true)
		b.User = 7
		b.Session = beacon.ID(i + 1)
		add(a, epoch, b)
	}
	for i := range 2 * maxTimeline {
		add(a, epoch, beacon.Beacon{ID: beacon.ID(1<<40 + i), Received: epoch.UnixMilli() + 1, Session: 1, User: 7, View: 5, Events: []beacon.Event{{Name: fmt.Sprint(i)}}})
	}
	f := a.Frame(frame.Query{By: "release", Sessions: frame.SessionsSpec{On: true, Whole: true, ID: "0000000000000001"}}, SourceStatus{}, epoch.Add(time.Second))
	if len(f.Sessions) != maxSessions || len(f.Timeline) != maxTimeline || f.Timeline[maxTimeline-1].Text != fmt.Sprint(2*maxTimeline-1) {
		t.Errorf("%d sessions, %d steps, the last %+v", len(f.Sessions), len(f.Timeline), f.Timeline[len(f.Timeline)-1])
	}
}
