package scrub

import "strings"

// appendPath appends the templated form of a path: what stands for a person or
// a thing becomes its shape (:id, :uuid, :token), what the site's authors wrote
// stays. site says that it is the path of a web server.
func (sc *scan) appendPath(dst []byte, path string, site bool, t *tally) []byte {
	source := isSource(path)
	before := "" // the segment before, as it was
	named := 0   // segments so far that name something
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
		dst = sc.appendSegment(dst, segment{
			text: seg, before: before, rest: rest, last: !more,
			// src/users/list.js is of the code, https://host/users/jane/a.js of jane.
			source: source && !(site && named == 1 && more),
		}, t)
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

// isSource says whether a path leads to a source or built file, whose
// directories name parts of the code.
func isSource(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if i := strings.IndexByte(name, ';'); i >= 0 {
		name = name[:i]
	}
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && codeExtension(name[dot+1:]) || strings.Contains(path, "/node_modules/") || strings.HasPrefix(path, "node_modules/")
}

type segment struct {
	text, before string
	rest         string // of the path, after it
	source, last bool
}

func (sc *scan) appendSegment(dst []byte, g segment, t *tally) []byte {
	if g.text == "" || isParam(g.text) || placeholderAt(g.text, 0) == len(g.text) {
		return append(dst, g.text...)
	}
	if isPlain(g) && !sc.isPerson(g.before) && !isHome(g) {
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
				t.add(&in)
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
		if g.source && !sc.isPerson(g.before) || len(s) == 3 && (g.before == "errors" || g.before == "error" || g.before == "status") {
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
	if isHome(g) || !g.source && sc.isPerson(g.before) && !isFixed(s) && !isVersion(s) {
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
		case codeExtension(e):
			return sc.secretIn(s)
		case mediaExtension(e), documentExtension(e):
			stem, ext = s[:dot], s[dot:]
			if mediaExtension(e) && !isUUID(stem) && !(allDigits(stem) && len(stem) >= 4) {
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
	return digits >= 7 || len(s) >= minOpaque || digits >= 3 && len(s) >= 11
}

// isPlain says whether a segment is a word or, at the end of the path of a source,
// a file's name, as most are: nothing in it is worth another look.
func isPlain(g segment) bool {
	s := g.text
	if len(s) >= 2*minOpaque {
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
		return digits < 9 && digits < len(s) && (len(s) < minOpaque || g.last)
	}
	return digits == 0 && dots == 0 && (len(s) < 10 || len(s) < minOpaque && seen&letter != letter)
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

// chanceShape judges a segment that no author wrote.
func chanceShape(s string) (Kind, bool) {
	digits, letters, hexes, seps := 0, 0, 0, 0
	var seen uint8
	for i := range len(s) {
		c := s[i]
		seen |= class[c]
		switch {
		case is(c, digit):
			digits++
			hexes++
		case is(c, letter):
			letters++
			if isHex(c) {
				hexes++
			}
		case c == '-' || c == '_' || c == '.' || c == '+' || c == ' ' || c == ',' || c == '=' || c == '~' || c == '(' || c == ')' || c == ':':
			seps++
		default:
			return 0, false
		}
	}
	switch n := len(s); {
	case letters == 0 && digits >= 5:
		return ID, true
	case hexes == n && digits > 0 && n >= 8, hexes == n && n >= 16:
		return Hex, true
	case n >= 10 && digits > 0 && letters > 0 && seps == 0 && scoreWord(s) < -8,
		n >= 10 && seen&letter == letter && seps == 0 && scoreWord(s) < -16:
		return Token, true
	case n >= 16 && letters > 0 && strings.IndexByte(s, '.') < 0:
		if a, b := tokenIn(s, 0, n); b > a {
			return Token, true
		}
	}
	return 0, false
}

// foldNumbers replaces long numbers in a slug: order-12345 becomes order-:id.
func foldNumbers(s string) (string, bool) {
	var out []byte
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && is(s[j], digit) {
			j++
		}
		if j-i >= 5 && (i == 0 || !is(s[i-1], alnum)) && !isAt(s, j, letter) {
			if out == nil {
				out = append(out, s[:i]...)
			}
			out = append(out, params[ID]...)
		} else {
			j = max(j, i+1)
			if out != nil {
				out = append(out, s[i:j]...)
			}
		}
		i = j
	}
	return string(out), out != nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !is(s[i], digit) {
			return false
		}
	}
	return s != ""
}

// isParam says whether a segment is a parameter of a route already: :id, {id},
// [slug], <int:id>, *, :id.json, order-:id.
func isParam(s string) bool {
	if len(s) > 40 {
		return false
	}
	if s == "*" || s == "**" {
		return true
	}
	i := strings.IndexByte(s, ':')
	if i > 0 && (s[i-1] == '-' || s[i-1] == '_' || s[i-1] == '.') && strings.HasPrefix(s[i:], params[ID]) {
		return !strings.ContainsAny(s, "@%") && noLongDigits(s)
	}
	if i != 0 && s[0] != '{' && s[0] != '[' && s[0] != '<' && s[0] != '(' {
		return false
	}
	for k := range len(s) {
		if c := s[k]; !is(c, letter) && strings.IndexByte(":{}[]<>()_.?*-", c) < 0 {
			return false
		}
	}
	return true
}

func noLongDigits(s string) bool {
	run := 0
	for i := range len(s) {
		if is(s[i], digit) {
			if run++; run >= 5 {
				return false
			}
		} else {
			run = 0
		}
	}
	return true
}

// isVersion says whether a segment is a version: v1, 1.2.3, v18.2.0-rc.1.
func isVersion(s string) bool {
	v := strings.TrimPrefix(strings.TrimPrefix(s, "v"), "V")
	if v == "" || !is(v[0], digit) {
		return false
	}
	dots, i := 0, 0
	for i < len(v) && (is(v[i], digit) || v[i] == '.') {
		if v[i] == '.' {
			dots++
		}
		i++
	}
	if dots == 0 && (len(v) == len(s) || i > 4) || dots > 0 && i > 20 {
		return false
	}
	if i == len(v) {
		return true
	}
	rest := v[i:]
	if len(rest) >= 24 || !noLongDigits(rest) {
		return false
	}
	for _, p := range [...]string{"-", "+", "rc", "beta", "alpha", "dev", "pre", "x"} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return false
}

func isISODate(s string) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && allDigits(s[:4]) && allDigits(s[5:7]) && allDigits(s[8:]) && s[5] <= '1' && s[8] <= '3'
}

// isHome says whether a segment is the name of a home directory: /home/jane,
// /Users/jane, C:/Users/jane, in the path of a source file.
func isHome(g segment) bool {
	switch g.before {
	case "home", "Users":
		return g.source && g.text != "shared" && g.text != "Shared" && g.text != "Public" && !hasExtension(g.text) && g.rest != ""
	}
	return false
}

func hasExtension(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	return dot > 0 && (codeExtension(s[dot+1:]) || mediaExtension(s[dot+1:]) || documentExtension(s[dot+1:]))
}

// unescape decodes one layer of percent escapes; ok is false if there is none.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, false
	}
	b := make([]byte, 0, len(s))
	ok := false
	for i := 0; i < len(s); {
		if s[i] == '%' {
			if r, n := percent(s, i); n > 0 {
				ok = true
				if r >= 0 {
					b = append(b, byte(r))
				}
				i += n
				continue
			}
		}
		b = append(b, s[i])
		i++
	}
	return string(b), ok
}

// foldText folds the look-alikes of ASCII in s.
func foldText(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.Map(fold, s)
		}
	}
	return s
}
