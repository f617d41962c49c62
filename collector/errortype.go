package collector

import (
	"strings"

	"github.com/rumtop/rumtop/internal/fingerprint"
)

// errorPrefixes are what browsers and SDKs put in front of an error's message,
// depending on how they caught it.
var errorPrefixes = [...]string{
	"Uncaught (in promise) ", "Uncaught ", "Unhandled promise rejection: ", "Unhandled Promise Rejection: ",
	"Unhandled rejection: ", "Unhandled Rejection: ", "Error: Uncaught (in promise): ", "uncaught exception: ",
}

// normaliseError gives one error the same type and message, however SDKs report
// it: it removes prefixes, and a type at the head of the message becomes the
// type, unless there is a better one.
func normaliseError(typ, message string) (string, string) {
	for cut := true; cut; {
		cut = false
		for _, p := range errorPrefixes {
			if rest, ok := strings.CutPrefix(message, p); ok {
				message, cut = rest, true
			}
		}
	}
	if head, rest, ok := strings.Cut(message, ": "); ok && fingerprint.IsErrorType(head) {
		switch typ {
		case "", "Error", "UnhandledRejection":
			typ = head
		}
		if typ == head {
			message = rest
		}
	} else if typ == "" && fingerprint.IsErrorType(message) {
		typ, message = message, ""
	}
	if typ == "" {
		typ = "Error"
	}
	return typ, message
}
