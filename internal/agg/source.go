package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// SourceStatus is what the reader of the stream knows about itself. The wiring
// hands it to the aggregator, which puts it on the frame's trust line.
type SourceStatus struct {
	Site       string // as found, when the query names none
	Connected  bool
	Server     string
	Note       string
	History    bool
	Loading    float64
	Dropped    int64
	Gaps       int64
	Malformed  int64
	Reconnects int64
	Violations int64         // times that the server forbade something
	Skew       time.Duration // this machine's clock minus the server's
	Collectors Collectors

	HistoryState beacon.HistoryState // why there is no history
}

// Collectors is what the collectors say about themselves.
type Collectors struct {
	Reporting  int           // heard of as often as they promise
	Silent     int           // not any more
	Unbalanced int           // whose account does not add up
	Alone      int           // that hash identifiers under a key of their own because the shared one was out of reach
	Skew       time.Duration // the clock that is furthest from the server's, minus the server's
	Losses     []Loss        // oldest first
}

// Loss is what collectors gave up at about one moment.
type Loss struct {
	At                     time.Time
	Lost, Dropped, Refused int64 // Dropped and Refused include what was lost
	Denied, Unforwarded    int64 // requests: turned away whole; not taken by a vendor
}
