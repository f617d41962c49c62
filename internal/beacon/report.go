package beacon

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
)

// Report is what a collector says about itself every few seconds, as JSON on
// the collectors subject of each of its sites (see [CollectorsSubject]). Its
// counts are of all its sites together, since it started.
type Report struct {
	ID      string `json:"id"`                // of the process, chosen at random: a token, see [ValidToken]
	Region  string `json:"region,omitempty"`  // that it serves; "": more than one
	Version string `json:"version,omitempty"` // of rumtop
	Started int64  `json:"started"`           // Unix milliseconds of the collector's clock
	Clock   int64  `json:"clock"`             // when this was sent, by the same clock
	Every   int64  `json:"every"`             // milliseconds until the next one
	Ended   bool   `json:"ended,omitempty"`   // the last one: it was asked to end

	// The account. Always Received = Published + the sum of Refused + the sum of
	// Dropped + Queued.
	Received  int64            `json:"received"`
	Published int64            `json:"published"`
	Refused   map[string]int64 `json:"refused,omitempty"` // by reason
	Dropped   map[string]int64 `json:"dropped,omitempty"` // by reason
	Queued    int64            `json:"queued"`

	PerS          float64 `json:"per_s"`           // beacons received a second, since the last report
	QueueBytes    int64   `json:"queue_bytes"`     // of what is queued
	QueueMaxBytes int64   `json:"queue_max_bytes"` // the most that may be

	Redactions map[string]int64 `json:"redactions,omitempty"` // spans that the scrubber replaced, by kind
	Capped     map[string]int64 `json:"capped,omitempty"`     // names counted as (other), by kind
	Denied     map[string]int64 `json:"denied,omitempty"`     // whole requests that were turned away, by reason
	Violations int64            `json:"violations,omitempty"` // times that NATS forbade it something
	Identity   string           `json:"identity,omitempty"`   // where the key of identifiers is from, one of the Identity constants

	// The tee: requests that a vendor took, and those that none did, by reason.
	Forwarded   int64            `json:"forwarded,omitempty"`
	Unforwarded map[string]int64 `json:"unforwarded,omitempty"`
}

// Where a collector has the key from that identifiers are hashed under.
const (
	IdentityMemory = "memory" // its own: another collector's users are counted apart
	IdentityFile   = "file"   // a file that collectors may share
	IdentityShared = "shared" // a bucket in NATS that collectors share
	IdentityAlone  = "alone"  // its own because the bucket could not be reached: counts of users are too high
)

// MaxReport is the most that a report may take on the wire, in bytes.
const MaxReport = 8 << 10

// What is kept of a report.
const (
	maxReasons = 32
	maxCount   = 1 << 53 // beyond it JSON's numbers are no counts
)

var errReport = errors.New("no report of a collector")

// Encode gives what travels over NATS.
func (r *Report) Encode() ([]byte, error) { return json.Marshal(r, json.Deterministic(true)) }

// DecodeReport reads a report that anybody may have published. All of its
// strings are tokens or plain ASCII, so they may be shown; its counts are
// whole, not negative, and few enough to be summed. It refuses what no
// collector can have sent, and passes over members that it does not know.
func DecodeReport(data []byte) (Report, error) {
	if len(data) > MaxReport {
		return Report{}, fmt.Errorf("report has %d bytes, %d are the most", len(data), MaxReport)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	if !ValidToken(r.ID) || r.Region != "" && !ValidToken(r.Region) || len(r.Version) > 2*maxToken || !printable(r.Version) {
		return Report{}, errReport
	}
	if r.Clock <= 0 || r.Clock > maxTime || r.Started < 0 || r.Started > maxTime || r.Every < 0 || r.Every > 3_600_000 {
		return Report{}, errReport
	}
	for _, n := range [...]int64{r.Received, r.Published, r.Queued, r.QueueBytes, r.QueueMaxBytes, r.Violations, r.Forwarded} {
		if n < 0 || n > maxCount {
			return Report{}, errReport
		}
	}
	for _, counts := range [...]map[string]int64{r.Refused, r.Dropped, r.Redactions, r.Capped, r.Denied, r.Unforwarded} {
		if !countable(counts) {
			return Report{}, errReport
		}
	}
	if !(r.PerS >= 0 && r.PerS < maxCount) {
		return Report{}, errReport
	}
	switch r.Identity {
	case IdentityMemory, IdentityFile, IdentityShared, IdentityAlone:
	default:
		r.Identity = ""
	}
	return r, nil
}

func countable(counts map[string]int64) bool {
	for name, n := range counts {
		if !ValidToken(name) || n < 0 || n > maxCount {
			return false
		}
	}
	return len(counts) <= maxReasons
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Balanced says whether the account adds up.
func (r *Report) Balanced() bool {
	return r.Received == r.Published+sum(r.Refused)+sum(r.Dropped)+r.Queued
}

// RefusedSum is over all reasons.
func (r *Report) RefusedSum() int64 { return sum(r.Refused) }

// DroppedSum is over all reasons.
func (r *Report) DroppedSum() int64 { return sum(r.Dropped) }

// DeniedSum is over all reasons.
func (r *Report) DeniedSum() int64 { return sum(r.Denied) }

// UnforwardedSum is over all reasons but consent: who gave none is not to be
// told of.
func (r *Report) UnforwardedSum() int64 { return sum(r.Unforwarded) - r.Unforwarded["consent"] }

// Lost is how many beacons the collector could not deliver though nothing was
// wrong with them and nobody objected: those that had to make room, those that
// NATS would not take, and those that clients were told to send again.
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
