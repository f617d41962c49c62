package frame

import "time"

// SessionsSpec asks for the sessions that were hurt, or for the course of one.
// The zero value asks nothing.
type SessionsSpec struct {
	On          bool
	Fingerprint string // with this error; "": with any
	Key         string // of the segment; see Whole
	Whole       bool   // of all that pass the filter
	// ID is the session whose course is wanted, as [SessionRow] has it.
	ID string
}

// SessionRow is a session that had errors in the window. Ids are keyed hashes,
// which do not identify a person.
type SessionRow struct {
	ID               string // 16 hexadecimal digits of the session, else of the user, else of the view
	First, Last      time.Time
	Views, Errors    int
	Failed           int // requests
	Release, Browser string
	Region, Page     string // where the last error was
	Error            string // the last one's type and message
}

// Step is one thing in the course of a session.
type Step struct {
	At    time.Time
	Page  string
	Kind  string // view, vital, error, request, event
	Text  string
	Bad   bool   // an error, a request that failed, a vital that is poor
	Trace string // where one is known
}
