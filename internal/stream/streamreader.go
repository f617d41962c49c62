package stream

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Parameters of pull requests. A few MiB in flight read twice as fast as the
// library's 500 messages; the heartbeat distinguishes a quiet site from a dead
// consumer.
const (
	pullBytes     = 8 << 20
	pullOverhead  = 64 << 10 // subject, reply and headers count as well
	pullExpiry    = 30 * time.Second
	pullHeartbeat = 5 * time.Second
	// idleConsumer is how long the server keeps a consumer without pull requests.
	idleConsumer = 30 * time.Second
	checkEvery   = 5 * time.Second
)

// Why a session ends, besides the server's errors.
var (
	errLost       = errors.New("messages were lost on the way")
	errRewritten  = errors.New("the stream was replaced")
	errOtherSites = errors.New("the stream holds mostly other sites")
)

// openStream prepares to read the stream from the current position. An error is
// [ErrNoJetStream], [ErrNoStream], a [Refusal], or the connection's.
func (s *Subscription) openStream() (*streamReader, error) {
	reconnects := s.conn.reconnects.Load()
	info, err := lookupSubjects(s.ctx, s.conn, beacon.SubjectRoot+s.opts.Site+".>")
	if err != nil {
		return nil, err
	}
	s.updateSkew(info.TimeStamp)
	s.openReports(true)
	if err := unreadable(info, s.opts.Site); err != nil {
		return nil, err
	}
	r := &streamReader{s: s, stop: make(chan struct{}), failed: make(chan error, 1), reconnects: reconnects, targetSeq: info.State.LastSeq}
	r.unfiltered = len(s.opts.Shards) == 0 && uint64(len(info.State.Subjects)) == info.State.NumSubjects
	if r.consumer, err = r.createConsumer(info); err != nil {
		return nil, err
	}
	return r, nil
}

// readStream reads a stream that was opened until the connection, the consumer
// or the stream fails. The next one continues from there.
//
// It does what an ordered consumer does, and also detects a stream that was
// restored, truncated or recreated, in which a sequence is another message.
func (s *Subscription) readStream(r *streamReader) error {
	if s.seen != nil { // live batches may have been stored since it was opened
		info, err := lookup(s.ctx, s.conn)
		if err != nil {
			return err
		}
		r.targetSeq = info.State.LastSeq
	}
	if r.consumer.CachedInfo().NumPending == 0 {
		s.loading.Store(loadingUnit)
	}
	cc, err := r.consumer.Consume(r.handle, s.pullSize(r.consumer), jetstream.PullExpiry(pullExpiry),
		jetstream.PullHeartbeat(pullHeartbeat), jetstream.ConsumeErrHandler(r.onConsumerError))
	if err != nil {
		return fmt.Errorf("read the stream: %w", err)
	}
	defer func() {
		close(r.stop)
		closed := cc.Closed()
		cc.Stop()
		<-closed
	}()
	if s.broken < maxBroken {
		s.setHistory("", beacon.HistoryKept, nil)
	}
	return r.supervise()
}

// supervise returns when the session has to end, with the reason.
func (r *streamReader) supervise() error {
	s := r.s
	next := s.conn.apiPrefix + apiConsumerNext + r.consumer.CachedInfo().Name
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	for {
		changed := s.conn.changed.wait()
		if !s.conn.connected.Load() || s.conn.reconnects.Load() != r.reconnects {
			return errDisconnected
		}
		if !s.conn.mayPublish(next) {
			return denied("read the stream " + StreamName) // the consumer would be silent
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case err := <-r.failed:
			return err
		case <-changed:
		case <-check.C:
			if err := r.countEvicted(); err != nil {
				return err
			}
			if s.broken > 0 { // it lasts
				s.broken = 0
				s.setHistory("", beacon.HistoryKept, nil)
			}
			if s.opts.Now().Sub(s.skewAt).Abs() > skewEvery {
				info, err := lookup(s.ctx, s.conn)
				if err != nil {
					return err
				}
				s.updateSkew(info.TimeStamp)
			}
		}
	}
}

// pullSize is how much one pull request asks for. The largest message that the
// server accepts must fit, or reading would stop before it. A server can limit
// the messages of a request.
func (s *Subscription) pullSize(consumer jetstream.Consumer) jetstream.PullConsumeOpt {
	size := max(pullBytes, int(min(s.conn.maxPayload.Load(), 1<<30))+pullOverhead)
	if n := fetchable(consumer, math.MaxInt); n < math.MaxInt {
		return jetstream.PullMaxMessagesWithBytesLimit(n, size)
	}
	return jetstream.PullMaxBytes(size)
}

// fetchable is how many messages one request may ask a consumer for.
func fetchable(consumer jetstream.Consumer, n int) int {
	if limit := consumer.CachedInfo().Config.MaxRequestBatch; limit > 0 {
		return min(n, limit)
	}
	return n
}

// streamReader reads from one consumer, for one session. Only the consumer's
// goroutine runs handle.
type streamReader struct {
	s          *Subscription
	stop       chan struct{}
	failed     chan error
	consumer   jetstream.Consumer
	reconnects int64  // of the connection that it was opened on
	unfiltered bool   // the consumer has no filter, so sequences are contiguous
	targetSeq  uint64 // last sequence at the start of the session
	ended      bool   // the session has failed: the next one reads on

	delivered uint64 // by the consumer
	lastSeq   uint64 // stream sequence before the next message, 0: any
	firstSeq  uint64 // stream sequence of the first message; 0: none yet
	anchor    bool   // the consumer starts at the last delivered message
	own       int64
	others    int64
}

// createConsumer creates a consumer that starts at the current position.
func (r *streamReader) createConsumer(info *jetstream.StreamInfo) (jetstream.Consumer, error) {
	s := r.s
	js, err := s.conn.jetStream()
	if err != nil {
		return nil, err
	}
	cfg := jetstream.ConsumerConfig{
		Description:       "rumtop viewer",
		AckPolicy:         jetstream.AckNonePolicy,
		MemoryStorage:     true,
		Replicas:          1,
		InactiveThreshold: idleConsumer,
	}
	if limit := info.Config.ConsumerLimits.InactiveThreshold; limit > 0 {
		cfg.InactiveThreshold = min(cfg.InactiveThreshold, limit)
	}
	r.setStart(info, &cfg)
	create := func(filters []string) (jetstream.Consumer, error) {
		// A single filter becomes part of the request's subject, which
		// permissions can match.
		cfg.FilterSubject, cfg.FilterSubjects = "", filters
		if len(filters) == 1 {
			cfg.FilterSubject, cfg.FilterSubjects = filters[0], nil
		}
		ctx, cancel := s.conn.request(s.ctx, apiConsumerCreate)
		defer cancel()
		consumer, err := js.CreateConsumer(ctx, StreamName, cfg)
		if err != nil {
			return nil, r.s.conn.apiError(ctx, "read the stream "+StreamName, err)
		}
		return consumer, nil
	}
	if r.unfiltered {
		consumer, err := create(nil)
		if !errors.Is(err, ErrDenied) {
			return consumer, err
		}
		r.unfiltered = false      // this user may read only one site
		s.conn.violations.Add(-1) // the attempt does not count
	}
	return create(s.filters())
}

// setStart sets where the consumer starts and counts what was evicted before.
func (r *streamReader) setStart(info *jetstream.StreamInfo, cfg *jetstream.ConsumerConfig) {
	pos := &r.s.pos
	if pos.start.IsZero() {
		pos.start = info.TimeStamp.Add(-r.s.opts.Since - pos.listened)
	}
	byTime := func(t time.Time) {
		cfg.DeliverPolicy, cfg.OptStartTime = jetstream.DeliverByStartTimePolicy, &t
	}
	switch {
	case pos.seq == 0:
		byTime(pos.start)
	case !info.Created.Equal(pos.created):
		// Recreated: all of it is new.
		r.s.rereads.Add(1)
		byTime(pos.start)
	case pos.rewound || info.State.LastSeq < pos.seq:
		// The stream lost its end. What it stored since is new.
		r.s.rereads.Add(1)
		byTime(time.Unix(0, pos.stored+1))
	default:
		if info.State.FirstSeq > pos.seq+1 {
			r.s.gaps.Add(int64(info.State.FirstSeq - pos.seq - 1))
		}
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, pos.seq
		r.anchor = true
		r.lastSeq = max(pos.seq, info.State.FirstSeq-1)
	}
	pos.created, pos.rewound = info.Created, false
}

// handle processes one message.
func (r *streamReader) handle(msg jetstream.Msg) {
	if r.ended {
		return
	}
	d, ok := parseDelivery(msg.Reply())
	if !ok || d.consumer != r.delivered+1 {
		r.fail(errLost)
		return
	}
	r.delivered++
	if r.anchor {
		r.anchor = false
		if d.stream == r.s.pos.seq {
			if d.stored != r.s.pos.stored {
				r.s.pos.rewound = true
				r.fail(errRewritten)
				return
			}
			r.updateLoading(d)
			return
		}
	}
	if r.unfiltered && r.lastSeq != 0 && d.stream > r.lastSeq+1 {
		r.s.gaps.Add(int64(d.stream - r.lastSeq - 1))
	}
	if !r.deliver(msg) {
		r.ended = true
		return
	}
	r.lastSeq = d.stream
	r.s.pos.seq, r.s.pos.stored = d.stream, d.stored
	r.s.lastStored.Store(d.stored)
	r.updateLoading(d)
}

// deliver delivers the batch of a message, if it has one. It returns false if
// the session ended before the reader took the batch.
func (r *streamReader) deliver(msg jetstream.Msg) bool {
	s := r.s
	if !s.wanted(msg.Subject()) {
		if isSideSubject(msg.Subject(), s.opts.Site) {
			return true
		}
		r.others++
		if r.unfiltered && r.others > r.own+1000 {
			r.fail(errOtherSites)
		}
		return true
	}
	r.own++
	if s.seen != nil && s.seen.contains(msg.Headers().Get(nats.MsgIdHdr)) {
		return true
	}
	b := s.decode(s.opts.Site, msg.Data())
	if b == nil {
		return true
	}
	select {
	case s.out <- b:
	default:
		select {
		case s.out <- b:
		case <-r.stop:
			return false
		}
	}
	s.messages.Add(1)
	return true
}

// updateLoading computes the loading share from stream sequences: from the
// session's first message to the last one at its start.
func (r *streamReader) updateLoading(d delivery) {
	if r.firstSeq == 0 {
		r.firstSeq = d.stream
	}
	share := uint64(loadingUnit)
	if d.pending > 0 && d.stream < r.targetSeq {
		share = (d.stream - r.firstSeq) * loadingUnit / (r.targetSeq - r.firstSeq + 1)
	} else if r.s.seen != nil && d.stream >= r.targetSeq {
		r.s.seen = nil // all live batches are behind us
	}
	r.s.loading.Store(share)
}

// fail ends the session. Only the first error counts.
func (r *streamReader) fail(err error) {
	r.ended = true
	select {
	case r.failed <- err:
	default:
	}
}

// onConsumerError receives the consumer's errors, perhaps on another goroutine
// than handle.
func (r *streamReader) onConsumerError(_ jetstream.ConsumeContext, err error) {
	if errors.Is(err, jetstream.ErrConsumerLeadershipChanged) {
		err = errLost
	}
	select {
	case r.failed <- err:
	default:
	}
}

// countEvicted counts messages that the stream evicted before a filtered
// consumer delivered them. The count includes those of other sites, which can
// no longer be distinguished.
func (r *streamReader) countEvicted() error {
	if r.unfiltered {
		return nil
	}
	ctx, cancel := r.s.conn.request(r.s.ctx, apiConsumerInfo)
	defer cancel()
	info, err := r.consumer.Info(ctx)
	if err != nil {
		return r.s.conn.apiError(ctx, "check the consumer", err)
	}
	if info.NumPending == 0 {
		return nil
	}
	stream, err := lookup(r.s.ctx, r.s.conn)
	if err != nil {
		return err
	}
	if first := stream.State.FirstSeq; first > info.Delivered.Stream+1 {
		r.s.gaps.Add(int64(first - info.Delivered.Stream - 1))
	}
	return nil
}
