package agg

import (
	"hash/fnv"
	"strings"
)

// Fingerprint names the group that an error belongs to: its type, its message
// with numbers and ids folded, and the topmost frame of its stack that is the
// site's own code. It is 12 hexadecimal digits. Equal defects of two releases
// are to have equal fingerprints, so that line numbers and the hashes in
// bundles' names are left out.
func Fingerprint(typ, message, stack string) string {
	text := make([]byte, 0, 256)
	text = append(text, strings.TrimPrefix(typ, "Uncaught ")...)
	text = append(text, 0)
	text = fold(text, strings.TrimPrefix(message, "Uncaught "))
	text = append(text, 0)
	function, file := topFrame(stack)
	text = append(text, function...)
	text = append(text, 0)
	text = fold(text, file)
	h := fnv.New64a()
	_, _ = h.Write(text) // never fails
	return hex(h.Sum64())[4:]
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
		if function, file, ok := frame(strings.TrimSpace(line)); ok {
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

// frame reads a line of a stack, as Chromium ("at pay (URL:1:2)", "at URL:1:2")
// or Firefox and Safari ("pay@URL:1:2") write it.
func frame(line string) (function, file string, ok bool) {
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
	function = strings.TrimPrefix(strings.TrimPrefix(function, "async "), "new ")
	if name := function[strings.LastIndexByte(function, '.')+1:]; len(name) < minName {
		function = ""
	}
	return function, file, true
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
