package scrub

import "strings"

// A record of a directory, a clinic or a form has the parts of a person at fixed
// places: a vCard's N:Brennan;Aoife, a PID segment of HL7, the entries of a form.

// cardLine replaces the value of a line of a vCard whose name ends before the colon at
// i: N:Brennan;Aoife;;;, ADR;TYPE=HOME:;;4 Rue Lepic;Paris;;75018;.
func (sc *scan) cardLine(s string, i, behind int) int {
	low := max(0, i-maxName)
	start := low + strings.LastIndexAny(s[low:i], "\n\r\"'` ") + 1
	if n := strings.LastIndex(s[start:i], `\n`); n >= 0 { // an escaped line break
		start += n + len(`\n`)
	}
	property, _, _ := strings.Cut(s[start:i], ";")
	field, ok := cardLines[property]
	if !ok {
		return 0
	}
	end := recordEnd(s, behind)
	v := s[behind:end]
	if strings.Count(v, ";") < field.separators || !hasLetter(v) {
		return 0
	}
	sc.redactField(s, behind, behind+len(strings.TrimRight(v, "; ")), field.kind)
	return end
}

// cardLines are the properties of a vCard whose value has several parts, and how many
// separators it has at least.
var cardLines = map[string]struct {
	kind       Kind
	separators int
}{"N": {Name, 3}, "ADR": {Address, 4}}

// cardEnds are the last letters of these properties and of their parameters.
var cardEnds = bytesIn(upper, "8")

// recordEnd gives where the line of a record ends that goes on at i.
func recordEnd(s string, i int) int {
	end := i
	for end < len(s) && end-i < maxRecord && strings.IndexByte("\n\r\"", s[end]) < 0 && !strings.HasPrefix(s[end:], `\n`) &&
		!strings.HasPrefix(s[end:], `\r`) {
		end++
	}
	return end
}

// maxRecord is the longest line of a record that is looked at, in bytes.
const maxRecord = 512

// segmentLine replaces the fields of people in a segment of HL7 whose name ends before
// the bar at i: PID|1||MRN0042||BRENNAN^AOIFE||19910702|F.
func (sc *scan) segmentLine(s string, i, behind int) int {
	if i < 3 || i > 3 && is(s[i-4], alnum|connector) && !strings.HasSuffix(s[:i-3], `\n`) && !strings.HasSuffix(s[:i-3], `\r`) {
		return 0
	}
	fields := segmentLines[s[i-3:i]]
	end := recordEnd(s, behind)
	if fields == nil || strings.Count(s[behind:end], "|") < 3 {
		return 0
	}
	for n, at := 1, behind; at < end; n++ {
		next := end
		if k := strings.IndexByte(s[at:end], '|'); k >= 0 {
			next = at + k
		}
		if kind, ok := fields[n]; ok {
			sc.redactField(s, at, next, kind)
		}
		at = next + 1
	}
	return end
}

// segmentLines are the fields of people in segments of HL7, by their numbers.
var segmentLines = map[string]map[int]Kind{
	"PID": {2: ID, 3: ID, 4: ID, 5: Name, 6: Name, 7: Birth, 8: Personal, 9: Name, 11: Address, 13: Phone, 14: Phone, 18: ID, 19: SSN,
		20: ID, 21: ID, 23: Address},
	"NK1": {2: Name, 4: Address, 5: Phone, 6: Phone, 15: Personal, 16: Birth},
	"GT1": {2: ID, 3: Name, 4: Name, 5: Address, 6: Phone, 7: Phone, 8: Birth, 9: Personal, 12: SSN},
}

// segmentEnds are the last bytes of their names.
var segmentEnds = bytesOf("D1")

// arrayPair replaces the second element of an array of two, at i, in an array of such
// entries, if the first one is a label: [["first_name","Aoife"]].
func (sc *scan) arrayPair(s string, i, behind int) int {
	if i == 0 || strings.IndexByte("[, \n", s[i-1]) < 0 {
		return 0
	}
	quote := s[behind-1]
	n := strings.IndexByte(s[behind:min(len(s), behind+maxName)], quote)
	if n < 2 || !hasByte(s, behind+n+1, ',') {
		return 0
	}
	name := s[behind : behind+n]
	start := behind + n + 2
	for start < len(s) && start-behind-n < 6 && is(s[start], space) {
		start++
	}
	if !hasByte(s, start, quote) {
		return 0
	}
	start++
	end := closingQuote(s, start, quote, 0)
	if !hasByte(s, end+1, ']') {
		return 0
	}
	l := labelOf(name)
	if l == nil || l == plainNameLabel || !l.isPersonal() && l != passwordLabel {
		return 0
	}
	p := sc.setPair(pair{s: s, label: l, name: behind, sep: behind + n + 1, start: start, end: end, quoted: true})
	if start == end || placeholderAt(s, start) > 0 || p.isHarmless() || personStops.has(p.value()) || labelOf(p.value()) != nil {
		return 0
	}
	if kind, ok := p.accepted(); ok {
		sc.redactIdentity(p.start, p.end, kind, p.value())
	}
	return 0
}
