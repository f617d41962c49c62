package scrub

import "strings"

// keyShape is how the keys of a provider look: a prefix, then at least min
// characters of a class.
type keyShape struct {
	prefix string
	min    int
	chars  string // what follows: a name in keyChars
}

// keyShapes are the keys of the providers that are met most, by first byte.
var keyShapes = func() (t [256][]keyShape) {
	for _, k := range []keyShape{
		{"AKIA", 16, "upper"}, {"ASIA", 16, "upper"}, {"AROA", 16, "upper"}, {"AIDA", 16, "upper"}, {"ABIA", 16, "upper"}, {"ACCA", 16, "upper"}, {"AGPA", 16, "upper"}, {"ANPA", 16, "upper"}, // AWS
		{"ghp_", 16, "word"}, {"gho_", 16, "word"}, {"ghu_", 16, "word"}, {"ghs_", 16, "word"}, {"ghr_", 16, "word"}, {"github_pat_", 16, "word"}, // GitHub
		{"glpat-", 16, "word"}, {"gldt-", 16, "word"}, {"glrt-", 16, "word"}, {"glptt-", 16, "word"}, {"glcbt-", 16, "word"}, {"glsoat-", 16, "word"}, {"glft-", 16, "word"}, {"gloas-", 16, "word"}, // GitLab
		{"AIza", 30, "word"}, {"ya29.", 16, "dotted"}, {"GOCSPX-", 16, "word"}, // Google
		{"xoxb-", 10, "word"}, {"xoxp-", 10, "word"}, {"xoxa-", 10, "word"}, {"xoxr-", 10, "word"}, {"xoxs-", 10, "word"}, {"xoxe-", 10, "word"}, {"xoxe.", 10, "dotted"}, {"xoxc-", 10, "word"}, {"xoxd-", 10, "word"}, {"xapp-", 10, "word"}, // Slack
		{"sk_live_", 8, "word"}, {"sk_test_", 8, "word"}, {"rk_live_", 8, "word"}, {"rk_test_", 8, "word"}, {"pk_live_", 8, "word"}, {"pk_test_", 8, "word"}, {"whsec_", 16, "base64"}, {"cus_", 14, "word"}, // Stripe, its customers among them
		{"AC", 32, "hex"}, {"SK", 32, "hex"}, // Twilio
		{"SG.", 32, "dotted"},                                                                                                                                   // SendGrid
		{"npm_", 20, "word"},                                                                                                                                    // npm
		{"sk-", 16, "word"}, {"sess-", 24, "word"}, {"r8_", 24, "word"}, {"hf_", 20, "word"}, {"gsk_", 20, "word"}, {"xai-", 20, "word"}, {"pplx-", 20, "word"}, // models' APIs
		{"shpat_", 20, "hex"}, {"shpss_", 20, "hex"}, {"shpca_", 20, "hex"}, {"shppa_", 20, "hex"}, // Shopify
		{"sq0atp-", 16, "word"}, {"sq0csp-", 16, "word"}, {"EAAA", 40, "word"}, // Square
		{"dop_v1_", 32, "hex"}, {"doo_v1_", 32, "hex"}, {"pypi-", 32, "word"}, {"rubygems_", 32, "hex"}, {"dckr_pat_", 16, "word"},
		{"hvs.", 20, "word"}, {"hvb.", 20, "word"}, {"glsa_", 20, "word"}, {"glc_", 20, "base64"}, {"lin_api_", 20, "word"}, {"ntn_", 20, "word"}, {"secret_", 32, "word"},
		{"dapi", 32, "hex"}, {"pul-", 40, "hex"}, {"key-", 32, "hex"}, {"sntrys_", 20, "base64"}, {"sntryu_", 20, "hex"}, {"phc_", 20, "word"}, {"phx_", 20, "word"}, {"figd_", 20, "word"}, {"PMAK-", 20, "word"},
		{"NRAK-", 20, "upper"}, {"nfp_", 20, "word"}, {"sbp_", 20, "hex"}, {"tfp_", 20, "word"}, {"pat-na1-", 20, "word"}, {"EZAK", 40, "word"}, {"AGE-SECRET-KEY-1", 20, "upper"}, {"SCW", 17, "upper"},
		{"0x", 64, "hex"}, // a private key of a wallet
	} {
		t[k.prefix[0]] = append(t[k.prefix[0]], k)
	}
	return t
}()

// keyStarts has a bit for each two bytes that a key or a JSON web token may begin
// with: few words do.
var keyStarts = func() (t [1 << 10]uint64) {
	mark := func(a, b byte) { n := int(a)<<8 | int(b); t[n>>6] |= 1 << (n & 63) }
	for _, shapes := range keyShapes {
		for _, k := range shapes {
			mark(k.prefix[0], k.prefix[1])
		}
	}
	mark('e', 'y')
	mark('e', 'w')
	return t
}()

func keyMayStart(a, b byte) bool {
	n := int(a)<<8 | int(b)
	return keyStarts[n>>6]&(1<<(n&63)) != 0
}

// providerKey looks for a provider's key at the piece from i.
func (sc *scan) providerKey(s string, i int) int {
	if i+1 >= len(s) || !keyMayStart(s[i], s[i+1]) {
		return 0
	}
	if e := sc.jwt(s, i); e > 0 {
		return e
	}
	for _, k := range keyShapes[s[i]] {
		if !strings.HasPrefix(s[i:], k.prefix) {
			continue
		}
		j := i + len(k.prefix)
		body := j
		digits, uppers := false, false
		for j < len(s) && keyChar(k.chars, s[j]) {
			digits = digits || is(s[j], digit)
			uppers = uppers || is(s[j], upper)
			j++
		}
		for j > body && strings.IndexByte("-_.=+/", s[j-1]) >= 0 && k.chars != "base64" {
			j--
		}
		if j-body < k.min || !digits && !uppers || isAt(s, j, alnum) {
			continue
		}
		if k.prefix == "sk-" && !digits && scoreWord(s[body:j]) >= 0 { // a class name
			continue
		}
		sc.redact(i, j, Key)
		return j
	}
	return 0
}

func keyChar(chars string, c byte) bool {
	switch chars {
	case "upper":
		return is(c, upper|digit)
	case "hex":
		return isHex(c)
	case "word":
		return is(c, alnum) || c == '_' || c == '-'
	case "dotted":
		return is(c, alnum) || c == '_' || c == '-' || c == '.'
	}
	return is(c, alnum|connector)
}

// jwt looks for a JSON web token: base64url that begins as {" does, in two to
// five parts with dots between them.
func (sc *scan) jwt(s string, i int) int {
	if !strings.HasPrefix(s[i:], "eyJ") && !strings.HasPrefix(s[i:], "ewo") {
		return 0
	}
	j := segmentEnd(s, i)
	if j-i < 10 {
		return 0
	}
	parts, last := 1, j
	for parts < 5 && j < len(s) && s[j] == '.' {
		e := segmentEnd(s, j+1)
		if e == j+1 && parts != 1 { // an empty part: no key, no signature
			if parts >= 2 {
				last = e
			}
			j = e
			parts++
			continue
		}
		if e-j-1 < 4 {
			break
		}
		j, last = e, e
		parts++
	}
	if parts == 1 {
		return 0 // the opaque scanner judges it
	}
	if s[last-1] == '.' && parts < 3 {
		last--
	}
	for s[last-1] == '.' && last > i && parts >= 3 && last < len(s) && is(s[last], space) {
		last--
	}
	sc.redact(i, last, JWT)
	return last
}

func segmentEnd(s string, i int) int {
	for i < len(s) && (is(s[i], alnum) || s[i] == '-' || s[i] == '_' || s[i] == '=') {
		i++
	}
	return i
}

// credentials looks for what follows the word bearer or basic, which stands from
// i to end.
func (sc *scan) credentials(s string, i, end int) int {
	switch s[i] | 0x20 {
	case 'b', 'a', 'd':
	default:
		return 0
	}
	w := s[i:end]
	if !strings.EqualFold(w, "bearer") && !strings.EqualFold(w, "basic") && !strings.EqualFold(w, "apikey") && !strings.EqualFold(w, "digest") {
		return 0
	}
	if len(w) == len("apikey") && !isAt(s, end, space) && s[i]|0x20 == 'a' {
		return 0 // the name of a pair
	}
	j := end
	for j < len(s) && j-end < 4 && (is(s[j], space) || s[j] == '+' || s[j] == ':' || s[j] == '"' || s[j] == '=') {
		j++
	}
	if j == end {
		return 0
	}
	start := j
	marks := false
	for j < len(s) && (is(s[j], alnum|connector) || s[j] == '.' || s[j] == '%' || s[j] == ':') {
		marks = marks || is(s[j], digit) || j > start && is(s[j], upper) || is(s[j], connector) && s[j] != '-'
		j++
	}
	for j > start && (s[j-1] == '.' || s[j-1] == ':') {
		j--
	}
	if j < len(s) && s[j] == '"' && s[j-1] == '=' || strings.HasPrefix(s[start:], "realm=") {
		return 0 // the realm of a challenge
	}
	if j-start < 6 || !marks || placeholderAt(s, start) > 0 {
		return 0
	}
	sc.redact(start, j, Token)
	return j
}

const (
	armourBegin = "-----BEGIN "
	armourEnd   = "-----END "
)

// privateKey looks for an armoured private key (RFC 7468, OpenSSH, OpenPGP) at
// the dashes from i: all of it up to its end, or as far as its text goes.
func (sc *scan) privateKey(s string, i int) int {
	if !strings.HasPrefix(s[i:], armourBegin) {
		return 0
	}
	label := s[i+len(armourBegin) : min(len(s), i+len(armourBegin)+48)]
	n := strings.Index(label, "-----")
	if n < 0 {
		n = len(label)
	}
	if !strings.Contains(label[:n], "PRIVATE KEY") {
		return 0
	}
	body := min(len(s), i+len(armourBegin)+n+5)
	end := -1
	if !sc.noKeyEnd {
		if end = strings.Index(s[body:], armourEnd); end < 0 {
			sc.noKeyEnd = true
		}
	}
	if end >= 0 {
		end += body + len(armourEnd)
		if d := strings.Index(s[end:min(len(s), end+48)], "-----"); d >= 0 {
			end += d + 5
		}
	} else {
		end = body
		for end < len(s) && (is(s[end], alnum|connector|space) || strings.IndexByte(`\:,.()`, s[end]) >= 0) {
			end++
		}
	}
	sc.redact(i, end, Key)
	return end
}

// isUUID says whether s has the form of a UUID (RFC 9562).
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

// isULID says whether s has the form of a ULID: 26 digits of Crockford's base 32,
// the first at most 7, letters of one case, and digits among them.
func isULID(s string) bool {
	if len(s) != 26 || s[0] < '0' || s[0] > '7' {
		return false
	}
	var seen uint8
	for i := range len(s) {
		c := s[i]
		if !is(c, alnum) || strings.IndexByte("ILOUilou", c) >= 0 {
			return false
		}
		seen |= class[c]
	}
	return seen&letter != letter && seen&letter != 0
}
