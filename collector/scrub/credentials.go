package scrub

import "strings"

// credentialWords are the schemes of HTTP authentication, before credentials:
// Bearer x.
var credentialWords = [...]string{"bearer", "basic", "apikey", "digest"}

func isCredentialWord(w string) bool {
	for i := range credentialWords {
		if strings.EqualFold(w, credentialWords[i]) {
			return true
		}
	}
	return false
}

var (
	credentialGaps  = bytesIn(space, `+:"=`)
	credentialBytes = bytesIn(alnum|connector, ".%:")
)

// credentials finds what follows a scheme, which is the word from start to end.
func credentials(s string, start, end int) match {
	if !isCredentialWord(s[start:end]) {
		return match{}
	}
	if s[start]|0x20 == 'a' && !isAt(s, end, space) {
		return match{} // a label: apikey=
	}
	i := end
	for i < len(s) && i-end < 4 && credentialGaps[s[i]] {
		i++
	}
	if i == end {
		return match{}
	}
	j, marked := i, false
	for j < len(s) && credentialBytes[s[j]] {
		marked = marked || is(s[j], digit) || j > i && is(s[j], upper) || is(s[j], connector) && s[j] != '-'
		j++
	}
	for j > i && (s[j-1] == '.' || s[j-1] == ':') {
		j--
	}
	if j < len(s) && s[j] == '"' && s[j-1] == '=' || strings.HasPrefix(s[i:], "realm=") {
		return match{} // the realm of a challenge
	}
	if j-i < 6 || !marked || placeholderAt(s, i) > 0 {
		return match{}
	}
	return found(i, j)
}
