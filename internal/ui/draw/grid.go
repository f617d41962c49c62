package draw

// Point is one cell of a plot: a glyph and the line that it belongs to.
type Point struct {
	glyph rune
	line  int8 // index of the series; negative for all that is not a series
	lit   bool // it is in the highlighted span
}

// The lines of a point that belongs to no series.
const (
	onAxis  int8 = -1
	onBlank int8 = -2
	onMark  int8 = -3 // a marker
	onEdge  int8 = -4 // the edge of a highlight
)

// Grid is a plot, row by row.
type Grid [][]Point

// newGrid is an empty plot of w × h cells: column 0 is the axis.
func newGrid(w, h int) Grid {
	g := make(Grid, h)
	for y := range g {
		g[y] = make([]Point, w)
		for x := range g[y] {
			g[y][x] = Point{glyph: ' ', line: onBlank}
		}
		g[y][0] = Point{glyph: '│', line: onAxis}
		if Labelled(y, h) {
			g[y][0].glyph = '┤'
		}
	}
	return g
}

// overlay draws the lines of one series over what is there.
func (g Grid) overlay(lines []string, series int8) {
	for y, line := range lines {
		if y >= len(g) {
			return
		}
		x := 0
		for _, r := range line {
			if x >= len(g[y]) {
				break
			}
			if r != ' ' && r != '┤' {
				g[y][x] = Point{glyph: r, line: series}
				if r == '┼' {
					g[y][x].line = onAxis
				}
			}
			x++
		}
	}
}

// Mark draws a marker in a column, behind the lines.
func (g Grid) Mark(x int) {
	for y := range g {
		if g[y][x].line == onBlank {
			g[y][x] = Point{glyph: '┊', line: onMark}
		}
	}
}

// Shade highlights the columns [start, end) and draws their edges behind the
// lines. edge is the one that keys move: -1 the first, 1 the last, 0 neither.
func (g Grid) Shade(start, end int, edge int8) {
	for y := range g {
		for x := start; x < end; x++ {
			c := &g[y][x]
			c.lit = true
			if c.line != onBlank && c.line != onMark {
				continue
			}
			switch {
			case x == start && edge < 0, x == end-1 && edge > 0:
				c.glyph, c.line = '┃', onEdge
			case x == start || x == end-1:
				c.glyph, c.line = '╎', onEdge
			}
		}
	}
}

// style is that of a point, on the shade if it is lit.
func (c Point) style(th Theme, s Style) Style {
	switch {
	case !c.lit || th.Shade == "":
		return s
	case s == "":
		return th.Shade
	}
	return s + ";" + th.Shade
}

// PutPoints writes a row of a plot.
func (l *Line) PutPoints(row []Point, th Theme) {
	for x, c := range row {
		s := th.Faint
		switch c.line {
		case onBlank:
			s = l.current // a blank looks the same in every style without a shade
			if c.lit || x > 0 && row[x-1].lit {
				s = c.style(th, "")
			}
			l.Fill(s, " ", 1)
			continue
		case onEdge, 0:
			s = th.Accent
		case 1:
			s = th.Second
		}
		l.use(c.style(th, s))
		l.buf = append(l.buf, string(c.glyph)...)
		l.cells++
	}
}
