// Package forward passes requests on to the vendors whose SDKs sent them, for
// teams that keep a vendor while they look at the same traffic here.
//
// It is a tee: what a page sends goes on as it was received, which is to say
// unscrubbed. Nothing that a client sends chooses where it goes: each format has
// one configured target. Passing on never waits and never fails: what a target
// does not take in time is dropped and counted. Nothing is tried twice.
package forward

import (
	"context"
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

// Config says what is passed on. The zero value passes on nothing.
type Config struct {
	// Targets are the vendors' addresses by format, the name that the format's
	// beacons carry as their SDK: "sentry": "https://o1.ingest.sentry.io". A path
	// within goes in front of the SDK's own.
	Targets map[string]string

	// ClientIP adds the client's address in X-Forwarded-For. Vendors take the
	// collector's for the client's otherwise.
	ClientIP bool

	QueueBytes int           // waiting for one target, 8 MiB by default
	Workers    int           // requests to one target at a time, 4 by default
	Timeout    time.Duration // of one request, 10 s by default
}

const (
	defaultQueueBytes = 8 << 20
	defaultWorkers    = 4
	defaultTimeout    = 10 * time.Second

	maxWaiting = 8192            // requests waiting for one target
	maxAnswer  = 4 << 10         // bytes of an answer that are read, to use its connection again
	maxPause   = 5 * time.Minute // that a target can ask for
)

// Check says what makes no sense. formats are the names that there are.
func (cfg Config) Check(formats []string) error {
	for name, address := range cfg.Targets {
		if !slices.Contains(formats, name) {
			return fmt.Errorf("forward to %s: no such format: use one of %s", name, strings.Join(formats, ", "))
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
		return nil, fmt.Errorf("write an address as https://o1.ingest.sentry.io")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("write the address without user, query and fragment: what authenticates comes from the SDK")
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), ""
	return u, nil
}

// Tee passes requests on. End it with Close.
type Tee struct {
	targets  map[string]*target
	headers  []string // forwarded, by canonical name
	clientIP bool
	client   *http.Client
	cancel   context.CancelFunc
	workers  sync.WaitGroup

	mu     sync.RWMutex // held for reading while something is queued
	closed bool
}

// target is one vendor's address, and what waits for it.
type target struct {
	format string
	base   *url.URL
	limit  int64
	queue  chan *http.Request
	bytes  atomic.Int64 // waiting or on its way
	until  atomic.Int64 // paused until then, Unix nanoseconds

	forwarded, failed atomic.Int64
	dropped           [len(reasonNames)]atomic.Int64
}

// reason is why a request was not passed on.
type reason int

const (
	// Withheld says that consent was not given for all that a request held.
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
			// Where a target sends us next is not what was configured.
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
	Format string
	Method string
	Path   string // without the key that stands before it
	Query  string
	Header http.Header
	Sent   []byte // the body as it was received; the tee keeps it
	Plain  []byte // the same inflated; only looked at
	Client netip.Addr
}

// Wants says whether requests of a format are passed on. A nil tee wants nothing.
func (t *Tee) Wants(format string) bool { return t != nil && t.targets[format] != nil }

// Withhold counts a request that must not be passed on.
func (t *Tee) Withhold(format string) {
	if t.Wants(format) {
		t.targets[format].dropped[Withheld].Add(1)
	}
}

// Offer passes a request on when there is room for it. It never waits.
func (t *Tee) Offer(r Request) {
	if !t.Wants(r.Format) {
		return
	}
	to := t.targets[r.Format]
	if why, ok := t.offer(to, &r); !ok {
		to.dropped[why].Add(1)
	}
}

func (t *Tee) offer(to *target, r *Request) (reason, bool) {
	if time.Now().UnixNano() < to.until.Load() {
		return paused, false
	}
	out, ok := t.request(to, r)
	if !ok {
		return unroutable, false
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return closing, false
	}
	size := int64(len(r.Sent) + overhead)
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

// overhead is what a waiting request takes besides its body.
const overhead = 2 << 10

// work sends what waits for a target until the queue is closed and empty.
func (t *Tee) work(ctx context.Context, to *target) {
	for out := range to.queue {
		switch {
		case ctx.Err() != nil:
			to.dropped[closing].Add(1)
		case time.Now().UnixNano() < to.until.Load():
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
	defer func() { _ = answer.Body.Close() }() // nothing depends on it
	// Whether the rest can be read changes nothing about what the target took.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable {
		to.pause(answer.Header.Get("Retry-After"), time.Now())
	}
	return answer.StatusCode < 300
}

// pause leaves a target alone for as long as it asks, in seconds.
func (to *target) pause(retryAfter string, now time.Time) {
	seconds, err := strconv.Atoi(retryAfter)
	if err != nil || seconds <= 0 {
		return
	}
	wait := min(time.Duration(min(seconds, 1<<20))*time.Second, maxPause)
	to.until.Store(now.Add(wait).UnixNano())
}

// Close stops taking requests, waits until those that wait have been sent or ctx
// ends, and gives up the rest, counted.
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

// Stats is what became of one format's requests.
type Stats struct {
	Format            string
	Forwarded, Failed int64 // answered with a 2xx, and not
	Waiting           int64 // bytes
	Dropped           map[string]int64
}

// Stats are the counters of every target, by format.
func (t *Tee) Stats() []Stats {
	if t == nil {
		return nil
	}
	var all []Stats
	for _, to := range t.targets {
		s := Stats{Format: to.format, Forwarded: to.forwarded.Load(), Failed: to.failed.Load(), Waiting: to.bytes.Load(), Dropped: map[string]int64{}}
		for i := range to.dropped {
			s.Dropped[reasonNames[i]] = to.dropped[i].Load()
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Stats) int { return strings.Compare(a.Format, b.Format) })
	return all
}
