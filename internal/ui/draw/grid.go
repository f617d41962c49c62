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
		if labelled(y, h) {
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

// mark draws a marker in a column, behind the lines.
func (g Grid) mark(x int) {
	for y := range g {
		if g[y][x].line == onBlank {
			g[y][x] = Point{glyph: '┊', line: onMark}
		}
	}
}

// shade highlights columns and draws the edges of the highlight, behind the
// lines.
func (g Grid) shade(h Highlight) {
	for y := range g {
		for x := h.Start; x < h.End; x++ {
			c := &g[y][x]
			c.lit = true
			if c.line != onBlank && c.line != onMark {
				continue
			}
			switch {
			case x == h.Start && h.Edge < 0, x == h.End-1 && h.Edge > 0:
				c.glyph, c.line = '┃', onEdge
			case x == h.Start || x == h.End-1:
				c.glyph, c.line = '╎', onEdge
			}
		}
	}
}

// style is that of a point, on the shade if it is highlighted.
func (c Point) style(th Theme, s Style) Style {
	switch {
	case !c.lit || th.Shade == "":
		return s
	case s == "":
		return th.Shade
	}
	return s + ";" + th.Shade
}

// putPoints writes a row of a plot.
func (l *Line) putPoints(row []Point, th Theme) {
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
