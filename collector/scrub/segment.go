package scrub

import "strings"

// segment is a segment of a path.
type segment struct {
	text, before string // decoded; of the segment before, as it was
	matrix, rest string // behind its semicolon; of the path
	of           server
	placed       bool   // behind a coordinate
	source, last bool   // in the path of a source or built file; at its end
	stem, ext    string // of a file at the end of a path; else stem is text
}

// maxSegment is the longest segment, in bytes, that may name a page: no file
// system has longer names, even escaped.
const maxSegment = 1 << 10

// appendSegment appends what replaces a segment: its text, or a parameter.
func (sc *scan) appendSegment(dst []byte, g *segment, t *tally) []byte {
	raw := g.text
	if raw == "" || isParam(raw) || placeholderAt(raw, 0) == len(raw) {
		return append(dst, raw...)
	}
	if len(raw) > maxSegment {
		t[Token]++
		return append(dst, params[Token]...)
	}
	if isPlain(g) && !sc.isAfterPersonWord(g) && !groupWords.has(g.before) && !isHome(sc, g) {
		return append(dst, raw...)
	}
	decoded := unescapeAll(raw)
	g.text = foldText(decoded)
	if decoded != raw && strings.ContainsAny(g.text, "/?") {
		return sc.appendInnerPath(dst, g.text, raw, t)
	}
	if strings.IndexByte(g.before, '%') >= 0 {
		if u, ok := unescape(g.before); ok {
			g.before = u
		}
	}
	out, kind := sc.template(g)
	if out == "" {
		return append(dst, raw...)
	}
	t[kind]++
	return append(dst, out...)
}

// appendInnerPath appends the escaped template of a path within a segment; raw is
// the segment, which stays if nothing changes.
func (sc *scan) appendInnerPath(dst []byte, path, raw string, t *tally) []byte {
	var in tally
	out := string(sc.appendURL(nil, path, &in))
	if out == path {
		return append(dst, raw...)
	}
	t.merge(&in)
	return append(dst, segmentEscapes.Replace(out)...)
}

// segmentEscapes escapes what would divide a segment.
var segmentEscapes = strings.NewReplacer("/", "%2F", " ", "%20")

// isPlain says whether a segment is a word or, at the end of the path of a source, the
// name of a file, as most are: no rule would match it but those for persons.
func isPlain(g *segment) bool {
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

// isAfterPersonWord says whether the segment before says that this one identifies a
// person.
func (sc *scan) isAfterPersonWord(g *segment) bool {
	return personWords.has(g.before) || sc.scrubber.person.has(g.before) || g.of.network && g.before == "in"
}

// splitExtension sets stem and ext.
func (g *segment) splitExtension() {
	g.stem = g.text
	if !g.last {
		return
	}
	dot := strings.LastIndexByte(g.text, '.')
	if dot <= 0 {
		return
	}
	if e := g.text[dot+1:]; codeExtensions.has(e) || mediaExtensions.has(e) || documentExtensions.has(e) {
		g.stem, g.ext = g.text[:dot], e
	}
}

// secretKind asks the rules for text about a segment, and gives the kind of what
// they find first: one match is enough to replace all of it.
func (sc *scan) secretKind(s string) (Kind, bool) {
	if !mayHoldSecret(s) {
		return 0, false
	}
	in := sc.innerScan()
	in.changed = fullExtent(s)
	in.collect(s)
	if len(in.spans) == 0 {
		return 0, false
	}
	in.resolve()
	return in.spans[0].kind, true
}

// mayHoldSecret says whether a segment is long enough for a secret, or has signs of
// one.
func mayHoldSecret(s string) bool {
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

// unescapeAll decodes all layers of percent escapes, up to maxDepth.
func unescapeAll(s string) string {
	for range maxDepth {
		u, ok := unescape(s)
		if !ok {
			break
		}
		s = u
	}
	return s
}

// unescape decodes one layer of percent escapes; ok is false if there is none.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, false
	}
	b := make([]byte, 0, len(s))
	ok := false
	for i := 0; i < len(s); {
		r, n := rune(-1), 0
		if s[i] == '%' {
			r, n = percent(s, i)
		}
		switch {
		case n == 0:
			b = append(b, s[i])
			n = 1
		case r >= 0:
			ok = true
			b = append(b, byte(r))
		default: // invisible
			ok = true
		}
		i += n
	}
	return string(b), ok
}
