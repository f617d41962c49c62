// Package fingerprint names the group that an error of a browser belongs to,
// so that one defect is counted as one: across users, releases and engines.
package fingerprint

import (
	"encoding/hex"
	"hash/fnv"
	"strings"
)

// Of names the group that an error belongs to: its type, its message with
// numbers and ids folded but not codes, and the topmost frame of its stack that is the site's
// own code. It returns 12 hexadecimal digits. The same defect has the same
// fingerprint in two releases and in two browsers: line numbers and the hashes
// in bundle names are left out, and if an engine worded the error itself, type
// and message are replaced by one wording for all engines.
func Of(typ, message, stack string) string {
	typ, message = Unwrap(typ, message)
	text := make([]byte, 0, 256)
	if common, known := commonWording(typ, message); known {
		text = append(text, 0)
		text = fold(text, common, neverCode)
	} else {
		text = append(text, typ...)
		text = append(text, 0)
		text = fold(text, cutBuilds(message), isCode)
	}
	text = append(text, 0)
	function, file := topFrame(stack)
	text = append(text, function...)
	text = append(text, 0)
	text = fold(text, cutHash(file), neverCode)
	h := fnv.New64a()
	_, _ = h.Write(text) // never fails
	return hex.EncodeToString(h.Sum(text[:0])[2:])
}

// IsErrorType reports whether s looks like the name of an error's class:
// TypeError, java.io.IOException. It is at most 60 bytes long.
func IsErrorType(s string) bool {
	if len(s) == 0 || len(s) > 60 || !(strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception")) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && c != '_' && c != '.' && c != '$' {
			return false
		}
	}
	return true
}

// neverCode is for texts in which every number is an id.
func neverCode(string, int, int) bool { return false }

// fold appends s, with # for every number and every word that looks like an id,
// unless it is a code.
func fold(dst []byte, s string, isCode func(s string, from, to int) bool) []byte {
	for i := 0; i < len(s); {
		if isUUID(s[i:]) {
			dst = append(dst, '#')
			i += uuidLen
			continue
		}
		if isPseudonym(s[i:]) {
			dst = append(dst, "[id]"...)
			i += pseudonymLen
			continue
		}
		if !alphanumeric(s[i]) {
			dst = append(dst, s[i])
			i++
			continue
		}
		end := i
		for end < len(s) && alphanumeric(s[end]) {
			end++
		}
		if strings.ContainsAny(s[i:end], "0123456789") && isCode(s, i, end) {
			dst = append(dst, s[i:end]...)
		} else {
			dst = foldWord(dst, s[i:end])
		}
		i = end
	}
	return dst
}

const uuidLen = 36

// pseudonymLen is the length of what the scrubber leaves of a person's identifier,
// [id:3f2a9c10]. Errors that differ in it alone are one group.
const pseudonymLen = len("[id:3f2a9c10]")

func isPseudonym(s string) bool {
	return len(s) >= pseudonymLen && s[:4] == "[id:" && s[pseudonymLen-1] == ']' &&
		strings.Trim(s[4:pseudonymLen-1], "0123456789abcdef") == ""
}

// isUUID reports whether s begins with a UUID.
func isUUID(s string) bool {
	if len(s) < uuidLen || s[8] != '-' {
		return false
	}
	for i := range uuidLen {
		c := s[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return false
		}
	}
	return true
}

// The shortest words that count as ids if they contain a digit.
const (
	minHexID = 4
	minID    = 12
)

func foldWord(dst []byte, w string) []byte {
	digits, hexes := 0, 0
	for i := range len(w) {
		switch c := w[i]; {
		case '0' <= c && c <= '9':
			digits++
			hexes++
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			hexes++
		}
	}
	switch {
	case digits == 0:
		return append(dst, w...)
	case hexes == len(w) && len(w) >= minHexID, len(w) >= minID:
		return append(dst, '#')
	}
	inNumber := false
	for i := range len(w) {
		isDigit := '0' <= w[i] && w[i] <= '9'
		if !isDigit {
			dst = append(dst, w[i])
		} else if !inNumber {
			dst = append(dst, '#')
		}
		inNumber = isDigit
	}
	return dst
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// foreign are the texts that mark a frame as not the site's own code.
var foreign = [...]string{
	"node_modules", "vendor", "polyfill", "-extension://", "webkit-masked-url", "[native code]", "<anonymous>", "rum.js",
}

// topFrame returns the function and the file of the first frame that is the
// site's own code, empty if none is.
func topFrame(stack string) (function, file string) {
	for line := range strings.Lines(stack) {
		if isForeign(line) {
			continue
		}
		if function, file, ok := parseStackFrame(strings.TrimSpace(line)); ok {
			return function, file
		}
	}
	return "", ""
}

func isForeign(line string) bool {
	for _, f := range foreign {
		if strings.Contains(line, f) {
			return true
		}
	}
	return false
}

// minName is the length of the shortest names that are not a minifier's.
const minName = 3

// parseStackFrame reads a line of a stack as Chromium ("at pay (URL:1:2)",
// "at URL:1:2") or Firefox and Safari ("pay@URL:1:2") write it.
func parseStackFrame(line string) (function, file string, ok bool) {
	var url string
	if rest, chromium := strings.CutPrefix(line, "at "); chromium {
		function, url, ok = strings.Cut(rest, " (")
		if !ok {
			function, url = "", rest
		}
		url = strings.TrimSuffix(url, ")")
	} else if function, url, ok = strings.Cut(line, "@"); !ok {
		return "", "", false
	}
	url, ok = cutPosition(url)
	if !ok {
		return "", "", false
	}
	url, _, _ = strings.Cut(url, "?")
	url, _, _ = strings.Cut(url, "#")
	file = url[strings.LastIndexByte(url, '/')+1:]
	return functionName(function), file, true
}

// functionName returns the name that the code has for what a frame calls "async
// Cart.total [as render]", "async*Cart.prototype.total" or "total/<"; "" if it
// is a minifier's.
func functionName(s string) string {
	s, _, _ = strings.Cut(s, " [as ")
	s = s[strings.LastIndexAny(s, " *")+1:]
	s = strings.TrimRight(s, "/<")
	s = s[strings.LastIndexAny(s, "./<")+1:]
	if len(s) < minName {
		return ""
	}
	return s
}

// cutPosition removes :line and :column from a URL, which must have one of them.
func cutPosition(url string) (string, bool) {
	found := false
	for range 2 {
		i := strings.LastIndexByte(url, ':')
		if i < 0 || i == len(url)-1 || strings.Trim(url[i+1:], "0123456789") != "" {
			break
		}
		url, found = url[:i], true
	}
	return url, found
}
