package frame

import (
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Health is the trust line: the quality of the data.
type Health struct {
	Connected bool   `json:"connected"`
	Server    string `json:"server,omitempty"`
	Overrides string `json:"overrides,omitempty"` // one sentence: what the environment overrides in the configuration file
	Note      string `json:"note,omitempty"`      // one sentence: why disconnected, why no history
	History   bool   `json:"history"`             // the server keeps history (JetStream)
	// HistoryReason is what stands in the way of reading a history that may exist,
	// in a few words.
	HistoryReason string     `json:"history_reason,omitempty"`
	HistoryFrom   *time.Time `json:"history_from,omitempty"` // receive time of the oldest beacon retained
	Loading       float64    `json:"loading"`                // share of history read, 0..1; 1 when caught up
	LagMS         float64    `json:"lag_ms"`                 // newest beacon: received by the collector → read here
	QuietS        float64    `json:"quiet_s"`                // since the newest beacon was received
	PerS          float64    `json:"beacons_per_s"`          // over the window
	Retained      int        `json:"retained"`               // beacons in the log
	Evicted       int64      `json:"evicted"`                // beacons evicted early to fit --memory
	Dropped       int64      `json:"dropped"`                // beacons or messages lost on the way to this viewer
	Gaps          int64      `json:"gaps"`                   // missing stream sequences
	Malformed     int64      `json:"malformed"`              // batches that could not be decoded
	Late          int64      `json:"late"`                   // live beacons received over 5 s before the newest one; they count at their time
	Duplicates    int64      `json:"duplicates"`             // beacons whose id had been counted
	MutedErrors   int64      `json:"muted_errors,omitempty"` // errors excluded by --mute-error
	Overflow      int64      `json:"overflow"`               // beacons counted in (other)
	Reconnects    int64      `json:"reconnects"`
	SampleRate    float64    `json:"sample_rate"`        // smallest in the window; 1: everything is sent
	SampleBefore  float64    `json:"sample_rate_before"` // the same in the baseline's window; 0: no beacon
	SkewP95MS     float64    `json:"skew_p95_ms"`        // |browser's clock − collector's|
	SkewN         int        `json:"skew_n"`

	// From collector reports. Losses are those reported in the window; a beacon sent
	// again after a refusal was lost once and received once.
	Collectors            int     `json:"collectors"`                     // collectors that report
	CollectorsSilent      int     `json:"collectors_silent"`              // collectors that stopped reporting in the last minutes
	CollectorsLost        int64   `json:"collectors_lost"`                // beacons dropped for room or not published
	CollectorsDropped     int64   `json:"collectors_dropped"`             // beacons accepted and dropped, for any reason
	CollectorsRefused     int64   `json:"collectors_refused"`             // beacons refused, for any reason
	CollectorsDenied      int64   `json:"collectors_denied"`              // requests denied as a whole: origin, key, limits
	CollectorsUnforwarded int64   `json:"collectors_unforwarded"`         // requests that a vendor did not accept
	CollectorsUnbalanced  int     `json:"collectors_unbalanced"`          // collectors whose counts do not add up
	CollectorsAlone       int     `json:"collectors_alone"`               // collectors that hash users separately
	CollectorsWaitingS    float64 `json:"collectors_waiting_s,omitempty"` // oldest batch that the stream has not acknowledged
	CollectorsProblem     string  `json:"collectors_problem,omitempty"`   // why batches are not stored as they should be
	CollectorSkewMS       float64 `json:"collector_skew_ms"`              // collector's clock − server's, the largest
	ServerSkewMS          float64 `json:"server_skew_ms"`                 // this machine's clock − server's
	Violations            int64   `json:"violations"`                     // requests of this viewer that NATS denied

	Excluded Excluded `json:"excluded"`
	// Capped is what has been left out because a table is full.
	Capped Capped `json:"capped,omitzero"`

	HistoryState beacon.HistoryState `json:"-"` // why there is no history
}

// Capped counts what is left out because a table is full. None of it is missing
// from the numbers of page views, errors and vitals.
type Capped struct {
	Markers    int64 `json:"markers,omitempty"`    // the oldest, forgotten
	Releases   int64 `json:"releases,omitempty"`   // whose appearance is not marked
	Unwatched  int64 `json:"unwatched,omitempty"`  // values in which findings are not looked for
	Volumes    int64 `json:"volumes,omitempty"`    // segments whose silence is not noticed
	Findings   int64 `json:"findings,omitempty"`   // the oldest, forgotten
	Collectors int64 `json:"collectors,omitempty"` // messages that are no reports, or of too many collectors
	Breaches   int64 `json:"breaches,omitempty"`   // starts and ends that --on-breach was not told
}
