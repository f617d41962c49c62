// Package forward forwards requests to the vendors of the SDKs that sent them, for
// teams that keep a vendor besides rumtop.
//
// It is a tee: requests are forwarded as they were received, unscrubbed. A client
// cannot choose the destination: each format has one configured target.
// Forwarding never blocks and never fails: a request that a target does not
// accept in time is dropped and counted. Nothing is retried.
package forward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what is forwarded where. The zero value forwards nothing.
type Config struct {
	// Targets are the vendors' addresses by format: the value of the SDK dimension
	// of its beacons: "sentry": "https://o1.ingest.sentry.io". A path in the
	// address is put before the SDK's own.
	Targets map[string]string

	// ClientIP sends the client's address in X-Forwarded-For. Without it, vendors
	// see the collector's address as the client's.
	ClientIP bool

	QueueBytes int           // queued for one target, 8 MiB by default
	Workers    int           // requests to one target at a time, 4 by default
	Timeout    time.Duration // of one request, 10 s by default
}

const (
	defaultQueueBytes = 8 << 20
	defaultWorkers    = 4
	defaultTimeout    = 10 * time.Second

	maxWaiting = 8192            // requests queued for one target
	maxAnswer  = 4 << 10         // bytes of a response that are read, so that its connection is reused
	maxPause   = 5 * time.Minute // that a target can request
)

// Check returns an error if the configuration is invalid. formats are the known
// names.
func (cfg Config) Check(formats []string) error {
	for name, address := range cfg.Targets {
		if !slices.Contains(formats, name) {
			return fmt.Errorf("forward to %s: unknown format: use one of %s", name, strings.Join(formats, ", "))
		}
		if _, err := parseTarget(address); err != nil {
			return fmt.Errorf("forward %s to %q: %w", name, address, err)
		}
	}
	return nil
}

func parseTarget(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return nil, errors.New("invalid address: use one such as https://o1.ingest.sentry.io")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("address has a user, query or fragment: remove it, the SDK sends the credentials")
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), ""
	return u, nil
}

// Tee forwards requests. Call Close to end it.
type Tee struct {
	targets  map[string]*target
	headers  []string // forwarded, by canonical name
	clientIP bool
	client   *http.Client
	cancel   context.CancelFunc
	workers  sync.WaitGroup

	mu     sync.RWMutex // held for reading while a request is queued
	closed bool
}

// target is one vendor's address and its queue.
type target struct {
	format      string
	base        *url.URL
	limit       int64
	queue       chan *http.Request
	bytes       atomic.Int64 // queued or being sent
	pausedUntil atomic.Int64 // paused until then, Unix nanoseconds

	forwarded, failed atomic.Int64
	dropped           [len(reasonNames)]atomic.Int64
}

// reason is why a request was not forwarded.
type reason int

const (
	// Withheld: a part of the request lacked consent.
	Withheld reason = iota
	queueFull
	paused
	unroutable
	closing
)

var reasonNames = [...]string{"consent", "queue full", "target asked to wait", "not for this target", "shutdown"}

// New starts a tee that also forwards the named headers of SDKs. It returns nil
// if there are no targets.
func New(cfg Config, headers ...string) (*Tee, error) {
	if len(cfg.Targets) == 0 {
		return nil, nil
	}
	if cfg.QueueBytes <= 0 {
		cfg.QueueBytes = defaultQueueBytes
	}
	if cfg.Workers <= 0 {
		cfg.Workers = defaultWorkers
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = cfg.Workers, cfg.Workers
	transport.MaxResponseHeaderBytes = 64 << 10
	transport.DisableCompression = true
	t := &Tee{
		targets: map[string]*target{}, clientIP: cfg.ClientIP,
		client: &http.Client{
			Transport: transport, Timeout: cfg.Timeout,
			// The target of a redirect is not configured.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, name := range slices.Concat(commonHeaders[:], headers) {
		t.headers = append(t.headers, http.CanonicalHeaderKey(name))
	}
	for name, address := range cfg.Targets {
		base, err := parseTarget(address)
		if err != nil {
			return nil, fmt.Errorf("forward %s to %q: %w", name, address, err)
		}
		t.targets[name] = &target{
			format: name, base: base, limit: int64(cfg.QueueBytes),
			queue: make(chan *http.Request, maxWaiting),
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	for _, to := range t.targets {
		for range cfg.Workers {
			t.workers.Go(func() { t.work(ctx, to) })
		}
	}
	return t, nil
}

// Request is a request that a client sent.
type Request struct {
	Format   string
	Method   string
	Path     string // without the prefix /k/<key>
	Query    string
	Header   http.Header
	Body     []byte // the body as received; the tee keeps it
	Inflated []byte // the body inflated; only read during the call
	Client   netip.Addr
}

// HasTarget reports whether requests of a format are forwarded. A nil tee has no
// targets.
func (t *Tee) HasTarget(format string) bool { return t != nil && t.targets[format] != nil }

// Withhold counts a request that must not be forwarded.
func (t *Tee) Withhold(format string) {
	if t.HasTarget(format) {
		t.targets[format].dropped[Withheld].Add(1)
	}
}

// Offer forwards a request if its queue has room. It never blocks.
func (t *Tee) Offer(r Request) {
	if !t.HasTarget(r.Format) {
		return
	}
	to := t.targets[r.Format]
	if why, ok := t.enqueue(to, &r); !ok {
		to.dropped[why].Add(1)
	}
}

func (t *Tee) enqueue(to *target, r *Request) (reason, bool) {
	if time.Now().UnixNano() < to.pausedUntil.Load() {
		return paused, false
	}
	out, ok := t.vendorRequest(to, r)
	if !ok {
		return unroutable, false
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return closing, false
	}
	size := int64(len(r.Body) + overhead)
	if to.bytes.Add(size) > to.limit {
		to.bytes.Add(-size)
		return queueFull, false
	}
	select {
	case to.queue <- out:
		return 0, true
	default:
		to.bytes.Add(-size)
		return queueFull, false
	}
}

// overhead is the memory of a queued request besides its body, in bytes.
const overhead = 2 << 10

// work sends a target's queue until it is closed and empty.
func (t *Tee) work(ctx context.Context, to *target) {
	for out := range to.queue {
		switch {
		case ctx.Err() != nil:
			to.dropped[closing].Add(1)
		case time.Now().UnixNano() < to.pausedUntil.Load():
			to.dropped[paused].Add(1)
		case t.send(ctx, to, out):
			to.forwarded.Add(1)
		default:
			to.failed.Add(1)
		}
		to.bytes.Add(-out.ContentLength - overhead)
	}
}

func (t *Tee) send(ctx context.Context, to *target, out *http.Request) bool {
	answer, err := t.client.Do(out.WithContext(ctx))
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }() // an error changes nothing
	// An error while reading the rest does not change what the target accepted.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable {
		to.pause(answer.Header.Get("Retry-After"), time.Now())
	}
	return answer.StatusCode < 300
}

// pause sends nothing to a target for the time that it requests, in seconds.
func (to *target) pause(retryAfter string, now time.Time) {
	seconds, err := strconv.Atoi(retryAfter)
	if err != nil || seconds <= 0 {
		return
	}
	wait := min(time.Duration(min(seconds, 1<<20))*time.Second, maxPause)
	to.pausedUntil.Store(now.Add(wait).UnixNano())
}

// Close stops accepting requests and waits until the queues are sent or ctx ends.
// Then it drops and counts the rest.
func (t *Tee) Close(ctx context.Context) {
	if t == nil {
		return
	}
	t.mu.Lock()
	again := t.closed
	t.closed = true
	t.mu.Unlock()
	if again {
		return
	}
	for _, to := range t.targets {
		close(to.queue)
	}
	stop := context.AfterFunc(ctx, t.cancel)
	defer stop()
	t.workers.Wait()
	t.cancel()
	t.client.CloseIdleConnections()
}

// Stats counts the requests of one format.
type Stats struct {
	Format            string
	Forwarded, Failed int64 // answered with 2xx, or not
	Waiting           int64 // bytes
	Dropped           map[string]int64
}

// Stats returns the counters of every target, sorted by format.
func (t *Tee) Stats() []Stats {
	if t == nil {
		return nil
	}
	var all []Stats
	for _, to := range t.targets {
		s := Stats{
			Format: to.format, Forwarded: to.forwarded.Load(), Failed: to.failed.Load(),
			Waiting: to.bytes.Load(), Dropped: map[string]int64{},
		}
		for i := range to.dropped {
			s.Dropped[reasonNames[i]] = to.dropped[i].Load()
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Stats) int { return strings.Compare(a.Format, b.Format) })
	return all
}
