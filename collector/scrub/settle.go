package scrub

import "strings"

// A text in which something was replaced is scanned again, until nothing is
// found: what was replaced may stand beside something that now has a meaning.
// Only the surroundings of the replacements are, because the rest was scanned
// as it stands.

// extent is the part of a text, from its first to its last replacement, that is
// not as it was when it was scanned.
type extent struct{ low, high int }

// Surroundings, in bytes: what is found further away than vicinity from all
// replacements does not depend on them, since scanners look at less around
// their anchors, or no further than to a blank. margin is what is scanned beyond
// that, so that what is found in the vicinity has its context.
const (
	vicinity = 512
	margin   = 512
	// maxSeek is how much further a place to begin or end is looked for.
	maxSeek = 2 << 10
)

// window gives what is to be scanned of s: from the beginning of a word to the
// beginning of another, so that no number and no token is cut.
func (e extent) window(s string) (from, to int) {
	from, to = e.low-vicinity-margin, e.high+vicinity+margin
	for low := from - maxSeek; from > 0 && !wordBegins(s, from); from-- {
		if from <= low {
			from = 0
			break
		}
	}
	for high := to + maxSeek; to < len(s) && !wordBegins(s, to); to++ {
		if to >= high {
			to = len(s)
			break
		}
	}
	return max(0, from), min(to, len(s))
}

// wordBegins says whether a word of letters begins at i, after a blank, or what
// else goes on no number from before.
func wordBegins(s string, i int) bool {
	return is(s[i-1], space) && (is(s[i], letter) || s[i] == '[' || s[i] == '"' || s[i] == '{' || s[i] == '<')
}

// add makes the extent reach to i.
func (e *extent) add(i int) { e.low, e.high = min(e.low, i), max(e.high, i) }

func (e extent) empty() bool { return e.high < e.low }

// near says whether a finding is near enough to what was replaced to count.
func (e extent) near(sp span) bool {
	return int(sp.end) >= e.low-vicinity && int(sp.start) <= e.high+vicinity
}

// all is the extent of a text that was never scanned.
func all(s string) extent { return extent{0, len(s)} }

// lineBegin gives where the line that s has at i begins.
func lineBegin(s string, i int) int { return strings.LastIndexByte(s[:i], '\n') + 1 }
