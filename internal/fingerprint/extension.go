package fingerprint

import (
	"slices"
	"strings"
)

// extensionSchemes begin the addresses of code that a browser extension, or
// the browser itself, runs in a page. Safari masks them, Firefox reports its
// own code and that of old add-ons as resource:, chrome: and jar:.
var extensionSchemes = [...]string{
	"chrome-extension:", "moz-extension:", "safari-web-extension:", "safari-extension:", "ms-browser-extension:",
	"extension:", "webkit-masked-url:", "user-script:", "resource:", "chrome:", "jar:",
}

// extensionMessages are of the messaging between the parts of an extension,
// which pages cannot use: engines give such an error no stack. Chromium and
// Safari do not translate them.
var extensionMessages = [...]string{
	"Extension context invalidated",
	"A listener indicated an asynchronous response by returning true, but the message channel closed",
	"Could not establish connection. Receiving end does not exist",
	"The message port closed before a response was received",
	"Attempting to use a disconnected port object",
	"Unchecked runtime.lastError",
	"Invalid call to runtime.",
	"Invocation of form runtime.",
	"Error in invocation of runtime.",
}

// IsExtension reports whether an error is a browser extension's, not the
// page's: all frames of its stack that say where they are lie in extensions.
// Of an error without such frames the message decides.
func IsExtension(message, stack string) bool {
	inExtension := false
	for line := range strings.Lines(stack) {
		switch whoseFrame(strings.TrimSpace(line)) {
		case frameOfPage:
			return false
		case frameOfExtension:
			inExtension = true
		case frameOfNobody:
		}
	}
	return inExtension || slices.ContainsFunc(extensionMessages[:], func(m string) bool { return strings.Contains(message, m) })
}

// frameOwner is whose code a frame runs.
type frameOwner uint8

const (
	frameOfNobody frameOwner = iota // built-in functions, and lines that are no frame
	frameOfPage
	frameOfExtension
)

// nowhere are the places of frames that are in no file.
var nowhere = [...]string{"", "<anonymous>", "native", "[native code]", "native code", "unknown", "<unknown>", "?", "self-hosted", "debugger eval code"}

// whoseFrame reads a line of a stack.
func whoseFrame(line string) frameOwner {
	place, isFrame := framePlace(line)
	if !isFrame {
		return frameOfNobody
	}
	for _, scheme := range extensionSchemes {
		if strings.HasPrefix(place, scheme) {
			return frameOfExtension
		}
	}
	if bare, _ := cutPosition(place); slices.Contains(nowhere[:], bare) {
		return frameOfNobody
	}
	return frameOfPage
}

// framePlace returns where a frame is, with its line and column: of "at f
// (URL:1:2)", "at URL:1:2", "f@URL:1:2" and a URL alone. Of code from an eval it
// is where that was called.
func framePlace(line string) (place string, ok bool) {
	if rest, isChromium := strings.CutPrefix(line, "at "); isChromium {
		rest = strings.TrimPrefix(rest, "async ")
		if inner := strings.LastIndexByte(rest, '('); inner >= 0 {
			place, _, _ = strings.Cut(rest[inner+1:], ")")
			return place, true
		}
		return rest, true
	}
	if at := strings.LastIndexByte(line, '@'); at >= 0 {
		place = line[at+1:]
		_, hasPosition := cutPosition(place)
		return place, hasPosition || slices.Contains(nowhere[1:], place)
	}
	scheme, _, isURL := strings.Cut(line, "://")
	return line, isURL && !strings.ContainsAny(scheme, " \t")
}
