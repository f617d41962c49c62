package scrub

// dateSeps divide the parts of a date or of a time of day.
var dateSeps = bytesOf("-/.:")

// date keeps a date, a time of day or both from being taken for a telephone
// number.
func date(c *chain, g int) match {
	n := 0
	if isDate(c, g) {
		n = 3
		if len(c.groups)-g < n+2 || len(c.sep(g+n)) > 2 {
			return keep(g + n)
		}
	}
	if n += timeOfDay(c, g+n); n == 0 {
		return match{}
	}
	return keep(g + n)
}

// isDate says whether three groups from g are a year, month and day, in any of the
// usual orders.
func isDate(c *chain, g int) bool {
	left := len(c.groups) - g
	if left < 3 {
		return false
	}
	sep := c.sep(g + 1)
	if c.sep(g+2) != sep || sep != "-" && sep != "/" && sep != "." {
		return false
	}
	upTo := func(i, most int) bool {
		if c.groups[g+i].len() > 2 {
			return false
		}
		v := c.value(g + i)
		return v >= 1 && v <= most
	}
	first, last := c.groups[g].len(), c.groups[g+2].len()
	if first == 4 && upTo(1, 12) && upTo(2, 31) {
		return true
	}
	if !(upTo(0, 31) && upTo(1, 12) || upTo(0, 12) && upTo(1, 31)) {
		return false
	}
	return last == 4 || last == 2 && first == 2 && (left == 3 || c.sep(g+3) != sep)
}

// timeOfDay gives how many groups from g are a time of day: 12:30, 12:30:00,
// 12:30:00.123.
func timeOfDay(c *chain, g int) int {
	left := len(c.groups) - g
	if left < 2 || c.groups[g].len() > 2 || c.groups[g+1].len() != 2 || c.sep(g+1) != ":" ||
		c.value(g) >= 24 || c.value(g+1) >= 60 {
		return 0
	}
	if left == 2 || c.groups[g+2].len() != 2 || c.sep(g+2) != ":" {
		return 2
	}
	if left == 3 || c.groups[g+3].len() > 9 || c.sep(g+3) != "." {
		return 3
	}
	return 4
}
