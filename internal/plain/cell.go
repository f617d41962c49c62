package plain

import "strings"

// Cell keeps a string from becoming a formula in the program that a table is
// opened with: what would begin one is quoted. It does not clean; see [Line].
func Cell(s string) string {
	if t := strings.TrimLeft(s, " \t\r\n"); t != "" && strings.ContainsRune("=+-@", rune(t[0])) {
		return "'" + s
	}
	return s
}
