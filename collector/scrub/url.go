package scrub

import "strings"

// urlField is one round over the URL of a request.
func (sc *scan) urlField(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if i := strings.IndexByte(s, ':'); i > 0 && i < 12 && hasOpaquePath(s[:i]) {
		if c := strings.IndexByte(s, ','); c > i && strings.EqualFold(s[:i], "data") && c+1 < len(s) &&
			s[c+1:] != placeholders[Data] {
			sc.tally[Data]++
			s = s[:c+1] + placeholders[Data]
		}
		return sc.text(s)
	}
	sc.url = sc.appendURL(sc.url[:0], s, &sc.tally)
	if string(sc.url) == s {
		return s
	}
	return string(sc.url)
}

// page is one round over a URL or route, of which only the path stays.
func (sc *scan) page(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if a := authorityStart(s); a > 0 {
		s = s[a:]
		i := strings.IndexAny(s, "/?#\\")
		if i < 0 || s[i] != '/' {
			return "/"
		}
		s = s[i:]
	}
	path, _, _ := cutQuery(s, false, &sc.tally)
	out := sc.appendPath(sc.url[:0], path, server{}, &sc.tally)
	sc.url = out
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

// hasOpaquePath says whether URLs of the scheme have neither authority nor path.
func hasOpaquePath(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "mailto", "tel", "sms", "data", "javascript", "geo", "about", "callto", "facetime", "skype":
		return true
	}
	return false
}

// authorityStart gives where the authority of a URL begins: after its ://, or after
// // at its beginning; 0 if it has none.
func authorityStart(s string) int {
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

var schemeBytes = bytesIn(alnum, "+.-:")

// cutQuery cuts a URL at its query. In the URL of a frame or in a text, line and
// column may be at the end of either part.
func cutQuery(s string, positioned bool, t *tally) (endpoint, query, position string) {
	i := indexEither(s, '?', '#')
	if i < 0 {
		if positioned {
			position = lineColumn(s)
		}
		return s[:len(s)-len(position)], "", position
	}
	endpoint, query = s[:i], s[i:]
	if positioned {
		position = lineColumn(query)
	}
	query = query[:len(query)-len(position)]
	if i := strings.IndexByte(query, '#'); i >= 0 {
		if len(query) > i+1 {
			t[Fragment]++
		}
		query = query[:i]
	}
	return endpoint, strings.TrimPrefix(query, "?"), position
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

// appendURL appends the scrubbed form of a URL or path.
func (sc *scan) appendURL(dst []byte, s string, t *tally) []byte {
	endpoint, query, _ := cutQuery(s, false, t)
	dst, site := sc.appendEndpoint(dst, endpoint, authorityStart(s), t)
	return sc.appendQuery(dst, query, site, t)
}

// endpoint is a URL up to its query, and what replaces it.
type endpoint struct {
	text  string
	out   []byte
	site  bool
	tally tally
}

// server is where a path is.
type server struct {
	site    bool // a web server, not a bundler or a disk
	disk    bool
	network bool // a professional network, whose /in/ leads to a person
}

// webhooks have a path that is a key from there on.
const (
	webhookHost = "hooks.slack.com"
	webhookPath = "/services/"
)

// appendEndpoint appends the scrubbed form of a URL up to its query, whose authority
// begins at authority, 0 if it has none. site says that it is of a web server.
func (sc *scan) appendEndpoint(dst []byte, s string, authority int, t *tally) (out []byte, site bool) {
	of := server{disk: strings.HasPrefix(s, "file:")}
	if authority > 0 {
		of.site = s[0]|0x20 == 'h' && strings.EqualFold(s[:min(len(s), 4)], "http") &&
			!strings.HasPrefix(s[authority:], "localhost")
		dst = append(dst, strings.ToLower(s[:authority])...)
		s = s[authority:]
		n := 0
		for n < len(s) && !hostEnds[s[n]] {
			n++
		}
		host := s[:n]
		dst = sc.appendHost(dst, host, t)
		of.network = strings.HasSuffix(host, "linkedin.com")
		if s = s[n:]; s == "" {
			return dst, of.site
		}
		if key, ok := strings.CutPrefix(s, webhookPath); ok && host == webhookHost {
			if key != params[Key] {
				t[Key]++
			}
			return append(append(dst, webhookPath...), params[Key]...), of.site
		}
	}
	return sc.appendPath(dst, s, of, t), of.site
}

var hostEnds = bytesOf("/?#\\")
