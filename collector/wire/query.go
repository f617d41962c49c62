package wire

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// queryParameter finds one parameter of a query without parsing all of it.
func queryParameter(query, name string) string {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return unescapeForm(value)
		}
	}
	return ""
}

// unescapeForm unescapes a parameter. Without escapes it is free. What is no
// escape stays: a browser's old escape function writes %u20ac, and a URL that was
// cut ends with half an escape.
func unescapeForm(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return wellFormed(s)
	}
	plain, err := url.QueryUnescape(s)
	if err != nil {
		plain = unescapeLoosely(s)
	}
	return wellFormed(plain)
}

func unescapeLoosely(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		char, width := hexAfter(s[i:], "%u", 4)
		if low, n := hexAfter(s[i+width:], "%u", 4); isHighHalf(char) && isLowHalf(low) {
			char, width = utf16.DecodeRune(char, low), width+n
		}
		if width > 0 {
			out, i = utf8.AppendRune(out, char), i+width
			continue
		}
		one := s[i]
		if char, width = hexAfter(s[i:], "%", 2); width > 0 {
			one, i = byte(char), i+width-1
		} else if one == '+' {
			one = ' '
		}
		out, i = append(out, one), i+1
	}
	return string(out)
}

// hexAfter reads a mark and that many hexadecimal digits; length 0 if s does not
// begin with them.
func hexAfter(s, mark string, digits int) (value rune, length int) {
	length = len(mark) + digits
	if len(s) < length || !strings.HasPrefix(s, mark) {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[len(mark):length], 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(n), length
}
