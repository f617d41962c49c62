package beacon

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// Report is a collector's state, which it publishes every few seconds as JSON on
// the [CollectorsSubject] of each of its sites. Its counts are of all its sites
// together, since its start.
type Report struct {
	ID      string `json:"id"`                // of the process: a random token, see [ValidToken]
	Region  string `json:"region,omitempty"`  // "": more than one
	Version string `json:"version,omitempty"` // of rumtop
	Started int64  `json:"started"`           // Unix milliseconds of the collector's clock
	Clock   int64  `json:"clock"`             // time of this report, by the same clock
	Every   int64  `json:"every"`             // milliseconds until the next report
	Ended   bool   `json:"ended,omitempty"`   // the last report: the collector was stopped

	// Received = Published + the sum of Refused + the sum of Dropped + Queued,
	// always.
	Received  int64            `json:"received"`
	Published int64            `json:"published"`
	Refused   map[string]int64 `json:"refused,omitempty"` // by reason
	Dropped   map[string]int64 `json:"dropped,omitempty"` // by reason
	Queued    int64            `json:"queued"`

	PerS          float64 `json:"per_s"`           // beacons received per second since the last report
	QueueBytes    int64   `json:"queue_bytes"`     // of the queued batches
	QueueMaxBytes int64   `json:"queue_max_bytes"` // its limit

	Redactions map[string]int64 `json:"redactions,omitempty"` // spans that the scrubber replaced, by kind
	Capped     map[string]int64 `json:"capped,omitempty"`     // names counted as (other), by kind
	Denied     map[string]int64 `json:"denied,omitempty"`     // whole requests, by reason
	Violations int64            `json:"violations,omitempty"` // requests that NATS denied it
	Identity   string           `json:"identity,omitempty"`   // source of the key for identifiers: one of the Identity constants

	// Waiting is how long the oldest batch has waited for its acknowledgement by
	// the stream, in milliseconds; Problem is why batches are not stored, in one
	// sentence of printable ASCII, "" if they are.
	Waiting int64  `json:"waiting_ms,omitempty"`
	Problem string `json:"problem,omitempty"`

	// Requests that a vendor of --forward-to accepted, and that none did by
	// reason.
	Forwarded   int64            `json:"forwarded,omitempty"`
	Unforwarded map[string]int64 `json:"unforwarded,omitempty"`
}

// The sources of the key that hashes identifiers.
const (
	IdentityMemory = "memory" // its own: each collector counts its users separately
	IdentityFile   = "file"   // a file that collectors can share
	IdentityShared = "shared" // a bucket in NATS that collectors share
	IdentityAlone  = "alone"  // its own because the bucket was unreachable: counts of users are too high
)

// MaxReport is the largest report on the wire, in bytes.
const MaxReport = 8 << 10

// The limits of a report.
const (
	maxReasons = 32
	maxProblem = 300     // bytes
	maxCount   = 1 << 53 // above it JSON numbers are inexact
)

var errReport = errors.New("invalid collector report")

// Encode returns the report as it is published.
func (r *Report) Encode() ([]byte, error) {
	r.Problem = printable(r.Problem)
	return json.Marshal(r, json.Deterministic(true))
}

// DecodeReport reads a report from any publisher. Its strings are tokens or
// printable ASCII, and so safe to show; its counts are integers from 0, small
// enough to be summed. It refuses values that no collector sends, and ignores
// unknown members.
func DecodeReport(data []byte) (Report, error) {
	if len(data) > MaxReport {
		return Report{}, fmt.Errorf("report of %d bytes is over the limit of %d", len(data), MaxReport)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	if !ValidToken(r.ID) || r.Region != "" && !ValidToken(r.Region) || len(r.Version) > 2*maxToken || !isPrintable(r.Version) {
		return Report{}, errReport
	}
	if r.Clock <= 0 || r.Clock > maxTime || r.Started < 0 || r.Started > maxTime || r.Every < 0 || r.Every > 3_600_000 {
		return Report{}, errReport
	}
	for _, n := range [...]int64{r.Received, r.Published, r.Queued, r.QueueBytes, r.QueueMaxBytes, r.Violations, r.Forwarded, r.Waiting} {
		if n < 0 || n > maxCount {
			return Report{}, errReport
		}
	}
	for _, counts := range [...]map[string]int64{r.Refused, r.Dropped, r.Redactions, r.Capped, r.Denied, r.Unforwarded} {
		if !validCounts(counts) {
			return Report{}, errReport
		}
	}
	if !(r.PerS >= 0 && r.PerS < maxCount) {
		return Report{}, errReport
	}
	r.Problem = printable(r.Problem)
	switch r.Identity {
	case IdentityMemory, IdentityFile, IdentityShared, IdentityAlone:
	default:
		r.Identity = ""
	}
	return r, nil
}

func validCounts(counts map[string]int64) bool {
	for name, n := range counts {
		if !ValidToken(name) || n < 0 || n > maxCount {
			return false
		}
	}
	return len(counts) <= maxReasons
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// printable keeps the printable ASCII of a sentence, up to maxProblem.
func printable(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return -1
		}
		return c
	}, s)
	return s[:min(len(s), maxProblem)]
}

// Balanced reports whether the counts add up.
func (r *Report) Balanced() bool {
	return r.Received == r.Published+sum(r.Refused)+sum(r.Dropped)+r.Queued
}

// RefusedSum is the sum over all reasons.
func (r *Report) RefusedSum() int64 { return sum(r.Refused) }

// DroppedSum is the sum over all reasons.
func (r *Report) DroppedSum() int64 { return sum(r.Dropped) }

// DeniedSum is the sum over all reasons.
func (r *Report) DeniedSum() int64 { return sum(r.Denied) }

// UnforwardedSum is the sum over all reasons except consent: without consent a
// request must not be forwarded.
func (r *Report) UnforwardedSum() int64 { return sum(r.Unforwarded) - r.Unforwarded["consent"] }

// Lost is how many valid beacons the collector could not deliver: those dropped
// for lack of space, those that NATS did not store, and those that clients were
// asked to resend.
func (r *Report) Lost() int64 {
	n := r.Refused["queue_full"]
	for _, reason := range [...]string{"shed", "publish_failed", "encoding_failed", "shutdown"} {
		n += r.Dropped[reason]
	}
	return n
}

func sum(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
