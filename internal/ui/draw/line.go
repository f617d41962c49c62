package draw

// Style is the parameters of one SGR sequence, such as "1;38;5;203". The
// empty style is the terminal's own colours.
type Style string

// Line writes one line of the screen: text in styles, counted in cells. It sends
// a sequence only where the style changes, because every byte of a changed line
// is sent. It clips at Width. All text must have passed the sanitiser; see [Clean].
type Line struct {
	Width   int // in cells
	buf     []byte
	cells   int // written so far
	current Style
}

// Len is how many cells have been written.
func (l *Line) Len() int { return l.cells }

// use changes the style of what follows.
func (l *Line) use(s Style) {
	switch {
	case s == l.current:
		return
	case s == "":
		l.buf = append(l.buf, "\x1b[m"...)
	case l.current == "":
		l.buf = append(l.buf, "\x1b["...)
		l.buf = append(l.buf, s...)
		l.buf = append(l.buf, 'm')
	default:
		l.buf = append(l.buf, "\x1b[0;"...)
		l.buf = append(l.buf, s...)
		l.buf = append(l.buf, 'm')
	}
	l.current = s
}

// Put writes text, clipped to the room that is left.
func (l *Line) Put(s Style, text string) {
	if text == " " { // looks the same in every style without a background
		s = l.current
	}
	l.PutBlock(s, text)
}

// PutBlock writes text in a style that may have a background.
func (l *Line) PutBlock(s Style, text string) {
	n := Cells(text)
	if room := l.Width - l.cells; n > room {
		text, n = Fit(text, room)
	}
	if n == 0 {
		return
	}
	l.use(s)
	l.buf = append(l.buf, text...)
	l.cells += n
}

// PutLink writes a hyperlink (OSC 8), for terminals that support it. The address
// must be printable ASCII; text that does not fit is left out.
func (l *Line) PutLink(s Style, address, text string) {
	n := Cells(text)
	if n == 0 || n > l.Width-l.cells {
		return
	}
	l.use(s)
	l.buf = append(l.buf, "\x1b]8;;"...)
	l.buf = append(l.buf, address...)
	l.buf = append(l.buf, "\x1b\\"...)
	l.buf = append(l.buf, text...)
	l.buf = append(l.buf, "\x1b]8;;\x1b\\"...)
	l.cells += n
}

const blanks = "                                                                "

// Skip writes n blanks.
func (l *Line) Skip(n int) { l.Fill(l.current, " ", n) }

// SkipTo writes blanks up to a column, counted from 0, if it is ahead.
func (l *Line) SkipTo(column int) { l.Skip(column - l.cells) }

// Fill repeats a one-cell glyph.
func (l *Line) Fill(s Style, glyph string, n int) {
	n = min(n, l.Width-l.cells)
	if n <= 0 {
		return
	}
	l.use(s)
	l.cells += n
	if glyph != " " {
		for range n {
			l.buf = append(l.buf, glyph...)
		}
		return
	}
	for ; n > len(blanks); n -= len(blanks) {
		l.buf = append(l.buf, blanks...)
	}
	l.buf = append(l.buf, blanks[:n]...)
}

// PutLeft writes text flush left into a column of that width, clipped.
func (l *Line) PutLeft(s Style, text string, width int) {
	text, n := Fit(text, width)
	l.Put(s, text)
	l.Skip(width - n)
}

// PutRight writes text flush right into a column of that width, clipped.
func (l *Line) PutRight(s Style, text string, width int) {
	text, n := Fit(text, width)
	l.Skip(width - n)
	l.Put(s, text)
}

// Flush returns the line without trailing blanks, ending in the terminal's own
// style, and starts a new one.
func (l *Line) Flush() string {
	if l.current == "" {
		l.buf = trimRight(l.buf)
	}
	l.use("")
	s := string(l.buf)
	l.buf, l.cells = l.buf[:0], 0
	return s
}

// FlushCell returns the line with its trailing blanks, for a pane that has a
// neighbour to the right, and starts a new one.
func (l *Line) FlushCell() string {
	l.use("")
	s := string(l.buf)
	l.buf, l.cells = l.buf[:0], 0
	return s
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
