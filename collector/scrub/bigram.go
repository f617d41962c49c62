package scrub

// bigrams says how often two letters follow each other in words and identifiers,
// compared with chance: 'e' is as often as by chance, each step of the alphabet
// twice that ('f') or half of it ('d'). Counted over the identifiers and comments of
// Go's standard library and of some hundred JavaScript packages.
const bigrams = "" +
	"dfggdefbfbdhfgbfbgghefceda" + // a
	"eddcedcafcafcbecbeeceabaca" + // b
	"gdedgdegeaffedgdbffgeebbca" + // c
	"fddfhddbgbaeededdffceddcca" + // d
	"geghfffcdacgfhdfehhgdeegdb" + // e
	"eceeefcbgaafddfdaeedeabbca" + // f
	"dcdcgccdeaadcefdaeeddbbaaa" + // g
	"fabdfbaaeabdcbebaecddabaca" + // h
	"eegffffbbbbffigfafggbfbdae" + // i
	"caaacaaaaaaaaabaaacabaaaaa" + // j
	"cbbbfbcbdaacbcbbabdcbabaaa" + // k
	"gcdfhddcgacgccgcbcefeddbfb" + // l
	"geddgbbbfabdecggacfdfcbbca" + // m
	"gdfggegcfbeedefdbcgheecacb" + // n
	"eegfceebdadffhefagffffecaa" + // o
	"gcedgdddfadfebffagffebcbca" + // p
	"abacaaaaaaabcaaabcbaeaaaaa" + // q
	"gdefhdecgadefegebfffeddcea" + // r
	"fdfehcdfgadeedffdefhfcdceb" + // s
	"gdedhecfhabeedfebggfeccdfb" + // t
	"efedeedbeaafegcebfffaabdaa" + // u
	"fdddgdcceaadecdgccedcbdbab" + // v
	"ebbcdbaceaabdddbaddbbaaaaa" + // w
	"dddcddabdaabcbceacdebdbcaa" + // x
	"bacbbaaacaabddbeabecabaaab" + // y
	"cabaeaaacaaaaabaaaaaaaabab" // z

// scoreWord says how much a text of letters, digits, _ and - looks like words
// (above 0) or like chance (below), in half bits: by the pairs of its letters,
// the digits among its letters, and its changes of case. Of 24 random characters of
// base 62, 1 in 100 scores above -11; of the identifiers in the sources above that
// are not hashes, 1 in 100 scores below -6.
func scoreWord(s string) int {
	score, hump := 0, 0
	var before byte
	for i := range len(s) {
		c := s[i]
		switch cl := class[c]; {
		case cl&digit != 0:
			switch {
			case class[before]&letter != 0:
				score -= 4
			case class[before]&digit != 0:
				score--
			default:
				score -= 2
			}
			hump = 0
		case cl&letter != 0:
			switch {
			case class[before]&letter == 0:
				if class[before]&digit != 0 {
					score -= 2
				}
				hump = 1
			case class[before]&lower != 0 && cl&upper != 0:
				if hump < 3 {
					score -= 6
				}
				hump = 1
			default:
				score += 2 * (int(bigrams[26*int(before|0x20-'a')+int(c|0x20-'a')]) - 'e')
				hump++
			}
		default:
			hump = 0
		}
		before = c
	}
	return score
}
