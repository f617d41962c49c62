package agg

// What the dictionaries may hold. Whatever does not fit is counted under
// (other), and in Health.Overflow.
const (
	maxStringBytes = 32 << 20
	maxPages       = 20_000
	maxOrigins     = 1 << 19
	maxTagSets     = 100_000
	maxErrorKinds  = 20_000
	maxErrorGroups = 5_000
	maxEndpoints   = 50_000
	maxSegments    = 2_000

	maxLine  = 300     // cells of a dimension's value, a name, a URL
	maxStack = 8 << 10 // bytes
)
