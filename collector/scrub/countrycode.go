package scrub

import (
	"strconv"
	"strings"
)

// countryLengths are the country codes of E.164 with the least and the most digits of
// their numbers, code included, as the national plans have them.
var countryLengths = func() map[string][2]int {
	m := map[string][2]int{}
	for _, entry := range strings.Fields(`1:11 7:11 20:10-12 27:11 30:12 31:11 32:10-11 33:11 34:11 36:10-11 39:8-13
		40:11 41:11 43:8-15 44:11-12 45:10 46:9-12 47:10 48:11 49:8-15 51:10-11 52:12-13 53:8-10 54:12-13 55:12-13 56:11
		57:10-12 58:12 60:10-12 61:11 62:10-14 63:10-12 64:10-12 65:10 66:10-11 81:11-12 82:10-13 84:11-12 86:12-13
		90:12 91:12 92:11-12 93:11 94:11 95:9-12 98:12 211:12 212:12 213:11-12 216:11 218:11-12 220:10 221:12 222:11
		223:11 224:12 225:11-13 226:11 227:11 228:11 229:11-13 230:10-11 231:10-12 232:11 233:12 234:11-13 235:11 236:11
		237:12 238:10 239:10 240:12 241:10-11 242:12 243:12 244:12 245:10-12 246:10 248:10 249:12 250:12 251:12
		252:10-12 253:11 254:12 255:12 256:12 257:11 258:11-12 260:12 261:12 262:12 263:11-12 264:11-12 265:10-12
		266:11 267:10-11 268:11 269:10 291:10 297:10 298:9 299:9 350:11 351:12 352:9-14 353:10-12 354:10 355:11-12
		356:11 357:11 358:9-15 359:11-12 370:11 371:11 372:10-11 373:11 374:11 375:12 376:9 377:11-12 378:9-13 380:12
		381:11-12 382:11 383:11 385:11-12 386:11 387:11 389:11 420:12 421:12 423:10 501:10 502:11 503:11 504:11 505:11
		506:11 507:10-11 508:9 509:11 590:12 591:11 592:10 593:11-12 594:12 595:11-12 596:12 597:9-10 598:11 599:10-11
		670:10-11 672:9 673:10 674:10 675:10-11 676:9-10 677:9-10 678:9-10 679:10 680:10 685:9-10 687:9 689:11 691:10
		692:10 800:11 850:10-13 852:11 853:11 855:11-12 856:11-13 880:12-13 881:11-12 882:10-13 886:11-12 960:10
		961:10-11 962:11-12 963:11-12 964:12-13 965:11 966:12 967:11-12 968:11 970:12 971:11-12 972:11-12 973:11 974:11
		975:11 976:11 977:12-13 992:12 993:11 994:12 995:12 996:12 998:12`) {
		code, lengths, _ := strings.Cut(entry, ":")
		least, most, ranged := strings.Cut(lengths, "-")
		if !ranged {
			most = least
		}
		low, _ := strconv.Atoi(least)
		high, _ := strconv.Atoi(most)
		m[code] = [2]int{low, high}
	}
	return m
}()

// isDiallable says whether the digits behind a + are a number that some country has.
func isDiallable(digits string) bool {
	if strings.HasSuffix(digits, "0000000") { // +1000000000
		return false
	}
	for n := 1; n <= 3 && n < len(digits); n++ {
		if l, ok := countryLengths[digits[:n]]; ok {
			return len(digits) >= l[0] && len(digits) <= l[1] && (digits[0] != '1' || isNorthAmerican(digits[1:]))
		}
	}
	return false
}

// isNorthAmerican says whether ten digits look like a number of North America. No
// exchange begins with 1, but examples do: 5551234567.
func isNorthAmerican(digits string) bool {
	return len(digits) == 10 && digits[0] >= '2' && digits[3] >= '1' && !intLimits.has(digits)
}

// intLimits are the limits of integers of 32 bits.
var intLimits = words(`2147483647 2147483648 4294967295 4294967296`)

// isSum says whether a word before the + at i, or a unit behind the number that ends
// at end, says that it is a quantity with a sign.
func isSum(s string, i, end int) bool {
	return hasWord(s, i, quantityWords) || isQuantity(s, end)
}

var quantityWords = words(`index zindex score scores coin coins point points balance delta offset gain drift total sum count
	counter value val xp credit credits diff difference change increment amount size rank elo level seq int long bigint
	integer by profit loss margin bonus stake bid ask price volume budget seed timestamp ts memory heap usage saldo punkte
	punktestand solde puntos pontos punti`)

// looksDialled says whether the n groups from g are written as telephone numbers are,
// without a word that says so: with a 0 before the area, or as in North America,
// India, China, Russia, Spain or Poland.
func looksDialled(c *chain, g, n int, paren bool) bool {
	var buf [16]byte
	digits := buf[:0]
	for k := g; k < g+n && len(digits)+c.groups[k].len() <= len(buf); k++ {
		digits = append(digits, c.digits(k)...)
	}
	d, first := string(digits), c.groups[g].len()
	switch {
	case d == "" || intLimits.has(d):
		return false
	case paren, d[0] == '0' && first > 1 && len(d) >= 9 && (n > 1 || len(d) <= 11):
		return true
	}
	if n > 1 && first == 3 && c.sep(g+1) == "-" { // 555-0123
		return true
	}
	switch len(d) {
	case 9:
		return first == 3 && (d[0] == '6' || d[0] == '7') || n == 1 && d[0] >= '6'
	case 10:
		return (n == 1 || first == 3 || first == 5) && isNorthAmerican(d)
	case 11:
		return d[0] == '1' && (isNorthAmerican(d[1:]) || d[1] >= '3') || d[0] == '7' || d[0] == '8'
	}
	return false
}
