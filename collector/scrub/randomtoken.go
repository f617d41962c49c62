package scrub

import (
	"math/bits"
	"strings"
)

// minToken is the length of the shortest random token in text, in bytes.
const minToken = 20

// base64Data finds the run from start to end behind "base64,".
func base64Data(s string, start, end int) match {
	if !strings.HasSuffix(s[:start], "base64,") {
		return match{}
	}
	return found(start, end)
}

// randomTokens replaces the tokens in the run from start to end that have no shape
// of their own: they are long and look random.
func (sc *scan) randomTokens(s string, start, end int) int {
	run := s[start:end]
	if isTraceparent(run) || isIntegrityHash(run) || isAssetName(s, end) {
		return end
	}
	any := false
	for p := start; p < end; {
		q := tokenPartEnd(s, p, end)
		if a, b := tokenIn(s, p, q); a < b {
			a, b = extendBase64(s, a, b, start, end)
			sc.redact(a, b, Token)
			any = true
			q = max(q, b)
		}
		p = q + 1
	}
	if !any && isBase64(run) {
		sc.redact(start, end, Token)
	}
	return end
}

// tokenPartEnd gives where the part of a run ends that begins at i: at a sign of
// base 64 or of paths.
func tokenPartEnd(s string, i, end int) int {
	for i < end && s[i] != '/' && s[i] != '+' && s[i] != '=' && s[i] != '~' {
		i++
	}
	return i
}

// tokenIn finds the token in the part of a run from start to end: what is left without
// the words at both ends (session_…). It is empty if there is none.
func tokenIn(s string, start, end int) (int, int) {
	if isHexNumber(s[start:end]) {
		return start, end
	}
	a, b := withoutWords(s, start, end)
	if b-a < minToken {
		return 0, 0
	}
	if isHexToken(s, a, b) {
		return a, b
	}
	if !isRandom(s[a:b]) {
		return 0, 0
	}
	if a-start <= 2 { // a letter and a sign are not a word, but of the token
		a = start
	}
	if end-b <= 2 {
		b = end
	}
	return a, b
}

// isHexNumber says whether a part is the address, the hash or the key of a wallet: 0x
// and at least 40 hexadecimal digits, which are not a mask.
func isHexNumber(part string) bool {
	if len(part) < 42 || part[0] != '0' || part[1]|0x20 != 'x' || !allHex(part[2:]) {
		return false
	}
	var seen uint32 // digits, by their lower five bits
	for _, c := range []byte(part[2:]) {
		seen |= 1 << (c & 31)
	}
	return bits.OnesCount32(seen) > 4
}

// withoutWords gives the part from start to end without the words and numbers at
// its ends, which - and _ divide.
func withoutWords(s string, start, end int) (int, int) {
	for start < end {
		j := start
		for j < end && s[j] != '-' && s[j] != '_' {
			j++
		}
		if j > start && !isWordLike(s[start:j]) {
			break
		}
		start = min(j+1, end)
	}
	for end > start {
		j := end
		for j > start && s[j-1] != '-' && s[j-1] != '_' {
			j--
		}
		if j < end && !isWordLike(s[j:end]) {
			break
		}
		end = max(start, j-1)
	}
	return start, end
}

// isRandom says whether t looks as if made by chance, and is not hexadecimal.
func isRandom(t string) bool {
	var seen uint8
	letters, hexes := 0, 0
	var bytes uint64 // that are in t, by their lower six bits
	for k := range len(t) {
		c := class[t[k]]
		seen |= c
		bytes |= 1 << (t[k] & 63)
		if c&letter != 0 {
			letters++
		}
		if c&(digit|hexLetter) != 0 {
			hexes++
		}
	}
	if bits.OnesCount64(bytes) < 6 { // xxxxxxxx
		return false
	}
	if hexes == len(t) || 4*letters < len(t) || t[0] == '0' && t[1] == 'x' && hexes == len(t)-1 && len(t) < 34 {
		return false
	}
	limit := -12
	switch {
	case seen&digit == 0 && seen&letter == letter:
		limit = -20
	case seen&digit == 0:
		limit = -40
	}
	return scoreWord(t) <= limit
}

// isWordLike says whether a part is a word or a plain number.
func isWordLike(p string) bool {
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
		return len(p) <= 1 || scoreWord(p) >= -2
	}
	return len(p) >= 3 && scoreWord(p) > 0
}

// isHexToken says whether the hexadecimal digits from start to end are a token: at
// least 24, and the word before them does not call them a hash, a commit or a
// trace. 40 digits are the id of a commit, unless that word has a label.
func isHexToken(s string, start, end int) bool {
	t := s[start:end]
	if len(t) < 24 || !allHex(t) || allDigits(t) {
		return false
	}
	w := wordBefore(s, start)
	if string(w.text()) == "id" { // trace_id
		w = wordBefore(s, strings.LastIndexAny(s[:start], "iI"))
	}
	if len(t) == 40 {
		return string(w.text()) == "nonce" || labelOf(string(w.text())) != nil
	}
	return !w.isIn(hashWords)
}

var hashWords = words(`sha md hash digest checksum integrity etag trace traceid traceparent span spanid commit rev
	revision chunk chunkhash contenthash release buildid`)

// extendBase64 extends the token from a to b by its neighbours in the run from low
// to high, unless they are parts of a path: base 64 has / and + within it, and = at
// its end.
func extendBase64(s string, a, b, low, high int) (int, int) {
	for a-1 > low && (s[a-1] == '/' || s[a-1] == '+') {
		j := a - 1
		for j > low && s[j-1] != '/' && s[j-1] != '+' && s[j-1] != '=' && s[j-1] != '~' {
			j--
		}
		if j == a-1 || s[a-1] == '/' && isPathLike(s[j:a-1]) {
			break
		}
		a = j
	}
	for b < high && (s[b] == '/' || s[b] == '+') {
		j := tokenPartEnd(s, b+1, high)
		if j == b+1 || s[b] == '/' && isPathLike(s[b+1:j]) {
			break
		}
		b = j
	}
	for b < high && s[b] == '=' {
		b++
	}
	return a, b
}

// isPathLike says whether the part of a run before or after a slash is of a path,
// and not of base 64: a word of some length, lower-case letters, a number.
func isPathLike(p string) bool {
	if !isWordLike(p) {
		return false
	}
	var seen uint8
	for k := range len(p) {
		seen |= class[p[k]]
	}
	return len(p) >= 5 || seen&upper == 0
}

// isBase64 says whether a run with slashes is base 64 and not a path: its parts
// together look as if made by chance.
func isBase64(run string) bool {
	if len(run) < 32 || strings.IndexByte(run, '-') >= 0 || strings.IndexByte(run, '_') >= 0 ||
		!strings.ContainsAny(run, "/+") {
		return false
	}
	var seen uint8
	for k := range len(run) {
		seen |= class[run[k]]
	}
	if seen&alnum != alnum {
		return false
	}
	score, random := 0, 0
	for i := 0; i < len(run); {
		end := tokenPartEnd(run, i, len(run))
		part := run[i:end]
		score += scoreWord(part)
		if len(part) >= 3 && !isWordLike(part) {
			random += len(part)
		}
		i = end + 1
	}
	return score <= -12 && random >= 16
}

// isTraceparent says whether s is a W3C trace context, which identifies a request.
func isTraceparent(s string) bool {
	return len(s) == 55 && s[2] == '-' && s[35] == '-' && s[52] == '-' && s[0] == '0'
}

// isIntegrityHash says whether s is the hash of a subresource.
func isIntegrityHash(s string) bool {
	for _, p := range [...]string{"sha1-", "sha256-", "sha384-", "sha512-"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// isAssetName says whether extensions at i make what ends there the name of a built
// file, hash included: main-8f3a2b1c9d.js, vendors~main.chunk.css.
func isAssetName(s string, i int) bool {
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
