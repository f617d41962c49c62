package stream

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

func diagnose(t *testing.T, c *Conn, site string, now func() time.Time) map[string]Check {
	t.Helper()
	checks := map[string]Check{}
	for _, ch := range Doctor(testContext(t), c, site, now) {
		if ch.Detail == "" || ch.Level != OK && ch.Next == "" || ch.Level == OK && ch.Next != "" {
			t.Errorf("%+v: want a detail, and a next step unless it is ok", ch)
		}
		checks[ch.Name] = ch
	}
	return checks
}

func levels(checks map[string]Check) string {
	var s []string
	for _, name := range []string{"server", "stream", "subscribe", "publish", "read history", "clock", "newest batch"} {
		if ch, ok := checks[name]; ok {
			s = append(s, name+" "+ch.Level.String())
		}
	}
	return strings.Join(s, ", ")
}

func TestDoctorHealthyServer(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	f := newFeed(t, dial(t, e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(3)
	f.settled()
	c := dial(t, e.ClientURL())
	for _, site := range []string{"shop", ""} {
		checks := diagnose(t, c, site, time.Now)
		if got := levels(checks); got != "server ok, stream ok, subscribe ok, publish ok, read history ok, clock ok, newest batch ok" {
			t.Errorf("site %q: %s\n%+v", site, got, checks)
		}
		if d := checks["stream"].Detail; !strings.HasPrefix(d, "RUM holds 3 messages in ") || !strings.HasSuffix(d, "; limits: 24h0m0s, 4.0 GiB") {
			t.Errorf("stream: %s", d)
		}
	}
	if info, err := lookup(testContext(t), c); err != nil || info.State.Msgs != 3 {
		t.Errorf("after Doctor the stream has %+v, %v, want 3 messages", info, err)
	}
	checks := diagnose(t, c, "bank", func() time.Time { return time.Now().Add(-time.Minute) })
	if got := levels(checks); !strings.HasSuffix(got, "clock warn, newest batch warn") {
		t.Errorf("another site, another clock: %s", got)
	}
	if d := checks["clock"].Detail; !strings.HasPrefix(d, "this machine is 1m0s behind the server") && !strings.HasPrefix(d, "this machine is 59.9") {
		t.Errorf("clock: %s", d)
	}
}

func TestDoctorNoHistory(t *testing.T) {
	srv := serve(t, &server.Options{})
	if got := levels(diagnose(t, dial(t, srv.ClientURL()), "shop", time.Now)); got != "server ok, stream warn, subscribe ok, publish ok" {
		t.Error(got)
	}
	e := embed(t, EmbeddedOptions{})
	if got := levels(diagnose(t, dial(t, e.ClientURL()), "shop", time.Now)); got != "server ok, stream warn, subscribe ok, publish ok" {
		t.Error(got)
	}
}

func TestDoctorNoServer(t *testing.T) {
	c, err := ConnectLazily(ConnectOptions{Servers: "nats://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := levels(diagnose(t, c, "shop", time.Now)); got != "server fail" {
		t.Error(got)
	}
}

// A site without beacons shows that requests arrived and were denied, and which
// requests a vendor did not accept.
func TestDoctorDeniedRequests(t *testing.T) {
	for _, tc := range []struct {
		report beacon.Report
		level  Level
		detail string
	}{
		{beacon.Report{Denied: map[string]int64{"origin": 5}}, Warn, "; 5 requests denied (origin 5)"},
		{beacon.Report{Received: 1, Published: 1, Denied: map[string]int64{"key": 2, "origin": 5}}, OK, "; 7 requests denied (key 2, origin 5)"},
		{beacon.Report{Forwarded: 4, Unforwarded: map[string]int64{"consent": 9}}, OK, "; 4 requests forwarded"},
		{beacon.Report{Forwarded: 4, Unforwarded: map[string]int64{"consent": 9, "failed": 2}}, Warn, "; 4 requests forwarded, 2 not (consent 9, failed 2)"},
	} {
		if got := checkReport(&Collector{Report: tc.report}); got.Level != tc.level || !strings.HasSuffix(got.Detail, tc.detail) || tc.level == Warn && got.Next == "" {
			t.Errorf("%+v: %+v", tc.report, got)
		}
	}
}

func TestDoctorCollectors(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(1)
	f.settled()
	if d := diagnose(t, c, "shop", time.Now)["collectors"]; d.Level != Warn || !strings.HasPrefix(d.Detail, "no reports in") {
		t.Errorf("%+v", d)
	}
	reportLoss := func(at time.Time, lost int64) {
		t.Helper()
		if err := c.PublishReport("shop", report(t, "a", at, lost)); err != nil {
			t.Fatal(err)
		}
	}
	reportLoss(time.Now(), 2)
	testwait.Until(t, "the report is read", func() bool { return diagnose(t, c, "shop", time.Now)["collector"].Level == OK })
	if d := diagnose(t, c, "", time.Now)["collector"].Detail; d != "a (any region): 102 received = 100 published + 0 refused + 2 dropped (shed 2) + 0 queued" {
		t.Error(d)
	}
	reportLoss(time.Now().Add(time.Minute), 7)
	testwait.Until(t, "the loss and the clock are seen", func() bool {
		checks := diagnose(t, c, "shop", time.Now)
		return checks["losses"].Level == Fail && strings.HasPrefix(checks["losses"].Detail, "5 beacons lost") &&
			checks["collector"].Level == Warn && strings.Contains(checks["collector"].Detail, "its clock is off by 59.") || strings.Contains(checks["collector"].Detail, "its clock is off by 1m0")
	})
}
