package collector

import (
	"strconv"
	"time"

	"github.com/rumtop/rumtop/collector/enrich"
	"github.com/rumtop/rumtop/collector/stitch"
	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// sender is what the collector itself knows of the client that sent a request.
type sender struct {
	stitch.Sender
	site   *site
	place  enrich.Place
	client enrich.Client
	// network is a hash of the client's network: it reveals only whether two are
	// the same; 0 if it is not known.
	network    uint64
	maxConsent consent
	host       string // the collector's own, as the client calls it
	path       string
}

// intake holds one request's beacons from decoding to the queue. It implements
// wire.Sink.
type intake struct {
	sender
	c          *Collector
	ready      []beacon.Beacon // the first n are this request's
	sizes      []int           // estimated, of ready
	n          int
	accepted   int
	rejected   int
	ignored    bool
	duplicate  bool     // the same request was accepted before
	minConsent consent  // of everything in the request
	reports    []uint64 // keys of its reports in Collector.reports
	counts     beaconCounts
}

// reset prepares the intake for a request.
func (in *intake) reset(c *Collector, s sender) {
	in.sender, in.c = s, c
	in.n, in.accepted, in.rejected, in.ignored, in.counts = 0, 0, 0, false, beaconCounts{}
	in.duplicate, in.minConsent = false, consentFull
	in.reports = in.reports[:0]
}

// Accept implements wire.Sink.
func (in *intake) Accept(raw *wire.Beacon) bool {
	raw.URL, raw.Route = wire.PageURL(raw.URL), wire.PageURL(raw.Route)
	raw.CleanIDs()
	allowed := in.c.consentOf(raw, &in.sender)
	in.minConsent = min(in.minConsent, allowed)
	ids := in.c.identify(raw, allowed, &in.sender)
	if !raw.ViewHints.Infer || raw.View != "" || allowed != consentFull {
		return in.receive(raw, ids, allowed)
	}
	id := raw.ID
	for i, p := range in.c.views.Split(raw, ids.Named, &in.Sender) {
		part := *raw
		if id != "" && i > 0 {
			part.ID = id + "/" + strconv.Itoa(i)
		}
		part.Metrics = p.Metrics
		if !p.Main {
			part.Errors, part.Requests, part.Events, part.Excess = nil, nil, nil, 0
			part.Navigation = p.Restored // coming back is a page view
		}
		if !in.receive(&part, identifiers{p.View, p.Named}, allowed) {
			return false
		}
	}
	return true
}

// receive converts one beacon and counts what became of it. It returns false once
// the request is full.
func (in *intake) receive(raw *wire.Beacon, ids identifiers, allowed consent) bool {
	if in.isFull() {
		in.Reject()
		return false
	}
	if in.n == len(in.ready) {
		in.ready, in.sizes = append(in.ready, beacon.Beacon{}), append(in.sizes, 0)
	}
	b := &in.ready[in.n]
	in.counts.received++
	why, ok := in.c.convert(raw, ids, allowed, &in.sender, b)
	switch {
	case ok:
		if raw.ViewHints.Defaults {
			in.c.viewDefaults.Fill(b, &in.Sender)
		}
		in.sizes[in.n] = estimateSize(b)
		in.n++
		in.accepted++
		in.counts.queued++
	case why.isDropped():
		in.accepted++ // handled as the user, or the SDK, wants it
		in.counts.lost[why]++
	default:
		in.rejected++
		in.counts.lost[why]++
	}
	return true
}

func (in *intake) isFull() bool { return in.accepted+in.rejected >= in.c.cfg.Limits.Beacons }

// Reject implements wire.Sink.
func (in *intake) Reject() {
	why := refusedMalformed
	if in.isFull() {
		why = refusedTooMany
	}
	in.rejected++
	in.minConsent = min(in.minConsent, in.c.defaultConsent) // its own cannot be read
	in.counts.received++
	in.counts.lost[why]++
}

// Ignore implements wire.Sink.
func (in *intake) Ignore() {
	in.ignored = true
	in.minConsent = min(in.minConsent, in.c.defaultConsent)
	in.counts.received++
	in.counts.lost[droppedIgnored]++
}

// Duplicates implements wire.Sink.
func (in *intake) Duplicates(reports []wire.Told) []bool {
	moments := make([]stitch.Moment, len(reports))
	for i, r := range reports {
		moments[i] = stitch.Moment{Content: r.Content, At: in.Now}
		if inRange(r.Age, 0, maxAge) {
			moments[i].At = in.Now.Add(-time.Duration(r.Age * float64(time.Millisecond)))
		}
	}
	keys, duplicates := in.c.reports.Record(&in.Sender, moments)
	in.reports = append(in.reports, keys...)
	for _, duplicate := range duplicates {
		if duplicate {
			in.accepted++
			in.counts.received++
			in.counts.lost[droppedResend]++
		}
	}
	return duplicates
}

// maxAge is how old a report may be, in milliseconds.
const maxAge = 24 * 60 * 60 * 1000

// queueBeacons queues the beacons, all or none, and records what became of them.
func (in *intake) queueBeacons() bool {
	c := in.c
	total := in.n * openingCost
	for _, n := range in.sizes[:in.n] {
		total += n
	}
	ok := in.n == 0 || c.queue.reserve(total)
	if !ok {
		in.counts.lost[refusedQueueFull] += in.counts.queued
		in.counts.queued = 0
	}
	c.accounts.record(&in.counts)
	if !ok {
		c.reports.Forget(in.reports)
		return false
	}
	if in.n == 0 {
		return true
	}
	out := in.site.batchesOf(in.place.Region, in.Now)
	pressure := c.queue.pressure.Load()
	joined := 0 // beacons that opened no batch
	for i := range in.ready[:in.n] {
		b := &in.ready[i]
		b.Dims[beacon.Region] = out.region
		shard := &out.batchers[b.Shard()]
		bt := &shard[0]
		if pressure && len(b.Errors) > 0 {
			bt = &shard[1]
		}
		if !c.gather(bt, b, in.sizes[i], pressure) {
			joined++
		}
	}
	if joined > 0 {
		c.queue.unreserve(joined * openingCost)
	}
	return true
}
