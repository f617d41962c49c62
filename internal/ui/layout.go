package ui

// band is h whole lines of the screen from y, counted from 0.
type band struct{ y, h int }

func (b band) holds(y int) bool { return y >= b.y && y < b.y+b.h }

// layout is the place of everything on the screen. It depends on the size and the
// shape alone, so that nothing moves because a number changed; only a new segment
// may move the errors down.
type layout struct {
	w, h    int
	header  band
	status  band
	reasons band // what the status is based on
	warning band
	charts  band // frames included
	plots   int  // charts side by side
	table   band // its heading included
	errors  band // its heading included
	beside  int  // width of what differs, to the left of the errors; 0: none
	trust   band
	hints   band
}

// shape is what the layout depends on, beside the size.
type shape struct {
	zoom    bool // one chart has the room of all
	warning bool // a warning is shown
	list    bool // the errors have the room of table and errors
	full    bool // one view has the room of all between status and trust line
	rows    int  // segments that the table could show
}

// The sizes from which the screen shows more.
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

// arrange lays out a screen of any size. The first line has priority, then the
// table, then the rest as far as it fits.
func arrange(w, h int, s shape) layout {
	l := layout{w: max(w, 1), h: max(h, 1)}
	top, bottom := 0, l.h
	fromTop := func(n int) band {
		top += n
		return band{top - n, n}
	}
	fromBottom := func(n int) band {
		bottom -= n
		return band{bottom, n}
	}
	if l.h >= 2 {
		l.header = fromTop(1)
	}
	l.status = fromTop(1)
	if l.h >= minReasons && l.w >= twoCharts {
		l.reasons = fromTop(1)
	}
	if s.warning && l.h >= minHints {
		l.warning = fromTop(1)
	}
	if l.h >= minHints {
		l.hints = fromBottom(1)
	}
	if l.h >= minTrust {
		l.trust = fromBottom(1)
	}
	body := bottom - top
	if s.full {
		l.table = band{top, body}
		return l
	}
	if l.plots = plotsAcross(l.w, s.zoom); l.plots > 0 {
		if n := chartHeight(body, s.zoom); n > 0 {
			l.charts = fromTop(n)
		} else {
			l.plots = 0
		}
	}
	rest := bottom - top
	if rest >= minErrors && !s.list {
		l.errors = fromBottom(max(min(max(rest*2/5, 3), 16), rest-tableHeight(s.rows)))
	}
	if l.w >= minBeside && l.errors.h >= minDiffers {
		l.beside = l.w * 9 / 20
	}
	l.table = band{top, bottom - top}
	return l
}

// tableHeight is the height of a table of that many rows with heading, total and
// a blank line; the errors get the rest.
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

// chartHeight is the height of the charts, edges included, out of the lines
// between status and trust line.
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
