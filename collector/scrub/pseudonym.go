package scrub

import "time"

// Pseudonyms are the keyed hashes that replace identifiers of people in the texts of
// one site: [id:3f2a9c10]. The zero value has no key, and leaves [id].
type Pseudonyms struct {
	Identity *Identity
	Site     string
	At       time.Time
}

// Under gives a scrubber that replaces what identifies people by pseudonyms. It shares
// everything else with s.
func (s *Scrubber) Under(p Pseudonyms) Scrubber { return Scrubber{s.tables, p} }

// of gives the pseudonym of an identifier, 0 without a key: the first half of the hash
// that it has as the user of a beacon, so that the two can be matched.
func (p *Pseudonyms) of(identifier string) uint32 {
	if p.Identity == nil || len(identifier) > maxPseudonymous {
		return 0
	}
	return uint32(p.Identity.Hash("user", p.Site, identifier, p.At) >> 32)
}

// maxPseudonymous is the longest identifier with a pseudonym, in bytes.
const maxPseudonymous = 128

// placeholder gives what replaces an identifier that is a whole field.
func (p *Pseudonyms) placeholder(identifier string) string {
	sp := span{kind: ID, pseudonym: p.of(identifier)}
	return string(sp.appendPlaceholder(nil))
}

const (
	pseudonymLead   = "[id:"
	pseudonymDigits = 8
)

// appendPlaceholder appends what replaces the span.
func (sp *span) appendPlaceholder(dst []byte) []byte {
	if sp.pseudonym == 0 {
		return append(dst, placeholders[sp.kind]...)
	}
	dst = append(dst, pseudonymLead...)
	for shift := 4 * (pseudonymDigits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[sp.pseudonym>>shift&15])
	}
	return append(dst, ']')
}

// pseudonymAt gives the length of the pseudonym that s has at i, or 0.
func pseudonymAt(s string, i int) int {
	end := i + len(pseudonymLead) + pseudonymDigits
	if end >= len(s) || s[i:i+len(pseudonymLead)] != pseudonymLead || s[end] != ']' || !allHex(s[end-pseudonymDigits:end]) {
		return 0
	}
	return end + 1 - i
}
