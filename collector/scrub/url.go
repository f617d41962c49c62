package scrub

import (
	"strings"
	"unicode/utf8"
)

// url is one round over the address of a request.
func (sc *scan) url(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if i := strings.IndexByte(s, ':'); i > 0 && i < 12 && opaqueScheme(s[:i]) {
		if c := strings.IndexByte(s, ','); c > i && strings.EqualFold(s[:i], "data") && c+1 < len(s) && s[c+1:] != placeholders[Data] {
			sc.tally[Data]++
			s = s[:c+1] + placeholders[Data]
		}
		return sc.text(s)
	}
	sc.address = sc.appendAddress(sc.address[:0], s, authority(s), false, &sc.tally)
	if string(sc.address) == s {
		return s
	}
	return string(sc.address)
}

// page is one round over an address or route, of which only the path stays.
func (sc *scan) page(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if a := authority(s); a > 0 {
		s = s[a:]
		if i := strings.IndexAny(s, "/?#\\"); i < 0 || s[i] != '/' {
			return "/"
		} else {
			s = s[i:]
		}
	}
	path, _, _ := cutPath(s, false, &sc.tally)
	out := sc.appendPath(sc.address[:0], path, false, &sc.tally)
	sc.address = out
	if len(out) > 1 && out[len(out)-1] == '/' {
		out = out[:len(out)-1]
	}
	switch {
	case len(out) == 0:
		return "/"
	case string(out) == s:
		return s
	}
	return string(out)
}

// opaqueScheme says whether addresses of the scheme have no authority and path.
func opaqueScheme(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "mailto", "tel", "sms", "data", "javascript", "geo", "about", "callto", "facetime", "skype":
		return true
	}
	return false
}

// authority gives where the authority of an address begins: after its ://, or
// after // at its beginning; 0 if it has none.
func authority(s string) int {
	if strings.HasPrefix(s, "//") {
		return 2
	}
	i := strings.Index(s[:min(len(s), 40)], "://")
	if i < 0 {
		return 0
	}
	for _, c := range []byte(s[:i]) {
		if !schemeBytes[c] {
			return 0
		}
	}
	return i + 3
}

var schemeBytes = func() byteSet {
	b := bytesOf("+.-:")
	for c := range b {
		b[c] = b[c] || is(byte(c), alnum)
	}
	return b
}()

// cutPath cuts a path from what follows it, line and column among that if it is
// the address of a frame or in a text.
func cutPath(s string, positioned bool, t *tally) (path, query, position string) {
	rest := ""
	if i := indexEither(s, '?', '#'); i >= 0 {
		s, rest = s[:i], s[i:]
		if positioned {
			position = lineColumn(rest)
		}
		rest = rest[:len(rest)-len(position)]
		if i := strings.IndexByte(rest, '#'); i >= 0 {
			if len(rest) > i+1 {
				t[Fragment]++
			}
			rest = rest[:i]
		}
		query = strings.TrimPrefix(rest, "?")
		return s, query, position
	}
	if positioned {
		position = lineColumn(s)
	}
	return s[:len(s)-len(position)], "", position
}

func indexEither(s string, a, b byte) int {
	i := strings.IndexByte(s, a)
	if i >= 0 {
		s = s[:i]
	}
	if j := strings.IndexByte(s, b); j >= 0 {
		return j
	}
	return i
}

// lineColumn gives the :12:5 (or :12) that s ends in.
func lineColumn(s string) string {
	i := len(s)
	for range 2 {
		j := i
		for j > 0 && i-j < 9 && is(s[j-1], digit) {
			j--
		}
		if j == i || j == 0 || s[j-1] != ':' {
			break
		}
		i = j - 1
	}
	return s[i:]
}

var hostEnds = bytesOf("/?#\\")

// appendAddress appends the scrubbed form of an address whose authority begins at
// a, 0 if it has none. positioned says that line and column may follow it.
func (sc *scan) appendAddress(dst []byte, s string, a int, positioned bool, t *tally) []byte {
	site := false // it is of a web server, not of a bundler or a disk
	if a > 0 {
		site = strings.HasPrefix(s, "http") && !strings.HasPrefix(s[a:], "localhost")
		dst = append(dst, s[:a]...)
		rest := s[a:]
		n := 0
		for n < len(rest) && !hostEnds[rest[n]] {
			n++
		}
		dst = sc.appendHost(dst, rest[:n], t)
		s = rest[n:]
		if s == "" {
			return dst
		}
	}
	path, query, position := cutPath(s, positioned, t)
	dst = sc.appendPath(dst, path, site, t)
	dst = sc.appendQuery(dst, query, t)
	return append(dst, position...)
}

// appendHost appends host and port, without the userinfo before them.
func (sc *scan) appendHost(dst []byte, host string, t *tally) []byte {
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
		t[Userinfo]++
	}
	if d := host; strings.IndexByte(host, '%') >= 0 {
		for range maxDepth {
			u, ok := unescape(d)
			if !ok {
				break
			}
			d = u
		}
		if strings.ContainsAny(d, "@") {
			t[Userinfo]++
			host = d[strings.LastIndexByte(d, '@')+1:]
		}
	}
	if strings.HasPrefix(host, "[") && placeholderAt(host, 0) == 0 {
		if i := strings.IndexByte(host, ']'); i > 0 {
			if host[:i+1] != "[::1]" && host[:i+1] != "[::]" {
				dst = append(dst, placeholders[IP]...)
				t[IP]++
			} else {
				dst = append(dst, host[:i+1]...)
			}
			return append(dst, host[i+1:]...)
		}
	}
	if n := ipv4Len(host, 0); n > 0 && (n == len(host) || host[n] == ':') {
		if a, b, c, d := quad(host[:n]); !loopback(a, b, c, d) {
			t[IP]++
			return append(append(dst, placeholders[IP]...), host[n:]...)
		}
	}
	if isUUID(host) { // an extension, as it is installed in one browser
		t[UUID]++
		return append(dst, placeholders[UUID]...)
	}
	for i := range len(host) {
		c := host[i]
		if is(c, upper) {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

func quad(s string) (a, b, c, d int) {
	var v [4]int
	k := 0
	for i := range len(s) {
		if s[i] == '.' {
			k++
		} else {
			v[k] = v[k]*10 + int(s[i]-'0')
		}
	}
	return v[0], v[1], v[2], v[3]
}

// appendQuery appends the parameters that may stay, their values scrubbed.
func (sc *scan) appendQuery(dst []byte, query string, t *tally) []byte {
	if query == "" {
		return dst
	}
	mark, dropped := byte('?'), false
	for len(sc.scrubber.keep) > 0 && query != "" {
		var param string
		param, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(param, "=")
		if !sc.scrubber.keep[name] {
			dropped = true
			continue
		}
		dst = append(dst, mark)
		mark = '&'
		dst = append(append(dst, name...), '=')
		dst = append(dst, sc.nested(value, t)...)
	}
	if dropped || query != "" {
		t[Query]++
	}
	return dst
}

// nested scrubs a text that stands in the one that is being scrubbed.
func (sc *scan) nested(s string, t *tally) string {
	in := sc.inside()
	in.tally = tally{}
	out := in.text(s)
	t.add(&in.tally)
	return out
}

// inside gives the scan for texts in the one that is being scrubbed.
func (sc *scan) inside() *scan {
	if sc.inner == nil {
		sc.inner = &scan{scrubber: sc.scrubber, inPath: true}
	}
	return sc.inner
}

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
	out := sc.appendAddress(sc.address[:0], addr, authority, true, &t)
	sc.address = out
	if string(out) == addr {
		sc.clean = base
	} else {
		sc.addRewrite(start, end, out, &t)
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
		sc.add(start, end, Data)
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
	sc.add(start, end, ID)
	return end
}
