// Package beacon is the vocabulary of rumtop: what a browser told us, after the
// collector has scrubbed it, and how batches of it travel over NATS.
//
// Everything in here has already lost what is personal: identifiers are keyed
// hashes, pages are templates, messages are scrubbed. The package is pure: it
// knows neither the network nor the clock.
package beacon

// The five metrics that every frame carries. LCP, INP, FCP and TTFB are in
// milliseconds, CLS is unitless.
const (
	LCP  = "lcp"
	INP  = "inp"
	CLS  = "cls"
	FCP  = "fcp"
	TTFB = "ttfb"
)

// Vitals are the standard metrics in the order in which they are stored and shown.
var Vitals = [5]string{LCP, INP, CLS, FCP, TTFB}

// VitalIndex gives the place of a standard metric in [Vitals], or -1.
func VitalIndex(name string) int {
	for i, v := range Vitals {
		if v == name {
			return i
		}
	}
	return -1
}

// ID is a keyed 64-bit hash of an identifier that a client chose. 0 means that
// the client sent none.
type ID uint64

// Beacon is one scrubbed beacon. The zero value of a field means "not sent",
// except where the field says otherwise.
type Beacon struct {
	ID       ID     // of the beacon itself: the same one twice counts once
	Received int64  // collector's clock, Unix milliseconds
	Time     int64  // browser's clock, Unix milliseconds; only measures skew
	Site     string // from the subject

	Dims [NumDims]string
	Tags []Tag

	View, Session, User ID

	Navigation bool // begins a page view
	// SampleRate is the share of sessions that the client sends, (0, 1].
	// 0 is read as 1.
	SampleRate float64
	// Unsampled marks a beacon from a session outside the sample that was sent
	// for its error alone: it counts errors, users and errored views, but stands
	// for no page view and no vitals.
	Unsampled bool

	Metrics  []Metric
	Errors   []Error
	Requests []Request
	Events   []Event
	Trace    string // trace id of the page load
}

// Tag is a free-form dimension.
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

// Failed says whether the page could not use the answer: no connection, or a
// status of 400 and above.
func (r Request) Failed() bool { return r.Status == 0 || r.Status >= 400 }

// Event is something that the page reported by name, a conversion for example.
type Event struct {
	Name  string
	Value float64
}

// Key is the identity that users are counted by: the user, else the session,
// else the view; 0 if the client sent none of them.
func (b *Beacon) Key() ID {
	switch {
	case b.User != 0:
		return b.User
	case b.Session != 0:
		return b.Session
	}
	return b.View
}

// Weight is what every count in this beacon is scaled by: the inverse of its
// sampling rate. A client that samples its sessions but never its errors (the
// browser agent does) sends errors in beacons of rate 1.
func (b *Beacon) Weight() float64 {
	if b.SampleRate > 0 && b.SampleRate < 1 {
		return 1 / b.SampleRate
	}
	return 1
}
