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

	changed   extent // what was replaced since the field was scanned
	spans     []span
	rewrites  []rewrite
	rewritten []byte  // the texts of rewrites
	offsets   []int32 // offsets of the view that is being scanned, nil for the field itself
	encoded   extent  // of what is scanned, with escapes and what is not ASCII: views are worth a look
	decoded   extent  // of the field, where the view differs from what it was made from
	inPath    bool    // a path segment: no URLs in it
	disk      bool    // the address that is being rewritten is a file's
	network   bool    // … a professional network's, whose /in/ stands before a person
	inner     *scan   // for path segments
	noKeyEnd  bool    // no private key ends beyond here

	layers  [2]decodedText
	groups  []group
	out     []byte
	address []byte // that is being rewritten
	clean   string // the last address, but for line and column, that stays as it is: frames share theirs
	last    place
}

// place is the last address in a text, up to its query, and what became of it:
// frames share theirs.
type place struct {
	place string
	out   []byte
	site  bool
	tally tally
}

// release lets go of the field. The memory for its scratch stays, to be used for
// the next: at most some 20 bytes for each of the longest field's.
func (sc *scan) release() {
	sc.clean, sc.last.place = "", ""
	for i := range sc.layers {
		sc.layers[i].text = ""
	}
	if sc.inner != nil {
		sc.inner.release()
	}
}

// text is one round over a message.
func (sc *scan) text(s string) string {
	sc.collect(s)
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

// collect finds the spans of s, around what is fresh in it: as it stands, then
// through its layers of encoding. It gives what it has looked at.
func (sc *scan) collect(s string) (from, to int) {
	sc.spans, sc.rewrites, sc.rewritten = sc.spans[:0], sc.rewrites[:0], sc.rewritten[:0]
	from, to = sc.changed.window(s)
	sc.find(s, from, to)
	sc.decoded = sc.encoded
	text := s
	for depth := range maxDepth {
		if sc.encoded.isEmpty() {
			break
		}
		v := &sc.layers[depth&1]
		a, b := sc.encoded.window(text)
		sc.decoded = extent{sc.offset(sc.encoded.low), sc.offset(sc.encoded.high)}
		if !v.decode(text, sc.offsets, a, b) {
			break
		}
		text, sc.offsets = v.text, v.offsets
		sc.find(text, 0, len(text))
	}
	sc.offsets = nil
	return from, to
}

// offset gives the place in the field for one of what is being scanned.
func (sc *scan) offset(i int) int {
	if sc.offsets == nil {
		return i
	}
	return int(sc.offsets[i])
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

// find runs the scanners over s, for what has its anchor between from and to.
func (sc *scan) find(s string, from, to int) {
	sc.noKeyEnd = false
	sc.encoded = extent{low: len(s), high: -1}
	run := 0 // end of the run of token characters that has been looked at
	for i := from; i < to; {
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
			sc.encoded.include(i)
			i = max(i+1, sc.windowsPath(s, i))
		case anchorDash:
			i = max(i+1, sc.privateKey(s, i), sc.option(s, i))
		case anchorEscape:
			sc.encoded.include(i)
			i++
		case anchorWide:
			sc.encoded.include(i)
			switch {
			case strings.HasPrefix(s[i:], "°"):
				sc.degrees(s, i)
			case strings.HasPrefix(s[i:], "→"):
				sc.told(s, i, i+len("→"))
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
		sc.redact(i, i+36, UUID)
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
		if end-i == 2 && i > 2 && s[i] == 'i' && s[i+1] == 's' && s[i-1] == ' ' {
			if e := sc.told(s, i-1, end); e > 0 {
				return e
			}
		}
		if passwordWord(s, i, end) {
			if e := sc.told(s, end, end); e > 0 {
				return e
			}
		}
		if end-i == 5 || end-i == 6 {
			if e := sc.credentials(s, i, end); e > 0 {
				return e
			}
		}
		return end
	case lead == i && digits == end-i && digits >= 3 && digits <= 8 && i > 3 && s[i-1] == ' ' && toldBefore[s[i-2]]:
		if e := sc.toldCode(s, i, end); e > 0 {
			return e
		}
	case lead == i+2 && i+4 <= end:
		if e := sc.iban(s, i); e > 0 {
			return e
		}
	case end-i == 26 && isULID(s[i:end]):
		sc.redact(i, end, ULID)
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
