package scrub

import "strings"

// extent is the part of a text from its first to its last change since it was
// scanned. After replacements only the surroundings of the extent are scanned
// again, until nothing is found: a placeholder may give its neighbours a new
// meaning, the rest was scanned as it is.
type extent struct{ low, high int }

// Surroundings, in bytes. Matches further than vicinity from all replacements do
// not depend on them: matchers look at less around their trigger, or at most up
// to the next blank. margin is scanned beyond the vicinity, so that matches in
// the vicinity have their context.
const (
	vicinity = 512
	margin   = 512
	// maxSeek is how far beyond the margin the beginning of a word is searched.
	maxSeek = 2 << 10
)

// fullExtent is the extent of a text that was never scanned.
func fullExtent(s string) extent { return extent{0, len(s)} }

// window gives the part of s to scan: from the beginning of one word to the
// beginning of another, so that it cuts no number and no token.
func (e extent) window(s string) (from, to int) {
	from, to = e.low-vicinity-margin, e.high+vicinity+margin
	for low := from - maxSeek; from > 0 && !isWordStart(s, from); from-- {
		if from <= low {
			from = 0
			break
		}
	}
	for high := to + maxSeek; to < len(s) && !isWordStart(s, to); to++ {
		if to >= high {
			to = len(s)
			break
		}
	}
	return max(0, from), min(to, len(s))
}

// isWordStart says whether a word of letters begins at i after a blank, or a sign
// that does not continue a number.
func isWordStart(s string, i int) bool {
	return is(s[i-1], space) && (is(s[i], letter) || s[i] == '[' || s[i] == '"' || s[i] == '{' || s[i] == '<')
}

// include extends the extent to i.
func (e *extent) include(i int) { e.low, e.high = min(e.low, i), max(e.high, i) }

func (e extent) isEmpty() bool { return e.high < e.low }

// isNear says whether a span is close enough to the changes to depend on them.
func (e extent) isNear(sp span) bool {
	return int(sp.end) >= e.low-vicinity && int(sp.start) <= e.high+vicinity
}

// lineStart gives where the line around i begins.
func lineStart(s string, i int) int { return strings.LastIndexByte(s[:i], '\n') + 1 }
