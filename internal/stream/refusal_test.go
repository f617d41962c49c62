package stream

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/testwait"
)

// api is JetStream's API on a connection.
func api(t *testing.T, c *Conn) jetstream.JetStream {
	t.Helper()
	js, err := c.jetStream()
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// makeStream creates a stream; the name is RUM and the subjects ours if the
// configuration has none.
func makeStream(t *testing.T, c *Conn, cfg jetstream.StreamConfig) {
	t.Helper()
	cfg.Name = cmp.Or(cfg.Name, StreamName)
	if cfg.Subjects == nil && cfg.Mirror == nil && cfg.Sources == nil {
		cfg.Subjects = []string{streamSubjects}
	}
	if _, err := api(t, c).CreateStream(testContext(t), cfg); err != nil {
		t.Fatal(err)
	}
}

// What an operator may have made of the stream: a reader says within seconds
// why there is no history, and shows what arrives meanwhile.
func TestUnreadableStreamIsNamed(t *testing.T) {
	durable := func(t *testing.T, c *Conn) {
		_, err := api(t, c).CreateConsumer(testContext(t), StreamName, jetstream.ConsumerConfig{Durable: "other", AckPolicy: jetstream.AckExplicitPolicy})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		cfg   jetstream.StreamConfig
		setup func(*testing.T, *Conn)
		want  string
	}{
		"work queue":             {jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy}, nil, "RUM is a work queue"},
		"work queue, other user": {jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy}, durable, "RUM is a work queue"},
		"interest":               {jetstream.StreamConfig{Retention: jetstream.InterestPolicy}, nil, "RUM has interest retention and keeps no history"},
		"max consumers":          {jetstream.StreamConfig{MaxConsumers: 1}, durable, "RUM or the account has all the consumers it may have"},
		"other subjects":         {jetstream.StreamConfig{Subjects: []string{"orders.>"}}, nil, "RUM does not store rum.v1.shop.*.*"},
		"another site":           {jetstream.StreamConfig{Subjects: []string{"rum.v1.bank.>"}}, nil, "RUM does not store rum.v1.shop.*.*"},
		"another version":        {jetstream.StreamConfig{Subjects: []string{"rum.v2.>"}}, nil, "RUM does not store rum.v1.shop.*.*"},
		"subject transform": {jetstream.StreamConfig{SubjectTransform: &jetstream.SubjectTransformConfig{Source: "rum.v1.>", Destination: "kept.>"}}, nil,
			"RUM renames rum.v1.shop.*.* to kept.shop.region.00"},
		"tokens in another order": {jetstream.StreamConfig{SubjectTransform: &jetstream.SubjectTransformConfig{Source: "rum.v1.*.*.*", Destination: "rum.v1.{{wildcard(2)}}.{{wildcard(1)}}.{{wildcard(3)}}"}}, nil,
			"RUM renames rum.v1.shop.*.* to rum.v1.region.shop.00"},
		"mirror of something else": {jetstream.StreamConfig{Mirror: &jetstream.StreamSource{Name: "ORDERS", FilterSubject: "orders.>"}}, nil, "RUM does not store rum.v1.shop.*.*"},
		"sources of something else": {jetstream.StreamConfig{Sources: []*jetstream.StreamSource{{Name: "ORDERS", FilterSubject: "orders.>"}}}, nil,
			"RUM does not store rum.v1.shop.*.*"},
	} {
		t.Run(name, func(t *testing.T) {
			e := embed(t, EmbeddedOptions{})
			c := dial(t, e.ClientURL())
			makeStream(t, c, tc.cfg)
			if tc.setup != nil {
				tc.setup(t, c)
			}
			s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
			testwait.Until(t, "the reason is known", func() bool { return s.Status().History == beacon.HistoryRefused })
			st := s.Status()
			if st.Reason != tc.want || st.Loading != 1 || !strings.HasPrefix(st.Note, tc.want+": live batches only: ") {
				t.Errorf("status %+v", st)
			}
			if err := s.Refusal(); err == nil || !strings.HasPrefix(err.Error(), "read the stream RUM: "+tc.want+": ") {
				t.Errorf("refusal: %v", err)
			}
			f := newFeed(t, c, PublisherOptions{})
			f.send(10)
			expect(t, s, 0, 10)
			quiet(t, s)
		})
	}
}

// Unusual streams that hold what a viewer needs are read like any other.
func TestUnusualStreamIsRead(t *testing.T) {
	for name, cfg := range map[string]jetstream.StreamConfig{
		"everything":             {Subjects: []string{"rum.>", "orders.>"}},
		"one site":               {Subjects: []string{"rum.v1.shop.>"}},
		"identity transform":     {SubjectTransform: &jetstream.SubjectTransformConfig{Source: "rum.>", Destination: "rum.>"}},
		"transform of others":    {Subjects: []string{"rum.>"}, SubjectTransform: &jetstream.SubjectTransformConfig{Source: "rum.v2.>", Destination: "kept.>"}},
		"short idle consumers":   {ConsumerLimits: jetstream.StreamConsumerLimits{InactiveThreshold: 10 * time.Second}},
		"one message in flight":  {ConsumerLimits: jetstream.StreamConsumerLimits{MaxAckPending: 1}},
		"no direct get, no undo": {DenyDelete: true, DenyPurge: true},
		"compressed":             {Compression: jetstream.S2Compression},
		"republished":            {RePublish: &jetstream.RePublish{Source: "rum.v1.>", Destination: "copy.>"}},
		"in memory":              {Storage: jetstream.MemoryStorage},
	} {
		t.Run(name, func(t *testing.T) {
			e := embed(t, EmbeddedOptions{})
			c := dial(t, e.ClientURL())
			makeStream(t, c, cfg)
			f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
			f.send(10)
			f.settled()
			s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
			expect(t, s, 0, 10)
			if err := s.Refusal(); err != nil || s.Status().Reason != "" {
				t.Errorf("refusal: %v", err)
			}
			if p := f.p.Status().Problem; p != "" {
				t.Errorf("problem of the publisher: %s", p)
			}
		})
	}
}

// A server can limit the messages of a pull request.
func TestReadWithRequestLimit(t *testing.T) {
	srv := serve(t, &server.Options{JetStream: true, StoreDir: t.TempDir(), JetStreamLimits: server.JSLimitOpts{MaxRequestBatch: 50}})
	c := dial(t, srv.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(200)
	f.settled()
	if _, err := Annotate(testContext(t), c, "shop", beacon.Marker{ID: "m", Kind: beacon.MarkerDeploy, Text: "2.4.1"}); err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 200)
	var seen []string
	err := markersSince(testContext(t), c, "shop", time.Now().Add(-time.Hour), func(m beacon.Marker) { seen = append(seen, m.Text) })
	if err != nil || len(seen) != 1 {
		t.Errorf("markers %q, %v", seen, err)
	}
}

// Once an operator has repaired the stream, the viewer reads it by itself.
func TestUnreadableStreamIsRepaired(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy})
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the reason is known", func() bool { return s.Refusal() != nil })
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}, AckWait: 200 * time.Millisecond})
	f.send(10)
	expect(t, s, 0, 10)
	remove(t, c)
	makeStream(t, c, jetstream.StreamConfig{})
	testwait.Until(t, "the stream is read", func() bool { return s.Status().History == beacon.HistoryKept && s.Refusal() == nil })
	f.send(10)
	expect(t, s, 10, 20)
	quiet(t, s)
}

// Accounts can be without JetStream, or have limits, or too little for a stream.
func TestAccountRefusals(t *testing.T) {
	const conf = `
		listen: "127.0.0.1:-1"
		jetstream { store_dir: %q, max_file_store: 100M }
		accounts {
			NONE     { users [{user: none, password: p}] }
			NOBODY   { jetstream { max_consumers: 1 }, users [{user: consumers, password: p}] }
			STREAMS  { jetstream { max_streams: 1 }, users [{user: streams, password: p}] }
			TINY     { jetstream { max_file: 1M }, users [{user: tiny, password: p}] }
			CAPPED   { jetstream { max_bytes_required: true, disk_max_stream_bytes: 20M }, users [{user: capped, password: p}] }
		}`
	path := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(path, fmt.Appendf(nil, conf, t.TempDir()), 0o600); err != nil {
		t.Fatal(err)
	}
	opts, err := server.ProcessConfigFile(path)
	if err != nil {
		t.Fatal(err)
	}
	srv := serve(t, opts)
	as := func(name string) *Conn {
		return dial(t, strings.Replace(srv.ClientURL(), "nats://", "nats://"+name+":p@", 1))
	}
	if _, err := EnsureStream(testContext(t), as("none"), Limits{}); !errors.Is(err, ErrNoJetStream) {
		t.Errorf("account without JetStream: %v", err)
	}

	c := as("streams")
	makeStream(t, c, jetstream.StreamConfig{Name: "OTHER", Subjects: []string{"other"}})
	if _, err := EnsureStream(testContext(t), c, Limits{}); err == nil || err.Error() != "cannot make RUM: the account has all the streams it may have: raise its limit of streams, or remove one" {
		t.Errorf("limit of streams: %v", err)
	}

	// The account's reservations are reported, so a smaller stream is tried; less
	// than 16 MiB is none.
	if _, err := EnsureStream(testContext(t), as("tiny"), Limits{}); err == nil || !strings.HasPrefix(err.Error(), "cannot make RUM: the ") || !strings.Contains(err.Error(), "stor") {
		t.Errorf("limit of storage: %v", err)
	}

	c = as("capped")
	if created, err := EnsureStream(testContext(t), c, Limits{}); err != nil || !created {
		t.Errorf("limit of a stream's size: %v, %v", created, err)
	} else if info, err := lookup(testContext(t), c); err != nil || info.Config.MaxBytes > 20<<20 {
		t.Errorf("size %v, %v", info, err)
	}

	c = as("consumers")
	makeStream(t, c, jetstream.StreamConfig{})
	if _, err := api(t, c).CreateConsumer(testContext(t), StreamName, jetstream.ConsumerConfig{Durable: "other"}); err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the limit is named", func() bool {
		return s.Status().Reason == "RUM or the account has all the consumers it may have"
	})
}

// Every code of JetStream has words and a cure, and tells whether to wait.
func TestRefusalsByCode(t *testing.T) {
	seen := map[jetstream.ErrorCode]bool{}
	for _, reason := range refusalReasons {
		if reason.next == "" {
			t.Errorf("%v: nothing to do", reason.codes)
		}
		for _, code := range reason.codes {
			if seen[code] {
				t.Errorf("code %d has two explanations", code)
			}
			seen[code] = true
		}
	}
	for _, tc := range []struct {
		status  int
		code    jetstream.ErrorCode
		text    string
		want    string
		passing bool
	}{
		{400, 10099, "multiple non-filtered consumers not allowed on workqueue stream", "RUM is a work queue", false},
		{400, 10100, "filtered consumer not unique on workqueue stream", "RUM is a work queue", false},
		{503, 10008, "JetStream system temporarily unavailable", "JetStream system temporarily unavailable", true},
		{500, 10118, "stream is offline", "RUM is offline", true},
		{500, 10194, "stream is offline: unsupported", "RUM is offline", true},
		{400, 10027, "maximum number of streams reached", "the account has all the streams it may have", false},
		{400, 10120, "no JetStream default or applicable tiered limit present", "the account has no JetStream limits for this number of replicas", false},
		{412, 10185, "JetStream minimum api level required", "JetStream minimum api level required", false},
		{429, 10167, "too many requests", "too many requests", true},
		{400, 10005, "no suitable peers for placement", "the cluster cannot place it", false},
		// Unknown: by its status.
		{503, 19999, "the disk is busy", "the disk is busy", true},
		{400, 19998, "no such thing", "no such thing", false},
		{400, 19997, "", "error 19997 of JetStream", false},
	} {
		r := refusalOf("read", &jetstream.APIError{Code: tc.status, ErrorCode: tc.code, Description: tc.text})
		if r.What != tc.want || r.Passing != tc.passing || r.Next == "" || r.Code != int(tc.code) {
			t.Errorf("%d: %+v", tc.code, r)
		}
	}
}

// A domain that nobody serves is not a server without JetStream.
func TestWrongDomainIsNamed(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	c.apiPrefix = "$JS.hub.API."
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the reason is known", func() bool { return s.Refusal() != nil })
	if got := s.Status(); got.Reason != "no JetStream answers at $JS.hub.API.>" || got.History != beacon.HistoryRefused {
		t.Errorf("%+v", got)
	}
	if _, err := EnsureStream(testContext(t), c, Limits{}); err == nil || !errors.Is(err, ErrNoJetStream) || !strings.Contains(err.Error(), "check the domain") {
		t.Errorf("EnsureStream: %v", err)
	}
}

// A user who may not fetch from a consumer would wait for ever.
func TestViewerMayNotFetch(t *testing.T) {
	srv := serve(t, &server.Options{JetStream: true, StoreDir: t.TempDir(), Users: []*server.User{
		user("operator", nil, nil), user("viewer", []string{"$JS.API.STREAM.INFO.RUM", "$JS.API.CONSUMER.CREATE.RUM.>"}, viewerSubscribe),
	}})
	as := func(name string) *Conn {
		return dial(t, strings.Replace(srv.ClientURL(), "nats://", "nats://"+name+":secret@", 1))
	}
	f := newFeed(t, as("operator"), PublisherOptions{Create: &Limits{}})
	f.send(5)
	f.settled()
	s := subscribe(t, as("viewer"), SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the refusal is seen", func() bool { return s.Status().History == beacon.HistoryDenied && s.Status().Loading == 1 })
	if err := s.Refusal(); !errors.Is(err, ErrDenied) {
		t.Errorf("refusal: %v", err)
	}
	f.send(5)
	expect(t, s, 5, 10)
}

// A user who may not read the stream, and asks for no history, is not refused:
// docs/nats.md permits that.
func TestRefusalOfDeniedUser(t *testing.T) {
	as := guarded(t, true)
	if _, err := EnsureStream(testContext(t), as("operator"), Limits{}); err != nil {
		t.Fatal(err)
	}
	live := subscribe(t, as("live-viewer"), SubscribeOptions{})
	asking := subscribe(t, as("live-viewer"), SubscribeOptions{Since: time.Hour})
	nobody := subscribe(t, as("nobody"), SubscribeOptions{})
	testwait.Until(t, "the refusals are seen", func() bool {
		return live.Status().History == beacon.HistoryDenied && asking.Refusal() != nil && nobody.Refusal() != nil
	})
	if err := live.Refusal(); err != nil {
		t.Errorf("without history: %v", err)
	}
	if err := nobody.Refusal(); !strings.Contains(err.Error(), "may not subscribe") || !errors.Is(err, ErrDenied) {
		t.Errorf("nobody: %v", err)
	}
}
