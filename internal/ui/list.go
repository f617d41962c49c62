package ui

import "github.com/charmbracelet/bubbles/key"

// list is a cursor among so many rows, of which some are in sight. It is a
// plain value: what it belongs to says how many rows there are and how many
// fit, and the list keeps the cursor in sight.
type list struct {
	length int // how many rows there are
	height int // how many of them fit
	cursor int // the row that keys act on
	offset int // the first row in sight
	page   int // rows that a page key moves
}

// fit takes how many rows there are and how many fit. The offset moves no
// further than it has to, and leaves no room empty while rows are left.
func (l list) fit(rows, height int) list {
	l.length, l.height = max(rows, 0), max(height, 1)
	l.page = max(l.height/2, 1)
	return l.moveTo(l.cursor)
}

// fitText takes the lines of a text and how many fit. In a text nothing is
// chosen: the cursor is the first line in sight.
func (l list) fitText(lines, height int) list {
	height = max(height, 1)
	l = l.fit(max(lines-height+1, 1), 1)
	l.page = max(height/2, 1)
	return l
}

// moveTo puts the cursor on a row, or on the nearest one that there is.
func (l list) moveTo(row int) list {
	l.cursor = max(min(row, l.length-1), 0)
	l.offset = max(min(l.offset, l.cursor), l.cursor-l.height+1)
	l.offset = max(min(l.offset, l.length-l.height), 0)
	return l
}

func (l list) up() list       { return l.moveTo(l.cursor - 1) }
func (l list) down() list     { return l.moveTo(l.cursor + 1) }
func (l list) pageUp() list   { return l.moveTo(l.cursor - l.page) }
func (l list) pageDown() list { return l.moveTo(l.cursor + l.page) }
func (l list) home() list     { return l.moveTo(0) }
func (l list) end() list      { return l.moveTo(l.length - 1) }

// inSight are the rows to draw: from is the first, to is behind the last.
func (l list) inSight() (from, to int) { return l.offset, min(l.offset+l.height, l.length) }

// rowAt is the row on a line, counted from 0; false where there is none.
func (l list) rowAt(y int) (row int, ok bool) {
	row = l.offset + y
	return row, y >= 0 && y < l.height && row < l.length
}

// motion is a key that moves the cursor of a list.
type motion struct {
	key  key.Binding
	move func(list) list
}

// motions are the keys of every list.
func (k *keyMap) motions() []motion {
	return []motion{
		{k.up, list.up}, {k.down, list.down},
		{k.pageUp, list.pageUp}, {k.pageDown, list.pageDown},
		{k.top, list.home}, {k.bottom, list.end},
	}
}
