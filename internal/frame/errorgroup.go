package frame

import "time"

// The states of an error group, compared with the baseline. A group can be in none
// of them.
const (
	// ErrorNew: first seen after the start of the baseline, in a history that
	// reaches further back.
	ErrorNew = "new"
	// ErrorRegressed: seen before the baseline and absent from it, or in it and far
	// rarer; either significant.
	ErrorRegressed = "regressed"
	// ErrorGone: in the baseline and not in the window; significant.
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
	// Before is the count in the baseline window. New: see [ErrorNew].
	Before Count `json:"before"`
	New    bool  `json:"new"`
	// State is [ErrorNew], [ErrorRegressed], [ErrorGone], or "" for none of them or
	// too little data.
	State string `json:"state,omitempty"`
}

// ErrorDetail is the detail of one error group.
type ErrorDetail struct {
	ErrorGroup
	Stack   string // a sample, scrubbed, newest frame first as the browser sent it
	Handled bool
	// Spread is how the group's errors and all page views distribute over the
	// values of each dimension and tag, most errors first.
	Spread []Spread
	Counts []float64 // per step of Series, oldest first
	// Sessions is the number of distinct sessions with the error in the window;
	// beacons without a session count in none.
	Sessions int
	Traces   []ErrorTrace // the newest few in the window, newest first
	Release  string       // of the page that sent Stack; "" if that is older than the window
}

// ErrorTrace is the trace that an error's beacon belongs to.
type ErrorTrace struct {
	At time.Time
	ID string // as the page sent it, sanitised; a W3C trace id mostly
}

// Spread is the values of one dimension in an error group.
type Spread struct {
	Dim    string
	Values []SpreadValue
}

// SpreadValue is one value's share of a group's errors and of all page views.
type SpreadValue struct {
	Value         string
	Errors, Views float64 // 0..1
}
