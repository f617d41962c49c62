package draw

import (
	"strings"

	"github.com/muesli/termenv"
)

// asciiOf is what stands for the screen's own glyphs where only ASCII may be
// sent. Each takes as many cells as the glyph it replaces.
var asciiOf = map[rune]byte{
	'─': '-', '│': '|', '╭': '.', '╮': '.', '╰': '\'', '╯': '\'', '┤': '|', '┼': '+', '├': '|', '╴': '-', '╶': '-',
	'▲': '^', '▼': 'v', '▶': '>', '●': '*', '○': 'o', '◌': 'o', '‖': '=', '✓': '+', '✗': '!',
	'·': '.', '┊': ':', 'Δ': 'd', '…': '.', '×': 'x', '≈': '~', '→': '>', '←': '<', '↑': '^', '↓': 'v', '“': '"', '”': '"',
	'━': '=', '┃': '|', '╎': ':', '↔': '-', '–': '-', '▣': '#',
	'▁': '_', '▂': '.', '▃': ':', '▄': '-', '▅': '=', '▆': '+', '▇': '*', '█': '#', '░': ':', '▒': '+', '▓': '%', '■': '#', '�': '?',
}

// NeedsASCII reports whether the locale names a character set that is not UTF-8, as de_DE.ISO-8859-1
// does. What names none, as C, is left at that: terminals show UTF-8 where servers have no locale.
func NeedsASCII(environ termenv.Environ) bool {
	for _, name := range [...]string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := environ.Getenv(name); locale != "" {
			_, charset, named := strings.Cut(locale, ".")
			charset, _, _ = strings.Cut(charset, "@")
			return named && !strings.EqualFold(strings.ReplaceAll(charset, "-", ""), "utf8")
		}
	}
	return false
}

// ToASCII replaces all that is not ASCII in a finished screen, and keeps every
// column where it was. Names from outside lose what ASCII cannot say.
func ToASCII(screen string) string {
	out := make([]byte, 0, len(screen))
	for _, r := range screen {
		if r < 0x80 {
			out = append(out, byte(r))
			continue
		}
		if c, ok := asciiOf[r]; ok {
			out = append(out, c)
			continue
		}
		for range Cells(string(r)) {
			out = append(out, '?')
		}
	}
	return string(out)
}
