// Package hush keeps the libraries below the screen from questioning the
// terminal while the program's packages initialise.
//
// bubbletea asks for the terminal's background colour in its init, before main
// runs and whatever the command is, and waits up to five seconds for an answer
// that many terminals never give. It does not ask where CI is set. This package
// sets CI for the length of that initialisation, and [Lift] takes it back.
//
// That it comes first is a promise of the Go specification: of the packages
// whose imports are initialised, the one whose path sorts first goes next. This
// one imports os alone and sorts before os/exec, which bubbletea imports. A test
// holds both ends of that argument.
package hush

import "os"

const variable = "CI"

// before is what the variable was when the program began.
var before = hush()

type setting struct {
	value string
	set   bool
}

func hush() setting {
	value, set := os.LookupEnv(variable)
	if value == "" {
		// A failure leaves the question asked: slower, never wrong.
		_ = os.Setenv(variable, "1")
	}
	return setting{value, set}
}

// Lift puts the environment back as the program found it, and reports whether
// it could. It may be called more than once.
func Lift() bool {
	if before.set {
		return os.Setenv(variable, before.value) == nil
	}
	return os.Unsetenv(variable) == nil
}
