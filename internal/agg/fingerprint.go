package agg

import (
	"hash/fnv"
	"strings"
)

// Fingerprint names the group that an error belongs to: its type, its message
// with numbers and ids folded, and the topmost frame of its stack that is the
// site's own code. It is 12 hexadecimal digits. Equal defects of two releases,
// and of two browsers, are to have equal fingerprints, so that line numbers and
// the hashes in bundles' names are left out, and where an engine worded the
// error itself, type and message are what all engines would say.
func Fingerprint(typ, message, stack string) string {
	typ, message = strings.TrimPrefix(typ, "Uncaught "), unprefixed(message)
	if kind, rest, ok := strings.Cut(message, ": "); ok && (typ == "" || typ == kind) && isErrorType(kind) {
		typ, message = kind, rest
	}
	text := make([]byte, 0, 256)
	if said, known := meaning(typ, message); known {
		text = append(text, 0)
		text = fold(text, said)
	} else {
		text = append(text, typ...)
		text = append(text, 0)
		text = fold(text, message)
	}
	text = append(text, 0)
	function, file := topFrame(stack)
	text = append(text, function...)
	text = append(text, 0)
	text = fold(text, withoutHash(file))
	h := fnv.New64a()
	_, _ = h.Write(text) // never fails
	return hex(h.Sum64())[4:]
}

// unprefixed takes off what engines put before what was thrown.
func unprefixed(message string) string {
	for _, p := range [...]string{"Uncaught (in promise) ", "Uncaught ", "Unhandled Promise Rejection: "} {
		if rest, ok := strings.CutPrefix(message, p); ok {
			return rest
		}
	}
	return message
}

func isErrorType(s string) bool {
	return strings.HasSuffix(s, "Error") && !strings.ContainsAny(s, " .:/")
}

// bundleHash is how long the hashes are that bundlers write in base 32 or 64.
const bundleHash = 8

// withoutHash takes the hash off a bundle's name where it is not of digits that
// fold finds: index-DiwrgTda.js, chunk-HLNNQYAG.js, app.abcdefab.js.
func withoutHash(file string) string {
	dot := strings.LastIndexByte(file, '.')
	if dot <= bundleHash || file[dot-bundleHash-1] != '-' && file[dot-bundleHash-1] != '.' {
		return file
	}
	hash := file[dot-bundleHash : dot]
	if strings.Trim(hash, "abcdef0123456789") != "" && !strings.ContainsAny(hash, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") {
		return file
	}
	return file[:dot-bundleHash-1] + file[dot:]
}

// fold appends s with every number, and every word that looks like an id, as #.
func fold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if isUUID(s[i:]) {
			dst = append(dst, '#')
			i += uuidLen
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
		dst = foldWord(dst, s[i:end])
		i = end
	}
	return dst
}

const uuidLen = 36

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

// The shortest words that are taken for ids if they hold a digit.
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

// foreign marks frames that are not the site's own code.
var foreign = [...]string{
	"node_modules", "vendor", "polyfill", "-extension://", "webkit-masked-url", "[native code]", "<anonymous>", "rum.js",
}

// topFrame is the function and the file of the first frame that is the site's
// own; empty where there is none.
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

// minName is the length of the shortest function names that a minifier did not make.
const minName = 3

// parseStackFrame reads a line of a stack, as Chromium ("at pay (URL:1:2)", "at URL:1:2")
// or Firefox and Safari ("pay@URL:1:2") write it.
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
	url, ok = withoutPosition(url)
	if !ok {
		return "", "", false
	}
	url, _, _ = strings.Cut(url, "?")
	url, _, _ = strings.Cut(url, "#")
	file = url[strings.LastIndexByte(url, '/')+1:]
	return functionName(function), file, true
}

// functionName is the name in the code of what a frame calls "async Cart.total
// [as render]", "async*Cart.prototype.total" or "total/<", if no minifier made it.
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

// withoutPosition takes :line and :column off a URL. One of them must be there.
func withoutPosition(url string) (string, bool) {
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
