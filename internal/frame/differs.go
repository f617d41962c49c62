package frame

// DiffersSpec says which page views to hold against which others. The zero value
// asks nothing.
type DiffersSpec struct {
	Kind   string  // one of the Differs constants
	Metric string  // of DiffersSlow: lcp, inp, cls, fcp, ttfb
	Bound  float64 // of DiffersSlow: what is above is slow; 0 is the window's p75
	// From and To are the span of DiffersSpan, Unix milliseconds; it is held
	// against as much time before it.
	From, To int64
	// A and B are the two releases of DiffersRelease, "" picks as [VerdictSpec]
	// does; A is the filter of DiffersFilter.
	A, B string
}

// What can be held against what.
const (
	DiffersErrored = "errored" // views with an error against the rest
	DiffersSlow    = "slow"    // views over a bound against the rest that have the metric
	DiffersSpan    = "span"    // a span of time against what came before
	DiffersRelease = "release" // one release against another
	DiffersFilter  = "filter"  // views that a filter holds for against the rest
)

// Differs is what tells one part of the page views, A, from another, B.
type Differs struct {
	Of      string `json:"of"`      // what A is, in words
	Against string `json:"against"` // what B is
	A       Count  `json:"a"`       // page views
	B       Count  `json:"b"`
	// Values are ranked by the lower end of the interval of their difference, the
	// most telling first. Those that chance may have brought about are left out.
	Values   []Difference `json:"values"`
	Together Conjunction  `json:"together"`
	Compared int          `json:"compared"` // values looked at: what the tests are corrected for
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
	Lift float64  `json:"lift"` // A ÷ B; 0 where no view of B has it
	// Same are terms that hold for nearly the same views: another name, a part of it.
	Same []Term `json:"same,omitempty"`
}

// Conjunction is what most of A has in common, in at most three terms.
type Conjunction struct {
	Terms     []Term  `json:"terms"`
	Filter    string  `json:"filter"`
	Coverage  float64 `json:"coverage"`  // share of A that it describes, 0..1
	Caught    float64 `json:"caught"`    // share of B that it describes too
	Precision float64 `json:"precision"` // share of A among what it describes
}
