package scrub

import "strings"

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
	if i := indexEither(s, '?', '#'); i >= 0 {
		rest := s[i:]
		s = s[:i]
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
	place, query, position := cutPath(s, positioned, t)
	dst, site := sc.appendPlace(dst, place, a, t)
	return append(sc.appendQuery(dst, query, site, t), position...)
}

// appendPlace appends the scrubbed form of an address up to its query. site says
// that it is of a web server, not of a bundler or a disk.
func (sc *scan) appendPlace(dst []byte, s string, a int, t *tally) (out []byte, site bool) {
	disk, network := strings.HasPrefix(s, "file:"), false
	if a > 0 {
		site = (s[0]|0x20 == 'h' && strings.EqualFold(s[:min(len(s), 4)], "http")) && !strings.HasPrefix(s[a:], "localhost")
		dst = append(dst, strings.ToLower(s[:a])...)
		rest := s[a:]
		n := 0
		for n < len(rest) && !hostEnds[rest[n]] {
			n++
		}
		dst = sc.appendHost(dst, rest[:n], t)
		network = strings.HasSuffix(rest[:n], "linkedin.com")
		if s = rest[n:]; s == "" {
			return dst, site
		}
		if hook := "/services/"; rest[:n] == "hooks.slack.com" && strings.HasPrefix(s, hook) { // all of the rest is a key
			if s[len(hook):] != params[Key] {
				t[Key]++
			}
			return append(append(dst, hook...), params[Key]...), site
		}
	}
	sc.disk, sc.network = disk, network
	dst = sc.appendPath(dst, s, site, t)
	sc.disk, sc.network = false, false
	return dst, site
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
		if a, b, c, d := quad(host[:n]); isLocal(a, b, c, d) {
			return append(dst, host...)
		}
	}
	if numericHost(host) {
		_, port, colon := strings.Cut(host, ":")
		t[IP]++
		dst = append(dst, placeholders[IP]...)
		if colon {
			dst = append(append(dst, ':'), port...)
		}
		return dst
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
func (sc *scan) appendQuery(dst []byte, query string, site bool, t *tally) []byte {
	if query == "" {
		return dst
	}
	if !site && isModuleHash(query) {
		return append(append(dst, '?'), query...)
	}
	mark, dropped := byte('?'), false
	for query != "" && (len(sc.scrubber.keep) > 0 || strings.HasPrefix(query, "invariant=") || strings.HasPrefix(query, "code=")) {
		var param string
		param, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(param, "=")
		if !sc.scrubber.keep[name] && !errorNumber(name, value) {
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

// errorNumber says whether a parameter is how a library's minified errors name
// themselves: React's ?invariant=418, Redux's ?code=13.
func errorNumber(name, value string) bool {
	return (name == "invariant" && len(value) <= 4 || name == "code" && len(value) <= 2) && allDigits(value)
}

// isModuleHash says whether a query is what webpack tells the parts of a module by,
// as in webpack:///./src/cart.vue?a1b2.
func isModuleHash(query string) bool {
	if len(query) < 4 || len(query) > 8 {
		return false
	}
	for _, c := range []byte(query) {
		if !isHex(c) {
			return false
		}
	}
	return true
}

// nested scrubs a text that stands in the one that is being scrubbed.
func (sc *scan) nested(s string, t *tally) string {
	in := sc.inside()
	in.tally, in.changed = tally{}, fullExtent(s)
	out := in.text(s)
	t.merge(&in.tally)
	return out
}

// inside gives the scan for texts in the one that is being scrubbed.
func (sc *scan) inside() *scan {
	if sc.inner == nil {
		sc.inner = &scan{scrubber: sc.scrubber, rules: sc.scrubber.segmentRules, chain: chain{segment: true}}
	}
	return sc.inner
}
