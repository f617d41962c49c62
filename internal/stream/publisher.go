package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Why a batch is not taken.
var (
	ErrFull   = errors.New("too many batches wait for the server")
	ErrClosed = errors.New("the publisher is closed")
)

// PublisherOptions bound what waits for the server. The zero value is good.
type PublisherOptions struct {
	MaxPending int           // batches; 0: 4096
	MaxBytes   int           // of their payloads; 0: 16 MiB
	AckWait    time.Duration // until a batch is sent again; 0: 5 s, doubling up to a minute
	// Create says how to make the stream where it is missing. nil leaves that to
	// the operator; the publisher then needs no permission but to publish.
	Create *Limits
}

// Publisher publishes batches and sees to it that they arrive. Taken batches
// are kept until the server has acknowledged that they are stored, and sent
// again under the same message id when it has not, or when the connection was
// lost meanwhile.
//
// Every message asks for an acknowledgement. Where nothing keeps history (no
// JetStream, no stream) none comes; a batch is then done when the server has
// read it. The first acknowledgement ends that state.
//
// We don't use jetstream.PublishAsync: it gives every pending message up when
// the connection is lost, waits when its window is full, and calls back under
// its own lock.
type Publisher struct {
	conn *Conn
	opts PublisherOptions
	sub  *nats.Subscription

	inbox string          // with the final dot
	wake  chan struct{}   // the queue is not empty
	ctx   context.Context // until Close
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	empty   *sync.Cond // pending is empty, or closed
	pending map[uint64]*message
	queue   []*message // to send, no message twice
	bytes   int
	next    uint64
	mode    mode
	status  PublisherStatus
	lastAck time.Time     // or when the search for a stream began
	lookUp  chan struct{} // the stream may be gone
}

// mode is what settles a batch.
type mode uint8

const (
	modeSearching mode = iota // nothing is known yet: an acknowledgement
	modeStored                // there is a stream: an acknowledgement
	modeUnstored              // nothing keeps history: the server has read it
)

type message struct {
	token   uint64
	subject string
	id      string
	payload []byte
	done    func(error)
	sends   int
	due     time.Time // when to send again
	queued  bool
	sent    bool   // the connection took it since it was last queued
	epoch   uint64 // which of the connections that was
}

// How long a publisher without any acknowledgement looks for a stream, and how
// long one that had them waits for their return, before batches only pass through.
const (
	searchWait  = 3 * time.Second
	returnWait  = 30 * time.Second
	sweepEvery  = 100 * time.Millisecond
	retryWait   = 250 * time.Millisecond // after a refusal
	maxAckWait  = time.Minute
	ensureEvery = 5 * time.Second // between looks for the stream
)

// PublisherStatus counts batches.
type PublisherStatus struct {
	History      bool   // batches are acknowledged by a stream
	Note         string // one sentence while something is wrong, else ""
	Pending      int
	PendingBytes int
	Published    int64 // settled well
	Failed       int64 // settled with an error
	Resent       int64
	Duplicates   int64 // the stream had them already
}

// NewPublisher starts a publisher. It does not wait for the connection.
func NewPublisher(c *Conn, opts PublisherOptions) (*Publisher, error) {
	if opts.MaxPending <= 0 {
		opts.MaxPending = 4096
	}
	if opts.MaxBytes <= 0 {
		opts.MaxBytes = 16 << 20
	}
	if opts.AckWait <= 0 {
		opts.AckWait = 5 * time.Second
	}
	p := &Publisher{
		conn: c, opts: opts, inbox: c.NewInbox() + ".",
		wake: make(chan struct{}, 1), lookUp: make(chan struct{}, 1),
		pending: make(map[uint64]*message), lastAck: time.Now(),
	}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.empty = sync.NewCond(&p.mu)
	sub, err := c.Subscribe(p.inbox+"*", p.onReply)
	if err != nil {
		return nil, fmt.Errorf("subscribe to acknowledgements: %w", err)
	}
	// The window bounds the answers; the library's own limit must not drop any.
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe to acknowledgements: %w", err), sub.Unsubscribe())
	}
	p.sub = sub
	p.wg.Go(p.send)
	p.wg.Go(p.sweep)
	p.wg.Go(p.watchStream)
	return p, nil
}

// Publish takes a batch, or says why not: [ErrFull], [ErrClosed] or a payload
// that the server would never accept. It never waits. When the batch is taken, done
// is called once, from another goroutine, with nil when it has arrived and with an error
// when it never will. id identifies the batch to the stream; payload must not
// change until done.
func (p *Publisher) Publish(subject, id string, payload []byte, done func(error)) error {
	if limit := p.conn.maxPayload.Load(); limit > 0 && int64(len(payload)+headerRoom) > limit {
		return fmt.Errorf("a batch of %d bytes is over the server's limit of %d: make batches smaller, or raise max_payload", len(payload), limit)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	if len(p.pending) >= p.opts.MaxPending || len(p.pending) > 0 && p.bytes+len(payload) > p.opts.MaxBytes {
		return ErrFull
	}
	p.next++
	m := &message{token: p.next, subject: subject, id: id, payload: payload, done: done}
	p.pending[m.token] = m
	p.bytes += len(payload)
	p.enqueue(m)
	return nil
}

// headerRoom is what the message id adds to a payload, at most.
const headerRoom = 256

// enqueue hands a message to the sender. The lock is held.
func (p *Publisher) enqueue(m *message) {
	if m.queued {
		return
	}
	m.queued, m.sent = true, false
	p.queue = append(p.queue, m)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// send is the only goroutine that writes to the connection, because a write
// waits when the server does not read.
func (p *Publisher) send() {
	var batch []*message
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-p.wake:
		}
		p.mu.Lock()
		batch, p.queue = p.queue, batch[:0]
		p.mu.Unlock()
		for i, m := range batch {
			if p.ctx.Err() != nil {
				return
			}
			p.sendOne(m)
			batch[i] = nil
		}
	}
}

func (p *Publisher) sendOne(m *message) {
	p.mu.Lock()
	m.queued = false
	if _, still := p.pending[m.token]; !still {
		p.mu.Unlock()
		return
	}
	now := time.Now()
	if !p.conn.connected.Load() {
		m.due = now.Add(sweepEvery)
		p.mu.Unlock()
		return
	}
	if m.sends > 0 {
		p.status.Resent++
	}
	m.sends++
	m.due = now.Add(min(p.opts.AckWait<<min(m.sends-1, 10), maxAckWait))
	p.mu.Unlock()

	epoch := p.conn.Stats().Reconnects
	err := p.conn.PublishMsg(&nats.Msg{
		Subject: m.subject,
		Reply:   p.inbox + formatToken(m.token),
		Header:  nats.Header{nats.MsgIdHdr: []string{m.id}},
		Data:    m.payload,
	})
	switch {
	case err == nil:
		p.mu.Lock()
		m.sent, m.epoch = !m.queued, epoch
		p.mu.Unlock()
	case errors.Is(err, nats.ErrMaxPayload), errors.Is(err, nats.ErrBadSubject):
		p.settle(m.token, fmt.Errorf("publish to %s: %w", m.subject, err))
	}
	// Other errors mean that the connection is not there: m.due brings it back.
}

// settle ends a message's stay and tells its owner.
func (p *Publisher) settle(token uint64, err error) {
	p.mu.Lock()
	m, ok := p.pending[token]
	if ok {
		p.remove(m, err)
	}
	p.mu.Unlock()
	if ok {
		m.done(err)
	}
}

// remove takes a message out and counts it. The lock is held.
func (p *Publisher) remove(m *message, err error) {
	delete(p.pending, m.token)
	p.bytes -= len(m.payload)
	if err == nil {
		p.status.Published++
	} else {
		p.status.Failed++
	}
	if len(p.pending) == 0 {
		p.empty.Broadcast()
	}
}

// onReply gets what comes back for a message: an acknowledgement, a refusal
// by the stream, or the server's word that nobody listens.
func (p *Publisher) onReply(reply *nats.Msg) {
	token, ok := parseToken(strings.TrimPrefix(reply.Subject, p.inbox))
	if !ok {
		return
	}
	if len(reply.Data) == 0 && reply.Header.Get("Status") == "503" {
		p.retryLater(token, ErrNoStream)
		return
	}
	var ack struct {
		Stream    string              `json:"stream"`
		Duplicate bool                `json:"duplicate"`
		Error     *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(reply.Data, &ack); err != nil || ack.Error == nil && ack.Stream == "" {
		return // not from JetStream
	}
	if ack.Error != nil {
		if ack.Error.ErrorCode == jetstream.JSErrCodeStreamMessageExceedsMaximum {
			p.settle(token, fmt.Errorf("the stream %s refuses a batch of this size: make batches smaller, or raise its max_msg_size", StreamName))
			return
		}
		p.retryLater(token, errors.New("the stream does not take batches: "+ack.Error.Description))
		return
	}
	p.mu.Lock()
	p.lastAck = time.Now()
	p.mode = modeStored
	p.status.Note = ""
	if ack.Duplicate {
		p.status.Duplicates++
	}
	p.mu.Unlock()
	p.settle(token, nil)
}

// retryLater keeps a message for another try. Where nothing keeps history it has
// been passed on already, to nobody.
func (p *Publisher) retryLater(token uint64, err error) {
	p.mu.Lock()
	if p.mode == modeUnstored && errors.Is(err, ErrNoStream) {
		p.mu.Unlock()
		p.settle(token, nil)
		return
	}
	if m, ok := p.pending[token]; ok && !m.queued {
		m.due = time.Now().Add(min(retryWait<<min(m.sends-1, 5), p.opts.AckWait))
	}
	p.suspectStream(err.Error())
	p.mu.Unlock()
}

// suspectStream says what is wrong and has the stream looked for. The lock is held.
func (p *Publisher) suspectStream(note string) {
	p.status.Note = note
	select {
	case p.lookUp <- struct{}{}:
	default:
	}
}

// Status counts.
func (p *Publisher) Status() PublisherStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	s.Pending, s.PendingBytes, s.History = len(p.pending), p.bytes, p.mode == modeStored
	if note := p.conn.State().Note; note != "" {
		s.Note = note
	}
	return s
}

// Close takes no more batches and waits for those that it has, until ctx is
// done; done of the rest is called with [ErrClosed].
func (p *Publisher) Close(ctx context.Context) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.wg.Wait()
		return nil
	}
	p.closed = true
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		p.empty.Broadcast()
		p.mu.Unlock()
	})
	for len(p.pending) > 0 && ctx.Err() == nil {
		p.empty.Wait()
	}
	stop()
	p.mu.Unlock()
	p.stop()
	p.wg.Wait()
	err := p.sub.Unsubscribe()
	if errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrBadSubscription) {
		err = nil
	}

	p.mu.Lock()
	var rest []*message
	for _, m := range p.pending {
		rest = append(rest, m)
		p.remove(m, ErrClosed)
	}
	p.mu.Unlock()
	for _, m := range rest {
		m.done(ErrClosed)
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d batches were not acknowledged in time", len(rest))
	}
	if err != nil {
		return fmt.Errorf("stop listening for acknowledgements: %w", err)
	}
	return nil
}
