package scrub

// ssn finds a US social security number, or individual taxpayer number, at group
// g: 3-2-4 digits, or nine after a word that says so.
func ssn(c *chain, g int) match {
	first := c.groups[g]
	if first.len() == 9 {
		d := c.digits(g)
		if !isValidSSN(d[:3], d[3:5], d[5:]) || !hasWord(c.s, first.start, ssnWords) || isAt(c.s, first.end, letter) {
			return match{}
		}
		return match{first.start, first.end, g + 1}
	}
	if len(c.groups)-g < 3 || first.len() != 3 || c.groups[g+1].len() != 2 || c.groups[g+2].len() != 4 {
		return match{}
	}
	sep := c.sep(g + 1)
	if c.sep(g+2) != sep || !isValidSSN(c.digits(g), c.digits(g+1), c.digits(g+2)) {
		return match{}
	}
	if !isSSNAlone(c, g, sep) && !hasWord(c.s, first.start, ssnWords) ||
		sep == " " && c.isJoined(g, 3, "-. ") && isAt(c.s, first.start-2, digit) {
		return match{}
	}
	return match{first.start, c.groups[g+2].end, g + 3}
}

// isSSNAlone says whether three groups from g are written as such a number is, and
// are not part of a longer one.
func isSSNAlone(c *chain, g int, sep string) bool {
	return (sep == "-" || sep == " " || sep == " - ") && !c.isJoined(g, 3, "-.")
}

func isValidSSN(area, group, serial string) bool {
	return area != "000" && area != "666" && group != "00" && serial != "0000"
}

var ssnWords = words(`ssn social security socialsecurity socialsecuritynumber tin itin taxid ssnnumber`)
