package scrub

import (
	"maps"
	"slices"
	"strings"
)

// ibanLengths are the lengths of international bank account numbers by country
// (SWIFT's IBAN registry).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
	"FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
	"IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
	"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
	"NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
	"SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
	"UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// ibanStarts are the countries in any case.
var ibanStarts = anyCase(strings.ToLower(strings.Join(slices.Collect(maps.Keys(ibanLengths)), " ")))

// iban finds an international bank account number at i: country, check digits and
// account, with or without separators, that pass the check modulo 97 (ISO 13616).
func iban(s string, i, _ int) match {
	if i > 0 && is(s[i-1], alnum) || i+4 > len(s) || !is(s[i+1], letter) || !is(s[i+2], digit) || !is(s[i+3], digit) {
		return match{}
	}
	country := [2]byte{s[i] &^ 0x20, s[i+1] &^ 0x20}
	length := ibanLengths[string(country[:])]
	if length == 0 {
		return match{}
	}
	var check mod97
	n, j, gap := 4, i+4, 0
	for ; n < length && j < len(s); j++ {
		switch c := s[j]; {
		case is(c, alnum):
			check.write(c)
			n++
			gap = 0
		case gap < 2 && strings.IndexByte(" -._/+", c) >= 0:
			gap++
		default:
			return match{}
		}
	}
	for _, c := range []byte(s[i : i+4]) {
		check.write(c)
	}
	if n != length || check != 1 || isAt(s, j, alnum) {
		return match{}
	}
	return found(i, j)
}

// mod97 is a number modulo 97, of digits and of letters as two digits (A = 10).
type mod97 int

func (m *mod97) write(c byte) {
	if is(c, digit) {
		*m = (*m*10 + mod97(c-'0')) % 97
	} else {
		*m = (*m*100 + mod97(c&^0x20-'A') + 10) % 97
	}
}
