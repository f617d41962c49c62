package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// SourceStatus is the state of the reader of the stream. The aggregator puts it in
// the frame's health.
type SourceStatus struct {
	Site       string // as found, for queries that name none
	Connected  bool
	Server     string
	Overrides  string // of the configuration file, by the environment: one sentence
	Note       string
	History    bool
	Loading    float64
	Dropped    int64
	Gaps       int64
	Malformed  int64
	Reconnects int64
	Violations int64         // permission violations
	Skew       time.Duration // this machine's clock minus the server's
	Collectors Collectors

	HistoryState  beacon.HistoryState // why there is no history
	HistoryReason string              // what stands in the way of reading it, in a few words
}

// Collectors summarises the reports of the collectors.
type Collectors struct {
	Reporting  int           // that report on time
	Silent     int           // overdue
	Unbalanced int           // whose counts do not add up
	Alone      int           // that hash identifiers with a key of their own, since the shared one was not available
	Skew       time.Duration // the clock that is furthest from the server's, minus the server's
	Waiting    time.Duration // of the oldest batch that the stream has not acknowledged
	Problem    string        // why batches are not stored as they should be, in one sentence; "": they are
	Others     int64         // messages that are no reports, or of collectors over the cap
	Losses     []Loss        // oldest first
}

// Loss is what collectors lost at about one time.
type Loss struct {
	At                     time.Time
	Lost, Dropped, Refused int64 // Dropped and Refused include what was lost
	Denied, Unforwarded    int64 // requests: denied; not accepted by a vendor
}
