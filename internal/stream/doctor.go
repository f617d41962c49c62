package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Level grades a check.
type Level uint8

// The levels, best first.
const (
	OK   Level = iota
	Warn       // it works, but less well than it could
	Fail
)

func (l Level) String() string { return [...]string{"ok", "warn", "fail"}[min(l, Fail)] }

// Check is one thing that [Doctor] looked at.
type Check struct {
	Name   string
	Level  Level
	Detail string // what was found
	Next   string // what to do about it; "" when it is fine
}

// What the doctor minds.
const (
	slowRTT   = 250 * time.Millisecond
	quietSite = 2 * time.Minute
)

// Doctor looks at a connection, the stream and one site, most basic things
// first; with site "" it looks at all of them. What follows from a failure is left
// out. now is this machine's clock. Nothing is left behind. Whether it is well
// that publishing is permitted, or not, the caller knows: it is never a failure.
func Doctor(ctx context.Context, c *Conn, site string, now func() time.Time) []Check {
	checks := []Check{checkServer(c)}
	if checks[0].Level == Fail {
		return checks
	}
	before := now()
	info, err := lookup(ctx, c)
	rtt := now().Sub(before)
	checks = append(checks, checkStream(info, err))
	checks = append(checks, checkLive(ctx, c, site), checkPublish(ctx, c, site))
	if err == nil {
		checks = append(checks, checkRead(ctx, c, site), checkClock(now().Sub(info.TimeStamp), rtt), checkNewest(ctx, c, site, info))
		checks = append(checks, checkCollectors(ctx, c, site, now, now().Sub(info.TimeStamp))...)
	}
	return checks
}

func checkServer(c *Conn) Check {
	ch := Check{Name: "server"}
	st := c.State()
	if !st.Connected {
		ch.Level, ch.Detail, ch.Next = Fail, st.Note, "start the server, or name yours with --server or --context"
		return ch
	}
	rtt, err := c.RTT()
	if err != nil {
		ch.Level, ch.Detail, ch.Next = Fail, fmt.Sprintf("%s does not answer: %v", st.Server, err), "look at the server"
		return ch
	}
	ch.Detail = fmt.Sprintf("%s, NATS %s, round trip %v", st.Server, c.ConnectedServerVersion(), rtt.Round(10*time.Microsecond))
	if rtt > slowRTT {
		ch.Level, ch.Next = Warn, "use a server that is nearer, or expect history to load slowly"
	}
	return ch
}

func checkStream(info *jetstream.StreamInfo, err error) Check {
	ch := Check{Name: "stream"}
	switch {
	case errors.Is(err, ErrNoJetStream):
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "enable JetStream on the server and in the account to have history"
	case errors.Is(err, ErrNoStream):
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "start rumtop collect with a user that may create it, or make it as docs/nats.md shows"
	case errors.Is(err, ErrDenied):
		ch.Level, ch.Detail, ch.Next = Warn, "this user may not look it up", "for viewers: permit publishing to $JS.API."+apiStreamInfo+" and what else docs/nats.md lists; collectors do without"
	case err != nil:
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "look at JetStream on the server: nats server report jetstream"
	default:
		ch.Detail = fmt.Sprintf("%s holds %d messages in %s since %s; replicas: %d; bounds: %s, %s",
			StreamName, info.State.Msgs, sizeText(int64(info.State.Bytes)), oldestText(info), max(info.Config.Replicas, 1), ageText(info.Config.MaxAge), sizeText(info.Config.MaxBytes))
		if !takesBatches(info.Config.Subjects) {
			ch.Level, ch.Detail, ch.Next = Fail, fmt.Sprintf("%s takes %q", StreamName, info.Config.Subjects), "let it take "+beacon.SubjectRoot+">"
		} else if info.Config.MaxAge <= 0 && info.Config.MaxBytes <= 0 {
			ch.Level, ch.Next = Warn, "bound it, or it fills the disk: nats stream edit "+StreamName+" --max-age 24h"
		}
	}
	return ch
}

func checkRead(ctx context.Context, c *Conn, site string) Check {
	ch := Check{Name: "read history"}
	js, err := c.jetStream()
	if err == nil {
		rctx, cancel := c.request(ctx, apiConsumerCreate)
		defer cancel()
		_, err = js.CreateConsumer(rctx, StreamName, jetstream.ConsumerConfig{
			Description: "rumtop doctor", AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverNewPolicy,
			MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Second, FilterSubject: siteSubjects(site),
		})
		if err != nil {
			err = apiError(rctx, "read the stream", err)
		}
	}
	ch.Detail = "permitted"
	if err != nil {
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "for viewers: permit publishing to $JS.API."+apiConsumerCreate+"> and what else docs/nats.md lists"
	}
	return ch
}

// checkLive subscribes as a viewer does where there is no history.
func checkLive(ctx context.Context, c *Conn, site string) Check {
	ch := Check{Name: "subscribe", Detail: "permitted"}
	subject := siteSubjects(site)
	sub, err := c.SubscribeSync(subject)
	if err == nil {
		err = flushConn(ctx, c)
		if uerr := sub.Unsubscribe(); err == nil {
			err = uerr
		}
	}
	switch {
	case err != nil:
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "look at the server"
	case c.hasDenied(subject):
		ch.Level, ch.Detail, ch.Next = Warn, "not permitted: "+subject, "for viewers: permit it; collectors do without"
	}
	return ch
}

// checkPublish sends a message that nobody takes: the stream refuses it, because
// it names another stream as its goal, and viewers subscribe to longer subjects.
func checkPublish(ctx context.Context, c *Conn, site string) Check {
	ch := Check{Name: "publish", Detail: "permitted"}
	if site == "" {
		site = "doctor"
	}
	subject := beacon.SubjectRoot + site + ".doctor"
	err := c.PublishMsg(&nats.Msg{Subject: subject, Header: nats.Header{jetstream.ExpectedStreamHeader: []string{"-"}}})
	if err == nil {
		err = flushConn(ctx, c)
	}
	switch {
	case err != nil:
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "look at the server"
	case c.hasDenied(subject):
		ch.Detail = "not permitted: right for a viewer, wrong for a collector"
	}
	return ch
}

func checkClock(skew, rtt time.Duration) Check {
	ch := Check{Name: "clock", Detail: fmt.Sprintf("this machine is within %v of the server", max(skew.Abs(), rtt).Round(time.Millisecond))}
	if skew.Abs() > largeSkew+rtt {
		word := "ahead of"
		if skew < 0 {
			word = "behind"
		}
		ch.Level, ch.Detail = Warn, fmt.Sprintf("this machine is %v %s the server", skew.Abs().Round(time.Millisecond), word)
		ch.Next = "synchronise both with NTP: windows and lag are reckoned by clocks"
	}
	return ch
}

// checkNewest asks how long ago the site's last batch was stored, by the
// server's clock on both sides.
func checkNewest(ctx context.Context, c *Conn, site string, info *jetstream.StreamInfo) Check {
	ch := Check{Name: "newest batch"}
	newest, err := newestOf(ctx, c, site)
	if err != nil {
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "for viewers: permit what docs/nats.md lists"
		return ch
	}
	if newest.IsZero() || info.State.Msgs == 0 {
		ch.Level, ch.Detail, ch.Next = Warn, "there is none", "send one: docs/nats.md and the README show how"
		return ch
	}
	quiet := max(0, info.TimeStamp.Sub(newest))
	ch.Detail = fmt.Sprintf("stored %v ago", quiet.Round(time.Millisecond))
	if quiet > quietSite {
		ch.Level, ch.Next = Warn, "is the collector running, and does the page load /rum.js?"
	}
	return ch
}

// newestOf is zero when the stream holds nothing of the site.
func newestOf(ctx context.Context, c *Conn, site string) (time.Time, error) {
	js, err := c.jetStream()
	if err != nil {
		return time.Time{}, err
	}
	ctx, cancel := c.request(ctx, apiConsumerCreate)
	defer cancel()
	consumer, err := js.CreateConsumer(ctx, StreamName, jetstream.ConsumerConfig{
		Description: "rumtop doctor", AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverLastPolicy,
		MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Second, FilterSubject: siteSubjects(site), HeadersOnly: true,
	})
	if err != nil {
		return time.Time{}, apiError(ctx, "read the newest batch", err)
	}
	batch, err := consumer.FetchNoWait(1)
	if err != nil {
		return time.Time{}, apiError(ctx, "read the newest batch", err)
	}
	var newest time.Time
	for msg := range batch.Messages() {
		if d, ok := parseDelivery(msg.Reply()); ok {
			newest = time.Unix(0, d.stored)
		}
	}
	return newest, nil
}

// flushConn waits until the server has read everything and has complained about it.
func flushConn(ctx context.Context, c *Conn) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	if err := c.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	return nil
}

func siteSubjects(site string) string {
	if site == "" {
		site = "*"
	}
	return beacon.SubjectRoot + site + ".*.*"
}

func takesBatches(subjects []string) bool {
	for _, s := range subjects {
		if s == ">" || s == "rum.>" || s == beacon.SubjectRoot+">" {
			return true
		}
	}
	return false
}

func oldestText(info *jetstream.StreamInfo) string {
	if info.State.Msgs == 0 {
		return "never"
	}
	return info.State.FirstTime.UTC().Format(time.RFC3339)
}

func ageText(d time.Duration) string {
	if d <= 0 {
		return "any age"
	}
	return d.String()
}

func sizeText(n int64) string {
	switch {
	case n < 0:
		return "any size"
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d B", n)
}
