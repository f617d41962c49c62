package stream

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ErrDenied means that the server denies this user the request.
var ErrDenied = errors.New("not permitted")

var errDisconnected = errors.New("disconnected")

// pendingRequest is cancelled when the server denies it or the connection is
// lost. A server reports a denied subject by itself, not as the response to a
// request, and a request outlives its connection: both would wait for the
// timeout.
type pendingRequest struct {
	matches func(op, subject string) bool
	cancel  context.CancelCauseFunc
}

const maxDenied = 256 // subjects remembered

var violation = regexp.MustCompile(`(?i)permissions violation for (publish|subscription) to "([^"]*)"`)

// onAsyncError receives the errors that the server reports by itself.
func (c *Conn) onAsyncError(err error) {
	defer func() {
		c.mu.Lock()
		c.asyncErr = err
		c.mu.Unlock()
	}()
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	m := violation.FindStringSubmatch(err.Error())
	if m == nil {
		c.violations.Add(1)
		return
	}
	op, subject := strings.ToLower(m[1]), m[2]
	if !strings.HasPrefix(subject, beacon.PresenceRoot) { // presence is optional
		c.violations.Add(1)
	}
	c.mu.Lock()
	if len(c.denied) < maxDenied {
		c.denied[op+" "+subject] = struct{}{}
	} else {
		c.deniedMore = true
	}
	for r := range c.requests {
		if r.matches(op, subject) {
			r.cancel(ErrDenied)
		}
	}
	c.mu.Unlock()
	c.changed.notify()
}

// cancelRequests ends all requests in flight.
func (c *Conn) cancelRequests(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for r := range c.requests {
		r.cancel(cause)
	}
}

// request returns a context for a JetStream API request. It ends as soon as the
// server denies the request or its reply, with the cause ErrDenied, or the
// connection is lost. api is the prefix of the request's subject, without that
// of the API.
func (c *Conn) request(ctx context.Context, api string) (context.Context, context.CancelFunc) {
	return c.requestTo(ctx, func(subject string) bool { return strings.HasPrefix(subject, c.apiPrefix+api) })
}

// requestTo is request for the subjects that match.
func (c *Conn) requestTo(ctx context.Context, matches func(subject string) bool) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, stop := context.WithTimeout(ctx, apiTimeout)
	r := &pendingRequest{cancel: cancel, matches: func(op, subject string) bool {
		return op == "publish" && matches(subject) || op == "subscription" && c.isInbox(subject)
	}}
	c.mu.Lock()
	if c.requests == nil {
		c.requests = map[*pendingRequest]struct{}{}
	}
	c.requests[r] = struct{}{}
	// The reply subscription is made once and denied once.
	for d := range c.denied {
		if op, subject, _ := strings.Cut(d, " "); op == "subscription" && c.isInbox(subject) {
			cancel(ErrDenied)
		}
	}
	c.mu.Unlock()
	return ctx, func() {
		c.mu.Lock()
		delete(c.requests, r)
		c.mu.Unlock()
		stop()
		cancel(nil)
	}
}

func (c *Conn) isInbox(subject string) bool {
	prefix := c.Opts.InboxPrefix
	if prefix == "" {
		prefix = nats.InboxPrefix
	}
	return strings.HasPrefix(subject, strings.TrimSuffix(prefix, ".")+".")
}

// heardDenials reports whether every denial that the server had sent when the
// last flush returned has been recorded. Callbacks run later than a flush
// returns, in order.
func (c *Conn) heardDenials() bool {
	err := c.LastError()
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return err == c.asyncErr //nolint:errorlint // the same error, not one of its kind
}

// mayBeDenied is true if the server has denied a publish to this subject on this
// connection, or so many others that not all are remembered.
func (c *Conn) mayBeDenied(subject string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, denied := c.denied["publish "+subject]
	return denied || c.deniedMore
}

// mayPublish is false once the server has denied a publish to this subject on
// this connection.
func (c *Conn) mayPublish(subject string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, denied := c.denied["publish "+subject]
	return !denied
}

// maySubscribe is the same for a subscription.
func (c *Conn) maySubscribe(subject string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, denied := c.denied["subscription "+subject]
	return !denied
}

// hasDenied reports whether the server's latest error denies this subject. It is
// up to date as soon as a flush has returned, unlike the two above.
func (c *Conn) hasDenied(subject string) bool {
	err := c.LastError()
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), `"`+subject+`"`)
}
