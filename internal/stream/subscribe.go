package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// SubscribeOptions say what to read.
type SubscribeOptions struct {
	Site   string
	Since  time.Duration    // history to begin with; 0: none
	Now    func() time.Time // this machine's clock; nil: time.Now
	Shards []string         // 00 to 0f; empty: all
	Buffer int              // batches that Batches holds; 0: 256
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

	// Of the goroutine that delivers, handed from one session to the next.
	pos         position
	seen        *recentIDs
	reportSub   *nats.Subscription // nil before the first look
	reportsRead bool               // with the reports that the stream holds
	skewAt      time.Time          // when the clocks were last compared

	collectors collectors

	counters
	mu      sync.Mutex
	note    string
	history beacon.HistoryState
	live    []*nats.Subscription // while reading without JetStream
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
	start time.Time // of the history, by the server's clock; zero before the first look
	// listened is for how long batches came without a stream. A stream that
	// appears later may hold them and others that were missed.
	listened time.Duration
	created  time.Time // of the stream that seq belongs to
	seq      uint64    // last delivered; 0: none
	stored   int64     // when that was stored, Unix nanoseconds
	rewound  bool      // seq is another message now: go by time
}

// Status is what a subscription knows about itself.
type Status struct {
	Connected  bool
	Server     string
	Note       string // one sentence: why not connected, why no history; else ""
	History    beacon.HistoryState
	Loading    float64 // share of the history read, 0..1; 1 when caught up
	Dropped    int64   // messages that came faster than they were read, without JetStream
	Gaps       int64   // stream sequences that were gone before they could be read
	Malformed  int64   // messages that hold no batch
	Foreign    int64   // messages of other sites and shards, skipped
	Messages   int64   // batches delivered
	Reconnects int64
	// Rereads counts the times that the stream was found remade or cut back,
	// and reading went on by time.
	Rereads int64
	// Newest is when the server stored the last batch delivered; zero before.
	Newest time.Time
	// Skew is this machine's clock minus the server's, to some milliseconds.
	Skew       time.Duration
	Violations int64 // times that the server forbade something
}

// Subscribe starts to read a site. It does not wait for the connection: it
// reads as soon and as long as there is one, until ctx is done or Close.
func Subscribe(ctx context.Context, c *Conn, opts SubscribeOptions) (*Subscription, error) {
	if !beacon.ValidToken(opts.Site) {
		return nil, fmt.Errorf("%q is no site name: 1 to 32 of a-z, 0-9, _ and -", opts.Site)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Buffer <= 0 {
		opts.Buffer = 256
	}
	s := &Subscription{
		conn: c, opts: opts,
		out:  make(chan *beacon.Batch, opts.Buffer),
		free: make(chan *beacon.Batch, opts.Buffer),
	}
	for _, name := range opts.Shards {
		_, _, n, ok := beacon.ParseSubject(beacon.SubjectRoot + "s.r." + name)
		if !ok {
			return nil, fmt.Errorf("%q is no shard: 00 to 0f", name)
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

// Batches gives the batches, and is closed when the subscription ends. Site is
// set; everything else is as it was sent, by whoever may publish.
func (s *Subscription) Batches() <-chan *beacon.Batch { return s.out }

// Recycle gives a batch back whose memory nobody uses any more. It is optional.
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

// Status returns a snapshot. It never waits for the network.
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

func (s *Subscription) set(note string, history beacon.HistoryState) {
	s.mu.Lock()
	s.note, s.history = note, history
	s.mu.Unlock()
}

// Between two tries that led to nothing.
const (
	minBackoff = 50 * time.Millisecond
	maxBackoff = 2 * time.Second
)

// run reads from the stream while there is one, and without it meanwhile.
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
		err := s.readStream()
		if errors.Is(err, ErrNoJetStream) || errors.Is(err, ErrNoStream) || errors.Is(err, ErrDenied) || errors.Is(err, errNoAnswer) {
			err = s.readLive(err)
		}
		if s.messages.Load() != before || err == nil {
			backoff = minBackoff
			continue
		}
		select {
		case <-time.After(backoff):
		case <-s.ctx.Done():
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// decode makes a batch of a message. A message that holds none is counted.
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

// wanted says whether a subject carries batches that this subscription is about.
func (s *Subscription) wanted(subject string) bool {
	site, _, shard, ok := beacon.ParseSubject(subject)
	if ok && site == s.opts.Site && s.shards[shard] {
		return true
	}
	// Markers and reports are read by other means. What else is under the
	// site's name was not put there by a collector.
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

// isSideSubject says whether a subject is a site's, but not for batches.
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

// filters are the subjects to ask the server for.
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
