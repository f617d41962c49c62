package scrub

import (
	"strings"
	"unicode/utf8"
)

// absolute looks at the :// at i for an address around it.
func (sc *scan) absolute(s string, i int) int {
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
	end := addressEnd(s, i+3)
	if strings.HasPrefix(s[i+3:], "www.w3.org/") && strings.IndexByte(s[i:end], '?') < 0 {
		return end // a namespace
	}
	return sc.rewriteAddress(s, start, end, i+3-start)
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

// path looks at the / at i for a path that stands alone in a text, and for the
// authority after //.
func (sc *scan) path(s string, i int) int {
	if sc.inPath || i > 0 && !is(s[i-1], space) && strings.IndexByte("\"'`(=,[:", s[i-1]) < 0 || i+1 >= len(s) {
		return 0
	}
	if i > 0 && s[i-1] == '[' && placeholderAt(s, i-1) > 0 {
		return 0
	}
	c := s[i+1]
	relative := is(c, alnum) || c == '_' || c == '@' || c == '.' || c == '~' || c == ':' || c == '%' || c == '?' || c >= utf8.RuneSelf
	network := c == '/' && isAt(s, i+2, alnum)
	if !relative && !network {
		return 0
	}
	end := addressEnd(s, i+1)
	if network {
		host := s[i+2 : end]
		if n := strings.IndexAny(host, "/?#"); n >= 0 {
			host = host[:n]
		}
		if strings.IndexByte(host, '.') < 0 && strings.IndexByte(host, '@') < 0 {
			return 0
		}
	}
	if rest := s[i+1 : end]; len(rest) < 5 && strings.Trim(rest, "0123456789") == "" {
		return 0 // 3 /4
	}
	return sc.rewriteURL(s, i, end)
}

// query looks at the ? at i for the query of an address that does not begin
// with a slash: cart.html?user=jane.
func (sc *scan) query(s string, i int) int {
	if sc.inPath || i == 0 || !is(s[i-1], alnum) && s[i-1] != '/' {
		return 0
	}
	j := i + 1
	for j < len(s) && j-i < 64 && (is(s[j], alnum) || strings.IndexByte("_-.[]%", s[j]) >= 0) {
		j++
	}
	if j == i+1 || j >= len(s) || s[j] != '=' {
		return 0
	}
	end := addressEnd(s, j)
	return sc.rewriteURL(s, i, end)
}

// scheme looks at the colon at i for data:, which has a payload.
func (sc *scan) scheme(s string, i int) int {
	if i < 4 || s[i-4:i] != "data" || i > 4 && is(s[i-5], alnum) {
		return 0
	}
	high := min(len(s), i+100)
	comma := strings.IndexByte(s[i:high], ',')
	if comma < 0 || strings.ContainsAny(s[i+1:i+comma], " \t\n\"'") || strings.IndexByte(s[i:i+comma], '/') < 0 {
		return 0
	}
	start := i + comma + 1
	end := start
	for end < len(s) && !is(s[end], space) && strings.IndexByte("\"'<>)`", s[end]) < 0 {
		end++
	}
	if placeholderAt(s, start) == 0 {
		sc.redact(start, end, Data)
	}
	return end
}

// windowsPath looks at the \ at i for a home directory: C:\Users\jane.
func (sc *scan) windowsPath(s string, i int) int {
	home := i
	for home > 0 && i-home < 5 && is(s[home-1], letter) {
		home--
	}
	if !strings.EqualFold(s[home:i], "users") || home == 0 || s[home-1] != '\\' && s[home-1] != '/' {
		return 0
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
		return 0
	}
	switch strings.ToLower(s[start:end]) {
	case "public", "default", "all users":
		return 0
	}
	sc.redact(start, end, ID)
	return end
}
