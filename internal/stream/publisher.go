package stream

import (
	"cmp"
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

// Why a batch is not accepted.
var (
	ErrFull   = errors.New("too many batches are waiting for the server")
	ErrClosed = errors.New("the publisher is closed")
)

// PublisherOptions bound what waits for the server. The zero value is valid.
type PublisherOptions struct {
	MaxPending int           // batches; 0: 4096
	MaxBytes   int           // of their payloads; 0: 16 MiB
	AckWait    time.Duration // until a batch is resent; 0: 5 s; doubles up to a minute
	// Create bounds the stream that the publisher creates if it is missing. With
	// nil the operator creates it, and the publisher needs permission only to
	// publish.
	Create *Limits

	searchWait  time.Duration // 0: searchWait
	ensureEvery time.Duration // 0: ensureEvery
}

// Publisher publishes batches and ensures that they arrive. It keeps accepted
// batches until the server has acknowledged that they are stored, and resends
// them under the same message id if it does not, or after a lost connection.
//
// Every message asks for an acknowledgement. Without history (no JetStream, no
// stream) none arrives; a batch is then settled when the server has read it.
// The first acknowledgement ends that mode.
//
// We don't use jetstream.PublishAsync: it drops all pending messages when the
// connection is lost, blocks when its window is full, and calls back under its
// own lock.
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
	empty   *sync.Cond // pending is empty, or Close has to return
	pending map[uint64]*message
	queue   []*message // to send, without duplicates
	bytes   int
	next    uint64
	mode    mode
	status  PublisherStatus
	lastAck time.Time     // or the start of the search for a stream
	problem string        // why the stream does not keep batches as it should; "": it does, or is not known
	missing bool          // problem is why there is no stream
	acker   string        // the stream that has acknowledged last
	lookUp  chan struct{} // the stream may be gone
}

// mode selects what settles a batch.
type mode uint8

const (
	modeSearching mode = iota // not known yet: an acknowledgement
	modeStored                // there is a stream: an acknowledgement
	modeUnstored              // there is no history, or no acknowledgement: the server has read it
)

type message struct {
	token   uint64
	subject string
	id      string
	payload []byte
	done    func(error)
	sends   int
	due     time.Time // of the next resend
	queued  bool
	since   time.Time // accepted
	sent    bool      // written to the connection since it was last queued
	epoch   uint64    // which connection that was
}

const (
	// searchWait is how long a publisher without any acknowledgement looks for a
	// stream, returnWait how long it waits for acknowledgements to return. After
	// that it no longer expects batches to be stored.
	searchWait = 3 * time.Second
	returnWait = 30 * time.Second

	sweepEvery  = 100 * time.Millisecond
	retryWait   = 250 * time.Millisecond // after a refusal
	maxAckWait  = time.Minute
	ensureEvery = 5 * time.Second // between lookups of the stream
)

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
	opts.searchWait = cmp.Or(opts.searchWait, searchWait)
	opts.ensureEvery = cmp.Or(opts.ensureEvery, ensureEvery)
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
	// MaxPending bounds the replies; the library's own limit must not drop any.
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe to acknowledgements: %w", err), sub.Unsubscribe())
	}
	p.sub = sub
	p.wg.Go(p.send)
	p.wg.Go(p.sweep)
	p.wg.Go(p.watchStream)
	return p, nil
}

// Publish accepts a batch, or returns [ErrFull], [ErrClosed] or an error for a
// payload over the server's limit. It never waits. For an accepted batch done is
// called once, from another goroutine: with nil when the batch has arrived, with
// an error if it never will. id identifies the batch to the stream; payload must
// not change until done.
func (p *Publisher) Publish(subject, id string, payload []byte, done func(error)) error {
	if limit := p.conn.maxPayload.Load(); limit > 0 && int64(len(payload)+headerRoom) > limit {
		return fmt.Errorf("a batch of %d bytes is over the server's limit of %d: publish smaller batches, or raise max_payload", len(payload), limit)
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
	m := &message{token: p.next, subject: subject, id: id, payload: payload, done: done, since: time.Now()}
	p.pending[m.token] = m
	p.bytes += len(payload)
	p.enqueue(m)
	return nil
}

// headerRoom is the most that the message id adds to a payload.
const headerRoom = 256

// enqueue adds a message to the queue. The caller holds the lock.
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
// blocks if the server does not read.
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
	// Other errors mean that the connection is down: the message is resent at m.due.
}

// settle removes a message and calls its done.
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

// remove removes a message and counts it. The caller holds the lock.
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

// onReply receives the reply to a message: an acknowledgement, a refusal by the
// stream, or the server's status that there is no subscriber.
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
		p.expectAcks()
		if ack.Error.ErrorCode == jetstream.JSErrCodeStreamMessageExceedsMaximum {
			p.settle(token, fmt.Errorf("the stream %s refuses a batch of this size: publish smaller batches, or raise its max_msg_size", StreamName))
			return
		}
		p.retryLater(token, errors.New("the stream refuses batches: "+refusalOf("", ack.Error).What))
		return
	}
	p.mu.Lock()
	p.lastAck = time.Now()
	p.mode = modeStored
	p.acker = ack.Stream
	if p.missing && ack.Stream == StreamName {
		p.problem, p.missing = "", false
	}
	p.status.Note = ""
	if ack.Duplicate {
		p.status.Duplicates++
	}
	p.mu.Unlock()
	p.settle(token, nil)
}

// Close accepts no more batches and waits for the pending ones until ctx is
// done. The done of the remaining ones receives [ErrClosed].
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
		return fmt.Errorf("unsubscribe from acknowledgements: %w", err)
	}
	return nil
}
