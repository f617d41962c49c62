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

// Level is the result of a check.
type Level uint8

// The levels, best first.
const (
	OK   Level = iota
	Warn       // it works, but less well than it could
	Fail
)

func (l Level) String() string { return [...]string{"ok", "warn", "fail"}[min(l, Fail)] }

// Check is one finding of [Doctor].
type Check struct {
	Name   string
	Level  Level
	Detail string // what was found
	Next   string // what to do about it; "": nothing
}

// Limits above which a check warns.
const (
	slowRTT   = 250 * time.Millisecond
	quietSite = 2 * time.Minute
)

// Doctor checks the connection, the stream and one site, or all sites if site is
// "", the most basic things first. It omits what follows from a failure and
// leaves nothing behind. now is this machine's clock. A denied publish is not a
// failure, because it is right for a viewer.
func Doctor(ctx context.Context, c *Conn, site string, now func() time.Time) []Check {
	checks := []Check{checkServer(c)}
	if checks[0].Level == Fail {
		return checks
	}
	before := now()
	info, err := lookup(ctx, c)
	rtt := now().Sub(before)
	checks = append(checks, checkStream(ctx, c, site, info, err)...)
	checks = append(checks, checkLive(ctx, c, site), checkPublish(ctx, c, site))
	if err != nil {
		return checks
	}
	read := checkRead(ctx, c, site)
	checks = append(checks, read, checkClock(now().Sub(info.TimeStamp), rtt))
	if read.Level < Fail { // else no consumer can be made
		checks = append(checks, checkNewest(ctx, c, site, info))
		checks = append(checks, checkCollectors(ctx, c, site, now, now().Sub(info.TimeStamp))...)
	}
	return checks
}

func checkServer(c *Conn) Check {
	ch := Check{Name: "server"}
	st := c.State()
	if !st.Connected {
		ch.Level, ch.Detail, ch.Next = Fail, st.Note, "start the server, or set --server or --context"
		return ch
	}
	rtt, err := c.RTT()
	if err != nil {
		ch.Level, ch.Detail, ch.Next = Fail, fmt.Sprintf("%s does not respond: %v", st.Server, err), "check the server"
		return ch
	}
	ch.Detail = fmt.Sprintf("%s, NATS %s, round trip %v", st.Server, c.ConnectedServerVersion(), rtt.Round(10*time.Microsecond))
	switch limit := c.maxPayload.Load(); {
	case limit > 0 && limit < largestBatch:
		ch.Level, ch.Next = Fail, "raise max_payload"
		ch.Detail += fmt.Sprintf("; it takes messages up to %s, and batches are up to %s", sizeText(limit), sizeText(largestBatch))
	case rtt > slowRTT:
		ch.Level, ch.Next = Warn, "use a nearer server, or history loads slowly"
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
			err = c.apiError(rctx, "read the stream", err)
		}
	}
	var refusal *Refusal
	switch {
	case err == nil:
		ch.Detail = "permitted"
	case errors.Is(err, ErrDenied):
		ch.Level, ch.Detail, ch.Next = Warn, "not permitted", "viewers need it: permit publishing to "+c.apiPrefix+apiConsumerCreate+"> and the rest of docs/nats.md"
	case errors.As(err, &refusal):
		ch.Level, ch.Detail, ch.Next = Fail, refusal.What, refusal.Next
	default:
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "check JetStream on the server: nats server report jetstream"
	}
	return ch
}

// checkLive subscribes as a viewer without history does.
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
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "check the server"
	case c.hasDenied(subject):
		ch.Level, ch.Detail, ch.Next = Warn, "not permitted: "+subject, "viewers need it: permit it; collectors do not"
	}
	return ch
}

// checkPublish publishes a message that has no effect: the stream refuses it,
// because the message expects another stream, and viewers subscribe to longer
// subjects.
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
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "check the server"
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
		ch.Next = "synchronise both with NTP: windows and lag depend on clocks"
	}
	return ch
}

// checkNewest checks how long ago the site's last batch was stored. Both times
// are by the server's clock.
func checkNewest(ctx context.Context, c *Conn, site string, info *jetstream.StreamInfo) Check {
	ch := Check{Name: "newest batch"}
	newest, err := newestOf(ctx, c, site)
	if err != nil {
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "viewers need it: permit what docs/nats.md lists"
		return ch
	}
	if newest.IsZero() || info.State.Msgs == 0 {
		ch.Level, ch.Detail, ch.Next = Warn, "no batch", "send a beacon: see docs/nats.md and the README"
		return ch
	}
	quiet := max(0, info.TimeStamp.Sub(newest))
	ch.Detail = fmt.Sprintf("stored %v ago", quiet.Round(time.Millisecond))
	if quiet > quietSite {
		ch.Level, ch.Next = Warn, "check that the collector runs and the page loads /rum.js"
	}
	return ch
}

// newestOf returns when the site's last batch was stored; zero: there is none.
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
		return time.Time{}, c.apiError(ctx, "read the newest batch", err)
	}
	batch, err := consumer.FetchNoWait(1)
	if err != nil {
		return time.Time{}, c.apiError(ctx, "read the newest batch", err)
	}
	var newest time.Time
	for msg := range batch.Messages() {
		if d, ok := parseDelivery(msg.Reply()); ok {
			newest = time.Unix(0, d.stored)
		}
	}
	return newest, nil
}

// flushConn waits until the server has read everything and reported its errors.
func flushConn(ctx context.Context, c *Conn) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	if err := c.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("the server does not respond: %w", err)
	}
	return nil
}

func siteSubjects(site string) string {
	if site == "" {
		site = "*"
	}
	return beacon.SubjectRoot + site + ".*.*"
}

func oldestText(info *jetstream.StreamInfo) string {
	if info.State.Msgs == 0 {
		return "never"
	}
	return info.State.FirstTime.UTC().Format(time.RFC3339)
}

// plural is a number with its noun.
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
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
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
