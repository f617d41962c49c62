// Package wire decodes what browser SDKs send into beacons.
//
// A [Format] is one SDK. Its [Spec] says which requests belong to it and what
// their clients expect; Decode reads their bodies. Decoded beacons are raw:
// they hold what the page said, neither scrubbed nor checked. Only the
// collector turns a raw [Beacon] into one that may leave the process, so no
// format can bypass the scrubber.
//
// To add an SDK, write a file with its Format and add it to [Formats].
package wire

import (
	"net/http"
	"net/url"
)

// Formats are the SDKs that the collector accepts.
func Formats() []Format {
	return []Format{
		Native{}, Faro{}, WebVitals{}, Boomerang{}, Reporting{}, AWSRUM{}, OTLP{}, Elastic{}, Sentry{}, Datadog{},
	}
}

// Format is how one SDK talks to its server. Implementations hold no state.
type Format interface {
	// Spec describes the format's requests and answers.
	Spec() Spec

	// Decode passes every beacon of a request to the sink. It returns an error
	// if the body as a whole is unreadable; beacons passed before that stay
	// accepted. An unreadable item is counted with Sink.Reject, and decoding
	// goes on.
	Decode(r *Request, to Sink) error
}

// Spec describes an SDK's requests and answers: all that the collector must
// know of an SDK besides how to decode its bodies.
type Spec struct {
	SDK      string   // value of the beacons' SDK dimension, and a metric label
	Patterns []string // of http.ServeMux: "POST /collect"
	Types    []string // media types of bodies; empty accepts every type

	// Headers are request headers that the SDK sends across origins, and
	// Exposed response headers that it reads. Headers that every format may
	// have are not listed.
	Headers, Exposed []string

	// Forward are those of Headers that the SDK's vendor needs when a request
	// is forwarded.
	Forward []string

	// Key finds the site's key where the SDK puts it; nil if the SDK has no
	// place of its own. The places that all formats share are tried first.
	Key func(*http.Request) string

	// Encoding finds the name of the body's compression if the SDK does not
	// set Content-Encoding; nil otherwise.
	Encoding func(*http.Request) string

	// Answer writes the response to a request that was accepted.
	Answer func(w http.ResponseWriter, r *Request, a Result)

	// Deny writes the response to a request that was denied, if the SDK reads
	// more than the status and Retry-After, which is already set; nil
	// otherwise.
	Deny func(w http.ResponseWriter, h http.Header, why Denial)

	// ResendID is the SDK's id of a request: a resend has the same, and the same
	// body. If it names nothing, client and body identify the request. nil: the
	// beacons' own ids identify resends.
	ResendID func(*http.Request) string
}

// Request is what a format decodes.
type Request struct {
	Body     []byte // inflated; reused after Decode returns
	Header   http.Header
	URL      *url.URL
	ResendID string // a hash of the request: a resend has the same
	Client   string // tells the client from others: its address, user agent, languages
	Limits   Limits
}

// Limits bound what a body may hold.
type Limits struct {
	Depth int // nesting of JSON, at least 1
}

// Sink receives what a format decodes.
type Sink interface {
	// Accept receives one beacon. The sink keeps neither the beacon nor its
	// slices, but may keep its strings. It returns false if no more beacons of
	// this request are wanted: decoding may stop.
	Accept(*Beacon) bool
	// Reject counts an item that is not readable as a beacon.
	Reject()
	// Ignore counts an item that was read but has nothing that is collected,
	// such as a log line.
	Ignore()
	// Duplicates says which reports of a request the same client has already
	// sent in another request. It is for formats that batch differently when
	// they resend, and is called once a request. A duplicate is counted and must
	// not be passed to Accept.
	Duplicates(reports []Told) []bool
}

// Told is what one report says, and its age in milliseconds.
type Told struct {
	Content string
	Age     float64
}

// Result counts what became of a request's items.
type Result struct {
	Accepted, Rejected int
}

// Denial is why a whole request is denied.
type Denial struct {
	Status  int
	Wait    int // seconds until a retry makes sense; 0: never
	Message string
}
