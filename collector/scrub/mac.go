package scrub

import "strings"

// macLen is the length of a MAC address in pairs of digits.
const macLen = len("00:1a:2b:3c:4d:5e")

// macColons finds a MAC address whose first pair ends at the colon at i.
func macColons(s string, i, _ int) match { return macPairs(s, i-2, ':') }

// macDashes finds a MAC address whose first pair begins at i.
func macDashes(s string, i, _ int) match { return macPairs(s, i, '-') }

// dashes is a dash, behind the first part of a number.
var dashes = bytesOf("-")

// macPairs finds six pairs of hexadecimal digits with sep between them at i.
func macPairs(s string, i int, sep byte) match {
	end := i + macLen
	if i < 0 || end > len(s) || i > 0 && (is(s[i-1], alnum) || s[i-1] == sep) {
		return match{}
	}
	letters := false
	for k := range macLen {
		c := s[i+k]
		if k%3 == 2 {
			if c != sep {
				return match{}
			}
			continue
		}
		if !isHex(c) {
			return match{}
		}
		letters = letters || is(c, letter)
	}
	if isAt(s, end, alnum) || end < len(s) && s[end] == sep && isAt(s, end+1, alnum) {
		return match{}
	}
	if !letters && sep == '-' && isTimestamp(s[i:end]) {
		return match{}
	}
	return found(i, end)
}

// isTimestamp says whether six pairs of digits are a time: 24-11-20-14-07-32.
func isTimestamp(pairs string) bool {
	for k, p := range [...]struct{ least, most int }{{0, 99}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 59}} {
		if n := number(pairs[3*k : 3*k+2]); n < p.least || n > p.most {
			return false
		}
	}
	return true
}

// macDots finds a MAC address as Cisco writes them at i: 001a.2b3c.4d5e.
func macDots(s string, i, _ int) match {
	const size = len("001a.2b3c.4d5e")
	end := i + size
	if end > len(s) || s[i+4] != '.' || s[i+9] != '.' || isAt(s, i-1, alnum) || isAt(s, end, alnum) {
		return match{}
	}
	for k := range size {
		if k%5 != 4 && !isHex(s[i+k]) {
			return match{}
		}
	}
	return found(i, end)
}

// macPlain finds a MAC address without separators, after a word that says so.
func macPlain(s string, start, end int) match {
	for i := start; i < end; i++ {
		if !isHex(s[i]) {
			return match{}
		}
	}
	w := wordBefore(s, start)
	if w.isIn(macWords) {
		return found(start, end)
	}
	if w.isIn(addressWords) && hasWord(s, strings.LastIndexAny(s[:start], "aA"), macAddressWords) {
		return found(start, end)
	}
	return match{}
}

var (
	macWords        = words(`mac macaddress macaddr hwaddr bssid`)
	addressWords    = words(`address addr`)
	macAddressWords = words(`mac hardware bluetooth`) // before a word for address
)
