package frame

// DiffersSpec names two parts of the page views to compare. The zero value asks
// for nothing.
type DiffersSpec struct {
	Kind   string  // one of the Differs constants
	Metric string  // of DiffersSlow: lcp, inp, cls, fcp, ttfb
	Bound  float64 // of DiffersSlow: views above are slow; 0 is the window's p75
	// From and To are the time range of DiffersSpan, Unix milliseconds; it is
	// compared with as much time before it.
	From, To int64
	// A and B are the two releases of DiffersRelease, "" picks as [VerdictSpec]
	// does; A is the filter of DiffersFilter.
	A, B string
}

// The kinds of comparisons.
const (
	DiffersErrored = "errored" // views with an error vs the rest
	DiffersSlow    = "slow"    // views above a bound vs the rest with the metric
	DiffersSpan    = "span"    // a time range vs the one before
	DiffersRelease = "release" // one release vs another
	DiffersFilter  = "filter"  // views that match a filter vs the rest
)

// Differs is what differs between two parts of the page views, A and B.
type Differs struct {
	Of      string `json:"of"`      // what A is, in words
	Against string `json:"against"` // what B is
	A       Count  `json:"a"`       // page views
	B       Count  `json:"b"`
	// Values are those with a significant difference, ranked by the lower end of
	// its interval, the greatest first.
	Values   []Difference `json:"values"`
	Together Conjunction  `json:"together"`
	Compared int          `json:"compared"` // values, all that the tests are corrected for
	Note     string       `json:"note,omitempty"`

	// Spec is the question, with the releases that were picked for it.
	Spec DiffersSpec `json:"-"`
}

// Difference is one value's share of A and of B.
type Difference struct {
	Term
	A    float64  `json:"a"`    // share of A that has it, 0..1
	B    float64  `json:"b"`    // share of B
	N    Count    `json:"n"`    // views of A that have it
	Diff Estimate `json:"diff"` // A − B
	Lift float64  `json:"lift"` // A ÷ B; 0 if no view of B has it
	// Same are terms that hold for nearly the same views.
	Same []Term `json:"same,omitempty"`
}

// Conjunction is what most of A shares, in at most three terms.
type Conjunction struct {
	Terms     []Term  `json:"terms"`
	Filter    string  `json:"filter"`
	Coverage  float64 `json:"coverage"`  // share of A that matches it, 0..1
	Caught    float64 `json:"caught"`    // share of B that matches it, too
	Precision float64 `json:"precision"` // share of A among the views that match it
}
