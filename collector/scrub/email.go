package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest parts of an address that are looked at, in bytes: somewhat more
// than RFC 5321 allows, because escapes and other scripts are longer.
const (
	maxLocal  = 128
	maxDomain = 255
)

// email finds an address around the @ at i.
func email(s string, i, behind int) match {
	start := localStart(s, i)
	if start == i {
		return match{}
	}
	end := domainEnd(s, behind)
	if end == 0 {
		return match{}
	}
	return found(start, end)
}

// localStart gives where the local part before the @ at i begins, i if there is none.
func localStart(s string, i int) int {
	low := max(0, i-maxLocal)
	if i > 0 && s[i-1] == '"' { // "jane doe"@example.com
		if q := strings.LastIndexByte(s[low:i-1], '"'); q >= 0 && low+q < i-2 {
			return low + q
		}
		return i
	}
	cjk := isUnspacedBefore(s, i)
	j := i
	for j > low {
		c := s[j-1]
		n := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, n = utf8.DecodeLastRuneInString(s[low:j]); unspaced(r) && !cjk || !unspaced(r) && !inWord(r) {
				break
			}
		} else if !localBytes[c] || j < i && is(c, alnum) && isDelimiterBefore(s, j) {
			break
		}
		j -= n
	}
	for j < i && strings.IndexByte(".'!#$*^~|-%", s[j]) >= 0 { // quotes and punctuation
		j++
	}
	return j
}

// isDelimiterBefore says whether the letter or digit before i ends the escape of a
// delimiter: %20jane.
func isDelimiterBefore(s string, i int) bool {
	return i >= 3 && s[i-3] == '%' && delimiterEscapes.has(s[i-2:i])
}

// delimiterEscapes are percent escapes of what ends a word.
var delimiterEscapes = words(`20 22 26 27 2c 2f 3a 3b 3c 3d 3f 0a 5b 7b 09`)

var localBytes = bytesIn(alnum, "._+-'!#$*^~|%")

// localEnds may end a local part.
var localEnds = bytesIn(alnum, "._+-'!#$*^~|%\"").orForeign()

// unspaced says whether a rune is of a script without blanks between words, so that
// an ASCII address may be in the middle of it.
func unspaced(r rune) bool {
	switch {
	case r < 0xe00:
		return false
	case r <= 0xe7f, // Thai
		r >= 0x1100 && r <= 0x11ff, r >= 0xac00 && r <= 0xd7a3, // Hangul
		r >= 0x3041 && r <= 0x30ff,                                                           // kana
		r >= 0x3400 && r <= 0x4dbf, r >= 0x4e00 && r <= 0x9fff, r >= 0x20000 && r <= 0x323af: // Han
		return true
	}
	return false
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == utf8.RuneError
}

func isUnspacedBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[max(0, i-4):i])
	return unspaced(r)
}

// domainEnd gives where the domain that begins at i ends, 0 if there is none: labels,
// the last of which could be a top-level domain, or an address in brackets.
func domainEnd(s string, i int) int {
	if i < len(s) && s[i] == '[' {
		return addressLiteralEnd(s, i)
	}
	d := s[:min(len(s), i+maxDomain)]
	first, _ := utf8.DecodeRuneInString(d[i:])
	cjk := unspaced(first)
	end := 0 // of the last label that could end a domain
	label := i
	for n := 0; ; n++ {
		var j int
		j, cjk = domainLabelEnd(d, label, cjk)
		if j == label || d[label] == '-' {
			break
		}
		if n > 0 && isTopLevel(d[label:j]) {
			end = j
		} else if codeExtensions.has(d[label:j]) && j < len(d) && d[j] == ':' && isAt(s, j+1, digit) {
			return 0 // render@cart.view.js:10
		}
		if j >= len(d) || d[j] != '.' {
			break
		}
		label = j + 1
	}
	if end == 0 || isPackageVersion(d[i:end]) {
		return 0
	}
	for d[end-1] == '-' {
		end--
	}
	return end
}

// addressLiteralEnd gives where the IP address in brackets at i ends, 0 if there is
// none.
func addressLiteralEnd(s string, i int) int {
	n := strings.IndexByte(s[i:min(len(s), i+48)], ']')
	if n <= 0 || placeholderAt(s, i) > 0 {
		return 0
	}
	addr := strings.TrimPrefix(s[i+1:i+n], "IPv6:")
	if ipv4Len(addr, 0) != len(addr) && ipv6Len(addr, 0) != len(addr) {
		return 0
	}
	return i + n + 1
}

// domainLabelEnd gives where the label of a domain that begins at i ends. cjk says
// whether scripts without blanks are part of the domain, and not text around it.
func domainLabelEnd(s string, i int, cjk bool) (int, bool) {
	for j := i; ; {
		if j < len(s) && (is(s[j], alnum) || s[j] == '-') {
			j++
			continue
		}
		if j == len(s) || s[j] < utf8.RuneSelf {
			return j, cjk
		}
		r, n := utf8.DecodeRuneInString(s[j:])
		if unspaced(r) && !cjk && j > i || !unspaced(r) && !inWord(r) {
			return j, cjk
		}
		cjk = cjk || unspaced(r)
		j += n
	}
}

// isTopLevel says whether a label could end a domain: at least two letters, or
// punycode, and not the extension of a source or image file.
func isTopLevel(l string) bool {
	if len(l) < 2 {
		return false
	}
	if strings.HasPrefix(l, "xn--") {
		return true
	}
	n := len(l)
	for n > 0 && l[n-1] == '-' {
		n--
	}
	for i := range n {
		if l[i] < utf8.RuneSelf && !is(l[i], letter) {
			return false
		}
	}
	return n >= 2 && !codeExtensions.has(l[:n]) && !mediaExtensions.has(l[:n])
}

// isPackageVersion says whether d is a version, as in pkg@1.2.3-beta.one.
func isPackageVersion(d string) bool {
	j := 0
	for j < len(d) && is(d[j], digit) {
		j++
	}
	return j > 0 && j+1 < len(d) && d[j] == '.' && is(d[j+1], digit)
}
