package scrub

import (
	"strings"
	"unicode/utf8"
)

// scan is the state of scrubbing one field. The scanners find spans in what
// they are given, which is the field itself or a [view] of it; each looks at a
// bounded stretch around its anchor, or moves on past what it has looked at, so
// that the whole is linear.
type scan struct {
	scrubber *Scrubber
	tally    tally

	spans     []span
	rewrites  []rewrite
	rewritten []byte  // the texts of rewrites
	pos       []int32 // offsets of the view that is being scanned, nil for the field
	veiled    bool    // the field has escapes or is not ASCII: views are worth a look
	inPath    bool    // a path segment: no URLs in it
	disk      bool    // the address that is being rewritten is a file's
	network   bool    // … a professional network's, whose /in/ stands before a person
	inner     *scan   // for path segments
	noKeyEnd  bool    // no private key ends beyond here

	views   [2]view
	groups  []group
	out     []byte
	address []byte // that is being rewritten
	clean   string // the last address, but for line and column, that stays as it is: frames share theirs
}

// release gives back the memory that an unusual field took.
func (sc *scan) release() {
	sc.clean = ""
	if sc.inner != nil {
		sc.inner.release()
	}
	const keep = 1 << 10
	if cap(sc.spans) > keep || cap(sc.out) > 64*keep || cap(sc.rewritten) > 64*keep {
		sc.spans, sc.rewrites, sc.rewritten, sc.out = nil, nil, nil, nil
	}
	for i := range sc.views {
		if cap(sc.views[i].text) > 64*keep {
			sc.views[i] = view{}
		}
	}
}

// text is one round over a message.
func (sc *scan) text(s string) string {
	sc.collect(s)
	if len(sc.spans) == 0 {
		return s
	}
	return sc.replace(s)
}

// line is text for what must stand on one line.
func (sc *scan) line(s string) string {
	if strings.ContainsAny(s, "\n\t") {
		s = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\t' {
				return ' '
			}
			return r
		}, s)
	}
	return sc.text(s)
}

// collect finds the spans of s: as it stands, then through its layers of
// encoding.
func (sc *scan) collect(s string) {
	sc.spans, sc.rewrites, sc.rewritten = sc.spans[:0], sc.rewrites[:0], sc.rewritten[:0]
	sc.pos, sc.veiled = nil, false
	sc.find(s)
	if !sc.veiled {
		return
	}
	text, pos := s, []int32(nil)
	for depth := range maxDepth {
		v := &sc.views[depth&1]
		if !v.decode(text, pos) {
			break
		}
		text, pos = string(v.text), v.pos
		sc.pos = pos
		sc.find(text)
	}
	sc.pos = nil
}

// What stands at a byte: which scanners to ask.
const (
	none = iota
	word
	anchorAt
	anchorColon
	anchorEquals
	anchorSlash
	anchorQuery
	anchorBackslash
	anchorDash
	anchorClose
	anchorEscape // & and %
	anchorWide   // not ASCII
)

var anchors = func() (t [256]uint8) {
	for c := range t {
		switch {
		case is(byte(c), alnum):
			t[c] = word
		case c >= utf8.RuneSelf:
			t[c] = anchorWide
		}
	}
	t['@'], t[':'], t['='], t['/'], t['?'] = anchorAt, anchorColon, anchorEquals, anchorSlash, anchorQuery
	t['\\'], t['-'], t['>'], t['&'], t['%'] = anchorBackslash, anchorDash, anchorClose, anchorEscape, anchorEscape
	return t
}()

// find runs the scanners over s.
func (sc *scan) find(s string) {
	sc.noKeyEnd = false
	run := 0 // end of the run of token characters that has been looked at
	for i := 0; i < len(s); {
		switch anchors[s[i]] {
		case none:
			i++
		case word:
			if i >= run {
				run = sc.opaque(s, i)
			}
			i = sc.piece(s, i)
		case anchorAt:
			i = max(i+1, sc.email(s, i))
		case anchorColon:
			i = max(i+1, sc.colon(s, i))
		case anchorEquals, anchorClose:
			i = max(i+1, sc.pair(s, i))
		case anchorSlash:
			i = max(i+1, sc.path(s, i))
		case anchorQuery:
			i = max(i+1, sc.query(s, i))
		case anchorBackslash:
			sc.veiled = true
			i = max(i+1, sc.windowsPath(s, i))
		case anchorDash:
			i = max(i+1, sc.privateKey(s, i), sc.option(s, i))
		case anchorEscape:
			sc.veiled = true
			i++
		case anchorWide:
			sc.veiled = true
			if s[i] == 0xc2 && i+1 < len(s) && s[i+1] == 0xb0 {
				sc.degrees(s, i)
			}
			i++
		}
	}
}

// colon asks the scanners whose anchor is a colon.
func (sc *scan) colon(s string, i int) int {
	if strings.HasPrefix(s[i:], "://") && !sc.inPath {
		if end := sc.absolute(s, i); end > 0 {
			return end
		}
	}
	if end := sc.colonAddress(s, i); end > 0 {
		return end
	}
	if end := sc.scheme(s, i); end > 0 {
		return end
	}
	return sc.pair(s, i)
}

// piece looks at the letters and digits from i, which stand alone or in a run of
// pieces, and gives where to go on.
func (sc *scan) piece(s string, i int) int {
	end, digits := i, 0
	lead := -1 // where the first digits begin
	for end < len(s) && is(s[end], alnum) {
		if is(s[end], digit) {
			digits++
			if lead < 0 {
				lead = end
			}
		}
		end++
	}
	if i+36 <= len(s) && s[min(i+8, len(s)-1)] == '-' && isUUID(s[i:i+36]) && !isAt(s, i+36, alnum) {
		sc.add(i, i+36, UUID)
		return i + 36
	}
	if digits == 0 || lead > i {
		if e := sc.providerKey(s, i); e > 0 {
			return e
		}
	}
	if end-i == 4 && digits < 4 && end < len(s) && s[end] == '.' {
		if e := sc.macDotted(s, i); e > 0 {
			return e
		}
	}
	switch {
	case digits == 0:
		if end-i == 5 || end-i == 6 {
			if e := sc.credentials(s, i, end); e > 0 {
				return e
			}
		}
		return end
	case lead == i+2 && i+4 <= end:
		if e := sc.iban(s, i); e > 0 {
			return e
		}
	case end-i == 26 && isULID(s[i:end]):
		sc.add(i, end, ULID)
		return end
	}
	if e := max(sc.macAddress(s, i, '-'), sc.macPlain(s, i, end)); e > 0 {
		return e
	}
	// Digits that letters stand around are a number (card4111…), those between
	// letters are part of a name or a hash.
	tail := lead
	for tail < end && is(s[tail], digit) {
		tail++
	}
	if tail-lead == digits {
		return max(end, sc.numbers(s, lead))
	}
	return end
}
