package fingerprint

import (
	"regexp"
	"slices"
	"strings"
)

// wrappings are what engines, frameworks and SDKs put before the message of an
// error, depending on how they caught it.
var wrappings = []string{
	"Uncaught (in promise): ", "Uncaught (in promise) ", "Uncaught (in promise)", "uncaught exception: ", "Uncaught exception: ", "Uncaught ",
	"Unhandled promise rejection: ", "Unhandled Promise Rejection: ", "Unhandled rejection: ", "Unhandled Rejection: ", "Unhandled rejection ",
	"Unhandled Rejection (", "UnhandledRejection: ", "UnhandledPromiseRejection: ", "Unhandled error: ", "Unhandled Error: ", "Possibly unhandled rejection: ",
	"Non-Error promise rejection captured with value: ", "Non-Error exception captured with value: ", "promise rejection: ", "Promise rejection: ",
	"ERROR ", "[ERROR] ", "[error] ", "[Vue warn]: ", "[unhandledrejection] ",
}

// quoted matches how Vue wraps an error: Error in render: "TypeError: x".
var quoted = regexp.MustCompile(`(?s)^(?:Unhandled e|E)rror (?:in|during execution of) [^\n]{1,120}?: "(.+)"`)

// parenthesised matches how overlays of development servers head an error:
// Unhandled Rejection (TypeError): x.
var parenthesised = regexp.MustCompile(`^Unhandled (?:Promise )?Rejection \(([\w.$]+)\): `)

// generalTypes are types that say less than one in the message.
var generalTypes = []string{"", "Error", "UnhandledRejection", "UnhandledPromiseRejection", "Unhandled Promise Rejection", "UnhandledPromiseRejectionWarning", "unhandledrejection", "Uncaught"}

// maxWraps bounds how often an error is unwrapped.
const maxWraps = 8

// Unwrap returns the type and the message of an error without what reports of it
// wrap around them, so that one error is the same from each SDK and framework: a
// type at the head of the message becomes the type unless there is a better one,
// and a stack at the end of the message is cut off. The type may be "".
func Unwrap(typ, message string) (string, string) {
	typ = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(typ), "Uncaught "), ":")
	message = strings.TrimSpace(message)
	for range maxWraps {
		before := message
		if m := quoted.FindStringSubmatch(message); m != nil {
			message = m[1]
		}
		if m := parenthesised.FindStringSubmatch(message); m != nil {
			message = m[1] + ": " + message[len(m[0]):]
		}
		for _, w := range wrappings {
			if rest, ok := strings.CutPrefix(message, w); ok && rest != "" {
				message = rest
				break
			}
		}
		if head, rest, ok := strings.Cut(message, ": "); ok && IsErrorType(head) {
			if slices.Contains(generalTypes, typ) {
				typ = head
			}
			if typ == head {
				message = rest
			}
		} else if slices.Contains(generalTypes, typ) && IsErrorType(message) && message != typ {
			typ, message = message, ""
		}
		if message == before {
			break
		}
	}
	return typ, cutStack(message)
}

// stackLine matches a frame of a stack, as each engine writes it.
var stackLine = regexp.MustCompile(`\n\s*(?:at (?:.* \()?\S+:\d+(?::\d+)?\)?|[^\n@]*@\S+:\d+(?::\d+)?)(?:\n|$)`)

// cutStack cuts off a stack that follows the message, and the message's
// repetition at its head.
func cutStack(message string) string {
	at := stackLine.FindStringIndex(message)
	if at == nil {
		return message
	}
	first, _, _ := strings.Cut(message[:at[0]], "\n")
	if rest := message[len(first):at[0]]; rest == "" || strings.Contains(rest, strings.TrimSpace(first)) {
		return first
	}
	return message[:at[0]]
}
