package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/filter"
)

// Query is the question a frame answers. Two equal queries are served
// incrementally; a new filter or dimension rebuilds the slots from the log.
type Query struct {
	Site   string
	Filter filter.Expr
	By     string        // a dimension's name, or a tag's: "tag.tier" or "tier"
	Window time.Duration // rolling window; rounded up to whole slots
	// Baseline: zero value compares with the window just before.
	Baseline BaselineSpec
	// At looks back: the window ends there. Zero is now.
	At time.Time
	// Sort names the column that orders the rows; "" is worst first (affected
	// users, then error rate). Reverse turns the order round.
	Sort    string // "", key, views, error_rate, lcp, inp, cls, users, affected
	Reverse bool
	// Rows is how many segments the frame carries, from Offset; 0 is all.
	Rows, Offset int
	// Steps is how many points charts and sparklines have; 0 leaves them out.
	Steps int
	// Span is how much of the history the charts show; 0 is all of it.
	Span time.Duration
	// Errors is how many error groups the frame carries; 0 is 10.
	Errors int
	// Fingerprint asks for the detail of one error group.
	Fingerprint string
	// Measure names a metric of the site's own that rows should carry.
	Measure string
	// Inspect asks for a close look at one segment.
	Inspect InspectSpec
	// Sessions asks for those that were hurt.
	Sessions SessionsSpec
	// ValuesOf asks for the values of one dimension or tag, for completion.
	ValuesOf string
	// Differs asks what tells one part of the page views from another.
	Differs DiffersSpec
	// Verdict asks how one release compares with another.
	Verdict VerdictSpec
}

// BaselineSpec says what the deltas compare with.
type BaselineSpec struct {
	Ago time.Duration // the same window that long ago
	At  time.Time     // the window that ends there
}

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
