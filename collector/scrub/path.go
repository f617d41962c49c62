package scrub

import "strings"

// appendPath appends the templated form of a path: what stands for a person or
// a thing becomes its shape (:id, :uuid, :token), what the site's authors wrote
// stays. site says that it is the path of a web server.
func (sc *scan) appendPath(dst []byte, path string, site bool, t *tally) []byte {
	source := isSource(path)
	before := "" // the segment before, as it was
	named := 0   // segments so far that name something
	date := 0    // of which the last are a year (1), a month (2)
	for first := true; ; first = false {
		seg, rest, more := strings.Cut(path, "/")
		if !first {
			dst = append(dst, '/')
		}
		if i := strings.IndexByte(seg, ';'); i >= 0 { // ;jsessionid=…
			if i+1 < len(seg) {
				t[Query]++
			}
			seg = seg[:i]
		}
		date = sc.dateSegment(date, seg, before, rest)
		if date > 0 {
			dst = append(dst, seg...)
		} else {
			dst = sc.appendSegment(dst, segment{
				text: seg, before: before, rest: rest, last: !more, disk: sc.disk,
				// src/users/list.js is of the code, https://host/users/jane/a.js of jane.
				source: source && !(site && named == 1 && more),
			}, t)
		}
		if seg != "" && seg != "." && seg != ".." {
			before = seg
			named++
		}
		if !more {
			return dst
		}
		path = rest
	}
}

// dateSegment says which part of a date a segment is: the year (1), month (2) or
// day (3) of /2024/11/21/post, the year of /blog/2024; 0 if it is none. date is
// what the segment before was.
func (sc *scan) dateSegment(date int, s, before, rest string) int {
	if len(s) != 2 && len(s) != 4 || !allDigits(s) || date == 0 && sc.isPersonWord(before) {
		return 0
	}
	switch n := number(s); {
	case date == 0 && n >= 1990 && n < 2100:
		if month, _, _ := strings.Cut(rest, "/"); archiveWords.has(before) || len(month) == 2 && sc.dateSegment(1, month, s, "") == 2 {
			return 1
		}
	case date == 1 && len(s) == 2 && n >= 1 && n <= 12:
		return 2
	case date == 2 && len(s) == 2 && n >= 1 && n <= 31:
		return 3
	}
	return 0
}

// isSource says whether a path leads to a source or built file, whose
// directories name parts of the code.
func isSource(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if i := strings.IndexByte(name, ';'); i >= 0 {
		name = name[:i]
	}
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && codeExtensions.has(name[dot+1:]) || strings.Contains(path, "/node_modules/") || strings.HasPrefix(path, "node_modules/")
}

type segment struct {
	text, before string
	rest         string // of the path, after it
	source, last bool
	disk         bool // it is of a file:// address
}

// maxSegment is the longest segment, in bytes, that may name a page: no file
// system has longer names, even escaped.
const maxSegment = 1 << 10

func (sc *scan) appendSegment(dst []byte, g segment, t *tally) []byte {
	if g.text == "" || isParam(g.text) || placeholderAt(g.text, 0) == len(g.text) {
		return append(dst, g.text...)
	}
	if len(g.text) > maxSegment {
		t[Token]++
		return append(dst, params[Token]...)
	}
	if isPlain(g) && !sc.isPersonWord(g.before) && !isHome(g) {
		return append(dst, g.text...)
	}
	plain := g.text
	for range maxDepth {
		u, ok := unescape(plain)
		if !ok {
			break
		}
		plain = u
	}
	if plain != g.text {
		plain = foldText(plain)
		if strings.ContainsAny(plain, "/?") { // a path within a segment
			var in tally
			if out := string(sc.appendAddress(nil, plain, authority(plain), false, &in)); out != plain {
				t.merge(&in)
				return append(dst, strings.NewReplacer("/", "%2F", " ", "%20").Replace(out)...)
			}
			return append(dst, g.text...)
		}
	} else {
		plain = foldText(plain)
	}
	if strings.IndexByte(g.before, '%') >= 0 {
		if u, ok := unescape(g.before); ok {
			g.before = u
		}
	}
	raw := g.text
	g.text = plain
	out, kind, changed := sc.template(g)
	if !changed {
		return append(dst, raw...)
	}
	t[kind]++
	return append(dst, out...)
}

// template gives what a decoded segment becomes.
func (sc *scan) template(g segment) (out string, kind Kind, changed bool) {
	s := g.text
	param := func(k Kind) (string, Kind, bool) { return params[k], k, true }
	switch {
	case allDigits(s):
		if g.source && !sc.isPersonWord(g.before) || len(s) <= 3 && (g.before == "errors" || g.before == "error" || g.before == "status") {
			return "", 0, false // a chunk, a status, the number of a message
		}
		return param(ID)
	case g.source && buildWords.has(g.before) && (isUUID(s) || isULID(s)):
		return "", 0, false
	case isUUID(s), len(s) > 2 && s[0] == '{' && isUUID(s[1:len(s)-1]):
		return param(UUID)
	case isULID(s):
		return param(ULID)
	}
	if strings.IndexByte(s, '@') >= 0 {
		if k, ok := sc.at(g); ok {
			return param(k)
		}
		return "", 0, false
	}
	if len(s) > 1 && s[0] == '~' && !g.source {
		return param(ID) // ~jane
	}
	if isHome(g) || !g.source && sc.isPersonWord(g.before) && !fixedWords.has(s) && !isVersion(s) {
		return param(ID)
	}
	if ipv4Len(s, 0) == len(s) {
		return param(IP)
	}
	if isVersion(s) || isISODate(s) {
		return "", 0, false
	}
	stem, ext := s, ""
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && g.last {
		switch e := s[dot+1:]; {
		case codeExtensions.has(e):
			if isUUID(s[:dot]) {
				return "", 0, false // a build's chunk
			}
			return sc.secretIn(s)
		case mediaExtensions.has(e), documentExtensions.has(e):
			stem, ext = s[:dot], s[dot:]
			if mediaExtensions.has(e) && !isUUID(stem) && !(allDigits(stem) && len(stem) >= 4) {
				return sc.secretIn(s)
			}
		}
	}
	if ext != "" {
		switch {
		case allDigits(stem):
			return params[ID] + ext, ID, true
		case isUUID(stem):
			return params[UUID] + ext, UUID, true
		}
	}
	if g.source {
		out, kind, found := sc.secretIn(s)
		if (kind == Token || kind == UUID || kind == ULID) && buildWords.has(g.before) {
			return "", 0, false
		}
		return out, kind, found
	}
	shape, ok := chanceShape(stem)
	if !ok || shape != ID {
		if _, k, found := sc.secretIn(s); found && (!ok || k != Token) {
			shape, ok = k, true
		}
	}
	if ok {
		return params[shape] + ext, shape, true
	}
	if out, ok := foldNumbers(s); ok {
		return out, ID, true
	}
	return "", 0, false
}

// secretIn asks the scanners of text about a segment; one finding is enough for
// all of it to go.
func (sc *scan) secretIn(s string) (string, Kind, bool) {
	if !worthALook(s) {
		return "", 0, false
	}
	in := sc.inside()
	in.changed = fullExtent(s)
	in.collect(s)
	if len(in.spans) == 0 {
		return "", 0, false
	}
	in.resolve()
	k := in.spans[0].kind
	return params[k], k, true
}

// worthALook says whether a segment is long enough, or has in it what a secret
// would.
func worthALook(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case is(c, digit):
			digits++
		case c == '@', c == '=', c == ':' && i+1 < len(s), c == '>', c >= 0x80:
			return true
		}
	}
	return digits >= 7 || len(s) >= minToken || digits >= 3 && len(s) >= 11
}

// isPlain says whether a segment is a word or, at the end of the path of a source,
// a file's name, as most are: nothing in it is worth another look.
func isPlain(g segment) bool {
	s := g.text
	if len(s) >= 2*minToken {
		return false
	}
	digits, dots := 0, 0
	var seen uint8
	for i := range len(s) {
		switch c := s[i]; {
		case is(c, letter):
			seen |= class[c]
		case is(c, digit):
			digits++
		case c == '.':
			dots++
		case c != '-' && c != '_':
			return false
		}
	}
	if g.source {
		return digits < 9 && digits < len(s) && (len(s) < minToken || g.last)
	}
	return digits == 0 && dots == 0 && (len(s) < 10 || len(s) < minToken && seen&letter != letter)
}

// at judges a segment with an @: an address, a person's handle, a package, a
// version of one, or a picture's density.
func (sc *scan) at(g segment) (Kind, bool) {
	s := g.text
	i := strings.IndexByte(s, '@')
	if _, _, found := sc.secretIn(s); found {
		return Email, true
	}
	after := s[i+1:]
	if i > 0 {
		if after != "" && (is(after[0], digit) || strings.HasPrefix(after, "v") && isAt(after, 1, digit) || after == "latest" || after == "next" || after == "beta" || after == "canary") {
			return 0, false // pkg@1.2.3, logo@2x.png
		}
		if g.source || g.last && hasExtension(s) {
			return 0, false
		}
		return Email, true
	}
	// @scope/pkg
	if g.source || g.before == "npm" || g.before == "node_modules" || packageFollows(g.rest) {
		return 0, false
	}
	return ID, true
}

func packageFollows(rest string) bool {
	next, _, _ := strings.Cut(rest, "/")
	i := strings.IndexByte(next, '@')
	return i > 0 && isAt(next, i+1, alnum)
}
