// Package noquery keeps bubbletea from querying the terminal while the
// program's packages initialise.
//
// In its init, before main runs and for every command, bubbletea asks for the
// terminal's background colour and waits up to five seconds for an answer that
// many terminals never send. It does not ask if CI is set. This package sets CI
// during that initialisation, and [Restore] resets it.
//
// The Go specification guarantees that this package is initialised first: of
// the packages whose imports are initialised, the one whose path sorts first is
// next. This one imports only os and sorts before os/exec, which bubbletea
// imports. A test checks both parts of that argument.
package noquery

import "os"

const variable = "CI"

// before is the variable as the program found it.
var before = set()

type setting struct {
	value string
	set   bool
}

func set() setting {
	value, ok := os.LookupEnv(variable)
	if value == "" {
		// If it fails, bubbletea asks: slower, never wrong.
		_ = os.Setenv(variable, "1")
	}
	return setting{value, ok}
}

// Restore resets the environment to what the program found, and reports whether
// that succeeded. It may be called more than once.
func Restore() bool {
	if before.set {
		return os.Setenv(variable, before.value) == nil
	}
	return os.Unsetenv(variable) == nil
}
