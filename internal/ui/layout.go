package ui

// band is a number of whole lines of the screen, from y, counted from 0.
type band struct{ y, h int }

func (b band) holds(y int) bool { return y >= b.y && y < b.y+b.h }

// layout says where everything stands. It follows from the size and the shape
// alone, so that nothing moves because a number changed; only a segment that was not there
// before may move the errors down.
type layout struct {
	w, h    int
	header  band
	status  band
	reasons band // what the status rests on
	warning band
	charts  band // frames included
	plots   int  // charts side by side
	table   band // its heading included
	errors  band // its heading included
	beside  int  // width of what differs, to the left of the errors; 0: none
	trust   band
	hints   band
}

// shape is what the layout depends on beside the size.
type shape struct {
	zoom    bool // one chart takes the room of all
	warning bool // there is something to know before the numbers
	list    bool // the errors have the room of table and errors
	full    bool // one view has the room of all between status and trust line
	rows    int  // segments that the table could show
}

// The sizes at which the screen has room for more.
const (
	minTrust   = 6
	minHints   = 8
	minErrors  = 8 // lines for table and errors together
	minReasons = 30
	minBeside  = 110 // columns for what differs and errors side by side
	minDiffers = 5   // lines for what differs
	fourCharts = 100
	twoCharts  = 50
	oneChart   = 24
)

// arrange lays out the screen. What matters most comes first: in one line, what
// is wrong; then the table; then the rest as there is room. Any size fits.
func arrange(w, h int, s shape) layout {
	l := layout{w: max(w, 1), h: max(h, 1)}
	top, bottom := 0, l.h
	take := func(n int) band {
		top += n
		return band{top - n, n}
	}
	takeBottom := func(n int) band {
		bottom -= n
		return band{bottom, n}
	}
	if l.h >= 2 {
		l.header = take(1)
	}
	l.status = take(1)
	if l.h >= minReasons && l.w >= twoCharts {
		l.reasons = take(1)
	}
	if s.warning && l.h >= minHints {
		l.warning = take(1)
	}
	if l.h >= minHints {
		l.hints = takeBottom(1)
	}
	if l.h >= minTrust {
		l.trust = takeBottom(1)
	}
	body := bottom - top
	if s.full {
		l.table = band{top, body}
		return l
	}
	if l.plots = plotsAcross(l.w, s.zoom); l.plots > 0 {
		if n := chartHeight(body, s.zoom); n > 0 {
			l.charts = take(n)
		} else {
			l.plots = 0
		}
	}
	rest := bottom - top
	if rest >= minErrors && !s.list {
		l.errors = takeBottom(max(min(max(rest*2/5, 3), 16), rest-tableHeight(s.rows)))
	}
	if l.w >= minBeside && l.errors.h >= minDiffers {
		l.beside = l.w * 9 / 20
	}
	l.table = band{top, bottom - top}
	return l
}

// tableHeight is what a table of that many rows takes, with heading, total and a
// blank line: what it does not need, the errors have.
func tableHeight(rows int) int { return 1 + max(rows+1, totalFrom) + 1 }

func plotsAcross(w int, zoom bool) int {
	switch {
	case w < oneChart:
		return 0
	case zoom || w < twoCharts:
		return 1
	case w < fourCharts:
		return 2
	}
	return 4
}

// chartHeight is the charts' share of the lines between status and trust line,
// frame included.
func chartHeight(body int, zoom bool) int {
	switch {
	case zoom && body >= 12:
		return body*3/5 | 1
	case body >= 42:
		return 17
	case body >= 30:
		return 11
	case body >= 24:
		return 7
	case body >= 19:
		return 6
	case body >= 14:
		return 5
	}
	return 0
}
