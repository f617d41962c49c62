// Package beacon is the vocabulary of rumtop: the beacons of browsers after the
// collector has scrubbed them, and the format of their batches on NATS.
//
// Nothing in it is personal: identifiers are keyed hashes, pages are templates,
// messages are scrubbed. The package uses neither the network nor the clock.
package beacon

import "cmp"

// The vitals. LCP, INP, FCP and TTFB are in milliseconds, CLS has no unit.
const (
	LCP  = "lcp"
	INP  = "inp"
	CLS  = "cls"
	FCP  = "fcp"
	TTFB = "ttfb"
)

// Vitals are the vitals in the order of storage and display.
var Vitals = [5]string{LCP, INP, CLS, FCP, TTFB}

// VitalIndex returns the index of a vital in [Vitals], or -1.
func VitalIndex(name string) int {
	for i, v := range Vitals {
		if v == name {
			return i
		}
	}
	return -1
}

// ID is a keyed 64-bit hash of an identifier of the client's. 0: not sent.
type ID uint64

// Beacon is one scrubbed beacon. The zero value of a field means "not sent"
// unless the field says otherwise.
type Beacon struct {
	ID       ID     // of the beacon: duplicates count once
	Received int64  // by the collector's clock, Unix milliseconds
	Time     int64  // by the browser's clock, Unix milliseconds; only measures skew
	Site     string // from the subject

	Dims [NumDims]string
	Tags []Tag

	View, Session, User ID

	Navigation bool // starts a page view
	// SampleRate is the share of sessions that the client sends, (0, 1].
	// 0 means 1.
	SampleRate float64
	// Unsampled marks a beacon of a session outside the sample, sent only for
	// its errors. It counts errors, users and errored views, but not page views
	// and vitals.
	Unsampled bool

	Metrics  []Metric
	Errors   []Error
	Requests []Request
	Events   []Event
	Trace    string // trace id of the page load
}

// Tag is a custom dimension.
type Tag struct{ Key, Value string }

// Metric is one measurement: a vital (see [Vitals]), a navigation phase
// (dns, tcp, tls) or a custom one. Milliseconds, except CLS and custom units.
type Metric struct {
	Name  string
	Value float64 // finite and ≥ 0
}

// Error is one error event, scrubbed.
type Error struct {
	Type, Message, Stack string
	Handled              bool
}

// Request is one fetch or XHR that the page made.
type Request struct {
	URL      string // templated, no query
	Method   string
	Status   int     // 0: no connection
	Duration float64 // milliseconds
	Trace    string
}

// Failed reports whether the request failed: no connection, or a status of 400
// and above.
func (r Request) Failed() bool { return r.Status == 0 || r.Status >= 400 }

// Event is a named event that the page reports, such as a conversion.
type Event struct {
	Name  string
	Value float64
}

// Shard is the shard of a beacon: that of its session, else its user, else its
// view, else its own id. A session shares a shard before and after its user is
// known.
func (b *Beacon) Shard() uint8 { return shardOf(cmp.Or(b.Session, b.User, b.View, b.ID)) }

// Weight is the factor for every count in this beacon: the inverse of its
// sample rate. A client that samples sessions but not errors, such as the
// browser agent, sends errors in beacons of rate 1.
func (b *Beacon) Weight() float64 {
	if b.SampleRate > 0 && b.SampleRate < 1 {
		return 1 / b.SampleRate
	}
	return 1
}
