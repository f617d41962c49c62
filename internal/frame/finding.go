package frame

import (
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The states of a finding.
const (
	FindingReading = "reading" // history is still being read, or looked at
	FindingThin    = "thin"    // not enough data to say anything
	FindingQuiet   = "quiet"   // enough data, and nothing got worse
	FindingOn      = "on"      // something got worse, and is so still
	FindingOver    = "over"    // something was worse, until a few minutes ago
)

// Finding is what got worse, for whom, by how much and since when. Its past is what
// came before it began, not the query's baseline: it does not go away because
// the windows slide past its beginning.
type Finding struct {
	State   string `json:"state"`
	Measure string `json:"measure,omitempty"` // error_rate, lcp_p75, inp_p75, cls_p75, failed_requests
	// Terms is who: all of them hold. None: everyone.
	Terms  []Term `json:"terms,omitempty"`
	Filter string `json:"filter,omitempty"` // the same in the filter grammar
	// Explained is the share of the excess that the terms describe, 0..1.
	Explained float64 `json:"explained,omitempty"`

	// Now is over the last five minutes, no further back than the onset; Before
	// over the up to forty minutes before it. A share, milliseconds, or units of CLS.
	Now    Estimate `json:"now,omitzero"`
	Before Estimate `json:"before,omitzero"`
	Factor float64  `json:"factor,omitempty"` // Now ÷ Before, 0 where nothing was before
	// Against is "all" where the segment is too new to have a past of its own.
	Against string `json:"against,omitempty"`

	// Affected are users: with an error, a failed request, or a value over what a
	// quarter was over before. Share is of all users.
	Affected int     `json:"affected_users,omitempty"`
	Share    float64 `json:"share,omitempty"`

	Since     time.Time `json:"since,omitzero"`
	SinceFrom time.Time `json:"since_from,omitzero"` // the onset lies between these two, to 95 %
	SinceTo   time.Time `json:"since_to,omitzero"`
	Until     time.Time `json:"until,omitzero"`

	Error string `json:"error,omitempty"` // the most frequent one, of the error rate
	// After is the marker before the onset, if there was one within minutes.
	After *beacon.Marker `json:"after,omitempty"`

	// P is how often chance alone would do this, after correction for all
	// segments and measures that were looked at; 0 is less than a float can say.
	P        float64 `json:"p"`
	Segments int     `json:"segments_watched,omitempty"`
}
