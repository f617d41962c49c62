package stream

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// How history is pulled. A few MiB in flight read twice as fast as the
// library's 500 messages; the heartbeat tells a quiet site from a dead consumer.
const (
	pullBytes     = 8 << 20
	pullOverhead  = 64 << 10 // subject, reply and headers count as well
	pullExpiry    = 30 * time.Second
	pullHeartbeat = 5 * time.Second
	// idleConsumer is how long the server keeps a consumer that nobody pulls from.
	idleConsumer = 30 * time.Second
	checkEvery   = 5 * time.Second
)

// Why a session ends, besides what the server says.
var (
	errLost       = errors.New("deliveries were lost")
	errRewritten  = errors.New("the stream is another one")
	errOtherSites = errors.New("the stream holds mostly other sites")
)

// readStream reads the stream from where we are until something is wrong: the
// connection, the consumer, the stream. The next call goes on from there.
//
// It does what an ordered consumer does, and one thing that that one does not:
// it makes sure that a stream which was restored, cut back or made anew, where
// the same sequence is another message, is not mistaken for the one that it knew.
func (s *Subscription) readStream() error {
	reconnects := s.conn.reconnects.Load()
	info, err := lookupSubjects(s.ctx, s.conn, beacon.SubjectRoot+s.opts.Site+".>")
	if err != nil {
		return err
	}
	s.updateSkew(info.TimeStamp)
	s.openReports(true)
	f := &session{s: s, stop: make(chan struct{}), failed: make(chan error, 1), targetSeq: info.State.LastSeq}
	f.unfiltered = len(s.opts.Shards) == 0 && uint64(len(info.State.Subjects)) == info.State.NumSubjects
	consumer, err := f.createConsumer(info)
	if err != nil {
		return err
	}
	if consumer.CachedInfo().NumPending == 0 {
		s.loading.Store(loadingUnit)
	}
	cc, err := consumer.Consume(f.handle, jetstream.PullMaxBytes(s.pullLimit()), jetstream.PullExpiry(pullExpiry),
		jetstream.PullHeartbeat(pullHeartbeat), jetstream.ConsumeErrHandler(f.onConsumerError))
	if err != nil {
		return fmt.Errorf("read the stream: %w", err)
	}
	defer func() {
		close(f.stop)
		closed := cc.Closed()
		cc.Stop()
		<-closed
	}()
	s.set("", beacon.HistoryKept)

	check := time.NewTicker(checkEvery)
	defer check.Stop()
	for {
		changed := s.conn.changed.wait()
		if !s.conn.connected.Load() || s.conn.reconnects.Load() != reconnects {
			return errDisconnected
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case err := <-f.failed:
			return err
		case <-changed:
		case <-check.C:
			if err := f.countEvicted(consumer); err != nil {
				return err
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

// pullLimit is how many bytes may be on their way. The largest message that the
// server takes must fit, or it would never come, nor what is behind it.
func (s *Subscription) pullLimit() int {
	return max(pullBytes, int(min(s.conn.maxPayload.Load(), 1<<30))+pullOverhead)
}

// session is one session with one consumer. Its handler runs in the
// consumer's goroutine alone.
type session struct {
	s          *Subscription
	stop       chan struct{}
	failed     chan error
	unfiltered bool   // the consumer has no filter: sequences are contiguous
	targetSeq  uint64 // last sequence when the session began
	ended      bool   // the session has failed; the rest is read by the next one

	delivered uint64 // by the consumer
	lastSeq   uint64 // stream sequence that the next one should follow, 0: any
	firstSeq  uint64 // stream sequence of the first message, 0 before it
	anchor    bool   // the consumer begins at the last message that we have
	own       int64
	others    int64
}

// createConsumer makes a consumer that begins where we are.
func (f *session) createConsumer(info *jetstream.StreamInfo) (jetstream.Consumer, error) {
	s := f.s
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
	f.setStart(info, &cfg)
	create := func(filters []string) (jetstream.Consumer, error) {
		// A single filter is part of the request's subject, where permissions see it.
		cfg.FilterSubject, cfg.FilterSubjects = "", filters
		if len(filters) == 1 {
			cfg.FilterSubject, cfg.FilterSubjects = filters[0], nil
		}
		ctx, cancel := s.conn.request(s.ctx, apiConsumerCreate)
		defer cancel()
		consumer, err := js.CreateConsumer(ctx, StreamName, cfg)
		if err != nil {
			return nil, apiError(ctx, "read the stream "+StreamName, err)
		}
		return consumer, nil
	}
	if f.unfiltered {
		consumer, err := create(nil)
		if !errors.Is(err, ErrDenied) {
			return consumer, err
		}
		f.unfiltered = false      // this user may read one site alone
		s.conn.violations.Add(-1) // we asked to find out
	}
	return create(s.filters())
}

// setStart sets where the consumer starts, and counts what is gone for good.
func (f *session) setStart(info *jetstream.StreamInfo, cfg *jetstream.ConsumerConfig) {
	pos := &f.s.pos
	if pos.start.IsZero() {
		pos.start = info.TimeStamp.Add(-f.s.opts.Since - pos.listened)
	}
	byTime := func(t time.Time) {
		cfg.DeliverPolicy, cfg.OptStartTime = jetstream.DeliverByStartTimePolicy, &t
	}
	switch {
	case pos.seq == 0:
		byTime(pos.start)
	case !info.Created.Equal(pos.created):
		// Made anew: nothing of it has been seen.
		f.s.rereads.Add(1)
		byTime(pos.start)
	case pos.rewound || info.State.LastSeq < pos.seq:
		// The same stream lost its end. What it has stored since is new.
		f.s.rereads.Add(1)
		byTime(time.Unix(0, pos.stored+1))
	default:
		if info.State.FirstSeq > pos.seq+1 {
			f.s.gaps.Add(int64(info.State.FirstSeq - pos.seq - 1))
		}
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, pos.seq
		f.anchor = true
		f.lastSeq = max(pos.seq, info.State.FirstSeq-1)
	}
	pos.created, pos.rewound = info.Created, false
}

// handle takes one message.
func (f *session) handle(msg jetstream.Msg) {
	if f.ended {
		return
	}
	d, ok := parseDelivery(msg.Reply())
	if !ok || d.consumer != f.delivered+1 {
		f.fail(errLost)
		return
	}
	f.delivered++
	if f.anchor {
		f.anchor = false
		if d.stream == f.s.pos.seq {
			if d.stored != f.s.pos.stored {
				f.s.pos.rewound = true
				f.fail(errRewritten)
				return
			}
			f.updateLoading(d)
			return
		}
	}
	if f.unfiltered && f.lastSeq != 0 && d.stream > f.lastSeq+1 {
		f.s.gaps.Add(int64(d.stream - f.lastSeq - 1))
	}
	if !f.deliver(msg) {
		f.ended = true
		return
	}
	f.lastSeq = d.stream
	f.s.pos.seq, f.s.pos.stored = d.stream, d.stored
	f.s.lastStored.Store(d.stored)
	f.updateLoading(d)
}

// deliver delivers the batch that a message holds, if any. It is false when the
// session ended before the batch was taken.
func (f *session) deliver(msg jetstream.Msg) bool {
	s := f.s
	if !s.wanted(msg.Subject()) {
		if isSideSubject(msg.Subject(), s.opts.Site) {
			return true
		}
		f.others++
		if f.unfiltered && f.others > f.own+1000 {
			f.fail(errOtherSites)
		}
		return true
	}
	f.own++
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
		case <-f.stop:
			return false
		}
	}
	s.messages.Add(1)
	return true
}

// updateLoading reckons by stream sequences, from the first message of the session to
// the last one that the stream held when it began.
func (f *session) updateLoading(d delivery) {
	if f.firstSeq == 0 {
		f.firstSeq = d.stream
	}
	share := uint64(loadingUnit)
	if d.pending > 0 && d.stream < f.targetSeq {
		share = (d.stream - f.firstSeq) * loadingUnit / (f.targetSeq - f.firstSeq + 1)
	} else if f.s.seen != nil && d.stream >= f.targetSeq {
		f.s.seen = nil // what came while there was no history has been passed
	}
	f.s.loading.Store(share)
}

// fail ends the session. The first reason counts.
func (f *session) fail(err error) {
	f.ended = true
	select {
	case f.failed <- err:
	default:
	}
}

// onConsumerError gets what is wrong with the consumer. It may come from another
// goroutine than handle.
func (f *session) onConsumerError(_ jetstream.ConsumeContext, err error) {
	if errors.Is(err, jetstream.ErrConsumerLeadershipChanged) {
		err = errLost
	}
	select {
	case f.failed <- err:
	default:
	}
}

// countEvicted finds what no message tells: that the stream's oldest end has overtaken
// a filtered consumer. Sequences of other sites are counted with ours, since
// nothing tells them apart any more.
func (f *session) countEvicted(consumer jetstream.Consumer) error {
	if f.unfiltered {
		return nil
	}
	ctx, cancel := f.s.conn.request(f.s.ctx, apiConsumerInfo)
	defer cancel()
	info, err := consumer.Info(ctx)
	if err != nil {
		return apiError(ctx, "look after the consumer", err)
	}
	if info.NumPending == 0 {
		return nil
	}
	stream, err := lookup(f.s.ctx, f.s.conn)
	if err != nil {
		return err
	}
	if first := stream.State.FirstSeq; first > info.Delivered.Stream+1 {
		f.s.gaps.Add(int64(first - info.Delivered.Stream - 1))
	}
	return nil
}
