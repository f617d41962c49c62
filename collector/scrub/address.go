package scrub

import (
	"strings"
	"unicode/utf8"
)

// absoluteURL rewrites the URL around the :// at i.
func (sc *scan) absoluteURL(s string, i, behind int) int {
	start := i
	for start > 0 && i-start < 24 && s[start-1] != ':' && schemeBytes[s[start-1]] {
		start--
	}
	for start < i && !is(s[start], letter) {
		start++
	}
	if start == i {
		return 0
	}
	if start >= 5 && s[start-5:start] == "blob:" {
		start -= 5
	}
	end := addressEnd(s, behind)
	if strings.HasPrefix(s[behind:], "www.w3.org/") && strings.IndexByte(s[i:end], '?') < 0 {
		return end // a namespace
	}
	return sc.rewriteAddress(s, start, end, behind-start)
}

// rewriteURL notes that the address from start to end becomes its scrubbed form.
func (sc *scan) rewriteURL(s string, start, end int) int {
	return sc.rewriteAddress(s, start, end, authority(s[start:end]))
}

func (sc *scan) rewriteAddress(s string, start, end, authority int) int {
	addr := s[start:end]
	base := addr[:len(addr)-len(lineColumn(addr))]
	if base == sc.clean {
		return end
	}
	var t tally
	place, query, position := cutPath(addr, true, &t)
	if l := &sc.last; place == "" || place != l.place {
		l.tally = tally{}
		l.out, l.site = sc.appendPlace(l.out[:0], place, authority, &l.tally)
		l.place = place
	}
	t.merge(&sc.last.tally)
	out := append(sc.address[:0], sc.last.out...)
	out = append(sc.appendQuery(out, query, sc.last.site, &t), position...)
	sc.address = out
	if string(out) == addr {
		sc.clean = base
	} else {
		sc.rewrite(start, end, out, &t)
	}
	return end
}

// addressStops end an address in a text; those beyond ASCII may.
var addressStops = func() byteSet {
	b := bytesOf(" \t\n\"'<>`{}|\\^()[")
	for c := utf8.RuneSelf; c < len(b); c++ {
		b[c] = true
	}
	return b
}()

// addressEnd gives where the address that goes on at i ends: at a blank, quote
// or bracket, and without the punctuation of the sentence around it.
func addressEnd(s string, i int) int {
	j, open := i, 0
scan:
	for j < len(s) {
		c := s[j]
		if !addressStops[c] {
			j++
			continue
		}
		switch {
		case c == '(':
			open++
		case c == ')':
			if open == 0 {
				break scan
			}
			open--
		case c == '[':
			if n := placeholderAt(s, j); n > 0 {
				j += n
				continue
			}
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[j:])
			switch r {
			case '“', '”', '‘', '’', '«', '»', '…', '、', '。', '，', '：', '（', '）', '「', '」':
				break scan
			}
			if fold(r) == ' ' {
				break scan
			}
			j += n
			continue
		default:
			break scan
		}
		j++
	}
	for j > i && sentenceEnds[s[j-1]] {
		j--
	}
	if j > i && s[j-1] == ']' && strings.IndexByte(s[i:j], '[') < 0 {
		j--
	}
	return j
}

var sentenceEnds = bytesOf(".,;:!?")

// barePath rewrites a path that begins with the / at i, or a URL without scheme that
// begins with //.
func (sc *scan) barePath(s string, i, behind int) int {
	if i > 0 && !is(s[i-1], space) && strings.IndexByte("\"'`(=,[:", s[i-1]) < 0 || behind >= len(s) {
		return 0
	}
	if i > 0 && placeholderAt(s, i-1) > 0 {
		return 0
	}
	c := s[behind]
	network := c == '/' && isAt(s, i+2, alnum)
	if !network && !is(c, alnum) && strings.IndexByte("_@.~:%?", c) < 0 && c < utf8.RuneSelf {
		return 0
	}
	end := addressEnd(s, behind)
	if network {
		host := s[i+2 : end]
		if n := strings.IndexAny(host, "/?#"); n >= 0 {
			host = host[:n]
		}
		if !strings.ContainsAny(host, ".@") {
			return 0
		}
	}
	if rest := s[behind:end]; len(rest) < 5 && strings.Trim(rest, "0123456789") == "" {
		return 0 // 3 /4
	}
	return sc.rewriteURL(s, i, end)
}

// bareQuery removes the query at the ? at i of an address that does not begin with a
// slash: cart.html?user=jane.
func (sc *scan) bareQuery(s string, i, behind int) int {
	if i == 0 || !is(s[i-1], alnum) && s[i-1] != '/' {
		return 0
	}
	j := behind
	for j < len(s) && j-i < 64 && (is(s[j], alnum) || strings.IndexByte("_-.[]%", s[j]) >= 0) {
		j++
	}
	if j == behind || j >= len(s) || s[j] != '=' {
		return 0
	}
	return sc.rewriteURL(s, i, addressEnd(s, j))
}

// dataURL finds the payload of a data: URL, by the colon at i.
func dataURL(s string, i, behind int) match {
	if i < 4 || s[i-4:i] != "data" || i > 4 && is(s[i-5], alnum) {
		return match{}
	}
	high := min(len(s), i+100)
	comma := strings.IndexByte(s[i:high], ',')
	if comma < 0 || strings.ContainsAny(s[behind:i+comma], " \t\n\"'") || strings.IndexByte(s[i:i+comma], '/') < 0 {
		return match{}
	}
	start := i + comma + 1
	end := start
	for end < len(s) && !is(s[end], space) && strings.IndexByte("\"'<>)`", s[end]) < 0 {
		end++
	}
	if placeholderAt(s, start) > 0 {
		return keep(end)
	}
	return found(start, end)
}

// windowsHome finds the name of a home directory by the \ at i: C:\Users\jane.
func windowsHome(s string, i, _ int) match {
	users := i
	for users > 0 && i-users < 5 && is(s[users-1], letter) {
		users--
	}
	if !strings.EqualFold(s[users:i], "users") || users == 0 || s[users-1] != '\\' && s[users-1] != '/' {
		return match{}
	}
	start := i
	for start < len(s) && start-i < 2 && s[start] == '\\' {
		start++
	}
	end := start
	for end < len(s) && end-start < 64 && strings.IndexByte("\\/\n\"'<>|:*?", s[end]) < 0 {
		end++
	}
	if end == start || end == len(s) && strings.IndexByte(s[start:end], ' ') >= 0 || placeholderAt(s, start) > 0 {
		return match{}
	}
	switch strings.ToLower(s[start:end]) {
	case "public", "default", "all users":
		return match{}
	}
	return found(start, end)
}
