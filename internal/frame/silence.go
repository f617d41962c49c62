package frame

import "time"

// Silence is a segment that sends less than by its own recent rate it should: a
// white page reports no error. Beacons are scaled by their sampling, so that a
// change of that is no silence.
type Silence struct {
	// Term is the segment; the zero value stands for everyone.
	Term
	Expected float64   `json:"expected_per_m"` // beacons a minute, by the recent rate
	Received float64   `json:"received_per_m"` // in the last minute
	Since    time.Time `json:"since"`          // when it fell, to some ten seconds
}
