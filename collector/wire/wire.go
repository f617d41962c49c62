// Package wire reads what browser SDKs send and turns it into beacons.
//
// A [Format] is one SDK. It says which requests are its own, decodes their
// bodies and answers in the way the SDK expects. What it decodes is raw: just
// what the page said, not yet scrubbed, not yet checked. The collector alone
// turns a raw [Beacon] into one that may leave the process, so no format can
// get around that.
//
// To add an SDK, write a file with its Format and put it into [Formats].
package wire

import (
	"net/http"
	"net/url"
)

// Formats are the SDKs that the collector speaks to.
func Formats() []Format {
	return []Format{Native{}, Faro{}, WebVitals{}, Boomerang{}, Reporting{}, AWSRUM{}, OTLP{}, Elastic{}, Sentry{}, Datadog{}}
}

// Format is how one SDK talks to its server. Implementations hold no state.
type Format interface {
	// Match says which requests belong to the format.
	Match() Match

	// Decode hands every beacon of a request to the sink. It returns an error
	// when the body as a whole cannot be read; what it handed over before stands.
	// An item that cannot be read is refused with Sink.Reject and the rest is read on.
	Decode(r *Request, to Sink) error

	// Answer writes the response to a request that was taken.
	Answer(w http.ResponseWriter, r *Request, a Answer)
}

// Match says which requests belong to a format and where they carry what the
// collector must know before it reads the body.
type Match struct {
	SDK      string   // value of the beacons' SDK dimension, and a metric label
	Patterns []string // of http.ServeMux: "POST /collect"
	Types    []string // media types of bodies; empty takes every one

	// Key finds the site's key where the SDK puts it; nil when it has no place
	// of its own. The places that every format shares are looked at first.
	Key func(*http.Request) string

	// Encoding finds the name of the body's compression where the SDK does not
	// put it into Content-Encoding; nil otherwise.
	Encoding func(*http.Request) string

	// Refuse answers a request that is turned away, where the SDK reads more than
	// the status and Retry-After, which is set already; nil otherwise.
	Refuse func(w http.ResponseWriter, h http.Header, why Refusal)

	// Attempt identifies a request such that a resend carries the same string;
	// nil or "" leaves that to a hash of the body.
	Attempt func(*http.Request) string
}

// Request is what a format decodes.
type Request struct {
	Body    []byte // inflated; reused once Decode has returned
	Header  http.Header
	URL     *url.URL
	Attempt string // see Match.Attempt
	Limits  Limits
}

// Limits bound what a body may hold.
type Limits struct {
	Depth int // nesting of JSON, at least 1
}

// Sink takes what a format decodes.
type Sink interface {
	// Take is given one beacon. The sink keeps neither the beacon nor its
	// slices; the strings must stay as they are. It returns false once no more
	// beacons of this request are wanted: decoding may stop.
	Take(*Beacon) bool
	// Reject counts an item that could not be read as a beacon.
	Reject()
	// Ignore counts an item that was read and holds nothing that is collected,
	// a log line for example.
	Ignore()
	// Again says whether the same client has told the same of the same moment
	// before, in another request, for formats that gather anew what they send
	// again. age is how long ago it was, in milliseconds. What was told before is
	// counted and must not be taken.
	Again(what string, age float64) bool
}

// Answer is what became of a request.
type Answer struct {
	Accepted, Rejected int
}

// Refusal is why a request is turned away.
type Refusal struct {
	Status   int
	Wait     int // seconds until it may be tried again; 0: not at all
	Sentence string
}
