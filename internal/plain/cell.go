package plain

import "strings"

// Cell quotes a string that a spreadsheet would read as a formula. It does not
// clean it; see [Line].
func Cell(s string) string {
	if t := strings.TrimLeft(s, " \t\r\n"); t != "" && strings.ContainsRune("=+-@", rune(t[0])) {
		return "'" + s
	}
	return s
}
