package frame

import "time"

// Silence is a segment that sends far fewer beacons than expected by its own
// recent rate: a blank page reports no errors. Beacons are scaled by their
// sampling, so a change of the sampling is not a silence.
type Silence struct {
	// Term is the segment; the zero value is the total.
	Term
	Expected float64   `json:"expected_per_m"` // beacons a minute, by the recent rate
	Received float64   `json:"received_per_m"` // in the last minute
	Since    time.Time `json:"since"`          // when the volume fell, to ten seconds
}
