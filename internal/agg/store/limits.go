package store

// Limits of the dictionaries. A value that does not fit becomes OtherKey; its
// row is counted in Health.Overflow.
const (
	MaxStringBytes = 32 << 20
	maxPages       = 20_000
	maxOrigins     = 1 << 19
	MaxTagSets     = 100_000
	maxErrorKinds  = 20_000
	MaxErrorGroups = 5_000
	maxEndpoints   = 50_000
	MaxSegments    = 2_000

	MaxLine  = 300     // cells of a dimension's value, a name, a URL
	maxStack = 8 << 10 // bytes
)
