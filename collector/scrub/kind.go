package scrub

// Kind says what a redaction removed.
type Kind uint8

// The kinds. In a text a redaction leaves [kind], in a path :kind.
const (
	Email Kind = iota
	Card
	IBAN
	SSN
	Phone
	IP
	MAC
	Geo
	UUID
	ULID
	JWT
	Key      // credential of a known provider, private-key block
	Token    // random string, credential of an Authorization header
	Secret   // value beside a label of secrets
	Data     // payload of a data: URL
	ID       // identifier of a person or of an official document; path segment: number, name of a person
	Name     // of a person: given, family, user name
	Address  // street, house number, postcode
	Birth    // date of birth
	Personal // gender, nationality, religion and the like
	Hex      // path segment: hexadecimal
	Userinfo // of a URL, removed without a placeholder
	Query    // of a URL, removed without a placeholder
	Fragment // of a URL, removed without a placeholder
	Dropped  // whole field: over the size limit, or the scrubber failed on it
	numKinds
)

var kindNames = [numKinds]string{
	"email", "card", "iban", "ssn", "phone", "ip", "mac", "geo", "uuid", "ulid", "jwt", "key",
	"token", "secret", "data", "id", "name", "address", "birth", "personal", "hex", "userinfo", "query", "fragment", "dropped",
}

// String is the kind's name in placeholders and counters.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "?"
}

// placeholders holds "[kind]" for each kind.
var placeholders = func() (p [numKinds]string) {
	for k, n := range kindNames {
		p[k] = "[" + n + "]"
	}
	return p
}()

// params holds ":kind" for each kind.
var params = func() (p [numKinds]string) {
	for k, n := range kindNames {
		p[k] = ":" + n
	}
	return p
}()

// placeholderAt gives the length of the placeholder that s has at i, or 0.
func placeholderAt(s string, i int) int {
	if i >= len(s) || s[i] != '[' {
		return 0
	}
	n := 1
	for i+n < len(s) && n < maxKindName && s[i+n] != ']' {
		n++
	}
	if i+n < len(s) && s[i+n] == ']' && isKind[s[i+1:i+n]] {
		return n + 1
	}
	return pseudonymAt(s, i)
}

// maxKindName is longer than the longest name of a kind.
const maxKindName = 12

var isKind = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range kindNames {
		m[n] = true
	}
	return m
}()

// tally counts redactions by kind.
type tally [numKinds]int32

func (t *tally) merge(o *tally) {
	for k, n := range o {
		t[k] += n
	}
}
