package beacon

// A batch on the wire is one byte for version and compression, then a protobuf
// message by columns. docs/wire-format.md and docs/beacon.proto describe it for
// other languages, docs/adr/0001-batch-encoding.md gives the reasons.
//
// The message is written and read by hand, because its columns are those of a
// Batch: no object a beacon, no reflection.

// Version is the major version of the format, the only one that this package
// reads and writes. Additions do not change it: readers ignore unknown fields.
const Version = 1

// The first byte: the version above, the compression below.
const (
	plainHeader  = Version << 4
	snappyHeader = Version<<4 | 1
)

// minCompress is the size in bytes below which compression gains too little.
const minCompress = 256

// The limits of a batch. Decode refuses more, so that a hostile batch costs
// bounded memory; Encode refuses what Decode would.
const (
	MaxBeacons    = 1 << 16 // beacons in a batch
	MaxMessage    = 8 << 20 // bytes of the message, decompressed
	MaxString     = 1 << 16 // bytes of one string
	MaxBatchTags  = 32      // tags of one beacon
	maxStrings    = 1 << 18
	maxEntries    = 1 << 19 // of metrics, errors, requests, events and tags of all sets: each
	maxPerBeacon  = 1 << 8  // metrics of one beacon
	maxTime       = 1 << 52 // milliseconds; beyond every calendar
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

	// One entry a view: what the beacons of a page view share.
	fieldViewID     = 9
	fieldSession    = 10
	fieldUser       = 11
	fieldTagSet     = 12
	fieldSampleRate = 13
	fieldTrace      = 14

	fieldIDs = 15 // sessions and users are indices into it

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

// knownFields has a bit for each field, those of [Dimensions] included.
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

// codec is memory that Encode and Decode reuse from batch to batch.
type codec struct {
	scratch []byte   // the message, decompressed
	column  []uint32 // the current column
	numbers []float32
	views   []uint32 // view of each beacon
	ids     []ID     // of sessions and users; [0] is 0

	// Decode.
	lengths   []uint32
	viewIDs   []ID
	tagKeys   []uint32
	tagValues []uint32
	tagRefs   []TagRef // backs TagSets
	setNames  []uint32 // of all metric sets
	setEnds   []uint32 // of each metric set in setNames
	setSizes  []uint32 // of each metric or tag set

	// Encode.
	viewRow  []uint32      // first beacon of each view
	lastView map[ID]uint32 // the newest view of an id
	idIndex  map[ID]uint32 // index in ids
	setIndex map[string]uint32
	setKey   []byte
}
