package scrub

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// span is a part of the scanned field that is to be replaced.
type span struct {
	start, end int32
	rewritten  int32 // 1 + index into scan.rewrites: replaced by that, not by a placeholder
	kind       Kind
}

// rewrite is what a URL becomes, and what that took out.
type rewrite struct {
	start, end int // in scan.rewritten
	tally      tally
}

// add notes a span of the text that is being looked at.
func (sc *scan) add(start, end int, k Kind) {
	sc.push(start, end, span{kind: k})
}

// addRewrite notes a span that becomes text.
func (sc *scan) addRewrite(start, end int, text []byte, t *tally) {
	at := len(sc.rewritten)
	sc.rewritten = append(sc.rewritten, text...)
	sc.rewrites = append(sc.rewrites, rewrite{at, len(sc.rewritten), *t})
	sc.push(start, end, span{rewritten: int32(len(sc.rewrites))})
}

func (sc *scan) push(start, end int, sp span) {
	sp.start, sp.end = int32(sc.offset(start)), int32(sc.offset(end))
	if sp.start < sp.end && sc.fresh.near(sp) && (sc.pos == nil || sc.decoded.near(sp)) {
		sc.spans = append(sc.spans, sp)
	}
}

// resolve makes the spans disjoint and ordered. Of two that overlap nothing
// escapes: one takes the room of both. It is the one that holds the other, else
// the longer.
func (sc *scan) resolve() {
	slices.SortFunc(sc.spans, func(a, b span) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		if c := cmp.Compare(b.end, a.end); c != 0 {
			return c
		}
		return cmp.Compare(a.vague(), b.vague())
	})
	out := sc.spans[:0]
	for _, sp := range sc.spans {
		if len(out) == 0 || sp.start >= out[len(out)-1].end {
			out = append(out, sp)
			continue
		}
		last := &out[len(out)-1]
		if sp.end <= last.end {
			// A URL that was found whole knows better than what stands in it, but
			// it has not seen what else was found in it: see scan.find.
			continue
		}
		start := last.start
		if sp.rewritten != 0 || last.rewritten == 0 && last.end-last.start >= sp.end-sp.start {
			sp.kind, sp.rewritten = last.kind, 0
			if last.rewritten != 0 {
				sp.kind = Token
			}
		}
		sp.start = start
		*last = sp
	}
	sc.spans = out
}

// vague orders findings of the same span: the name of a shape says more than
// the name of a pair, and that more than that something looked like chance.
func (sp span) vague() int {
	switch {
	case sp.rewritten != 0:
		return 3
	case sp.kind == Token:
		return 2
	case sp.kind == Secret:
		return 1
	}
	return 0
}

// replace gives s with its spans replaced, and notes the extent of that.
func (sc *scan) replace(s string) string {
	sc.fresh = extent{len(s), 0}
	if len(sc.spans) == 0 {
		return s
	}
	for k := range sc.spans { // what bounds a scanner may fall into a rune
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
			sc.tally.add(&r.tally)
		} else {
			out = append(out, placeholders[sp.kind]...)
			sc.tally[sp.kind]++
		}
		i = sp.end
	}
	out = append(out, s[i:]...)
	sc.out = out
	sc.fresh = extent{int(sc.spans[0].start), len(out) - (len(s) - int(i))}
	return string(out)
}
