package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest parts of an address that are looked at, in bytes: somewhat more
// than RFC 5321 allows, because escapes and other scripts take more.
const (
	maxLocal  = 128
	maxDomain = 255
)

// email looks at the @ at i for an address around it.
func (sc *scan) email(s string, i int) int {
	start := localStart(s, i)
	if start == i {
		return 0
	}
	end := domainEnd(s, i+1)
	if end == 0 {
		return 0
	}
	sc.redact(start, end, Email)
	return end
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
	cjk := unspacedBefore(s, i)
	j := i
	for j > low {
		c := s[j-1]
		switch {
		case localBytes[c]:
			if j < i && is(c, alnum) && j-1 >= 2 && s[j-3] == '%' && delimiterEscape(s[j-3:j]) {
				return trimLocal(s, j, i)
			}
			j--
			continue
		case c == '%':
			j--
			continue
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeLastRuneInString(s[low:j])
			if cjk && unspaced(r) || !unspaced(r) && inWord(r) {
				j -= n
				continue
			}
		}
		break
	}
	return trimLocal(s, j, i)
}

var localBytes = func() byteSet {
	b := bytesOf("._+-'!#$*^~|")
	for c := range b {
		b[c] = b[c] || is(byte(c), alnum)
	}
	return b
}()

// trimLocal takes quotes and punctuation off the beginning of a local part.
func trimLocal(s string, j, i int) int {
	for j < i && strings.IndexByte(".'!#$*^~|-%", s[j]) >= 0 {
		j++
	}
	return j
}

// delimiterEscape says whether a percent escape stands for something that ends
// a word.
func delimiterEscape(e string) bool {
	switch strings.ToUpper(e) {
	case "%20", "%22", "%26", "%27", "%2C", "%2F", "%3A", "%3B", "%3C", "%3D", "%3F", "%0A", "%5B", "%7B", "%09":
		return true
	}
	return false
}

// unspaced says whether a rune belongs to a script that puts no blanks between
// words, so that an ASCII address may stand amid it.
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

func unspacedBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[max(0, i-4):i])
	return unspaced(r)
}

// domainEnd gives where the domain that begins at i ends, 0 if none does: labels,
// the last of which could be a top-level domain, or an address in brackets.
func domainEnd(s string, i int) int {
	if i < len(s) && s[i] == '[' {
		if n := strings.IndexByte(s[i:min(len(s), i+48)], ']'); n > 0 && placeholderAt(s, i) == 0 {
			inner := strings.TrimPrefix(s[i+1:i+n], "IPv6:")
			if ipv4Len(inner, 0) == len(inner) || ipv6Len(inner, 0) == len(inner) {
				return i + n + 1
			}
		}
		return 0
	}
	high := min(len(s), i+maxDomain)
	first, _ := utf8.DecodeRuneInString(s[i:high])
	cjk := unspaced(first)
	end := 0    // after the last label that could end a domain
	label := i  // where the current label begins
	labels := 0 // complete ones
	j := i
	for {
		for j < high {
			c := s[j]
			if is(c, alnum) || c == '-' {
				j++
				continue
			}
			if c >= utf8.RuneSelf {
				r, n := utf8.DecodeRuneInString(s[j:high])
				if unspaced(r) && (cjk || j == label) || !unspaced(r) && inWord(r) {
					cjk = cjk || unspaced(r)
					j += n
					continue
				}
			}
			break
		}
		if j == label || s[label] == '-' {
			break
		}
		if labels > 0 && topLevel(s[label:j]) {
			end = j
		} else if codeExtensions.has(s[label:j]) && j < high && s[j] == ':' && isAt(s, j+1, digit) {
			return 0 // render@cart.view.js:10
		}
		labels++
		if j >= high || s[j] != '.' {
			break
		}
		j++
		label = j
	}
	if end == 0 || version(s[i:end]) {
		return 0
	}
	for s[end-1] == '-' {
		end--
	}
	return end
}

// topLevel says whether a label could end a domain: at least two letters, or
// punycode, and not the extension of a source or image file.
func topLevel(l string) bool {
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

// version tells pkg@1.2.3-beta.one from a domain.
func version(d string) bool {
	j := 0
	for j < len(d) && is(d[j], digit) {
		j++
	}
	return j > 0 && j+1 < len(d) && d[j] == '.' && is(d[j+1], digit)
}
