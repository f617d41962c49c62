package scrub

import "strings"

const (
	armourBegin = "-----BEGIN "
	armourEnd   = "-----END "
	armourDash  = "-----"
	maxArmour   = 48 // of what is after BEGIN or END, in bytes
)

// privateKey finds an armoured private key (RFC 7468, OpenSSH, OpenPGP) at the
// dashes from i: all of it up to its end, or up to the last byte that may
// be of a key.
func (sc *scan) privateKey(s string, i, _ int) int {
	if !strings.HasPrefix(s[i:], armourBegin) {
		return 0
	}
	head := s[i+len(armourBegin) : min(len(s), i+len(armourBegin)+maxArmour)]
	head, _, _ = strings.Cut(head, armourDash)
	if !strings.Contains(head, "PRIVATE KEY") {
		return 0
	}
	body := min(len(s), i+len(armourBegin)+len(head)+len(armourDash))
	end := sc.keyEnd(s, body)
	sc.redact(i, end, Key)
	return end
}

// keyEnd gives where the private key whose body begins at i ends.
func (sc *scan) keyEnd(s string, i int) int {
	if !sc.noKeyEnd {
		if n := strings.Index(s[i:], armourEnd); n >= 0 {
			end := i + n + len(armourEnd)
			if d := strings.Index(s[end:min(len(s), end+maxArmour)], armourDash); d >= 0 {
				end += d + len(armourDash)
			}
			return end
		}
		sc.noKeyEnd = true
	}
	for i < len(s) && (is(s[i], alnum|connector|space) || strings.IndexByte(`\:,.()`, s[i]) >= 0) {
		i++
	}
	return i
}
