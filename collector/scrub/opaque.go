package scrub

import (
	"math/bits"
	"strings"
)

// minOpaque is the shortest opaque token that is looked for in text, in bytes.
const minOpaque = 20

// bigrams tells how often two letters follow each other in words and
// identifiers, against chance: 'e' is as often as by chance, each step of the
// alphabet twice that ('f') or half of it ('d'). Counted over the identifiers and
// comments of Go's standard library and of some hundred JavaScript packages.
const bigrams = "" +
	"dfggdefbfbdhfgbfbgghefceda" + // a
	"eddcedcafcafcbecbeeceabaca" + // b
	"gdedgdegeaffedgdbffgeebbca" + // c
	"fddfhddbgbaeededdffceddcca" + // d
	"geghfffcdacgfhdfehhgdeegdb" + // e
	"eceeefcbgaafddfdaeedeabbca" + // f
	"dcdcgccdeaadcefdaeeddbbaaa" + // g
	"fabdfbaaeabdcbebaecddabaca" + // h
	"eegffffbbbbffigfafggbfbdae" + // i
	"caaacaaaaaaaaabaaacabaaaaa" + // j
	"cbbbfbcbdaacbcbbabdcbabaaa" + // k
	"gcdfhddcgacgccgcbcefeddbfb" + // l
	"geddgbbbfabdecggacfdfcbbca" + // m
	"gdfggegcfbeedefdbcgheecacb" + // n
	"eegfceebdadffhefagffffecaa" + // o
	"gcedgdddfadfebffagffebcbca" + // p
	"abacaaaaaaabcaaabcbaeaaaaa" + // q
	"gdefhdecgadefegebfffeddcea" + // r
	"fdfehcdfgadeedffdefhfcdceb" + // s
	"gdedhecfhabeedfebggfeccdfb" + // t
	"efedeedbeaafegcebfffaabdaa" + // u
	"fdddgdcceaadecdgccedcbdbab" + // v
	"ebbcdbaceaabdddbaddbbaaaaa" + // w
	"dddcddabdaabcbceacdebdbcaa" + // x
	"bacbbaaacaabddbeabecabaaab" + // y
	"cabaeaaacaaaaabaaaaaaaabab" // z

// scoreWord says how much a text of letters, digits, _ and - looks like words
// (above 0) or like chance (below), in half bits: by the pairs of its letters,
// its digits amid letters, and its changes of case. Of 24 characters of base 62
// made by chance 1 in 100 scores above -11; of the identifiers in the sources
// above 1 in 100 that is not itself a hash scores below -6.
func scoreWord(s string) int {
	score, hump := 0, 0
	var before byte
	for i := range len(s) {
		c := s[i]
		switch cl := class[c]; {
		case cl&digit != 0:
			switch {
			case class[before]&letter != 0:
				score -= 4
			case class[before]&digit != 0:
				score--
			default:
				score -= 2
			}
			hump = 0
		case cl&letter != 0:
			switch {
			case class[before]&letter == 0:
				if class[before]&digit != 0 {
					score -= 2
				}
				hump = 1
			case class[before]&lower != 0 && cl&upper != 0:
				if hump < 3 {
					score -= 6
				}
				hump = 1
			default:
				score += 2 * (int(bigrams[26*int(before|0x20-'a')+int(c|0x20-'a')]) - 'e')
				hump++
			}
		default:
			hump = 0
		}
		before = c
	}
	return score
}

// opaque looks at the run of token characters from i for tokens that no shape
// tells: long, and made by chance. It gives the run's end.
func (sc *scan) opaque(s string, i int) int {
	end := i
	var seen uint8
	slash := false
	for end < len(s) && is(s[end], alnum|connector) {
		seen |= class[s[end]]
		slash = slash || s[end] == '/' || s[end] == '+'
		end++
	}
	if end-i < minOpaque || seen&letter == 0 || seen&(digit|upper) == 0 && end-i < 32 {
		return end
	}
	if i >= 7 && s[i-1] == ',' && s[i-7:i] == "base64," {
		sc.redact(i, end, Data)
		return end
	}
	if isTraceparent(s[i:end]) || sriHash(s[i:end]) || assetFollows(s, end) {
		return end
	}
	found := false
	for p := i; p < end; {
		q := p
		for q < end && s[q] != '/' && s[q] != '+' && s[q] != '=' && s[q] != '~' {
			q++
		}
		if a, b := tokenIn(s, p, q); a < b {
			a, b = extend(s, a, b, i, end)
			sc.redact(a, b, Token)
			found = true
			q = max(q, b)
		}
		p = q + 1
	}
	if slash && !found && end-i >= 32 && seen&lower != 0 && seen&upper != 0 && seen&digit != 0 && base64Like(s[i:end]) {
		sc.redact(i, end, Token)
	}
	return end
}

// tokenIn finds the token in the part of a run from i to end: what is left
// after words at both ends (session_…) are taken off. Empty if there is none.
func tokenIn(s string, i, end int) (int, int) {
	low, high := i, end
	for i < end {
		j := i
		for j < end && s[j] != '-' && s[j] != '_' {
			j++
		}
		if j > i && !wordLike(s[i:j]) {
			break
		}
		i = min(j+1, end)
	}
	for end > i {
		j := end
		for j > i && s[j-1] != '-' && s[j-1] != '_' {
			j--
		}
		if j < end && !wordLike(s[j:end]) {
			break
		}
		end = max(i, j-1)
	}
	t := s[i:end]
	if len(t) < minOpaque {
		return 0, 0
	}
	if hexToken(s, i, end) {
		return i, end
	}
	var seen uint8
	letters, hexes := 0, 0
	var kinds uint64 // which bytes there are, by their lower six bits
	for k := range len(t) {
		seen |= class[t[k]]
		kinds |= 1 << (t[k] & 63)
		if is(t[k], letter) {
			letters++
		}
		if isHex(t[k]) {
			hexes++
		}
	}
	if bits.OnesCount64(kinds) < 6 { // xxxxxxxx
		return 0, 0
	}
	if hexes == len(t) || 4*letters < len(t) || len(t) > 2 && t[0] == '0' && t[1] == 'x' && hexes == len(t)-1 && len(t) < 34 {
		return 0, 0
	}
	limit := -12
	switch {
	case seen&digit == 0 && seen&letter == letter:
		limit = -20
	case seen&digit == 0:
		limit = -40
	}
	if scoreWord(t) > limit {
		return 0, 0
	}
	if i-low <= 2 { // a letter and a sign are no word but the token's
		i = low
	}
	if high-end <= 2 {
		end = high
	}
	return i, end
}

// wordLike says whether a piece is a word or a plain number.
func wordLike(p string) bool {
	digits := 0
	for k := range len(p) {
		if is(p[k], digit) {
			digits++
		}
	}
	switch {
	case digits == len(p):
		return digits <= 14
	case digits == 0:
		return len(p) <= 1 || len(p) >= 2 && scoreWord(p) >= -2
	}
	return len(p) >= 3 && scoreWord(p) > 0
}

// hexToken says whether the hexadecimal digits from i to end are a token: at
// least 24, but not 40, the length of a commit's id, unless called a secret, and not called a hash, a
// commit or a trace by the word before them.
func hexToken(s string, i, end int) bool {
	n, letters := end-i, false
	if n < 24 {
		return false
	}
	for _, c := range []byte(s[i:end]) {
		if !isHex(c) {
			return false
		}
		letters = letters || is(c, letter)
	}
	if !letters {
		return false
	}
	w := wordBefore(s, i)
	if string(w.text()) == "id" { // trace_id
		w = wordBefore(s, strings.LastIndexAny(s[:i], "iI"))
	}
	if n == 40 { // a commit, unless it is called something else
		return string(w.text()) == "nonce" || secrecyOf(string(w.text())) != notSecret
	}
	switch string(w.text()) {
	case "sha", "md", "hash", "digest", "checksum", "integrity", "etag", "trace", "traceid", "traceparent", "span", "spanid", "commit", "rev", "revision", "chunk", "chunkhash", "contenthash", "release", "buildid":
		return false
	}
	return true
}

// pathLike says whether the part of a run before or after a slash belongs to a
// path, and not to base 64: a word of some length, lower-case letters, a number.
func pathLike(p string) bool {
	if !wordLike(p) {
		return false
	}
	var seen uint8
	for k := range len(p) {
		seen |= class[p[k]]
	}
	return len(p) >= 5 || seen&upper == 0
}

// extend makes a token found in a part of a run take in its neighbours, as far
// as they are no part of a path: base 64 has slashes and pluses in it, and = at
// its end.
func extend(s string, a, b, low, high int) (int, int) {
	for a-1 > low && (s[a-1] == '/' || s[a-1] == '+') {
		j := a - 1
		for j > low && s[j-1] != '/' && s[j-1] != '+' && s[j-1] != '=' && s[j-1] != '~' {
			j--
		}
		if j == a-1 || s[a-1] == '/' && pathLike(s[j:a-1]) {
			break
		}
		a = j
	}
	for b < high && (s[b] == '/' || s[b] == '+') {
		j := b + 1
		for j < high && s[j] != '/' && s[j] != '+' && s[j] != '=' && s[j] != '~' {
			j++
		}
		if j == b+1 || s[b] == '/' && pathLike(s[b+1:j]) {
			break
		}
		b = j
	}
	for b < high && s[b] == '=' {
		b++
	}
	return a, b
}

// base64Like says whether a run with slashes is base 64 and no path: its parts
// are made by chance, taken together.
func base64Like(s string) bool {
	if strings.IndexByte(s, '-') >= 0 || strings.IndexByte(s, '_') >= 0 {
		return false
	}
	score, chance := 0, 0
	for len(s) > 0 {
		n := strings.IndexAny(s, "/+=~")
		part := s
		if n >= 0 {
			part, s = s[:n], s[n+1:]
		} else {
			s = ""
		}
		score += scoreWord(part)
		if len(part) >= 3 && !wordLike(part) {
			chance += len(part)
		}
	}
	return score <= -12 && chance >= 16
}

// isTraceparent says whether s is a W3C trace context: ids of requests.
func isTraceparent(s string) bool {
	return len(s) == 55 && s[2] == '-' && s[35] == '-' && s[52] == '-' && s[0] == '0'
}

func sriHash(s string) bool {
	return strings.HasPrefix(s, "sha1-") || strings.HasPrefix(s, "sha256-") || strings.HasPrefix(s, "sha384-") || strings.HasPrefix(s, "sha512-")
}

// assetFollows says whether what ends at i is the name of a built file, hash
// and all: main-8f3a2b1c9d.js, vendors~main.chunk.css.
func assetFollows(s string, i int) bool {
	for range 3 {
		if i >= len(s) || s[i] != '.' {
			return false
		}
		j := i + 1
		for j < len(s) && j-i < 24 && is(s[j], alnum) {
			j++
		}
		if codeExtensions.has(s[i+1:j]) || mediaExtensions.has(s[i+1:j]) {
			return true
		}
		i = j
	}
	return false
}
