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
	end := urlEnd(s, behind)
	if strings.HasPrefix(s[behind:], "www.w3.org/") && strings.IndexByte(s[i:end], '?') < 0 {
		return end // a namespace
	}
	return sc.rewriteFrom(s, start, end, behind-start)
}

// rewriteURL replaces the URL or path from start to end.
func (sc *scan) rewriteURL(s string, start, end int) int {
	return sc.rewriteFrom(s, start, end, authorityStart(s[start:end]))
}

// rewriteFrom replaces the URL from start to end, whose authority begins at
// authority, by its scrubbed form, unless they are equal.
func (sc *scan) rewriteFrom(s string, start, end, authority int) int {
	url := s[start:end]
	base := url[:len(url)-len(lineColumn(url))]
	if base == sc.unchanged {
		return end
	}
	var t tally
	text, query, position := cutQuery(url, true, &t)
	last := &sc.last
	if text == "" || text != last.text {
		last.tally = tally{}
		last.out, last.site = sc.appendEndpoint(last.out[:0], text, authority, &last.tally)
		last.text = text
	}
	t.merge(&last.tally)
	out := append(sc.url[:0], last.out...)
	out = append(sc.appendQuery(out, query, last.site, &t), position...)
	sc.url = out
	if string(out) == url {
		sc.unchanged = base
	} else {
		sc.rewrite(start, end, out, &t)
	}
	return end
}

// queryLeads are the ends of an address before its query.
var queryLeads = bytesIn(alnum, "/")

// urlStops end a URL in a text; those beyond ASCII may.
var urlStops = bytesOf(" \t\n\"'<>`{}|\\^()[").orForeign()

// urlEnd gives where the URL that continues at i ends: at a blank, quote or bracket,
// without the punctuation of the sentence around it.
func urlEnd(s string, i int) int {
	j, open := i, 0
	for {
		for j < len(s) && !urlStops[s[j]] {
			j++
		}
		if j == len(s) {
			break
		}
		n := 0
		switch c := s[j]; {
		case c == '(':
			open++
			n = 1
		case c == ')' && open > 0:
			open--
			n = 1
		case c == '[':
			n = max(1, placeholderAt(s, j))
		case c >= utf8.RuneSelf:
			n = urlRune(s[j:])
		}
		if n == 0 {
			break
		}
		j += n
	}
	for j > i && sentenceEnds[s[j-1]] {
		j--
	}
	if j > i && s[j-1] == ']' && strings.IndexByte(s[i:j], '[') < 0 {
		j--
	}
	return j
}

// urlRune gives the length of the rune that s begins with, 0 if it ends a URL.
func urlRune(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case '“', '”', '‘', '’', '«', '»', '…', '、', '。', '，', '：', '（', '）', '「', '」':
		return 0
	}
	if fold(r) == ' ' {
		return 0
	}
	return n
}

var sentenceEnds = bytesOf(".,;:!?")

// barePath rewrites a path that begins with the / at i, or a URL without scheme that
// begins with //.
func (sc *scan) barePath(s string, i, behind int) int {
	if behind == len(s) || i > 0 && placeholderAt(s, i-1) > 0 {
		return 0
	}
	c := s[behind]
	network := c == '/' && isAt(s, i+2, alnum)
	if !network && !is(c, alnum) && strings.IndexByte("_@.~:%?", c) < 0 && c < utf8.RuneSelf {
		return 0
	}
	if network && !hasServer(s, behind) {
		return 0
	}
	end := urlEnd(s, behind)
	if rest := s[behind:end]; len(rest) < 5 && strings.Trim(rest, "0123456789") == "" {
		return 0 // 3 /4
	}
	return sc.rewriteURL(s, i, end)
}

// hasServer says whether the URL without scheme whose second / is at i names a
// server, and is no comment.
func hasServer(s string, i int) bool {
	host := s[i+1 : min(len(s), i+maxDomain)]
	if n := strings.IndexAny(host, "/?#"); n >= 0 {
		host = host[:n]
	}
	host = host[:urlEnd(host, 0)]
	return strings.ContainsAny(host, ".@")
}

// pathLeads are before a path in a text.
var pathLeads = bytesIn(space, "\"'`(=,[:")

// bareQuery removes the query at the ? at i of an address that does not begin with a
// slash: cart.html?user=jane.
func (sc *scan) bareQuery(s string, i, behind int) int {
	j := behind
	for j < len(s) && j-i < 64 && (is(s[j], alnum) || strings.IndexByte("_-.[]%", s[j]) >= 0) {
		j++
	}
	if j == behind || j >= len(s) || s[j] != '=' {
		return 0
	}
	return sc.rewriteURL(s, i, urlEnd(s, j))
}
