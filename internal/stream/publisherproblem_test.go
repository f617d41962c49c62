package stream

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/testwait"
)

// A batch that the server denies is kept and never counts as published, also
// after the search for a stream, and with JetStream off: nobody has received it.
func TestPublishDeniedIsNotPublished(t *testing.T) {
	for name, jetStream := range map[string]bool{"JetStream on": true, "JetStream off": false} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, &server.Options{JetStream: jetStream, StoreDir: t.TempDir(), Users: []*server.User{
				user("collector", []string{"rum.v1.shop.eu.00", "$JS.API.>"}, collectorSubscribe),
			}})
			c := dial(t, strings.Replace(srv.ClientURL(), "nats://", "nats://collector:secret@", 1))
			p, err := NewPublisher(c, PublisherOptions{AckWait: 200 * time.Millisecond, searchWait: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = p.Close(expired()) }()
			const denied, allowed = 300, 20 // more than are remembered
			for i := range denied + allowed {
				subject := fmt.Sprintf("rum.v1.shop.r%d.00", i)
				if i >= denied {
					subject = "rum.v1.shop.eu.00"
				}
				if i == maxDenied/2 {
					testwait.Until(t, "the search for a stream has ended", func() bool { return p.Status().Note != "" })
				}
				if err := p.Publish(subject, fmt.Sprint(i), payload(t, i), func(error) {}); err != nil {
					t.Fatal(err)
				}
			}
			testwait.Until(t, "every batch was sent again", func() bool { return p.Status().Resent >= denied })
			if st := p.Status(); st.Published > allowed || st.Pending < denied || !strings.HasPrefix(st.Note, "this user may not publish to ") {
				t.Errorf("%+v", st)
			}
		})
	}
}

// A stream that refuses a batch exists: it is kept, although its collector may
// not look the stream up.
func TestPublishRefusedIsNotPublished(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{MaxMsgs: 5, Discard: jetstream.DiscardNew})
	f := newFeed(t, c, PublisherOptions{AckWait: 100 * time.Millisecond})
	f.send(8)
	testwait.Until(t, "the refused ones were sent again", func() bool { return f.p.Status().Resent > 30 })
	if st := f.p.Status(); st.Published != 5 || st.Pending != 3 || !strings.HasPrefix(st.Note, "the stream refuses batches: ") {
		t.Errorf("%+v", st)
	}
}

// Batches that the stream renames are stored where no viewer looks: the publisher
// says so, as it does of a stream that takes none.
func TestPublishToStreamThatRenames(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{SubjectTransform: &jetstream.SubjectTransformConfig{Source: "rum.v1.>", Destination: "kept.>"}})
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(1)
	f.settled()
	if st := f.p.Status(); !strings.HasPrefix(st.Problem, "RUM stores batches as kept.site.region.00, where no viewer looks: ") {
		t.Errorf("%+v", st)
	}
}

// Without acknowledgements by configuration batches do not wait for ever, and
// the publisher says what that means.
func TestPublishToStreamWithoutAcks(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{NoAck: true})
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(20)
	f.settled()
	if st := f.p.Status(); st.History || !strings.HasPrefix(st.Problem, "RUM does not acknowledge (no_ack): ") {
		t.Errorf("%+v", st)
	}
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 20)
}

// Another stream that owns the subjects stores the batches; the publisher says
// why viewers have no history, and stops once it can make the stream.
func TestPublishWithSubjectsTaken(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{Name: "BROWSER", Subjects: []string{"rum.>"}})
	p, err := NewPublisher(c, PublisherOptions{Create: &Limits{}, ensureEvery: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close(expired()) }()
	testwait.Until(t, "the owner is named", func() bool {
		return strings.HasPrefix(p.Status().Problem, "cannot make RUM: its subjects are taken by BROWSER: ")
	})
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the viewer names it, too", func() bool { return s.Status().Reason == "its subjects are taken by BROWSER" })
	if ch := diagnose(t, c, "shop", time.Now)["stream"]; ch.Level != Fail || ch.Detail != "cannot make RUM: its subjects are taken by BROWSER" {
		t.Errorf("doctor: %+v", ch)
	}
	if err := api(t, c).DeleteStream(testContext(t), "BROWSER"); err != nil {
		t.Fatal(err)
	}
	testwait.Until(t, "the stream is made", func() bool { return p.Status().History && p.Status().Problem == "" })
	testwait.Until(t, "the viewer reads it", func() bool { return s.Refusal() == nil && s.Status().Reason == "" })
}

// A collector that may create the stream, but not list others, says that one is
// in the way.
func TestEnsureStreamTakenUnnamed(t *testing.T) {
	as := guarded(t, true)
	makeStream(t, as("operator"), jetstream.StreamConfig{Name: "BROWSER", Subjects: []string{"rum.v1.shop.>"}})
	creator := as("creator")
	if _, err := EnsureStream(testContext(t), creator, Limits{}); err == nil || !strings.HasPrefix(err.Error(), "cannot make RUM: its subjects are taken by another stream: ") {
		t.Errorf("%v", err)
	}
	if n := creator.State().Violations; n != 0 {
		t.Errorf("the optional question counts as %d violations", n)
	}
}

// Batches that nobody acknowledges for a minute are a problem.
func TestPublisherStatusUnacknowledged(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	valve := newValve(t, strings.TrimPrefix(e.ClientURL(), "nats://"))
	f := newFeed(t, dial(t, "nats://"+valve.addr()), PublisherOptions{Create: &Limits{}})
	valve.shut()
	f.send(1)
	if st := f.p.Status(); st.Problem != "" || st.Pending != 1 {
		t.Errorf("at first: %+v", st)
	}
	f.p.mu.Lock()
	for _, m := range f.p.pending {
		m.since = m.since.Add(-unacknowledgedAfter)
	}
	f.p.mu.Unlock()
	if st := f.p.Status(); st.Waiting < unacknowledgedAfter || !strings.HasPrefix(st.Problem, "no batch acknowledged for a minute: ") {
		t.Errorf("after a minute: %+v", st)
	}
	valve.open()
	f.settled()
	if st := f.p.Status(); st.Waiting != 0 || st.Problem != "" {
		t.Errorf("in the end: %+v", st)
	}
}
