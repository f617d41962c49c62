package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func report(t testing.TB, id string, clock time.Time, lost int64) []byte {
	t.Helper()
	r := beacon.Report{
		ID: id, Started: clock.Add(-time.Hour).UnixMilli(), Clock: clock.UnixMilli(), Every: 5000,
		Received: 100 + lost, Published: 100, Dropped: map[string]int64{"shed": lost},
	}
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCollectorsTracked(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond) // as in reports
	var c collectors
	c.addReport(report(t, "a", now, 5), now, now)
	c.addReport(report(t, "b", now.Add(-time.Minute), 0), now, now)
	c.addReport([]byte("no report"), now, now)
	later := now.Add(10 * time.Second)
	c.addReport(report(t, "a", later, 12), later, later)
	c.addReport(report(t, "a", later, 12), later, later) // a duplicate, from the stream
	known, losses, others := c.list(later)
	if len(known) != 2 || known[0].ID != "a" || known[0].Silent || known[0].Skew.Abs() > time.Millisecond || others != 1 {
		t.Errorf("known %+v, others %d", known, others)
	}
	if skew := known[1].Skew.Round(time.Millisecond); skew != -time.Minute {
		t.Errorf("b's clock is off by %v", skew)
	}
	if len(losses) != 1 || losses[0].Lost != 7 || losses[0].Dropped != 7 {
		t.Errorf("losses %+v", losses)
	}
	known, _, _ = c.list(later.Add(10 * time.Second))
	if len(known) != 2 || known[0].Silent || !known[1].Silent {
		t.Errorf("want only b silent: %+v", known)
	}
	if known, _, _ = c.list(later.Add(forgetAfter + time.Second)); len(known) != 0 {
		t.Errorf("after forgetAfter still known: %+v", known)
	}
}

// The losses of a first report count if the collector started since.
func TestCollectorsFirstReport(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	for _, c := range []struct {
		from time.Time
		lost int
	}{{now.Add(-2 * time.Hour), 1}, {now.Add(-time.Minute), 0}} {
		var cs collectors
		cs.setFrom(c.from)
		cs.addReport(report(t, "a", now, 9), now, now) // up for an hour
		if _, losses, _ := cs.list(now); len(losses) != c.lost {
			t.Errorf("tracking since %v: losses %+v", c.from, losses)
		}
	}
}

func TestCollectorsLateReportIsNotSkew(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond) // as in reports
	var c collectors
	c.addReport(report(t, "a", now, 0), now, now)
	late := now.Add(20 * time.Second)
	c.addReport(report(t, "a", now.Add(5*time.Second), 0), late, late)
	if known, _, _ := c.list(late); known[0].Skew.Abs() > time.Millisecond {
		t.Errorf("skew %v", known[0].Skew)
	}
}

func TestCollectorsBounded(t *testing.T) {
	now := time.Now()
	var c collectors
	for i := range 3 * MaxCollectors {
		c.addReport(report(t, fmt.Sprint(i), now, 0), now, now)
	}
	for i := range 2 * lossSteps {
		at := now.Add(time.Duration(i) * lossStep)
		c.addReport(report(t, "0", at, int64(i+1)), at, at)
	}
	if len(c.known) > MaxCollectors || c.beyond != 2*MaxCollectors || len(c.losses) != lossSteps {
		t.Errorf("%d known, %d beyond, %d losses", len(c.known), c.beyond, len(c.losses))
	}
}

// A viewer reads the reports of the last minutes at once, then the live ones.
func TestSubscriptionCollectors(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	announce := func(site string, data []byte) {
		t.Helper()
		if err := c.PublishReport(site, data); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	announce("shop", report(t, "a", now, 0))
	announce("bank", report(t, "b", now, 0))
	f.send(10)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 10)
	if known, _, others := s.Collectors(); len(known) != 1 || known[0].ID != "a" || others != 0 {
		t.Errorf("collectors %+v", known)
	}
	announce("shop", report(t, "a", now.Add(5*time.Second), 3))
	testwait.Until(t, "the loss is seen", func() bool {
		_, losses, _ := s.Collectors()
		return len(losses) == 1 && losses[0].Lost == 3
	})
	if st := s.Status(); st.Malformed != 0 || st.Foreign != 0 || st.Gaps != 0 {
		t.Errorf("status %+v", st)
	}
}

func TestSubscriptionCollectorsNoJetStream(t *testing.T) {
	srv := serve(t, &server.Options{})
	c := dial(t, srv.ClientURL())
	s := subscribe(t, dial(t, srv.ClientURL()), SubscribeOptions{})
	testwait.Until(t, "the report is seen", func() bool {
		if err := c.PublishReport("shop", report(t, "a", time.Now(), 0)); err != nil {
			t.Fatal(err)
		}
		known, _, _ := s.Collectors()
		return len(known) == 1
	})
}

// A machine with a wrong clock uses the server's time.
func TestSubscriptionClockSkew(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(1)
	f.settled()
	for _, off := range []time.Duration{-10 * time.Minute, 0, 10 * time.Minute} {
		if err := f.p.conn.PublishReport("shop", report(t, "a", time.Now(), 0)); err != nil {
			t.Fatal(err)
		}
		s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour, Now: func() time.Time { return time.Now().Add(off) }})
		expect(t, s, 0, 1)
		// Reports are not acknowledged: this one can arrive after the beacons.
		testwait.Until(t, "the collector is known", func() bool { known, _, _ := s.Collectors(); return len(known) == 1 })
		if got := s.Status().Skew; (got - off).Abs() > time.Second {
			t.Errorf("clock off by %v: skew %v", off, got)
		}
		if got := time.Until(s.Now()); got.Abs() > time.Second {
			t.Errorf("clock off by %v: Now is %v from now", off, got)
		}
		known, _, _ := s.Collectors()
		if known[0].Skew.Abs() > time.Second || known[0].Silent {
			t.Errorf("off by %v: %+v", off, known)
		}
	}
}
