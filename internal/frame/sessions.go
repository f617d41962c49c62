package frame

import "time"

// SessionsSpec asks for the sessions with errors, or for the timeline of one. The
// zero value asks for nothing.
type SessionsSpec struct {
	On          bool
	Fingerprint string // with this error; "": with any
	Key         string // of the segment; see Whole
	Whole       bool   // of all traffic that matches the filter
	// ID is the session to show the timeline of, as [SessionRow] has it.
	ID string
}

// SessionRow is a session with errors in the window. Ids are keyed hashes,
// which do not identify a person.
type SessionRow struct {
	ID               string // 16 hexadecimal digits of the session, else of the user, else of the view
	First, Last      time.Time
	Views, Errors    int
	Failed           int // requests
	Release, Browser string
	Region, Page     string // of the last error
	Error            string // the last one's type and message
}

// TimelineEntry is one entry in the timeline of a session.
type TimelineEntry struct {
	At    time.Time
	Page  string
	Kind  string // view, vital, error, request, event
	Text  string
	Bad   bool   // an error, a failed request, a poor vital
	Trace string // "" if unknown
}
