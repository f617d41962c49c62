package snapshot

import (
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// The tables of a snapshot, a Parquet file each. Their columns are public: see
// docs/snapshots.md; those of dimensions and vitals are the tables of package
// beacon. Numbers of beacons, views, visitors and kinds of errors count from 1
// in order of appearance and mean nothing outside the file; 0 is none.
//
// A block is the rows that a batch of beacons adds to a table, by column.
// Columns of strings hold indexes of words.

type beaconBlock struct {
	words    []string
	beacon   []int32
	received []int64
	view     []int32
	visitor  sparse[int32] // missing: its view's

	dims   [beacon.NumDims][]uint32
	tags   []string // sets of them, as JSON
	tagSet []uint32

	navigation, unsampled []bool

	rate   []float32
	skew   sparse[int32]
	vitals [len(beacon.Vitals)]sparse[float32]
	trace  sparse[string]
}

// sparse is a column in which values may be missing: a level for each row, 1 if
// it has a value.
type sparse[T any] struct {
	levels []byte
	values []T
}

// reset starts a block of rows without values.
func (s *sparse[T]) reset(rows int) {
	s.levels = append(s.levels[:0], make([]byte, rows)...)
	clear(s.values) // releases strings
	s.values = s.values[:0]
}

// set sets or replaces the value of a row. Rows must be in order.
func (s *sparse[T]) set(row int, v T) {
	if s.levels[row] == 1 {
		s.values[len(s.values)-1] = v
		return
	}
	s.levels[row] = 1
	s.values = append(s.values, v)
}

func newBeacons(dir string) (*spool[beaconBlock], error) {
	number, received := columns.Rising("beacon"), columns.Times("received")
	view, visitor := columns.Rising("view"), columns.Rare("visitor")
	all := []columns.Column{number, received, view, visitor}
	var dims [beacon.NumDims]*columns.Strings
	for d, name := range beacon.DimNames() {
		dims[d] = columns.Words(name)
		all = append(all, dims[d])
	}
	tags := columns.Objects("tags")
	navigation, unsampled := columns.Flags("navigation"), columns.Flags("unsampled")
	rate, skew := columns.Metrics("sample_rate", false), columns.Codes("skew_ms", true)
	all = append(all, tags, navigation, unsampled, rate, skew)
	var vitals [len(beacon.Vitals)]*columns.Repeated[float32]
	for m, name := range beacon.Vitals {
		vitals[m] = columns.Metrics(name, true)
		all = append(all, vitals[m])
	}
	trace := columns.Texts("trace", true)
	all = append(all, trace)
	return newSpool("beacons.parquet", dir, func(b *beaconBlock) int {
		number.Append(b.beacon)
		received.Append(b.received)
		view.Append(b.view)
		visitor.AppendOptional(b.visitor.levels, b.visitor.values)
		for d, c := range dims {
			c.Append(b.words, b.dims[d])
		}
		tags.Append(b.tags, b.tagSet)
		navigation.Append(b.navigation)
		unsampled.Append(b.unsampled)
		rate.Append(b.rate)
		skew.AppendOptional(b.skew.levels, b.skew.values)
		for m, c := range vitals {
			c.AppendOptional(b.vitals[m].levels, b.vitals[m].values)
		}
		trace.AppendOptional(b.trace.levels, b.trace.values)
		return len(b.beacon)
	}, all...)
}

type viewBlock struct {
	view, visitor []int32 // visitor: of its first beacon
	hash          []uint64
}

func newViews(dir string) (*spool[viewBlock], error) {
	view, visitor, hash := columns.Rising("view"), columns.Rising("visitor"), columns.Hashes("hash")
	return newSpool("views.parquet", dir, func(b *viewBlock) int {
		view.Append(b.view)
		visitor.Append(b.visitor)
		hash.Append(b.hash)
		return len(b.view)
	}, view, visitor, hash)
}

type visitorBlock struct {
	visitor       []int32
	user, session []uint64
}

func newVisitors(dir string) (*spool[visitorBlock], error) {
	visitor, user, session := columns.Rising("visitor"), columns.Hashes("user_hash"), columns.Hashes("session_hash")
	return newSpool("visitors.parquet", dir, func(b *visitorBlock) int {
		visitor.Append(b.visitor)
		user.Append(b.user)
		session.Append(b.session)
		return len(b.visitor)
	}, visitor, user, session)
}

type errorBlock struct{ beacon, kind []int32 }

func newErrors(dir string) (*spool[errorBlock], error) {
	number, kind := columns.Rising("beacon"), columns.Codes("kind", false)
	return newSpool("errors.parquet", dir, func(b *errorBlock) int {
		number.Append(b.beacon)
		kind.Append(b.kind)
		return len(b.beacon)
	}, number, kind)
}

type kindBlock struct {
	kind                              []int32
	fingerprint, typ, message, stacks []string
	handled                           []bool
}

func newKinds(dir string) (*spool[kindBlock], error) {
	kind, fingerprint, typ := columns.Rising("kind"), columns.Texts("fingerprint", false), columns.Texts("type", false)
	message, stack, handled := columns.Texts("message", false), columns.Texts("stack", false), columns.Flags("handled")
	return newSpool("error_kinds.parquet", dir, func(b *kindBlock) int {
		kind.Append(b.kind)
		fingerprint.Append(b.fingerprint)
		typ.Append(b.typ)
		message.Append(b.message)
		stack.Append(b.stacks)
		handled.Append(b.handled)
		return len(b.kind)
	}, kind, fingerprint, typ, message, stack, handled)
}

type requestBlock struct {
	words       []string
	beacon      []int32
	url, method []uint32
	status      []int32
	duration    []float32
	trace       sparse[string]
}

func newRequests(dir string) (*spool[requestBlock], error) {
	number, url, method := columns.Rising("beacon"), columns.Words("url"), columns.Words("method")
	status, duration, trace := columns.Codes("status", false), columns.Metrics("duration_ms", false), columns.Texts("trace", true)
	return newSpool("requests.parquet", dir, func(b *requestBlock) int {
		number.Append(b.beacon)
		url.Append(b.words, b.url)
		method.Append(b.words, b.method)
		status.Append(b.status)
		duration.Append(b.duration)
		trace.AppendOptional(b.trace.levels, b.trace.values)
		return len(b.beacon)
	}, number, url, method, status, duration, trace)
}

// namedBlock is of events, or of measures that are not vitals.
type namedBlock struct {
	words  []string
	beacon []int32
	name   []uint32
	value  []float32
}

func newNamed(member, dir string) (*spool[namedBlock], error) {
	number, name, value := columns.Rising("beacon"), columns.Words("name"), columns.Metrics("value", false)
	return newSpool(member, dir, func(b *namedBlock) int {
		number.Append(b.beacon)
		name.Append(b.words, b.name)
		value.Append(b.value)
		return len(b.beacon)
	}, number, name, value)
}
