package scrub

import "strings"

// document is the number of an official document whose abbreviation means something
// else as well, so that its value must have its shape.
type document struct {
	name string
	// shapes are its possible forms without separators: 9 is a digit, A a letter, X
	// either.
	shapes string
}

// documents are the ones that a label of one short word names.
var documents = []document{
	{"nie", "A9999999A"}, {"sin", "999999999"}, {"pan", "AAAAA9999A"}, {"rut", "9999999X 99999999X"},
	{"run", "9999999X 99999999X"}, {"vin", "XXXXXXXXXXXXXXXXX"}, {"nir", "999999999999999 9999999999999"}, {"nhs", "9999999999"}, {"cni", "999999999999"},
	{"fin", "A9999999A"}, {"rfc", "AAAA999999XXX AAA999999XXX"}, {"iin", "999999999999"}, {"bvn", "99999999999"},
	{"cuil", "99999999999"}, {"cuit", "99999999999"}, {"egn", "9999999999"}, {"jmbg", "9999999999999"}, {"oib", "99999999999"},
	{"amka", "99999999999"}, {"vkn", "9999999999"}, {"license", "A9999999 A99999999999"}, {"licence", "A9999999 AAAAA999999XXXXX"},
	{"plate", "AA99AAA 9AAA999 AAA9999 AAA999 AAA99 AA9999 AA99999 A999AA AA999AA"},
}

func documentNames() string {
	names := make([]string, len(documents))
	for i, d := range documents {
		names[i] = d.name
	}
	return strings.Join(names, " ")
}

// acceptShaped accepts a number that has a shape of the document that the label names.
func acceptShaped(p *pair) (Kind, bool) {
	p.extendDocument()
	name := strings.Trim(strings.ToLower(p.s[p.name:p.sep]), "\"'`\\ ")
	for _, d := range documents {
		if !strings.HasSuffix(name, d.name) {
			continue
		}
		for _, shape := range strings.Fields(d.shapes) {
			if hasShape(p.value(), shape) {
				return p.label.kind, true
			}
		}
	}
	return 0, false
}

// hasShape says whether v, without separators, has a shape of 9, A and X.
func hasShape(v, shape string) bool {
	k, digits := 0, 0
	for i := range len(v) {
		c := v[i]
		if !is(c, alnum) {
			if strings.IndexByte(" .-/", c) < 0 {
				return false
			}
			continue
		}
		if k == len(shape) || shape[k] == '9' && !is(c, digit) || shape[k] == 'A' && !is(c, letter) {
			return false
		}
		if is(c, digit) {
			digits++
		}
		k++
	}
	return k == len(shape) && digits >= 2
}

// acceptDocument accepts a number with three digits or more.
func acceptDocument(p *pair) (Kind, bool) {
	p.extendDocument()
	v := p.value()
	return p.label.kind, countDigits(v) >= 2 && len(v) >= 4 && len(v) <= maxDocument && !isExpression(v) && isDocumentText(v)
}

// maxDocument is the longest number of a document, in bytes.
const maxDocument = 40

func isDocumentText(v string) bool {
	for i := range len(v) {
		if !is(v[i], alnum) && strings.IndexByte(" .-/()%+", v[i]) < 0 {
			return false
		}
	}
	return true
}

// extendDocument extends an unquoted value by the groups that follow it: 943 476
// 5919, AB 12 34 56 C.
func (p *pair) extendDocument() {
	if p.isEnclosed() {
		return
	}
	p.end = documentEnd(p.s, p.start, p.end)
}

// documentEnd gives where a number that begins at i with a group up to end ends.
func documentEnd(s string, i, end int) int {
	if end < len(s) && end > i && s[end] == ')' && strings.IndexByte(s[i:end], '(') >= 0 { // A123456(3)
		return end + 1
	}
	for end < len(s) && s[end] == ' ' && end-i < maxDocument {
		k := end + 1
		digits, lowers := 0, 0
		for k < len(s) && (is(s[k], alnum) || s[k] == '-' && isAt(s, k+1, alnum) || s[k] == '/' && isAt(s, k+1, digit)) {
			if is(s[k], digit) {
				digits++
			} else if is(s[k], lower) {
				lowers++
			}
			k++
		}
		if k == end+1 || lowers > 0 || digits == 0 && k-end > 4 || k-i > maxDocument {
			break
		}
		if digits == 0 && countDigits(s[i:end]) == 0 {
			break
		}
		end = k
	}
	return end
}

// checkedID is a number whose shape and check digit alone say what it is.
type checkedID struct {
	shape string // 9 is a digit, A a letter, X either; signs are themselves
	valid func(v string) bool
}

var checkedIDs = []checkedID{
	{"999.999.999-99", isCPF},
	{"756.9999.9999.99", isAHV},
	{"99.999.999-X", isRUT},
	{"9.999.999-X", isRUT},
	{"999999-9999999", isRRN},
	{"AAAAAA99A99A999A", isCodiceFiscale},
	{"AAAA999999AAAAAAX9", isCURP},
	{"99999999999999999X", isChineseID},
}

// nationalID finds a national identifier without a label: one whose shape and check
// digit are decisive.
func nationalID(s string, start, _ int) match {
	if start > 0 && (is(s[start-1], alnum|connector) || s[start-1] == '.') {
		return match{}
	}
	for _, c := range checkedIDs {
		end := start + len(c.shape)
		if end <= len(s) && fits(s[start:end], c.shape) && !isAt(s, end, alnum|connector) && c.valid(s[start:end]) {
			return found(start, end)
		}
	}
	return match{}
}

// idJoints are behind the first group of a national identifier of digits.
var idJoints = bytesOf(".-")

func fits(v, shape string) bool {
	for i := range len(shape) {
		c := v[i]
		switch shape[i] {
		case '9':
			if !is(c, digit) {
				return false
			}
		case 'A':
			if !is(c, letter) {
				return false
			}
		case 'X':
			if !is(c, alnum) {
				return false
			}
		default:
			if c != shape[i] {
				return false
			}
		}
	}
	return true
}

// digitsOf gives the digits of v, and 10 for a final X or K.
func digitsOf(v string) []int {
	out := make([]int, 0, 18)
	for i := range len(v) {
		switch {
		case is(v[i], digit):
			out = append(out, int(v[i]-'0'))
		case is(v[i], letter):
			out = append(out, 10)
		}
	}
	return out
}

// weighted gives the sum of digits times weights.
func weighted(d []int, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += d[i] * w
	}
	return sum
}

// isCPF checks the two digits of a Brazilian taxpayer number.
func isCPF(v string) bool {
	d := digitsOf(v)
	first := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return d[9] == first && d[10] == second
}

// isAHV checks the EAN-13 digit of a Swiss insurance number.
func isAHV(v string) bool {
	return weighted(digitsOf(v), 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// isRUT checks the final digit or K of a Chilean number.
func isRUT(v string) bool {
	d := digitsOf(v)
	sum, weight := 0, 2
	for i := len(d) - 2; i >= 0; i-- {
		sum += d[i] * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	last := v[len(v)-1]
	return d[len(d)-1] == (11-sum%11)%11 && (is(last, digit) || last|0x20 == 'k')
}

// isRRN checks the date, the century and the digit of a South Korean number.
func isRRN(v string) bool {
	d := digitsOf(v)
	check := (11 - weighted(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11) % 10
	return d[2]*10+d[3] <= 12 && d[4]*10+d[5] <= 31 && d[6] >= 1 && d[6] <= 8 && check == d[12]
}

// isChineseID checks the date and the final digit or X of a Chinese identity number.
func isChineseID(v string) bool {
	last := v[len(v)-1]
	if is(last, letter) && last|0x20 != 'x' {
		return false
	}
	d := digitsOf(v)
	year, month, day := v[6:10], d[10]*10+d[11], d[12]*10+d[13]
	sum := weighted(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return d[0] > 0 && year >= "1900" && year < "2100" && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		d[17] == (12-sum%11)%11
}

// isCodiceFiscale checks the final letter of an Italian tax code.
func isCodiceFiscale(v string) bool {
	// values are those of digits and letters at odd places.
	values := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range 15 {
		n := int(v[i] - '0')
		if is(v[i], letter) {
			n = int(v[i]|0x20) - 'a'
		}
		if i%2 == 0 {
			n = values[n]
		}
		sum += n
	}
	return int(v[15]|0x20)-'a' == sum%26
}

// isCURP checks the final digit of a Mexican population code.
func isCURP(v string) bool {
	sum := 0
	for i := range 17 {
		n := int(v[i] - '0')
		if is(v[i], letter) {
			n = int(v[i]|0x20) - 'a' + 10
			if n > 23 { // behind the Ñ
				n++
			}
		}
		sum += n * (18 - i)
	}
	return int(v[17]-'0') == (10-sum%10)%10
}
