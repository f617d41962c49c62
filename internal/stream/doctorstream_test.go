package stream

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/testwait"
)

// Each setting of a stream that changes what rumtop can do is named by doctor,
// with what follows; the stream is a real one.
func TestDoctorNamesStreamSettings(t *testing.T) {
	limits := func(change func(*jetstream.StreamConfig)) jetstream.StreamConfig {
		cfg := jetstream.StreamConfig{Subjects: []string{streamSubjects}, MaxAge: 24 * time.Hour, AllowDirect: true}
		change(&cfg)
		return cfg
	}
	for name, tc := range map[string]struct {
		cfg    jetstream.StreamConfig
		check  string
		level  Level
		detail string // its beginning
	}{
		"no limits":  {limits(func(c *jetstream.StreamConfig) { c.MaxAge = 0 }), "limits", Warn, "none: "},
		"work queue": {limits(func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }), "retention", Fail, "a work queue: "},
		"interest":   {limits(func(c *jetstream.StreamConfig) { c.Retention = jetstream.InterestPolicy }), "retention", Fail, "interest: "},
		"no_ack":     {limits(func(c *jetstream.StreamConfig) { c.NoAck = true }), "acks", Fail, "no_ack: "},
		"transform": {limits(func(c *jetstream.StreamConfig) {
			c.SubjectTransform = &jetstream.SubjectTransformConfig{Source: "rum.v1.>", Destination: "x.>"}
		}), "transform", Fail, "stores batches as x.shop.region.00: "},
		"one per subject":  {limits(func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1 }), "per subject", Fail, "keeps 1 message of each subject"},
		"some per subject": {limits(func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 5000 }), "per subject", Warn, "keeps 5000 messages of each subject"},
		"many per subject": {limits(func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1_000_000 }), "per subject", OK, "keeps 1000000 messages"},
		"few messages":     {limits(func(c *jetstream.StreamConfig) { c.MaxMsgs = 100 }), "max msgs", Warn, "keeps at most 100 batches"},
		"short age":        {limits(func(c *jetstream.StreamConfig) { c.MaxAge = 10 * time.Minute }), "max age", Warn, "keeps 10m0s: "},
		"discard new":      {limits(func(c *jetstream.StreamConfig) { c.MaxBytes, c.Discard = 1<<20, jetstream.DiscardNew }), "discard", Warn, "new: once it is full "},
		"small messages":   {limits(func(c *jetstream.StreamConfig) { c.MaxMsgSize = 8 << 10 }), "batch size", Fail, "refuses messages over 8.0 KiB: "},
		"short ids":        {limits(func(c *jetstream.StreamConfig) { c.Duplicates = 5 * time.Second }), "duplicates", Warn, "knows message ids for 5s: "},
		"memory":           {limits(func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }), "storage", Warn, "in memory: "},
		"compression":      {limits(func(c *jetstream.StreamConfig) { c.Compression = jetstream.S2Compression }), "compression", OK, "compressed: "},
		"deny delete":      {limits(func(c *jetstream.StreamConfig) { c.DenyDelete = true }), "deletes", OK, "deny_delete or deny_purge: "},
		"deny purge":       {limits(func(c *jetstream.StreamConfig) { c.DenyPurge = true }), "deletes", OK, "deny_delete or deny_purge: "},
		"no direct get":    {limits(func(c *jetstream.StreamConfig) { c.AllowDirect = false }), "direct get", OK, "off: "},
		"republish": {limits(func(c *jetstream.StreamConfig) {
			c.RePublish = &jetstream.RePublish{Source: ">", Destination: "copy.>"}
		}), "republish", Warn, "publishes each batch again on copy.>: "},
		"few consumers":         {limits(func(c *jetstream.StreamConfig) { c.MaxConsumers = 4 }), "consumers", Warn, "0 of 4 consumers are in use: "},
		"counter":               {limits(func(c *jetstream.StreamConfig) { c.AllowMsgCounter, c.AllowDirect = true, true }), "counter", Fail, "is a stream of counters: "},
		"other subjects":        {limits(func(c *jetstream.StreamConfig) { c.Subjects = []string{"orders.>"} }), "subjects", Fail, `stores ["orders.>"]: none of rum.v1.shop.*.*`},
		"some regions":          {limits(func(c *jetstream.StreamConfig) { c.Subjects = []string{"rum.v1.*.eu-west.*"} }), "subjects", Warn, `stores ["rum.v1.*.eu-west.*"]: only a part of rum.v1.shop.*.*`},
		"this site":             {limits(func(c *jetstream.StreamConfig) { c.Subjects = []string{"rum.v1.shop.>"} }), "", OK, ""},
		"everything":            {limits(func(c *jetstream.StreamConfig) { c.Subjects = []string{"rum.>"} }), "", OK, ""},
		"usual":                 {limits(func(*jetstream.StreamConfig) {}), "", OK, ""},
		"asynchronous disk":     {limits(func(c *jetstream.StreamConfig) { c.PersistMode = jetstream.AsyncPersistMode }), "persistence", Warn, "acknowledges before it writes: "},
		"mirror without a site": {jetstream.StreamConfig{MaxAge: time.Hour, Mirror: &jetstream.StreamSource{Name: "EDGE", FilterSubject: "rum.v1.bank.>"}}, "mirror", Fail, "a mirror of EDGE, without rum.v1.shop.*.*"},
		"sources and subjects":  {limits(func(c *jetstream.StreamConfig) { c.Sources = []*jetstream.StreamSource{{Name: "EDGE"}} }), "sources", Warn, "copies EDGE and stores rum.v1.shop.*.* itself: "},
	} {
		t.Run(name, func(t *testing.T) {
			e := embed(t, EmbeddedOptions{})
			c := dial(t, e.ClientURL())
			if tc.cfg.Mirror != nil || tc.cfg.Sources != nil {
				makeStream(t, c, jetstream.StreamConfig{Name: "EDGE", Subjects: []string{"edge"}})
			}
			makeStream(t, c, tc.cfg)
			var info *jetstream.StreamInfo
			testwait.Until(t, "its sources are in contact", func() bool {
				var err error
				if info, err = lookup(testContext(t), c); err != nil {
					t.Fatal(err)
				}
				return !slices.ContainsFunc(info.Sources, func(s *jetstream.StreamSourceInfo) bool { return s.Active < 0 })
			})
			checks := checkTraits(info, "shop")
			i := slices.IndexFunc(checks, func(ch Check) bool { return ch.Name == tc.check })
			switch {
			case tc.check == "" && len(checks) > 0:
				t.Errorf("%+v, want nothing", checks)
			case tc.check == "":
			case i < 0 || checks[i].Level != tc.level || !strings.HasPrefix(checks[i].Detail, tc.detail):
				t.Errorf("%+v, want %s %v %s", checks, tc.check, tc.level, tc.detail)
			}
			for _, ch := range checks {
				if ch.Level == OK != (ch.Next == "") || ch.Detail == "" {
					t.Errorf("%+v: want a next step unless it is ok", ch)
				}
				if ch.Level == Fail && tc.level < Fail {
					t.Errorf("%+v: unexpected failure", ch)
				}
			}
		})
	}
}

// A sealed stream gives its history and takes no batch.
func TestDoctorSealedStream(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}, AckWait: 200 * time.Millisecond})
	f.send(3)
	f.settled()
	info, err := lookup(testContext(t), c)
	if err != nil {
		t.Fatal(err)
	}
	info.Config.Sealed = true
	if _, err := api(t, c).UpdateStream(testContext(t), info.Config); err != nil {
		t.Fatal(err)
	}
	if ch := diagnose(t, c, "shop", time.Now)["sealed"]; ch.Level != Fail {
		t.Errorf("%+v", ch)
	}
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 3)
	f.send(1)
	testwait.Until(t, "the publisher says why", func() bool { return strings.HasPrefix(f.p.Status().Problem, "RUM is sealed") })
	if st := f.p.Status(); st.Pending != 1 || st.Published != 3 {
		t.Errorf("%+v", st)
	}
}

// A hub mirrors the stream of a leaf: viewers read there, and nothing is wrong.
func TestDoctorHubAndSpoke(t *testing.T) {
	e := embed(t, EmbeddedOptions{})
	c := dial(t, e.ClientURL())
	makeStream(t, c, jetstream.StreamConfig{Name: "RUM_EDGE", MaxAge: time.Hour})
	f := newFeed(t, c, PublisherOptions{})
	f.send(10)
	f.settled()
	makeStream(t, c, jetstream.StreamConfig{MaxAge: time.Hour, Mirror: &jetstream.StreamSource{Name: "RUM_EDGE"}})
	s := subscribe(t, dial(t, e.ClientURL()), SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 10)
	testwait.Until(t, "the mirror is up to date", func() bool {
		checks := diagnose(t, c, "shop", time.Now)
		for _, ch := range checks {
			if ch.Level == Fail {
				t.Errorf("%+v", ch)
			}
		}
		return checks["mirror"].Level == OK && strings.HasPrefix(checks["mirror"].Detail, "a mirror of RUM_EDGE, 0 messages behind: ")
	})
	if p := f.p.Status().Problem; p != "" {
		t.Errorf("publisher: %s", p)
	}
}

// clustered runs servers with JetStream as one cluster.
func clustered(t *testing.T, size int) []*server.Server {
	t.Helper()
	var routes []string
	ports := make([]int, size)
	for i := range ports {
		ports[i] = freePort(t)
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[i]))
	}
	servers := make([]*server.Server, size)
	for i := range servers {
		path := filepath.Join(t.TempDir(), "nats.conf")
		conf := fmt.Sprintf("server_name: n%d\nlisten: \"127.0.0.1:-1\"\njetstream { store_dir: %q }\ncluster { name: c, listen: \"127.0.0.1:%d\", routes: [%s] }\n",
			i, t.TempDir(), ports[i], strings.Join(routes, ", "))
		if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		opts, err := server.ProcessConfigFile(path)
		if err != nil {
			t.Fatal(err)
		}
		servers[i] = serve(t, opts)
	}
	testwait.Until(t, "the cluster has a leader", func() bool {
		return slices.ContainsFunc(servers, func(s *server.Server) bool { return s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == size })
	})
	return servers
}

// One replica in a cluster is a risk, more replicas than servers are impossible,
// and without a quorum the reason is named and passes.
func TestClusterOfThree(t *testing.T) {
	servers := clustered(t, 3)
	c := dial(t, servers[0].ClientURL())
	if _, err := EnsureStream(testContext(t), c, Limits{Replicas: 5}); err == nil || !strings.HasPrefix(err.Error(), "cannot make RUM: ") {
		t.Errorf("five replicas: %v", err)
	}
	if _, err := EnsureStream(testContext(t), c, Limits{}); err != nil {
		t.Fatal(err)
	}
	if ch := diagnose(t, c, "shop", time.Now)["replicas"]; ch.Level != Warn || !strings.HasPrefix(ch.Detail, "one replica in a cluster: ") {
		t.Errorf("one replica: %+v", ch)
	}
	remove(t, c)
	if _, err := EnsureStream(testContext(t), c, Limits{Replicas: 3}); err != nil {
		t.Fatal(err)
	}
	f := newFeed(t, c, PublisherOptions{Create: &Limits{}})
	f.send(5)
	f.settled()
	s := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	expect(t, s, 0, 5)
	if ch, ok := diagnose(t, c, "shop", time.Now)["replicas"]; ok {
		t.Errorf("three replicas: %+v", ch)
	}
	stopServer(servers[1])
	stopServer(servers[2])
	late := subscribe(t, c, SubscribeOptions{Since: time.Hour})
	testwait.Until(t, "the viewer says that the cluster cannot serve", func() bool {
		st := late.Status()
		return st.Reason != "" && st.Loading == 1
	})
	if err := late.Refusal(); err != nil {
		t.Errorf("a reason that passes counts at once: %v", err)
	}
}
