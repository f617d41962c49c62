package stream

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ErrDenied says that the server forbids it to this user.
var ErrDenied = errors.New("not permitted")

var errDisconnected = errors.New("disconnected")

// A server reports a forbidden subject on its own, not in answer to a request,
// and a request outlives the connection that it was sent on: either would wait
// for its timeout. A watcher learns of both.
type pendingRequest struct {
	matches func(op, subject string) bool
	cancel  context.CancelCauseFunc
}

const maxDenied = 256 // subjects remembered

var violation = regexp.MustCompile(`(?i)permissions violation for (publish|subscription) to "([^"]*)"`)

// onAsyncError is told everything that the server complains about out of turn.
func (c *Conn) onAsyncError(err error) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	m := violation.FindStringSubmatch(err.Error())
	if m == nil {
		c.violations.Add(1)
		return
	}
	op, subject := strings.ToLower(m[1]), m[2]
	if !strings.HasPrefix(subject, beacon.PresenceRoot) { // nothing rests on being seen
		c.violations.Add(1)
	}
	c.mu.Lock()
	if len(c.denied) < maxDenied {
		c.denied[op+" "+subject] = struct{}{}
	}
	for w := range c.requests {
		if w.matches(op, subject) {
			w.cancel(ErrDenied)
		}
	}
	c.mu.Unlock()
	c.changed.notify()
}

// cancelRequests ends all requests that are under way.
func (c *Conn) cancelRequests(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.requests {
		w.cancel(cause)
	}
}

// request returns a context for a JetStream API request that ends as soon as
// the server says that the request or its answer is forbidden, with the cause
// ErrDenied, and when the connection is lost. api is what the request's subject
// begins with, after the API's own prefix.
func (c *Conn) request(ctx context.Context, api string) (context.Context, context.CancelFunc) {
	return c.requestTo(ctx, func(subject string) bool { return strings.HasPrefix(subject, c.apiPrefix+api) })
}

// requestTo is the same for a request to a subject that is told by its name.
func (c *Conn) requestTo(ctx context.Context, is func(subject string) bool) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, stop := context.WithTimeout(ctx, apiTimeout)
	w := &pendingRequest{cancel: cancel, matches: func(op, subject string) bool {
		return op == "publish" && is(subject) || op == "subscription" && c.isInbox(subject)
	}}
	c.mu.Lock()
	if c.requests == nil {
		c.requests = map[*pendingRequest]struct{}{}
	}
	c.requests[w] = struct{}{}
	// The subscription that answers come to is made once and complained about once.
	for d := range c.denied {
		if op, subject, _ := strings.Cut(d, " "); op == "subscription" && c.isInbox(subject) {
			cancel(ErrDenied)
		}
	}
	c.mu.Unlock()
	return ctx, func() {
		c.mu.Lock()
		delete(c.requests, w)
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

// mayPublish is false once the server has forbidden a publish to this subject
// on this connection.
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

// hasDenied says whether the server's latest complaint is about this subject. Unlike
// the two above it knows as soon as a flush has returned.
func (c *Conn) hasDenied(subject string) bool {
	err := c.LastError()
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), `"`+subject+`"`)
}
