package scrub

import (
	"math/bits"
	"strings"
)

// scan is the state of scrubbing one field. The scanner asks rules for matches in
// the field itself and in its decoded layers.
type scan struct {
	scrubber *Scrubber
	rules    *ruleSet
	tally    tally
	// pseudonyms replace what identifies people in the field.
	pseudonyms Pseudonyms

	changed   extent // since the field was scanned
	spans     []span
	rewrites  []rewrite
	rewritten []byte // the texts of rewrites

	// Of the text that is being scanned: the field, or a layer of it.
	offsets  []int32 // of the layer's bytes in the field, nil for the field itself
	encoded  extent  // has escapes and bytes beyond ASCII, so decoding may reveal more
	decoded  extent  // of the field: where the layer differs from what it was decoded from
	noKeyEnd bool    // no private key ends in the rest
	chain    chain
	pair     pair
	series   recoverySeries

	choice    element // the last select element
	choiceEnd int
	plain     plainNames

	layers  [2]decodedText
	out     []byte
	url     []byte // that is being rewritten
	segment segment
	inner   *scan // for segments of paths

	// Frames share URLs: the last one that stays as it is, without line and column,
	// and the last endpoint.
	unchanged string
	last      endpoint
}

// release drops the references to the field. The buffers stay for the next field:
// at most some 20 bytes for each byte of the longest.
func (sc *scan) release() {
	sc.unchanged, sc.last.text, sc.chain.s = "", "", ""
	sc.pair.s, sc.choice.s, sc.segment, sc.pseudonyms = "", "", segment{}, Pseudonyms{}
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

// line is text without line breaks and tabs.
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

// collect finds the spans of s around its changes: in s itself, then in its
// decoded layers. It gives the part of s that it scanned.
func (sc *scan) collect(s string) (from, to int) {
	sc.spans, sc.rewrites, sc.rewritten = sc.spans[:0], sc.rewrites[:0], sc.rewritten[:0]
	from, to = sc.changed.window(s)
	sc.scanText(s, from, to)
	text := s
	for depth := range maxDepth {
		if sc.encoded.isEmpty() {
			break
		}
		layer := &sc.layers[depth&1]
		low, high := sc.encoded.window(text)
		sc.decoded = extent{sc.offset(sc.encoded.low), sc.offset(sc.encoded.high)}
		if !layer.decode(text, sc.offsets, low, high) {
			break
		}
		text, sc.offsets = layer.text, layer.offsets
		sc.scanText(text, 0, len(text))
	}
	sc.offsets = nil
	return from, to
}

// offset gives the offset in the field of a byte of the text that is scanned.
func (sc *scan) offset(i int) int {
	if sc.offsets == nil {
		return i
	}
	return int(sc.offsets[i])
}

// scanText asks the rules about s, at the triggers between from and to.
func (sc *scan) scanText(s string, from, to int) {
	sc.noKeyEnd, sc.choice, sc.choiceEnd = false, element{}, 0
	sc.series, sc.plain, sc.pair.line = recoverySeries{}, plainNames{}, lineValue{}
	sc.encoded = extent{low: len(s), high: -1}
	triggers := &sc.rules.triggers
	run := 0 // end of the run of token characters that was looked at
	for i := from; i < to; {
		switch t := triggers[s[i]]; t {
		case 0:
			i++
		case atWord:
			if i >= run {
				run = sc.run(s, i)
			}
			i = sc.word(s, i)
		default:
			if t&atEncoded != 0 {
				sc.encoded.include(i)
			}
			i = max(i+1, sc.sign(s, i))
		}
	}
}

// sign asks the rules of the sign at i, and gives where the scan goes on, 0 if
// none matches.
func (sc *scan) sign(s string, i int) int {
	before := byte('\n')
	if i > 0 {
		before = s[i-1]
	}
	rules := sc.rules.signs[s[i]]
	for k := range rules {
		r := &rules[k]
		if r.after != nil && !r.after[before] {
			continue
		}
		if len(r.sign) > 1 && !strings.HasPrefix(s[i:], r.sign) {
			continue
		}
		if next := sc.ask(r.rule, s, i, i+len(r.sign)); next > 0 {
			return next
		}
	}
	return 0
}

// run asks the rules of runs about the run of token characters from i, unless it
// is too short or too plain for a token, and gives its end.
func (sc *scan) run(s string, i int) (end int) {
	var seen uint8
	for end = i; end < len(s) && is(s[end], alnum|connector); end++ {
		seen |= class[s[end]]
	}
	if end-i < minToken || seen&letter == 0 || seen&(digit|upper) == 0 && end-i < 32 {
		return end
	}
	sc.askFirst(sc.rules.runs, s, i, end)
	return end
}

// word asks the rules of words about the word from i, then those of numbers, and
// gives where the scan goes on.
func (sc *scan) word(s string, i int) int {
	first := class[s[i]]
	seen, end := first, i+1
	for end < len(s) && class[s[end]]&alnum != 0 {
		seen |= class[s[end]]
		end++
	}
	f := formOf(first, seen)
	next := 0
	w := &sc.rules.words
	for b := w.of(s, i, end, f); b != 0 && next == 0; b &= b - 1 {
		next = sc.ask(w.rules[bits.TrailingZeros32(uint32(b))], s, i, end)
	}
	if next == 0 && f != lettersOnly {
		next = sc.numberIn(s, i, end)
	}
	return max(end, next)
}

// askFirst asks rules in their order until one matches, and gives where the scan
// goes on, 0 if none matches.
func (sc *scan) askFirst(rules []*rule, s string, start, end int) int {
	for _, r := range rules {
		if next := sc.ask(r, s, start, end); next > 0 {
			return next
		}
	}
	return 0
}

func (sc *scan) ask(r *rule, s string, start, end int) (next int) {
	if r.apply != nil {
		return r.apply(sc, s, start, end)
	}
	m := r.find(s, start, end)
	if m.start < m.end {
		sc.redact(m.start, m.end, r.kind)
	}
	return m.next
}
