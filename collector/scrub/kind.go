package scrub

// Kind says what a redacted span was.
type Kind uint8

// The kinds. Those of text stand in it as [kind], those of a path as :kind.
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
	Token    // opaque, credential of an Authorization header
	Secret   // value of a pair whose name says that it is secret
	Data     // payload of a data: URL
	ID       // path segment: number, name of a person
	Hex      // path segment: hexadecimal
	Userinfo // of a URL, dropped without a placeholder
	Query    // of a URL, dropped without a placeholder
	Fragment // of a URL, dropped without a placeholder
	Dropped  // whole field: over the budget, or the scrubber failed on it
	numKinds
)

var kindNames = [numKinds]string{
	"email", "card", "iban", "ssn", "phone", "ip", "mac", "geo", "uuid", "ulid", "jwt", "key",
	"token", "secret", "data", "id", "hex", "userinfo", "query", "fragment", "dropped",
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
	return 0
}

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

func (t *tally) add(o *tally) {
	for k, n := range o {
		t[k] += n
	}
}
