package main

import (
	"io"
	"strings"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// table prints rows in columns. It measures text as the screen does, in cells of
// a terminal: a character of Chinese takes two, an accent none.
type table struct {
	// columns has a letter for each column: l aligns left, r right, with two more
	// cells before it.
	columns string
	rows    [][]string // an empty row separates blocks, which have their own widths
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write prints the rows, and keeps none.
func (t *table) write(w io.Writer) error {
	var b strings.Builder
	for len(t.rows) > 0 {
		n := 0
		for n < len(t.rows) && len(t.rows[n]) > 0 {
			n++
		}
		t.drawBlock(&b, t.rows[:n])
		if n < len(t.rows) {
			b.WriteByte('\n')
			n++
		}
		t.rows = t.rows[n:]
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tableGap is the space between two columns.
const tableGap = 2

func (t *table) drawBlock(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(t.columns))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], draw.Cells(cell))
		}
	}
	pad := func(n int) { b.WriteString(strings.Repeat(" ", n)) }
	for _, row := range rows {
		for i, cell := range row {
			room := widths[i] - draw.Cells(cell)
			if t.columns[i] == 'r' {
				pad(tableGap + room)
				b.WriteString(cell)
				continue
			}
			if i > 0 {
				pad(tableGap)
			}
			b.WriteString(cell)
			if i < len(row)-1 {
				pad(room)
			}
		}
		b.WriteByte('\n')
	}
}
