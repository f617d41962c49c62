package frame

import "time"

// How an error group stands against the baseline. A group of which none is true
// has no state.
const (
	// ErrorNew: first seen after the baseline began, in a history that reaches further back.
	ErrorNew = "new"
	// ErrorRegressed: known from before the baseline and absent from it, or there
	// and far rarer; either beyond what chance explains.
	ErrorRegressed = "regressed"
	// ErrorGone: in the baseline, not in the window, beyond what chance explains.
	ErrorGone = "gone"
)

// ErrorGroup is all errors of one fingerprint in the window.
type ErrorGroup struct {
	Fingerprint string    `json:"fingerprint"`
	Type        string    `json:"type"`
	Message     string    `json:"message"`
	Count       Count     `json:"count"`
	Users       int       `json:"users"`
	FirstSeen   time.Time `json:"first_seen"` // in the retained history
	LastSeen    time.Time `json:"last_seen"`
	Releases    []string  `json:"releases"`
	// Before is the count in the baseline window; New says that the group was
	// first seen after the baseline began, in a history that reaches further back.
	Before Count `json:"before"`
	New    bool  `json:"new"`
	// State is what became of the group since the baseline: [ErrorNew],
	// [ErrorRegressed], [ErrorGone]; "" where that cannot be said, or nothing did.
	State string `json:"state,omitempty"`
}

// ErrorDetail is one error group, looked at closely.
type ErrorDetail struct {
	ErrorGroup
	Stack   string // a sample, scrubbed, newest frame first as the browser sent it
	Handled bool
	// Spread is, per dimension and tag, how the group's errors distribute over
	// the values, most first, with the share that all page views have.
	Spread []Spread
	Counts []float64 // per step of Series, oldest first
	// Sessions is in how many distinct sessions of the window it was; beacons
	// without a session count in none.
	Sessions int
	Traces   []ErrorTrace // the newest few in the window, newest first
	Release  string       // of the page that sent Stack; "" if that is not in the window
}

// ErrorTrace is the trace that an error's beacon belongs to.
type ErrorTrace struct {
	At time.Time
	ID string // as the page sent it, sanitised; a W3C trace id mostly
}

// Spread is how one dimension's values divide an error group.
type Spread struct {
	Dim    string
	Values []SpreadValue
}

// SpreadValue is one value's share of a group's errors and of all page views.
type SpreadValue struct {
	Value         string
	Errors, Views float64 // 0..1
}
