package agg

import (
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// who names a view, a session and a user, each 0 if not named.
type who struct{ view, session, user beacon.ID }

// failing is a beacon with an error, a second after the last one.
func (w who) failing(n int) beacon.Beacon {
	b := beacon.Beacon{
		ID: beacon.ID(n + 1), Received: epoch.Add(time.Duration(n) * time.Second).UnixMilli(), View: w.view, Session: w.session, User: w.user,
		Navigation: true, Errors: []beacon.Error{{Type: "TypeError", Message: "no total"}}, Events: []beacon.Event{{Name: fmt.Sprint("step", n)}},
	}
	b.Dims[beacon.Region] = "eu-west"
	return b
}

// lateUsers are what beacons name, in order of arrival, and how many users that is.
var lateUsers = []struct {
	name  string
	sent  []who
	users int
}{
	{"user learnt late", []who{{1, 2, 0}, {1, 2, 3}}, 1},
	{"user learnt late, then not named", []who{{1, 2, 0}, {1, 2, 3}, {4, 2, 0}}, 1},
	{"user first, then not named", []who{{1, 2, 3}, {1, 2, 0}}, 1},
	{"user learnt late on another page", []who{{1, 2, 0}, {4, 2, 3}}, 1},
	{"user known of another session", []who{{9, 8, 3}, {1, 2, 0}, {1, 2, 3}}, 1},
	{"user known without a session", []who{{9, 0, 3}, {1, 2, 0}, {1, 2, 3}}, 1},
	{"two sessions of one user, both late", []who{{1, 2, 0}, {4, 5, 0}, {1, 2, 3}, {4, 5, 3}}, 1},
	{"session learnt late", []who{{1, 0, 0}, {1, 2, 0}}, 1},
	{"session known, a view without it", []who{{9, 2, 0}, {1, 0, 0}, {1, 2, 0}}, 1},
	{"session first, then only the view", []who{{1, 2, 0}, {1, 0, 0}}, 1},
	{"session, then user learnt late", []who{{1, 0, 0}, {1, 2, 0}, {1, 2, 3}}, 1},
	{"view, session and user known", []who{{9, 8, 3}, {7, 2, 0}, {1, 0, 0}, {1, 2, 0}, {7, 2, 3}}, 1},
	{"user learnt late without a session", []who{{1, 0, 0}, {1, 0, 3}}, 1},
	{"one names the session, the other the user", []who{{1, 2, 0}, {1, 0, 3}}, 1},
	{"one names the user, the other the session", []who{{1, 0, 3}, {1, 2, 0}}, 1},
	{"the same with a view between", []who{{1, 0, 3}, {1, 0, 0}, {1, 2, 0}, {4, 2, 0}}, 1},
	{"two users of one session", []who{{1, 2, 3}, {1, 2, 4}}, 2},
	{"two users of one session, nobody at first", []who{{1, 2, 0}, {1, 2, 3}, {5, 2, 0}, {5, 2, 4}, {6, 2, 0}}, 2},
	{"two sessions", []who{{1, 2, 0}, {3, 4, 0}}, 2},
	{"two sessions on one page view", []who{{1, 2, 0}, {1, 4, 0}, {1, 0, 0}}, 2},
	{"two users without a session on one page view", []who{{1, 0, 3}, {1, 0, 4}}, 2},
	{"two views", []who{{1, 0, 0}, {2, 0, 0}}, 2},
	{"nothing named", []who{{0, 0, 0}, {0, 0, 0}}, 0},
	{"a user, and nothing named", []who{{0, 0, 3}, {0, 0, 0}}, 1},
}

// TestLateUserCountsOnce asks after each beacon, after all of them, of a rebuilt
// aggregator, and of what was exported.
func TestLateUserCountsOnce(t *testing.T) {
	q := frame.Query{By: "region", Window: time.Minute, Steps: 1, Errors: 10, Inspect: frame.InspectSpec{On: true, Whole: true}}
	for _, tc := range lateUsers {
		t.Run(tc.name, func(t *testing.T) {
			live, late := New(Config{}), New(Config{})
			now := epoch
			for i, w := range tc.sent {
				now = epoch.Add(time.Duration(i) * time.Second)
				add(live, now, w.failing(i))
				live.Frame(q, SourceStatus{}, now)
				add(late, now, w.failing(i))
			}
			for name, a := range map[string]*Aggregator{
				"live": live, "asked late": late, "reopened": copyOf(live, ExportSpan(time.Time{}, time.Time{}), now),
			} {
				checkUsers(t, name, a.Frame(q, SourceStatus{}, now), tc.users)
			}
		})
	}
}

// checkUsers checks every number of users of a frame.
func checkUsers(t *testing.T, name string, f *frame.Frame, want int) {
	t.Helper()
	segment, group, charted := f.Segments[0], f.Errors[0], 0.
	for _, n := range f.Series.Affected {
		charted += n
	}
	for of, got := range map[string]int{
		"users": f.Total.Users, "affected": f.Total.Affected, "users of the segment": segment.Users, "affected of the segment": segment.Affected,
		"users of the error": group.Users, "affected in the charts": int(charted),
	} {
		if got != want {
			t.Errorf("%s, %s: %d, want %d", name, of, got, want)
		}
	}
}

// A part of the history names everybody as the whole does.
func TestLateUserInPartOfHistory(t *testing.T) {
	a := New(Config{})
	for i, w := range []who{{1, 2, 0}, {1, 2, 3}, {4, 2, 0}, {9, 8, 3}, {1, 0, 0}} {
		add(a, epoch.Add(time.Minute), w.failing(i))
	}
	from := epoch.Add(2 * time.Second)
	c := copyOf(a, ExportSpan(from, time.Time{}), epoch.Add(time.Minute))
	f := c.Frame(frame.Query{By: "region", Window: time.Hour, Errors: 10}, SourceStatus{}, epoch.Add(time.Minute))
	if f.Total.Beacons != 3 || f.Total.Users != 1 {
		t.Errorf("%d beacons of %d users, want 3 of 1", f.Total.Beacons, f.Total.Users)
	}
}

func TestLateUserIsOneSession(t *testing.T) {
	a := New(Config{})
	for i, w := range []who{{1, 0, 0}, {1, 2, 0}, {1, 2, 3}, {4, 2, 0}, {1, 0, 0}, {5, 6, 0}} {
		add(a, epoch.Add(time.Minute), w.failing(i))
	}
	q := frame.Query{By: "region", Window: time.Hour, Errors: 10,
		Sessions: frame.SessionsSpec{On: true, Whole: true, ID: "0000000000000002"},
		Inspect:  frame.InspectSpec{On: true, Whole: true, Funnel: "step0 > step1 > step2 > step3"}}
	f := a.Frame(q, SourceStatus{}, epoch.Add(time.Minute))
	if len(f.Sessions) != 2 || f.Sessions[0].ID != "0000000000000002" || f.Sessions[0].Errors != 5 || f.Sessions[0].Views != 5 {
		t.Errorf("sessions %+v, want 2, the first with 5 errors", f.Sessions)
	}
	if len(f.Timeline) != 15 {
		t.Errorf("%d entries in the timeline, want 15: %+v", len(f.Timeline), f.Timeline)
	}
	if steps := f.Inspection.Funnel; steps[3].Sessions != 1 {
		t.Errorf("funnel %+v, want 1 session to the end", steps)
	}
}

// A filter looks at what the beacon itself names.
func TestLateUserFilter(t *testing.T) {
	a := New(Config{})
	for i, w := range []who{{1, 2, 0}, {1, 2, 3}, {1, 0, 0}} {
		add(a, epoch.Add(time.Minute), w.failing(i))
	}
	for filter, want := range map[string]int{"user?": 1, "user=0000000000000003": 1, "session=0000000000000002": 2, "not session?": 1, "view=0000000000000001": 3} {
		f := a.Frame(frame.Query{Filter: mustParse(t, filter), By: "region", Window: time.Hour}, SourceStatus{}, epoch.Add(time.Minute))
		if f.Total.Beacons != want || f.Total.Users != 1 {
			t.Errorf("%s: %d beacons of %d users, want %d of 1", filter, f.Total.Beacons, f.Total.Users, want)
		}
	}
}

// TestLateUsersEvicted lets users be named late while the log evicts: counting on
// and counting anew must agree, and the tables must empty.
func TestLateUsersEvicted(t *testing.T) {
	g, a := newTraffic(11), New(Config{Memory: 3 << 20})
	q := frame.Query{By: "release", Window: 2 * time.Minute, Steps: 20, Errors: 1000}
	for round := range 700 {
		var b beacon.Batch
		for range 60 {
			c := g.beacon()
			if c.Session != 0 { // sessions that end, of users that return
				c.Session += beacon.ID(round/20) << 32
			}
			b.Append(&c)
		}
		now := time.UnixMilli(g.now)
		a.Add(&b, now)
		if g.now += 400; round%10 != 0 {
			continue
		}
		f := a.Frame(q, SourceStatus{}, now)
		again := New(Config{})
		again.log = a.log
		compareUsers(t, f, again.Frame(q, SourceStatus{}, now))
	}
	if a.evicted == 0 {
		t.Fatal("nothing was evicted")
	}
	if n := a.log.Identities.Len(); n > 2*a.log.Rows {
		t.Errorf("%d identities of %d rows", n, a.log.Rows)
	}
}

// compareUsers compares all numbers of users of two frames.
func compareUsers(t *testing.T, f, rebuilt *frame.Frame) {
	t.Helper()
	numbers := func(f *frame.Frame) string {
		s := fmt.Sprint(f.Total.Users, f.Total.Affected, f.Series.Affected)
		for _, r := range f.Segments {
			s += fmt.Sprint(" ", r.Key, r.Users, r.Affected)
		}
		for _, e := range f.Errors {
			s += fmt.Sprint(" ", e.Fingerprint, e.Users)
		}
		return s
	}
	if got, want := numbers(f), numbers(rebuilt); got != want {
		t.Fatalf("counted on: %s\ncounted anew: %s", got, want)
	}
}
