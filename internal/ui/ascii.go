package ui

// asciiOf is what stands for the screen's own glyphs where only ASCII may be
// sent. Each takes as many cells as the glyph it replaces.
var asciiOf = map[rune]byte{
	'─': '-', '│': '|', '╭': '.', '╮': '.', '╰': '\'', '╯': '\'', '┤': '|', '┼': '+', '├': '|', '╴': '-', '╶': '-',
	'▲': '^', '▼': 'v', '▶': '>', '●': '*', '○': 'o', '◌': 'o', '‖': '=', '✓': '+', '✗': '!',
	'·': '.', '┊': ':', 'Δ': 'd', '…': '.', '×': 'x', '≈': '~', '→': '>', '←': '<', '↑': '^', '↓': 'v', '“': '"', '”': '"',
	'━': '=', '┃': '|', '╎': ':', '↔': '-', '–': '-', '▣': '#',
	'▁': '_', '▂': '.', '▃': ':', '▄': '-', '▅': '=', '▆': '+', '▇': '*', '█': '#', '░': '.',
}

// toASCII replaces all that is not ASCII in a finished screen, and keeps every
// column where it was. Names from outside lose what ASCII cannot say.
func toASCII(screen string) string {
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
		for range cells(string(r)) {
			out = append(out, '?')
		}
	}
	return string(out)
}
