package frame

import (
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The states of a finding.
const (
	FindingReading = "reading" // history is still being read or compared
	FindingThin    = "thin"    // not enough data
	FindingQuiet   = "quiet"   // enough data, and nothing got worse
	FindingOn      = "on"      // a measure is significantly worse
	FindingOver    = "over"    // a measure was worse until a few minutes ago
)

// Finding is a measure that got significantly worse in a segment. It is compared
// with what came before its onset, not with the query's baseline: it does not
// disappear because the windows move past the onset.
type Finding struct {
	State   string `json:"state"`
	Measure string `json:"measure,omitempty"` // error_rate, lcp_p75, inp_p75, cls_p75, failed_requests
	// Terms name the segment: all of them hold. None: the total.
	Terms  []Term `json:"terms,omitempty"`
	Filter string `json:"filter,omitempty"` // the same in the filter grammar
	// Explained is the share of the excess that the terms describe, 0..1.
	Explained float64 `json:"explained,omitempty"`

	// Now is over the last five minutes, no further back than the onset; Before
	// over the up to forty minutes before it. A share, milliseconds, or units of CLS.
	Now    Estimate `json:"now,omitzero"`
	Before Estimate `json:"before,omitzero"`
	Factor float64  `json:"factor,omitempty"` // Now ÷ Before, 0 if Before is 0
	// Against is "all" if the segment has no past of its own, and is compared
	// with that of the total.
	Against string `json:"against,omitempty"`

	// Affected are users: with an error, a failed request, or a value above the
	// p75 before. Share is of all users.
	Affected int     `json:"affected_users,omitempty"`
	Share    float64 `json:"share,omitempty"`

	Since     time.Time `json:"since,omitzero"`
	SinceFrom time.Time `json:"since_from,omitzero"` // the 95 % interval of the onset
	SinceTo   time.Time `json:"since_to,omitzero"`
	Until     time.Time `json:"until,omitzero"`

	Error string `json:"error,omitempty"` // the most frequent one, of the error rate
	// After is the marker before the onset, if there was one within minutes.
	After *beacon.Marker `json:"after,omitempty"`

	// P is the p-value, corrected for all segments and measures; 0 is less than a
	// float can express.
	P        float64 `json:"p"`
	Segments int     `json:"segments_watched,omitempty"`
}
