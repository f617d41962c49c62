package beacon

// A batch on the wire is one byte that names the version and the compression,
// then a protobuf message by columns: docs/wire-format.md and docs/beacon.proto
// describe it for other languages, and an ADR says why it is this one.
//
// The message is written and read by hand, because the columns of a Batch are
// its columns: no object a beacon, no reflection.

// Version is the major version of the format that this package writes and the
// only one that it reads. Additions do not change it: a reader ignores fields
// that it does not know.
const Version = 1

// The first byte: the version above, the compression below.
const (
	plainHeader  = Version<<4 | 0
	snappyHeader = Version<<4 | 1
)

// minCompress is the size under which compressing gains too little to be
// worth a decoder's time.
const minCompress = 256

// What one batch may hold. Decode refuses more, so a hostile batch costs
// bounded memory; Encode refuses more, so that no batch is written in vain.
const (
	MaxBeacons    = 1 << 16 // beacons in a batch
	MaxMessage    = 8 << 20 // bytes of the message, decompressed
	MaxString     = 1 << 16 // bytes of one string
	MaxBatchTags  = 32      // tags of one beacon
	maxStrings    = 1 << 18
	maxTagSets    = MaxBeacons
	maxEntries    = 1 << 19 // metrics, errors, requests, events, tags of all sets: each
	maxPerBeacon  = 1 << 8  // metrics of one beacon
	maxTime       = 1 << 52 // milliseconds; more than the calendar has
	maxStatusCode = 999
)

// The field numbers of the message. A column has one entry a row, in order; see
// docs/beacon.proto.
const (
	fieldStrings     = 1
	fieldReceived    = 2
	fieldLag         = 3
	fieldID          = 4
	fieldIDs         = 5
	fieldView        = 6
	fieldSession     = 7
	fieldUser        = 8
	fieldFlags       = 9
	fieldTagSet      = 10
	fieldMetricCount = 11
	fieldMetricName  = 12
	fieldMetricValue = 13
	fieldSampleRate  = 14
	fieldTrace       = 15

	fieldDims = 16 // and what follows: one field a dimension, 16 + Dim

	fieldTagSetSize = 32
	fieldTagKey     = 33
	fieldTagValue   = 34

	fieldErrorRow     = 35
	fieldErrorType    = 36
	fieldErrorMessage = 37
	fieldErrorStack   = 38
	fieldErrorHandled = 39

	fieldRequestRow      = 40
	fieldRequestURL      = 41
	fieldRequestMethod   = 42
	fieldRequestStatus   = 43
	fieldRequestDuration = 44
	fieldRequestTrace    = 45

	fieldEventRow   = 46
	fieldEventName  = 47
	fieldEventValue = 48

	numFields = 49
)

// Protobuf's wire types.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)
