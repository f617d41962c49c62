package beacon

// A batch on the wire is one byte that names the version and the compression,
// then a protobuf message by columns: docs/wire-format.md and docs/beacon.proto
// describe it for other languages, docs/adr/0001-batch-encoding.md says why it
// is this one.
//
// The message is written and read by hand, because the columns of a Batch are
// its columns: no object a beacon, no reflection.

// Version is the major version of the format that this package writes and the
// only one that it reads. Additions do not change it: a reader ignores fields
// that it does not know.
const Version = 1

// The first byte: the version above, the compression below.
const (
	plainHeader  = Version << 4
	snappyHeader = Version<<4 | 1
)

// minCompress is the size under which compressing gains too little to be
// worth a reader's time.
const minCompress = 256

// What one batch may hold. Decode refuses more, so a hostile batch costs
// bounded memory; Encode refuses more, so that no batch is written in vain.
const (
	MaxBeacons    = 1 << 16 // beacons in a batch
	MaxMessage    = 8 << 20 // bytes of the message, decompressed
	MaxString     = 1 << 16 // bytes of one string
	MaxBatchTags  = 32      // tags of one beacon
	maxStrings    = 1 << 18
	maxEntries    = 1 << 19 // metrics, errors, requests, events, tags of all sets: each
	maxPerBeacon  = 1 << 8  // metrics of one beacon
	maxTime       = 1 << 52 // milliseconds; more than the calendar has
	maxStatusCode = 999
)

// The field numbers of the message; see docs/beacon.proto.
const (
	fieldText       = 1
	fieldTextLength = 2

	// One entry a beacon.
	fieldReceived  = 3
	fieldLag       = 4
	fieldID        = 5
	fieldView      = 6
	fieldFlags     = 7
	fieldMetricSet = 8

	// One entry a view: what all beacons of a page view have in common.
	fieldViewID     = 9
	fieldSession    = 10
	fieldUser       = 11
	fieldTagSet     = 12
	fieldSampleRate = 13
	fieldTrace      = 14

	fieldIDs = 15 // that sessions and users are indices into

	fieldMetricSetSize = 32
	fieldMetricName    = 33
	fieldMetricValue   = 34

	fieldTagSetSize = 35
	fieldTagKey     = 36
	fieldTagValue   = 37

	fieldErrorRow     = 40
	fieldErrorType    = 41
	fieldErrorMessage = 42
	fieldErrorStack   = 43
	fieldErrorHandled = 44

	fieldRequestRow      = 48
	fieldRequestURL      = 49
	fieldRequestMethod   = 50
	fieldRequestStatus   = 51
	fieldRequestDuration = 52
	fieldRequestTrace    = 53

	fieldEventRow   = 56
	fieldEventName  = 57
	fieldEventValue = 58

	numFields = 59
)

// knownFields has a bit for each of them, and for those of [Dimensions].
var knownFields = dimensionBits() |
	fieldBits(fieldText, fieldIDs) |
	fieldBits(fieldMetricSetSize, fieldTagValue) |
	fieldBits(fieldErrorRow, fieldErrorHandled) |
	fieldBits(fieldRequestRow, fieldRequestTrace) |
	fieldBits(fieldEventRow, fieldEventValue)

func fieldBits(first, last int) uint64 { return 1<<(last+1) - 1<<first }

func dimensionBits() (bits uint64) {
	for d := range Dimensions {
		bits |= fieldBits(Dimensions[d].Field, Dimensions[d].Field)
	}
	return bits
}

// Protobuf's wire types.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

// codec is the memory that Encode and Decode reuse from batch to batch.
type codec struct {
	scratch []byte   // the message, decompressed
	column  []uint32 // the column at hand
	numbers []float32
	views   []uint32 // of each beacon: its view
	ids     []ID     // of sessions and users; [0] is 0

	// Decode.
	lengths   []uint32
	viewIDs   []ID
	tagKeys   []uint32
	tagValues []uint32
	tagRefs   []TagRef // what TagSets are slices of
	setNames  []uint32 // of all metric sets
	setEnds   []uint32 // of each metric set in setNames
	setSizes  []uint32 // of each metric or tag set

	// Encode.
	viewRow  []uint32      // of each view: a beacon that has it
	lastView map[ID]uint32 // the newest view of an id
	idIndex  map[ID]uint32 // where an id stands in ids
	setIndex map[string]uint32
	setKey   []byte
}
