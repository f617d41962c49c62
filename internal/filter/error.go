package filter

import "fmt"

// Error is a mistake in an expression.
type Error struct {
	Column int    // in characters, from 1; 0: there is no text
	Msg    string // what was expected
}

func (e *Error) Error() string {
	if e.Column == 0 {
		return "filter: " + e.Msg
	}
	return fmt.Sprintf("filter, column %d: %s", e.Column, e.Msg)
}
