package scrub

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// span is a part of the scanned field to replace.
type span struct {
	start, end int32
	rewritten  int32 // 1 + index into scan.rewrites: replaced by that instead of a placeholder
	kind       Kind
	pseudonym  uint32 // of the person that an identifier is of, 0 if it has none
}

// rewrite is what replaces a URL, and what was removed from it.
type rewrite struct {
	start, end int // in scan.rewritten
	tally      tally
}

// redact marks a span of the scanned text for the placeholder of its kind.
func (sc *scan) redact(start, end int, k Kind) {
	sc.mark(start, end, span{kind: k})
}

// redactIdentity marks an identifier of a person for its pseudonym.
func (sc *scan) redactIdentity(start, end int, k Kind, identifier string) {
	sp := span{kind: k}
	if k == ID {
		sp.pseudonym = sc.pseudonyms.of(identifier)
	}
	sc.mark(start, end, sp)
}

// rewrite marks a span to be replaced by text.
func (sc *scan) rewrite(start, end int, text []byte, t *tally) {
	at := len(sc.rewritten)
	sc.rewritten = append(sc.rewritten, text...)
	sc.rewrites = append(sc.rewrites, rewrite{at, len(sc.rewritten), *t})
	sc.mark(start, end, span{rewritten: int32(len(sc.rewrites))})
}

func (sc *scan) mark(start, end int, sp span) {
	sp.start, sp.end = int32(sc.offset(start)), int32(sc.offset(end))
	if sp.start < sp.end && sc.changed.isNear(sp) && (sc.offsets == nil || sc.decoded.isNear(sp)) {
		sc.spans = append(sc.spans, sp)
	}
}

// resolve sorts the spans and makes them disjoint. Two that overlap become one
// that covers both, of the kind of the outer or else the longer one: no part of
// either stays.
func (sc *scan) resolve() {
	slices.SortFunc(sc.spans, func(a, b span) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		if c := cmp.Compare(b.end, a.end); c != 0 {
			return c
		}
		return cmp.Compare(a.vagueness(), b.vagueness())
	})
	out := sc.spans[:0]
	for _, sp := range sc.spans {
		if len(out) == 0 || sp.start >= out[len(out)-1].end {
			out = append(out, sp)
			continue
		}
		last := &out[len(out)-1]
		if sp.end <= last.end {
			// The outer span wins. A rewritten URL does not contain what else was
			// found in it: the next round scans the URL's new text.
			continue
		}
		start := last.start
		if sp.rewritten != 0 || last.rewritten == 0 && last.end-last.start >= sp.end-sp.start {
			sp.kind, sp.rewritten, sp.pseudonym = last.kind, 0, last.pseudonym
			if last.rewritten != 0 {
				sp.kind = Token
			}
		}
		sp.start = start
		*last = sp
	}
	sc.spans = out
}

// vagueness orders the kinds of equal spans: a shape with a check says more than a
// label of people, that more than a shape that others have, and a label of secrets
// more than that the text looks random.
func (sp span) vagueness() int {
	switch {
	case sp.rewritten != 0:
		return 5
	case sp.kind == Token:
		return 4
	case sp.kind == Secret:
		return 3
	case sp.kind == UUID || sp.kind == ULID || sp.kind == Phone:
		return 2
	case sp.kind >= ID && sp.kind <= Personal:
		return 1
	}
	return 0
}

// replace gives s with its spans replaced, and notes the extent of the change.
func (sc *scan) replace(s string) string {
	sc.changed = extent{len(s), 0}
	if len(sc.spans) == 0 {
		return s
	}
	for k := range sc.spans { // the limits of a matcher may cut a rune
		sp := &sc.spans[k]
		for !utf8.RuneStart(s[sp.start]) {
			sp.start--
		}
		for int(sp.end) < len(s) && !utf8.RuneStart(s[sp.end]) {
			sp.end++
		}
	}
	sc.resolve()
	out := sc.out[:0]
	i := int32(0)
	for _, sp := range sc.spans {
		out = append(out, s[i:sp.start]...)
		if sp.rewritten != 0 {
			r := &sc.rewrites[sp.rewritten-1]
			out = append(out, sc.rewritten[r.start:r.end]...)
			sc.tally.merge(&r.tally)
		} else {
			out = sp.appendPlaceholder(out)
			sc.tally[sp.kind]++
		}
		i = sp.end
	}
	out = append(out, s[i:]...)
	sc.out = out
	sc.changed = extent{int(sc.spans[0].start), len(out) - (len(s) - int(i))}
	return string(out)
}
