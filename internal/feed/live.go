package feed

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
)

// Live is the source of a live aggregator: a subscription that may not have found
// its server and its site yet. Its status reports that, so that the screen can
// open meanwhile.
type Live struct {
	// Hint is what to do if no beacon has arrived, shown as the source's note.
	Hint string
	// Presence shares this viewer with the others, and them with it; nil: not.
	Presence *stream.Presence
	// Clock is this machine's time.
	Clock func() time.Time

	conn    *stream.Conn
	batches chan []*beacon.Batch
	ready   chan struct{} // closed when the history is there to be read

	mu       sync.Mutex
	sub      *stream.Subscription
	site     string
	note     string
	prepared float64 // share of the history that the demo has made, 0..1
	onMarker func(beacon.Marker)
	taken    int64 // batches that the aggregator has taken
	history  int64 // batches that were there when the history was read; 0: still reading
}

// NewLive makes a source that reads from the server of conn.
func NewLive(conn *stream.Conn) *Live {
	l := NewPrepared(conn)
	l.SetPrepared(1)
	return l
}

// NewLiveSite is [NewLive] with a hint for a site whose name may be misspelt; ""
// is no site.
func NewLiveSite(conn *stream.Conn, site string) *Live {
	l := NewLive(conn)
	if site != "" {
		l.Hint = fmt.Sprintf("no beacons from site %s: check its name with rumtop doctor", site)
	}
	return l
}

// NewPrepared makes a source that starts to read when [Live.SetPrepared] reports
// that the whole history is there.
func NewPrepared(conn *stream.Conn) *Live {
	// Batches is unbuffered: what the aggregator has taken is counted before its
	// next frame, so Live knows when a frame holds the whole history.
	return &Live{batches: make(chan []*beacon.Batch), ready: make(chan struct{}), Clock: time.Now, conn: conn}
}

// LiveOptions are what a live feed reads and computes.
type LiveOptions struct {
	Config   agg.Config // Retain is set by Since
	Site     string     // "": the only one there is
	Since    time.Duration
	Interval time.Duration      // between two frames
	OnFrame  func(*frame.Frame) // if not nil, called with each frame before it is delivered
}

// readMargin is how much longer than Since history is kept: its first beacons
// must not be out of date by the time they are read.
const readMargin = 2 * time.Minute

// Start runs an aggregator on the source for as long as ctx lives.
func (l *Live) Start(ctx context.Context, o LiveOptions) *Feed {
	o.Config.Retain = o.Since + readMargin
	loop := agg.NewLoop(agg.New(o.Config), l, l.now)
	if o.OnFrame != nil {
		loop.OnFrame(o.OnFrame)
	}
	l.onMarker = func(m beacon.Marker) { _ = loop.Do(ctx, func(a *agg.Aggregator) { a.Mark(m) }) }
	f := start(ctx, loop, o.Interval, func(ctx context.Context) error { return l.read(ctx, o.Site, o.Since) })
	f.refusal = l.refusal
	return f
}

// refusal is why the history cannot be read, nil if it can.
func (l *Live) refusal() error {
	if sub := l.subscription(); sub != nil {
		return sub.Refusal()
	}
	return nil
}

// Batches is closed when the source ends.
func (l *Live) Batches() <-chan []*beacon.Batch { return l.batches }

// Recycle returns the memory of a batch to the decoder.
func (l *Live) Recycle(b *beacon.Batch) {
	if sub := l.subscription(); sub != nil {
		sub.Recycle(b)
	}
}

func (l *Live) subscription() *stream.Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sub
}

// Status reports the state of the connection and of the reading.
func (l *Live) Status() agg.SourceStatus {
	l.mu.Lock()
	sub, site, note, prepared := l.sub, l.site, l.note, l.prepared
	l.mu.Unlock()
	if sub == nil {
		state := l.conn.State()
		if state.Note != "" {
			note = state.Note
		}
		// Before the first look for a site, history may exist; a look that found no
		// site has found that there is none.
		loading := prepared / 2
		if note != "" && state.Connected {
			loading = 1
		}
		return agg.SourceStatus{Connected: state.Connected, Server: state.Server, Overrides: state.Overrides, Note: note, History: true, Loading: loading, Site: site, Reconnects: state.Reconnects}
	}
	s := sub.Status()
	if s.Note == "" && s.Messages == 0 {
		s.Note = l.Hint
	}
	return agg.SourceStatus{
		Connected: s.Connected, Server: s.Server, Overrides: l.conn.State().Overrides, Note: s.Note, Loading: l.loading(&s),
		History: s.History == beacon.HistoryKept, HistoryState: s.History, HistoryReason: s.Reason,
		Dropped: s.Dropped, Gaps: s.Gaps, Malformed: s.Malformed, Reconnects: s.Reconnects, Site: site,
		Violations: s.Violations, Skew: s.Skew, Collectors: summarise(sub),
	}
}

// summarise sums up the reports of the collectors.
func summarise(sub *stream.Subscription) (sum agg.Collectors) {
	known, losses, others := sub.Collectors()
	sum.Others = others
	for i := range known {
		c := &known[i]
		if c.Silent {
			sum.Silent++
			continue
		}
		sum.Reporting++
		if !c.Balanced() {
			sum.Unbalanced++
		}
		if sum.Problem == "" {
			sum.Problem = c.Problem
		}
		sum.Waiting = max(sum.Waiting, time.Duration(c.Waiting)*time.Millisecond)
		if c.Identity == beacon.IdentityAlone {
			sum.Alone++
		}
		if c.Skew.Abs() > sum.Skew.Abs() {
			sum.Skew = c.Skew
		}
	}
	for _, l := range losses {
		sum.Losses = append(sum.Losses, agg.Loss(l))
	}
	return sum
}

// now is the time at which windows end: the server's if this machine's clock is
// off.
func (l *Live) now() time.Time {
	if sub := l.subscription(); sub != nil {
		return sub.Now()
	}
	return l.Clock()
}

// loading is the share of the history that the aggregator has taken: 1 only
// when it has all that was there when the reading caught up.
func (l *Live) loading(s *stream.Status) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Loading >= 1 && l.history == 0 {
		l.history = max(s.Messages, 1)
	}
	if l.history > 0 && (l.taken >= l.history || s.Messages == 0) {
		return 1
	}
	return min(s.Loading, maxLoading)
}

// maxLoading is the largest share shown while a part of the history is missing.
const maxLoading = 0.99

// SetPrepared reports which share of the history, 0..1, is there to be read. It
// may report 1 once, and reading starts.
func (l *Live) SetPrepared(share float64) {
	l.mu.Lock()
	l.prepared = share
	l.mu.Unlock()
	if share == 1 {
		close(l.ready)
	}
}

// read reads a site until ctx ends. Without a name it takes the only site that
// the stream holds, and waits for one to appear.
func (l *Live) read(ctx context.Context, site string, since time.Duration) error {
	defer close(l.batches)
	select {
	case <-l.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	if site == "" {
		var err error
		if site, err = l.awaitSite(ctx); err != nil {
			return err
		}
	}
	sub, err := stream.Subscribe(ctx, l.conn, stream.SubscribeOptions{Site: site, Since: since, Now: l.Clock})
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.sub, l.site, l.note = sub, site, ""
	l.mu.Unlock()
	if l.onMarker != nil {
		go func() { _ = stream.FollowMarkers(ctx, l.conn, site, since, l.onMarker) }()
	}
	if l.Presence != nil {
		go func() { _ = l.Presence.Run(ctx, site) }()
	}
	l.forward(ctx, sub.Batches())
	return ctx.Err()
}

// minGroup is how many beacons the aggregator gets at once, at least, while more
// are waiting: some hundred keep its lookups busy, and still take it too little
// time to be noticed.
const minGroup = 256

// forward passes on what arrives, and gathers it while the aggregator is busy.
func (l *Live) forward(ctx context.Context, from <-chan *beacon.Batch) {
	var waiting []*beacon.Batch
	beacons := 0
	for from != nil || len(waiting) > 0 {
		in, out := from, l.batches
		if beacons >= minGroup {
			in = nil
		}
		if len(waiting) == 0 {
			out = nil
		}
		select {
		case b, ok := <-in:
			if !ok {
				from = nil
				continue
			}
			waiting = append(waiting, b)
			beacons += b.Len()
		case out <- waiting:
			l.mu.Lock()
			l.taken += int64(len(waiting))
			l.mu.Unlock()
			waiting, beacons = nil, 0
		case <-ctx.Done():
			return
		}
	}
}

// siteInterval is the pause between two looks for a site while there is none.
const siteInterval = 500 * time.Millisecond

func (l *Live) awaitSite(ctx context.Context) (string, error) {
	for {
		site, err := OnlySite(ctx, l.conn)
		if err == nil {
			return site, nil
		}
		l.mu.Lock()
		l.note = err.Error()
		l.mu.Unlock()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(siteInterval):
		}
	}
}

// Annotate adds a marker for all viewers, and for this one, to which its own
// connection does not send it.
func (l *Live) Annotate(ctx context.Context, m beacon.Marker) error {
	l.mu.Lock()
	site := l.site
	l.mu.Unlock()
	if site == "" {
		return ErrNoSite
	}
	if _, err := stream.Annotate(ctx, l.conn, site, m); err != nil {
		return err
	}
	l.onMarker(m)
	return nil
}
