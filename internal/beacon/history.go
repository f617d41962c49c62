package beacon

// HistoryState says whether a viewer reads its beacons from a stream that
// keeps them, and if not, why.
type HistoryState uint8

// The states. Without history a viewer shows live batches alone, but for
// HistoryForbidden: then it receives none either.
const (
	HistoryUnknown   HistoryState = iota // not looked up yet
	HistoryKept                          // a stream keeps the batches
	HistoryOff                           // JetStream is off
	HistoryNoStream                      // the stream does not exist yet
	HistoryDenied                        // the user may not read the stream
	HistoryForbidden                     // the user may not subscribe to the subjects
	HistoryNoAnswer                      // JetStream does not respond
	HistoryRefused                       // JetStream refuses to read the stream, or it cannot hold the batches
)
