package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// SubscribeOptions select what to read.
type SubscribeOptions struct {
	Site   string
	Since  time.Duration    // history to start with; 0: none
	Now    func() time.Time // this machine's clock; nil: time.Now
	Shards []string         // 00 to 0f; empty: all
	Buffer int              // batches that Batches holds; 0: 256

	lookupEvery time.Duration // 0: lookupEvery
}

// Subscription is one site's batches: history, then live, in stream order.
type Subscription struct {
	conn   *Conn
	opts   SubscribeOptions
	shards [beacon.Shards]bool // wanted
	out    chan *beacon.Batch
	free   chan *beacon.Batch
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// State of the goroutine that delivers, passed from session to session.
	pos         position
	seen        *recentIDs
	reportSub   *nats.Subscription // nil before the first lookup
	reportsRead bool               // the reports in the stream
	skewAt      time.Time          // when the clocks were last compared
	broken      int                // sessions in a row that ended without a batch

	collectors collectors

	counters
	mu      sync.Mutex
	note    string
	history beacon.HistoryState
	live    []*nats.Subscription // while reading without JetStream

	refused   *Refusal // why there is no history; nil: there is, or there cannot be
	refusedAt time.Time
}

// counters are read by Status at any time.
type counters struct {
	loading    atomic.Uint64 // share of history read, in 1/loadingUnit
	dropped    atomic.Int64
	gaps       atomic.Int64
	malformed  atomic.Int64
	rereads    atomic.Int64
	foreign    atomic.Int64
	messages   atomic.Int64
	lastStored atomic.Int64 // Unix nanoseconds
	skew       atomic.Int64 // nanoseconds
}

const loadingUnit = 1 << 20

// position is how far the stream has been read.
type position struct {
	start time.Time // of the history, by the server's clock; zero before the first lookup
	// listened is how long live batches were read. A stream created meanwhile
	// may hold them, and others that were missed.
	listened time.Duration
	created  time.Time // creation of the stream that seq belongs to
	seq      uint64    // last delivered; 0: none
	stored   int64     // its time in the stream, Unix nanoseconds
	rewound  bool      // seq is another message now: continue by time
}

// Status is the state of a subscription.
type Status struct {
	Connected  bool
	Server     string
	Note       string // one sentence: why disconnected, why no history; else ""
	History    beacon.HistoryState
	Reason     string  // in a few words what stands in the way of reading the history; else ""
	Loading    float64 // share of the history read, 0..1; 1: caught up
	Dropped    int64   // live messages dropped because the reader is too slow
	Gaps       int64   // stream sequences evicted before they were read
	Malformed  int64   // messages that are not a batch
	Foreign    int64   // skipped messages of other sites and shards
	Messages   int64   // batches delivered
	Reconnects int64
	// Rereads counts how often the stream was recreated or had lost its end,
	// so that reading continued by time.
	Rereads int64
	// Newest is when the server stored the last delivered batch; zero before.
	Newest time.Time
	// Skew is this machine's clock minus the server's, accurate to some
	// milliseconds.
	Skew       time.Duration
	Violations int64 // requests that the server denied
}

// Subscribe starts reading a site. It does not wait for the connection: it reads
// whenever there is one, until ctx is done or Close.
func Subscribe(ctx context.Context, c *Conn, opts SubscribeOptions) (*Subscription, error) {
	if err := checkSite(opts.Site); err != nil {
		return nil, err
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Buffer <= 0 {
		opts.Buffer = 256
	}
	opts.lookupEvery = cmp.Or(opts.lookupEvery, lookupEvery)
	s := &Subscription{
		conn: c, opts: opts,
		out:  make(chan *beacon.Batch, opts.Buffer),
		free: make(chan *beacon.Batch, opts.Buffer),
	}
	for _, name := range opts.Shards {
		_, _, n, ok := beacon.ParseSubject(beacon.SubjectRoot + "s.r." + name)
		if !ok {
			return nil, fmt.Errorf("shard %q: invalid: use 00 to 0f", name)
		}
		s.shards[n] = true
	}
	if len(opts.Shards) == 0 {
		for i := range s.shards {
			s.shards[i] = true
		}
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Go(s.run)
	return s, nil
}

func checkSite(name string) error {
	if !beacon.ValidToken(name) {
		return fmt.Errorf("site %q: invalid name: use 1 to 32 of a-z, 0-9, _ and -", name)
	}
	return nil
}

// Batches delivers the batches and is closed when the subscription ends. Site is
// set; all else is what a publisher sent and must not be trusted.
func (s *Subscription) Batches() <-chan *beacon.Batch { return s.out }

// Recycle returns the memory of a batch that is no longer used. It is optional.
func (s *Subscription) Recycle(b *beacon.Batch) {
	select {
	case s.free <- b:
	default:
	}
}

// Close ends the subscription and waits for it.
func (s *Subscription) Close() {
	s.cancel()
	s.wg.Wait()
}

// Status returns the current state. It never waits for the network.
func (s *Subscription) Status() Status {
	conn := s.conn.State()
	st := Status{
		Connected: conn.Connected, Server: conn.Server, Reconnects: conn.Reconnects, Violations: conn.Violations,
		Loading: float64(s.loading.Load()) / loadingUnit,
		Dropped: s.dropped.Load(), Gaps: s.gaps.Load(), Malformed: s.malformed.Load(), Foreign: s.foreign.Load(),
		Messages: s.messages.Load(), Rereads: s.rereads.Load(), Skew: time.Duration(s.skew.Load()),
	}
	if ns := s.lastStored.Load(); ns != 0 {
		st.Newest = time.Unix(0, ns)
	}
	s.mu.Lock()
	st.Note, st.History = s.note, s.history
	if s.refused != nil {
		st.Reason = s.refused.What
	}
	for _, sub := range s.live {
		if n, err := sub.Dropped(); err == nil {
			st.Dropped += int64(n)
		}
	}
	s.mu.Unlock()
	if conn.Note != "" {
		st.Note = conn.Note
	}
	return st
}

// setHistory records whether there is history, and if not, why.
func (s *Subscription) setHistory(note string, history beacon.HistoryState, reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note, s.history = note, history
	before := s.refused
	s.refused = nil
	if errors.As(reason, &s.refused) && before == nil {
		s.refusedAt = time.Now()
	}
}

// patience is how long a refusal that can pass may last before a command gives
// up.
const patience = 10 * time.Second

// Refusal is why the history cannot be read, though there may be one: nil while
// it is read or looked for, without JetStream, and before there is a stream. A
// reason that can pass counts once it has lasted ten seconds. A user who may
// not read the stream, and asks for no history, is not refused.
func (s *Subscription) Refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.refused == nil,
		s.refused.Passing && time.Since(s.refusedAt) < patience,
		s.history == beacon.HistoryDenied && s.opts.Since == 0:
		return nil
	}
	return s.refused
}

// Delay between two attempts that delivered nothing.
const (
	minBackoff = 50 * time.Millisecond
	maxBackoff = 2 * time.Second
)

// run reads from the stream, or live batches while the stream cannot be read.
func (s *Subscription) run() {
	defer close(s.out)
	defer s.cancel()
	defer s.closeReports()
	backoff := minBackoff
	for s.ctx.Err() == nil {
		changed := s.conn.changed.wait()
		if !s.conn.connected.Load() {
			select {
			case <-changed:
			case <-s.ctx.Done():
			}
			continue
		}
		before := s.messages.Load()
		r, err := s.openStream()
		if err == nil && s.broken < maxBroken {
			err = s.readStream(r)
		} else if err == nil {
			err = &Refusal{Op: "read the stream " + StreamName, What: "reading " + StreamName + " breaks off", Next: cannotServe, Passing: true}
		}
		for isRefusal(err) {
			if r, err = s.readLive(err); err == nil {
				err = s.readStream(r)
			}
		}
		if s.messages.Load() != before || err == nil {
			backoff, s.broken = minBackoff, 0
			continue
		}
		if !errors.Is(err, errDisconnected) {
			s.broken++
		}
		select {
		case <-time.After(backoff):
		case <-s.ctx.Done():
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// maxBroken is how many sessions in a row may break off without a batch before
// live batches are read meanwhile.
const maxBroken = 5

// isRefusal reports whether an error means that there is no history now.
func isRefusal(err error) bool {
	var r *Refusal
	return errors.Is(err, ErrNoJetStream) || errors.Is(err, ErrNoStream) || errors.As(err, &r)
}

// decode decodes a message. It counts an invalid one and returns nil.
func (s *Subscription) decode(site string, data []byte) *beacon.Batch {
	var b *beacon.Batch
	select {
	case b = <-s.free:
	default:
		b = new(beacon.Batch)
	}
	b.Reset()
	if err := beacon.Decode(data, b); err != nil {
		s.malformed.Add(1)
		s.Recycle(b)
		return nil
	}
	b.Site = site
	return b
}

// wanted reports whether a subject carries batches of this subscription. It
// counts other subjects.
func (s *Subscription) wanted(subject string) bool {
	site, _, shard, ok := beacon.ParseSubject(subject)
	if ok && site == s.opts.Site && s.shards[shard] {
		return true
	}
	// Markers and reports are read elsewhere. Any other subject of the site is
	// not a collector's.
	if isSideSubject(subject, s.opts.Site) {
		return false
	}
	if !ok && isOfSite(subject, s.opts.Site) {
		s.malformed.Add(1)
	} else {
		s.foreign.Add(1)
	}
	return false
}

// isSideSubject reports whether a subject is the site's, but not for batches.
func isSideSubject(subject, site string) bool {
	owner, ok := beacon.ParseAnnotationSubject(subject)
	if !ok {
		owner, ok = beacon.ParseCollectorsSubject(subject)
	}
	return ok && owner == site
}

func isOfSite(subject, site string) bool {
	prefix := beacon.SubjectRoot + site + "."
	return len(subject) > len(prefix) && subject[:len(prefix)] == prefix
}

// filters are the subjects to subscribe to.
func (s *Subscription) filters() []string {
	root := beacon.SubjectRoot + s.opts.Site + ".*."
	if len(s.opts.Shards) == 0 {
		return []string{root + "*"}
	}
	var filters []string
	for i, wanted := range s.shards {
		if wanted {
			filters = append(filters, root+beacon.ShardToken(uint8(i)))
		}
	}
	return filters
}
