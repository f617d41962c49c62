package scrub

import (
	_ "embed"
	"strings"
)

// recoveryList is the English word list of BIP-39, of which wallets make their
// recovery phrases: 2048 words of 3 to 8 letters.
//
//go:embed recoverywords.txt
var recoveryList string

var recoveryWords = words(recoveryList)

const (
	minRecoveryWords = 12
	// Lengths of words of a phrase in any list, in letters.
	minRecoveryWord, maxRecoveryWord = 3, 8
	// maxRecoveryGap is the longest gap between two words, in bytes: `", "`, " 12. ".
	maxRecoveryGap = 6
)

// recoveryFollows may be behind a word of a phrase: not the signs of paths, calls and
// names.
var recoveryFollows = bytesOf("/(_@&").not()

// recoverySeries is the words up to here that could be of a recovery phrase. The
// list has no words of one or two letters, so prose ends a series soon.
type recoverySeries struct {
	words      int // one after the other
	start, end int // of the words
	last       int // start of the last word
	listed     int // of the words, those at the end that are in the list
	labelled   bool
	unlisted   bool // one of the first twelve after a label is not in the list
}

// recoveryWord adds the word from start to end to the series, and replaces a series
// of at least twelve words that are in the list, or that a label names.
func (sc *scan) recoveryWord(s string, start, end int) (next int) {
	p := &sc.series
	switch {
	case isRecoveryLabel(s, start, end):
		*p = recoverySeries{start: end, end: end, labelled: true}
		return 0
	case !isRecoveryGap(s, p.end, start, p.words == 0):
		*p = recoverySeries{start: start}
		if start > 0 && placeholderAt(s, start-1) > 0 {
			return 0
		}
	case p.words == 0:
		p.start = start
	}
	before := p.last
	p.words++
	p.last, p.end = start, end
	if p.labelled && p.words <= minRecoveryWords {
		p.labelled = !proseWords.has(s[start:end])
		p.unlisted = p.unlisted || !recoveryWords.has(s[start:end])
	}
	switch {
	case p.words < minRecoveryWords:
		return 0
	case p.labelled && (p.unlisted || recoveryWords.has(s[start:end])):
		before = p.start
	case !recoveryWords.has(s[start:end]):
		p.listed = 0
		return 0
	case p.listed == 0:
		before, p.listed = listedBefore(s, end)
	default:
		p.listed++
		if p.listed == minRecoveryWords {
			before, _ = listedBefore(s, end)
		}
	}
	if before == p.start && p.labelled || p.listed >= minRecoveryWords {
		sc.redact(before, end, Secret)
	}
	return 0
}

// isRecoveryLabel says whether the word from start to end names a recovery phrase.
func isRecoveryLabel(s string, start, end int) bool {
	switch end - start {
	case len("phrase"):
		return strings.EqualFold(s[start:end], "phrase") && hasWord(s, start, phraseNames)
	case len("mnemonic"):
		return strings.EqualFold(s[start:end], "mnemonic")
	}
	return false
}

var phraseNames = words(`recovery seed mnemonic backup secret wallet`)

// proseWords show that what follows a label is a sentence about the phrase.
var proseWords = words(`the and for you your can cannot must should has have had are was were been not with this that from
	will when which but please does contain contains need needs enter length words word`)

// isRecoveryGap says whether what is from end to start may divide two words of a
// phrase, or a label from its first word: blanks, commas, quotes, numbers of a list.
func isRecoveryGap(s string, end, start int, labelled bool) bool {
	if start-end > maxRecoveryGap || start <= end {
		return false
	}
	for i := end; i < start; i++ {
		if is(s[i], letter) || s[i] == '[' || !labelled && (s[i] == ':' || s[i] == '=') {
			return false
		}
	}
	return true
}

// listedBefore gives where the words of the list begin that end at i, at most as
// many as the shortest phrase has, and how many they are.
func listedBefore(s string, i int) (start, n int) {
	for n < minRecoveryWords {
		end := i
		for end > 0 && i-end < maxRecoveryGap && !is(s[end-1], letter) {
			end--
		}
		from := end
		for from > 0 && end-from <= maxRecoveryWord && is(s[from-1], letter) {
			from--
		}
		if !recoveryWords.has(s[from:end]) {
			break
		}
		i, start = from, from
		n++
	}
	return start, n
}
