package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/stream"
)

// feed is what the aggregator reads: a subscription that may still have to
// find its server and its site. The screen is up meanwhile, and says so.
type feed struct {
	batches chan []*beacon.Batch
	made    chan struct{}    // closed when there is history to read
	clock   func() time.Time // this machine's

	company *stream.Presence // nil: nobody tells who watches

	mu       sync.Mutex
	conn     *stream.Conn
	sub      *stream.Subscription
	site     string
	note     string
	hint     string  // what to do while nothing has come
	prepared float64 // share of the history that demo has made, 0..1
	marked   func(beacon.Marker)
	taken    int64 // batches that the aggregator has taken
	history  int64 // batches that had come when the history was read; 0: still reading
}

func newFeed(conn *stream.Conn) *feed {
	f := newPreparedFeed(conn)
	f.prepare(1)
	return f
}

// newSiteFeed is newFeed for a site that may be misspelt.
func newSiteFeed(conn *stream.Conn, site string) *feed {
	f := newFeed(conn)
	if site != "" {
		f.hint = fmt.Sprintf("nothing has come from site %s: if that is its name, see rumtop doctor", site)
	}
	return f
}

// newPreparedFeed makes a feed that waits with its reading until prepare has
// told that all history is there.
func newPreparedFeed(conn *stream.Conn) *feed {
	// Batches is unbuffered: what was handed over is counted before the next
	// frame, so the feed knows when a frame holds the whole history.
	return &feed{batches: make(chan []*beacon.Batch), made: make(chan struct{}), clock: time.Now, conn: conn}
}

// Batches is closed when the feed ends.
func (f *feed) Batches() <-chan []*beacon.Batch { return f.batches }

// Recycle gives the memory of a batch back to the decoder.
func (f *feed) Recycle(b *beacon.Batch) {
	if sub := f.subscription(); sub != nil {
		sub.Recycle(b)
	}
}

func (f *feed) subscription() *stream.Subscription {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sub
}

// Status says how the reading goes.
func (f *feed) Status() agg.SourceStatus {
	f.mu.Lock()
	sub, site, note, prepared := f.sub, f.site, f.note, f.prepared
	f.mu.Unlock()
	if sub == nil {
		state := f.conn.State()
		if state.Note != "" {
			note = state.Note
		}
		// Until the first look nobody knows whether there is history; a look that
		// found no site to read has found that there is none.
		loading := prepared / 2
		if note != "" && state.Connected {
			loading = 1
		}
		return agg.SourceStatus{Connected: state.Connected, Server: state.Server, Note: note, History: true, Loading: loading, Site: site, Reconnects: state.Reconnects}
	}
	s := sub.Status()
	if s.Note == "" && s.Messages == 0 {
		s.Note = f.hint
	}
	return agg.SourceStatus{
		Connected: s.Connected, Server: s.Server, Note: s.Note, Loading: f.loading(&s),
		History: s.History == beacon.HistoryKept, HistoryState: s.History,
		Dropped: s.Dropped, Gaps: s.Gaps, Malformed: s.Malformed, Reconnects: s.Reconnects, Site: site,
		Violations: s.Violations, Skew: s.Skew, Collectors: reckon(sub),
	}
}

// reckon sums up what the collectors say.
func reckon(sub *stream.Subscription) (sum agg.Collectors) {
	known, losses, _ := sub.Collectors()
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

// now is the time that windows are reckoned by: the server's where this
// machine's clock is off.
func (f *feed) now() time.Time {
	if sub := f.subscription(); sub != nil {
		return sub.Now()
	}
	return f.clock()
}

// loading is the share of the history that the aggregator has taken: 1 only
// when it has all that had come when the reading caught up.
func (f *feed) loading(s *stream.Status) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.Loading >= 1 && f.history == 0 {
		f.history = max(s.Messages, 1)
	}
	if f.history > 0 && (f.taken >= f.history || s.Messages == 0) {
		return 1
	}
	return min(s.Loading, almost)
}

// almost is the most that is shown of a history that is not all there.
const almost = 0.99

// prepare tells how much of the demo's history is made. 1 is told once.
func (f *feed) prepare(share float64) {
	f.mu.Lock()
	f.prepared = share
	f.mu.Unlock()
	if share == 1 {
		close(f.made)
	}
}

// run reads a site until ctx ends. Without a name it takes the only site that
// the stream holds, and waits for one to appear.
func (f *feed) run(ctx context.Context, site string, since time.Duration) error {
	defer close(f.batches)
	select {
	case <-f.made:
	case <-ctx.Done():
		return ctx.Err()
	}
	if site == "" {
		var err error
		if site, err = f.awaitSite(ctx); err != nil {
			return err
		}
	}
	sub, err := stream.Subscribe(ctx, f.conn, stream.SubscribeOptions{Site: site, Since: since, Now: f.clock})
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.sub, f.site, f.note = sub, site, ""
	f.mu.Unlock()
	if f.marked != nil {
		go func() { _ = stream.FollowMarkers(ctx, f.conn, site, since, f.marked) }()
	}
	if f.company != nil {
		go func() { _ = f.company.Run(ctx, site) }()
	}
	f.forward(ctx, sub.Batches())
	return ctx.Err()
}

// together is how many beacons the aggregator is handed at once, at least, while
// there are more: some hundred keep its look-ups busy, and take it no longer than
// anybody notices.
const together = 256

// forward hands on what comes, and gathers it while the aggregator is busy.
func (f *feed) forward(ctx context.Context, from <-chan *beacon.Batch) {
	var waiting []*beacon.Batch
	beacons := 0
	for from != nil || len(waiting) > 0 {
		in, out := from, f.batches
		if beacons >= together {
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
			f.mu.Lock()
			f.taken += int64(len(waiting))
			f.mu.Unlock()
			waiting, beacons = nil, 0
		case <-ctx.Done():
			return
		}
	}
}

// How often the feed looks for a site while there is none.
const siteInterval = 500 * time.Millisecond

func (f *feed) awaitSite(ctx context.Context) (string, error) {
	for {
		site, err := onlySite(ctx, f.conn)
		if err == nil {
			return site, nil
		}
		f.mu.Lock()
		f.note = err.Error()
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(siteInterval):
		}
	}
}

// errNoSite says that a server is there and nobody has reported to it.
var errNoSite = &statusError{exitScant, errors.New("no site has reported yet: start rumtop collect, or name the site with --site")}

// A severalSites error asks the person to choose.
type severalSites []string

func (s severalSites) Error() string {
	return fmt.Sprintf("several sites report here (%s): choose one with --site", strings.Join(s, ", "))
}

func onlySite(ctx context.Context, conn *stream.Conn) (string, error) {
	sites, err := stream.Sites(ctx, conn)
	switch {
	case errors.Is(err, stream.ErrNoStream):
		return "", errNoSite
	case err != nil:
		return "", fmt.Errorf("%w: name the site with --site", err)
	case len(sites) == 0:
		return "", errNoSite
	case len(sites) > 1:
		return "", severalSites(sites)
	}
	return sites[0], nil
}

// annotate sets a marker for everyone who watches, and for this viewer, which
// its own connection does not tell of it.
func (f *feed) annotate(ctx context.Context, m beacon.Marker) error {
	f.mu.Lock()
	site := f.site
	f.mu.Unlock()
	if site == "" {
		return errNoSite
	}
	if _, err := stream.Annotate(ctx, f.conn, site, m); err != nil {
		return err
	}
	f.marked(m)
	return nil
}
