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
	errLost      = errors.New("deliveries were lost")
	errRewritten = errors.New("the stream is another one")
	errCrowded   = errors.New("the stream holds mostly other sites")
)

// follow reads the stream from where we are until something is wrong: the
// connection, the consumer, the stream. The next call goes on from there.
//
// It does what an ordered consumer does, and one thing that that one does not:
// it makes sure that a stream which was restored, cut back or made anew, where
// the same sequence is another message, is not mistaken for the one that it knew.
func (s *Subscription) follow() error {
	reconnects := s.conn.reconnects.Load()
	info, err := lookupSubjects(s.ctx, s.conn, beacon.SubjectRoot+s.opts.Site+".>")
	if err != nil {
		return err
	}
	s.measure(info.TimeStamp)
	s.hear(true)
	f := &follower{s: s, stop: make(chan struct{}), failed: make(chan error, 1), target: info.State.LastSeq}
	f.all = len(s.opts.Shards) == 0 && uint64(len(info.State.Subjects)) == info.State.NumSubjects
	consumer, err := f.consumer(info)
	if err != nil {
		return err
	}
	if consumer.CachedInfo().NumPending == 0 {
		s.loading.Store(loadingUnit)
	}
	cc, err := consumer.Consume(f.handle, jetstream.PullMaxBytes(s.portion()), jetstream.PullExpiry(pullExpiry),
		jetstream.PullHeartbeat(pullHeartbeat), jetstream.ConsumeErrHandler(f.complained))
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
			if err := f.check(consumer); err != nil {
				return err
			}
			if s.opts.Now().Sub(s.measured).Abs() > measureEvery {
				info, err := lookup(s.ctx, s.conn)
				if err != nil {
					return err
				}
				s.measure(info.TimeStamp)
			}
		}
	}
}

// portion is how many bytes may be on their way. The largest message that the
// server takes must fit, or it would never come, nor what is behind it.
func (s *Subscription) portion() int {
	return max(pullBytes, int(min(s.conn.maxPayload.Load(), 1<<30))+pullOverhead)
}

// follower is one session with one consumer. Its handler runs in the
// consumer's goroutine alone.
type follower struct {
	s      *Subscription
	stop   chan struct{}
	failed chan error
	all    bool   // the consumer has no filter: sequences are contiguous
	target uint64 // last sequence when the session began
	over   bool   // the session has failed; the rest is read by the next one

	delivered uint64 // by the consumer
	last      uint64 // stream sequence that the next one should follow, 0: any
	first     uint64 // stream sequence of the first message, 0 before it
	anchor    bool   // the consumer begins at the last message that we have
	own       int64
	others    int64
}

// consumer makes a consumer that begins where we are.
func (f *follower) consumer(info *jetstream.StreamInfo) (jetstream.Consumer, error) {
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
	f.begin(info, &cfg)
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
	if f.all {
		consumer, err := create(nil)
		if !errors.Is(err, ErrDenied) {
			return consumer, err
		}
		f.all = false             // this user may read one site alone
		s.conn.violations.Add(-1) // we asked to find out
	}
	return create(s.filters())
}

// begin sets where the consumer starts, and counts what is gone for good.
func (f *follower) begin(info *jetstream.StreamInfo, cfg *jetstream.ConsumerConfig) {
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
		f.last = max(pos.seq, info.State.FirstSeq-1)
	}
	pos.created, pos.rewound = info.Created, false
}

// handle takes one message.
func (f *follower) handle(msg jetstream.Msg) {
	if f.over {
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
			f.progress(d)
			return
		}
	}
	if f.all && f.last != 0 && d.stream > f.last+1 {
		f.s.gaps.Add(int64(d.stream - f.last - 1))
	}
	if !f.take(msg) {
		f.over = true
		return
	}
	f.last = d.stream
	f.s.pos.seq, f.s.pos.stored = d.stream, d.stored
	f.s.lastStored.Store(d.stored)
	f.progress(d)
}

// take delivers the batch that a message holds, if any. It is false when the
// session ended before the batch was taken.
func (f *follower) take(msg jetstream.Msg) bool {
	s := f.s
	if !s.wanted(msg.Subject()) {
		if aside(msg.Subject(), s.opts.Site) {
			return true
		}
		f.others++
		if f.all && f.others > f.own+1000 {
			f.fail(errCrowded)
		}
		return true
	}
	f.own++
	if s.seen != nil && s.seen.has(msg.Headers().Get(nats.MsgIdHdr)) {
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

// progress reckons by stream sequences, from the first message of the session to
// the last one that the stream held when it began.
func (f *follower) progress(d delivery) {
	if f.first == 0 {
		f.first = d.stream
	}
	share := uint64(loadingUnit)
	if d.pending > 0 && d.stream < f.target {
		share = (d.stream - f.first) * loadingUnit / (f.target - f.first + 1)
	} else if f.s.seen != nil && d.stream >= f.target {
		f.s.seen = nil // what came while there was no history has been passed
	}
	f.s.loading.Store(share)
}

// fail ends the session. The first reason counts.
func (f *follower) fail(err error) {
	f.over = true
	select {
	case f.failed <- err:
	default:
	}
}

// complained gets what is wrong with the consumer. It may come from another
// goroutine than handle.
func (f *follower) complained(_ jetstream.ConsumeContext, err error) {
	if errors.Is(err, jetstream.ErrConsumerLeadershipChanged) {
		err = errLost
	}
	select {
	case f.failed <- err:
	default:
	}
}

// check finds what no message tells: that the stream's oldest end has overtaken
// a filtered consumer. Sequences of other sites are counted with ours, since
// nothing tells them apart any more.
func (f *follower) check(consumer jetstream.Consumer) error {
	if f.all {
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
