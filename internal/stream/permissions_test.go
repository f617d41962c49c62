package stream

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

// The lists of docs/nats.md, verbatim.
var (
	collectorPublish   = []string{"rum.v1.>"}
	collectorSubscribe = []string{"_INBOX.>"}
	creatorPublish     = []string{"rum.v1.>", "$JS.API.INFO", "$JS.API.STREAM.INFO.RUM", "$JS.API.STREAM.CREATE.RUM"}

	viewerPublish = []string{
		"$JS.API.STREAM.INFO.RUM", "$JS.API.CONSUMER.CREATE.RUM.>", "$JS.API.CONSUMER.MSG.NEXT.RUM.*", "$JS.API.CONSUMER.INFO.RUM.*",
	}
	viewerSubscribe = []string{"_INBOX.>", "rum.v1.>"}

	siteViewerPublish = []string{
		"$JS.API.STREAM.INFO.RUM", "$JS.API.CONSUMER.CREATE.RUM.*.rum.v1.shop.*.*", "$JS.API.CONSUMER.CREATE.RUM.*.rum.v1.shop.collectors", "$JS.API.CONSUMER.CREATE.RUM.*.rum.v1.shop.annotations",
		"$JS.API.CONSUMER.MSG.NEXT.RUM.*", "$JS.API.CONSUMER.INFO.RUM.*",
	}
	siteViewerSubscribe = []string{"_INBOX.>", "rum.v1.shop.>"}
)

func user(name string, publish, subscribe []string) *server.User {
	u := &server.User{Username: name, Password: "secret"}
	if publish != nil || subscribe != nil {
		u.Permissions = &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: publish},
			Subscribe: &server.SubjectPermission{Allow: subscribe},
		}
	}
	return u
}

// guarded runs a server with the documented users and returns how to connect
// as one of them.
func guarded(t *testing.T, jetStream bool) (as func(user string) *Conn) {
	t.Helper()
	srv := serve(t, &server.Options{
		JetStream: jetStream, StoreDir: t.TempDir(),
		Users: []*server.User{
			user("operator", nil, nil),
			user("collector", collectorPublish, collectorSubscribe),
			user("creator", creatorPublish, collectorSubscribe),
			user("bare-creator", slices.DeleteFunc(slices.Clone(creatorPublish), func(s string) bool { return s == "$JS.API.INFO" }), collectorSubscribe),
			user("viewer", viewerPublish, viewerSubscribe),
			user("marker", append(slices.Clone(viewerPublish), "rum.v1.*.annotations"), viewerSubscribe),
			user("site-viewer", siteViewerPublish, siteViewerSubscribe),
			user("live-viewer", []string{"nothing"}, viewerSubscribe),
			user("nobody", []string{"nothing"}, []string{"nothing"}),
		},
	})
	return func(name string) *Conn {
		t.Helper()
		return dial(t, strings.Replace(srv.ClientURL(), "nats://", "nats://"+name+":secret@", 1))
	}
}

// forbids checks that the server denies each publish.
func forbids(t *testing.T, c *Conn, subjects ...string) {
	t.Helper()
	for _, subject := range subjects {
		if err := c.Publish(subject, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		if err := flushConn(testContext(t), c); err != nil {
			t.Fatal(err)
		}
		if !c.hasDenied(subject) {
			t.Errorf("publishing to %s is permitted, want denied", subject)
		}
	}
}

func TestLeastPrivilege(t *testing.T) {
	as := guarded(t, true)
	// Without INFO the size limit is unknown, and the default is used.
	if created, err := EnsureStream(testContext(t), as("bare-creator"), Limits{}); err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	remove(t, as("operator"))
	creator := as("creator")
	if created, err := EnsureStream(testContext(t), creator, Limits{}); err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	collector := as("collector")
	f := newFeed(t, collector, PublisherOptions{})
	f.send(100)
	f.settled()
	if st := f.p.Status(); !st.History || st.Resent != 0 || st.Note != "" {
		t.Errorf("collector %+v", st)
	}
	forbids(t, collector, "rum.v2.shop.eu.00", "other", "$JS.API.STREAM.DELETE.RUM", "$JS.API.STREAM.PURGE.RUM", "$JS.API.STREAM.CREATE.RUM", "$JS.API.CONSUMER.CREATE.RUM.x")
	forbids(t, creator, "$JS.API.STREAM.DELETE.RUM", "$JS.API.STREAM.PURGE.RUM", "$JS.API.STREAM.UPDATE.RUM", "$JS.API.STREAM.CREATE.OTHER", "$JS.API.CONSUMER.CREATE.RUM.x")

	for _, name := range []string{"viewer", "site-viewer"} {
		c := as(name)
		s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
		expect(t, s, 0, 100)
		if st := s.Status(); st.History != beacon.HistoryKept || st.Note != "" || st.Foreign != 0 || st.Violations != 0 {
			t.Errorf("%s: %+v", name, st)
		}
		forbids(t, c, beacon.Subject("shop", "eu", 0), beacon.AnnotationSubject("shop"), "$JS.API.STREAM.DELETE.RUM", "$JS.API.STREAM.PURGE.RUM",
			"$JS.API.STREAM.UPDATE.RUM", "$JS.API.STREAM.MSG.DELETE.RUM", "$JS.API.CONSUMER.DELETE.RUM.x", "$JS.API.STREAM.INFO.OTHER")
		checks := diagnose(t, c, "shop", time.Now)
		if got := levels(checks); !strings.HasPrefix(got, "server ok, stream ok, subscribe ok, publish ok, read history ok, clock ok, newest batch") {
			t.Errorf("%s: %s", name, got)
		}
		if !strings.HasPrefix(checks["publish"].Detail, "not permitted") {
			t.Errorf("%s: %+v", name, checks["publish"])
		}
	}
	// The viewer of one site may not read another.
	s := subscribe(t, as("site-viewer"), SubscribeOptions{Site: "bank", Since: time.Hour})
	testwait.Until(t, "the refusal is seen", func() bool {
		return s.Status().Note == "this user may not subscribe to rum.v1.bank.*.*: permit it, or use other credentials"
	})
	if sites, err := Sites(testContext(t), as("viewer")); err != nil || len(sites) != 1 {
		t.Errorf("sites %v, %v", sites, err)
	}
}

// A viewer without permission for JetStream's API reads live batches at once.
func TestViewerMaySubscribeOnly(t *testing.T) {
	as := guarded(t, true)
	if _, err := EnsureStream(testContext(t), as("operator"), Limits{}); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	s := subscribe(t, as("live-viewer"), SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the refusal is seen", func() bool {
		return s.Status().Note == "this user may not read the stream RUM: live batches only: docs/nats.md lists the permissions"
	})
	if waited := time.Since(before); waited > apiTimeout/2 {
		t.Errorf("noticing the denial took %v", waited)
	}
	f := newFeed(t, as("collector"), PublisherOptions{})
	f.send(10)
	expect(t, s, 0, 10)
}

func TestViewerWithoutPermissions(t *testing.T) {
	as := guarded(t, true)
	s := subscribe(t, as("nobody"), SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the refusal is seen", func() bool {
		return s.Status().Note == "this user may not subscribe to rum.v1.shop.*.*: permit it, or use other credentials"
	})
	if _, err := EnsureStream(testContext(t), as("nobody"), Limits{}); !errors.Is(err, ErrDenied) {
		t.Errorf("EnsureStream: %v", err)
	}
	if got := levels(diagnose(t, as("nobody"), "shop", time.Now)); got != "server ok, stream warn, subscribe warn, publish ok" {
		t.Error(got)
	}
}

// A collector without permission keeps its batches and reports why.
func TestPublisherWithoutPermission(t *testing.T) {
	as := guarded(t, true)
	f := newFeed(t, as("nobody"), PublisherOptions{AckWait: 200 * time.Millisecond, searchWait: searchWait})
	f.send(1)
	testwait.Until(t, "the refusal is seen", func() bool {
		return strings.HasPrefix(f.p.Status().Note, "this user may not ")
	})
	if st := f.p.Status(); st.Pending != 1 || st.Published != 0 || st.Failed != 0 {
		t.Errorf("publisher %+v", st)
	}
	if err := f.p.Close(expired()); err == nil || f.bad.Load() != 1 {
		t.Errorf("Close: %v with %d failed batches, want an error and 1", err, f.bad.Load())
	}
}

func TestLeastPrivilegeNoJetStream(t *testing.T) {
	as := guarded(t, false)
	s := subscribe(t, as("viewer"), SubscribeOptions{})
	testwait.Until(t, "listening", func() bool { return s.Status().Note != "" })
	f := newFeed(t, as("collector"), PublisherOptions{})
	f.send(10)
	expect(t, s, 0, 10)
	f.settled()
}

func TestConnectWrongPassword(t *testing.T) {
	as := guarded(t, false)
	url := strings.Replace(as("viewer").ConnectedUrl(), "secret", "wrong", 1)
	_, err := Connect(testContext(t), ConnectOptions{Servers: url})
	if err == nil || strings.Contains(err.Error(), "wrong") || !strings.HasSuffix(err.Error(), " denies this user: set --creds, --nkey or --context") {
		t.Errorf("%v", err)
	}
	c, err := ConnectLazily(ConnectOptions{Servers: url})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	testwait.Until(t, "the refusal is seen, more than once", func() bool {
		return strings.HasSuffix(c.State().Note, "--context: retrying") && c.Status() != nats.CLOSED
	})
}

func remove(t *testing.T, c *Conn) {
	t.Helper()
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(testContext(t), StreamName); err != nil {
		t.Fatal(err)
	}
}
