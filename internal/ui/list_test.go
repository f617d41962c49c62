package ui

import (
	"math/rand/v2"
	"testing"
)

func TestListMoves(t *testing.T) {
	start := list{}.fit(10, 4)
	for _, c := range []struct {
		name           string
		moves          []func(list) list
		cursor, offset int
	}{
		{"up at the first row", []func(list) list{list.up}, 0, 0},
		{"down within sight", []func(list) list{list.down, list.down, list.down}, 3, 0},
		{"down out of sight scrolls by one", []func(list) list{list.down, list.down, list.down, list.down}, 4, 1},
		{"up within sight does not scroll", []func(list) list{list.end, list.up}, 8, 6},
		{"half a page", []func(list) list{list.pageDown, list.pageDown}, 4, 1},
		{"half a page back", []func(list) list{list.end, list.pageUp, list.pageUp}, 5, 5},
		{"end", []func(list) list{list.end, list.down}, 9, 6},
		{"home", []func(list) list{list.end, list.home}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := start
			for _, move := range c.moves {
				l = move(l)
			}
			if l.cursor != c.cursor || l.offset != c.offset {
				t.Errorf("cursor %d, offset %d; want %d and %d", l.cursor, l.offset, c.cursor, c.offset)
			}
		})
	}
}

func TestListFitKeepsCursorInSight(t *testing.T) {
	l := list{}.fit(100, 10).moveTo(50)
	for _, c := range []struct {
		rows, height   int
		cursor, offset int
	}{
		{100, 5, 50, 46}, // smaller: the cursor becomes the last row in sight
		{100, 30, 50, 46},
		{40, 30, 39, 10}, // fewer rows: no room is left empty
		{40, 60, 39, 0},
		{0, 5, 0, 0},
	} {
		l = l.fit(c.rows, c.height)
		if l.cursor != c.cursor || l.offset != c.offset {
			t.Errorf("%d rows in %d: cursor %d, offset %d; want %d and %d", c.rows, c.height, l.cursor, l.offset, c.cursor, c.offset)
		}
	}
}

func TestListTextScrolls(t *testing.T) {
	l := list{}.fitText(30, 10)
	for _, c := range []struct {
		name  string
		move  func(list) list
		first int
	}{
		{"down", list.down, 1}, {"half a page", list.pageDown, 6}, {"end", list.end, 20}, {"no further", list.down, 20}, {"home", list.home, 0},
	} {
		if l = c.move(l); l.cursor != c.first {
			t.Errorf("%s: line %d comes first, want %d", c.name, l.cursor, c.first)
		}
	}
	if l = l.fitText(5, 10).end(); l.cursor != 0 {
		t.Errorf("a text that fits begins with line %d", l.cursor)
	}
}

// Whatever the keys and sizes, the cursor is a row that there is and in sight.
func TestListHoldsAnyway(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	moves := newKeyMap()
	var l list
	for range 20_000 {
		if rnd.IntN(4) == 0 {
			l = l.fit(rnd.IntN(50), rnd.IntN(20))
		} else {
			all := moves.motions()
			l = all[rnd.IntN(len(all))].move(l)
		}
		if l.height == 0 {
			continue
		}
		if l.cursor < 0 || l.cursor > 0 && l.cursor >= l.length || l.cursor < l.offset || l.cursor >= l.offset+l.height ||
			l.offset < 0 || l.offset > 0 && l.offset+l.height > l.length {
			t.Fatalf("%+v", l)
		}
	}
}
