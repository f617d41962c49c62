package stream

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

// outage is a server on a fixed port that can stop and start again.
type outage struct {
	t    *testing.T
	dir  string
	port int
	e    *Embedded
}

func newOutage(t *testing.T) *outage {
	o := &outage{t: t, dir: t.TempDir(), port: freePort(t)}
	o.start()
	t.Cleanup(o.stop)
	return o
}

func (o *outage) start() {
	o.t.Helper()
	e, err := StartEmbedded(EmbeddedOptions{Dir: o.dir, Port: o.port})
	if err != nil {
		o.t.Fatal(err)
	}
	o.e = e
}

func (o *outage) stop() {
	if o.e == nil {
		return
	}
	if err := o.e.Close(); err != nil {
		o.t.Error(err)
	}
	o.e = nil
}

// elsewhere runs the server on another port, where viewers do not find it.
func (o *outage) elsewhere(do func(url string)) {
	o.t.Helper()
	e, err := StartEmbedded(EmbeddedOptions{Dir: o.dir})
	if err != nil {
		o.t.Fatal(err)
	}
	do(e.ClientURL())
	if err := e.Close(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *outage) viewer() *Subscription {
	o.t.Helper()
	return subscribe(o.t, dial(o.t, o.e.ClientURL()), SubscribeOptions{Since: time.Hour})
}

func (o *outage) publish(from, n int) {
	o.t.Helper()
	o.publishAt(o.e.ClientURL(), from, n)
}

func (o *outage) publishAt(url string, from, n int) {
	o.t.Helper()
	c := dial(o.t, url)
	f := newFeed(o.t, c, PublisherOptions{Create: &Limits{}})
	f.next = from
	f.send(n)
	f.settled()
	if err := f.p.Close(testContext(o.t)); err != nil {
		o.t.Fatal(err)
	}
	c.Close()
}

func TestRestartSameStore(t *testing.T) {
	o := newOutage(t)
	f := newFeed(t, dial(t, o.e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(100)
	s := o.viewer()
	expect(t, s, 0, 100)
	o.stop()
	testwait.Until(t, "the viewer is disconnected", func() bool { return !s.Status().Connected })
	if note := s.Status().Note; note == "" {
		t.Error("no note while disconnected")
	}
	f.send(100) // kept by the publisher
	testwait.Until(t, "the publisher keeps the batches", func() bool {
		st := f.p.Status()
		return st.Pending == 100 && st.Note != ""
	})
	o.start()
	expect(t, s, 100, 200)
	f.settled()
	f.send(100)
	expect(t, s, 200, 300)
	quiet(t, s)
	st := s.Status()
	if !st.Connected || st.History != beacon.HistoryKept || st.Note != "" || st.Reconnects != 1 || st.Gaps != 0 || st.Rereads != 0 {
		t.Errorf("status %+v", st)
	}
}

func TestRestartEmptyStore(t *testing.T) {
	o := newOutage(t)
	f := newFeed(t, dial(t, o.e.ClientURL()), PublisherOptions{Create: &Limits{}})
	f.send(100)
	s := o.viewer()
	expect(t, s, 0, 100)
	f.settled()
	o.stop()
	o.dir = t.TempDir()
	o.start()
	testwait.Until(t, "the publisher has recreated the stream", func() bool {
		_, err := lookup(testContext(t), f.p.conn)
		return err == nil
	})
	f.send(50) // their sequences are below the viewer's
	expect(t, s, 100, 150)
	// A viewer that reconnects before the stream exists reads them live.
	testwait.Until(t, "the viewer reads the stream", func() bool { return s.Status().History == beacon.HistoryKept })
	quiet(t, s)
	if st := s.Status(); st.Gaps != 0 || st.Rereads != 1 {
		t.Errorf("status %+v", st)
	}
}

// A store that lost its end and then overtakes the viewer has other messages
// under the sequences that the viewer knows.
func TestStoreLostEndThenOvertook(t *testing.T) {
	o := newOutage(t)
	o.publish(0, 10)
	s := o.viewer()
	expect(t, s, 0, 10)
	o.stop()
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(o.dir)); err != nil {
		t.Fatal(err)
	}
	o.start()
	o.publish(10, 10)
	expect(t, s, 10, 20)
	o.stop()
	o.dir = backup
	o.elsewhere(func(url string) { o.publishAt(url, 20, 30) })
	o.start()
	expect(t, s, 20, 50)
	quiet(t, s)
	if st := s.Status(); st.Rereads != 1 || st.Gaps != 0 {
		t.Errorf("status %+v", st)
	}
}

// A store that lost its end and is still behind the viewer.
func TestStoreLostEndBehindViewer(t *testing.T) {
	o := newOutage(t)
	o.publish(0, 10)
	o.stop()
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(o.dir)); err != nil {
		t.Fatal(err)
	}
	o.start()
	s := o.viewer()
	o.publish(10, 10)
	expect(t, s, 0, 20)
	o.stop()
	o.dir = backup
	o.start()
	o.publish(20, 5)
	expect(t, s, 20, 25)
	quiet(t, s)
	if st := s.Status(); st.Rereads == 0 {
		t.Errorf("status %+v", st)
	}
}

func TestEvictedWhileAwayIsGap(t *testing.T) {
	o := newOutage(t)
	o.publish(0, 10)
	s := o.viewer()
	expect(t, s, 0, 10)
	o.stop()
	o.elsewhere(func(url string) {
		o.publishAt(url, 10, 10)
		purgeTo(t, url, 16)
	})
	o.start()
	expect(t, s, 15, 20)
	testwait.Until(t, "the gap is counted", func() bool { return s.Status().Gaps == 5 })
}

// Messages missing in the middle, as after a delete or on a damaged disk.
func TestDeletedMessagesAreGap(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(10)
	f.settled()
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	str, err := js.Stream(testContext(t), StreamName)
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []uint64{4, 5} {
		if err := str.DeleteMsg(testContext(t), seq); err != nil {
			t.Fatal(err)
		}
	}
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 3)
	expect(t, s, 5, 10)
	if st := s.Status(); st.Gaps != 2 {
		t.Errorf("status %+v", st)
	}
}

func TestStreamDeletedAndRecreated(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}, AckWait: 200 * time.Millisecond})
	f.send(10)
	f.settled()
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 10)
	remove(t, c)
	testwait.Until(t, "the viewer has no history", func() bool { return s.Status().History != beacon.HistoryKept && s.Status().Note != "" })
	f.send(1) // not stored at first: the publisher recreates the stream
	f.settled()
	expect(t, s, 10, 11)
	testwait.Until(t, "history is back", func() bool { return s.Status().History == beacon.HistoryKept && f.p.Status().History })
	f.send(10)
	expect(t, s, 11, 21)
	quiet(t, s)
}

func purgeTo(t *testing.T, url string, seq uint64) {
	t.Helper()
	c := dial(t, url)
	defer c.Close()
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	str, err := js.Stream(testContext(t), StreamName)
	if err != nil {
		t.Fatal(err)
	}
	if err := str.Purge(testContext(t), jetstream.WithPurgeSequence(seq)); err != nil {
		t.Fatal(err)
	}
}
