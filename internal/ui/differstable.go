package ui

import (
	"strings"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// missingValue is how a frame names that a value was not reported.
const missingValue = "(none)"

// The columns of what differs.
const (
	differsField = 12
	differsShare = 9
	differsDiff  = 18
	differsLift  = 8
	differsBar   = 24
)

// noSelection is the cursor of a table without one.
const noSelection = -1

// differsTable draws what differs: a heading, the values, and the combination of
// values that most of the page views have.
type differsTable struct {
	theme draw.Theme
	line  draw.Line
	wide  bool // with difference and lift
	value int  // widths of columns
	bar   int
}

func newDiffersTable(th draw.Theme, w int, page bool) *differsTable {
	t := &differsTable{theme: th, line: draw.Line{Width: w}, wide: page && w >= 100}
	rest := w - margin - 2*differsShare
	if t.wide {
		rest -= differsDiff + differsLift
	}
	t.bar = min(max(rest-differsField-14, 0), differsBar)
	t.value = max(rest-differsField-t.bar-2, 4)
	return t
}

// lines draws the table in at most h lines.
func (t *differsTable) lines(d *frame.Differs, title string, h, cursor int) []string {
	if h <= 0 {
		return nil
	}
	lines := []string{t.heading(d, title)}
	if text := noDifference(d); text != "" {
		t.line.Skip(margin)
		t.line.Put(t.theme.Dim, draw.Clean(text, max(t.line.Width-margin, 0)))
		return append(lines, t.line.Flush())[:min(h, 2)]
	}
	room, combined := h-1, len(d.Together.Terms) > 0 && h >= 4
	if combined {
		room--
	}
	from := max(min(cursor-room/2, len(d.Values)-room), 0)
	for i := from; i < len(d.Values) && len(lines) <= room; i++ {
		lines = append(lines, t.row(&d.Values[i], i == cursor))
	}
	if combined {
		lines = append(lines, t.combined(d, cursor == len(d.Values)))
	}
	return lines
}

// noDifference is why there are no rows; "" if there are.
func noDifference(d *frame.Differs) string {
	switch {
	case d == nil:
		return "…"
	case d.Note != "":
		return d.Note
	case len(d.Values) == 0:
		return "no significant difference"
	}
	return ""
}

func (t *differsTable) heading(d *frame.Differs, title string) string {
	l, dim := &t.line, t.theme.Dim
	l.Skip(margin)
	l.PutLeft(dim, draw.Clean(title, differsField+t.value-1), differsField+t.value)
	a, b := partNames(d)
	l.PutRight(dim, draw.Clean(a, differsShare-1), differsShare)
	l.PutRight(dim, draw.Clean(b, differsShare-1), differsShare)
	if t.wide {
		l.PutRight(dim, "difference", differsDiff)
		l.PutRight(dim, "lift", differsLift)
	}
	return l.Flush()
}

// row is a value, its shares of both parts, and their difference.
func (t *differsTable) row(v *frame.Difference, selected bool) string {
	l, th := &t.line, t.theme
	style := t.cursor(selected)
	l.PutLeft(th.Dim, draw.Clean(strings.TrimPrefix(v.Field, "tag."), differsField-1), differsField)
	name := v.Value
	if t.wide {
		for _, same := range v.Same {
			if same.Value != missingValue {
				name += " = " + same.Value
			}
		}
	}
	l.PutLeft(style, draw.Clean(name, t.value-1), t.value)
	l.PutRight(th.Text, measure.WholePercent(v.A), differsShare)
	l.PutRight(th.Dim, measure.WholePercent(v.B), differsShare)
	if t.wide {
		l.PutRight(th.Text, wholePoints(v.Diff.Value)+"pp "+wholePoints(v.Diff.Low)+".."+wholePoints(v.Diff.High), differsDiff)
		lift := measure.Unknown
		if v.Lift > 0 {
			lift = measure.Times(v.Lift)
		}
		l.PutRight(th.Dim, lift, differsLift)
	}
	l.Skip(2)
	l.Fill(th.Accent, "▇", max(min(int(v.Diff.Value*float64(t.bar)+0.5), t.bar), 0))
	return l.Flush()
}

// combined is the combination of values; with little room, without their fields.
func (t *differsTable) combined(d *frame.Differs, selected bool) string {
	l, dim, x := &t.line, t.theme.Dim, &d.Together
	style := t.cursor(selected)
	a, b := partNames(d)
	what := strings.ReplaceAll(x.Filter, "tag.", "")
	shares := ": " + measure.WholePercent(x.Coverage) + " of " + a + ", " + measure.WholePercent(x.Caught) + " of " + b
	if !t.wide {
		values := make([]string, len(x.Terms))
		for i := range x.Terms {
			values[i] = x.Terms[i].Value
		}
		what, shares = strings.Join(values, " "), ": "+measure.WholePercent(x.Coverage)+", rest "+measure.WholePercent(x.Caught)
	}
	l.Put(dim, "combined ")
	l.Put(style, draw.Clean(what, max(l.Width-l.Len()-draw.Cells(shares), 8)))
	l.Put(dim, draw.Clean(shares, max(l.Width-l.Len(), 0)))
	return l.Flush()
}

func (t *differsTable) cursor(selected bool) draw.Style {
	if selected {
		t.line.Put(t.theme.Accent, " ▶ ")
		return t.theme.Strong
	}
	t.line.Skip(margin)
	return t.theme.Text
}

// wholePoints is a difference of shares in whole percentage points, without the unit.
func wholePoints(v float64) string {
	if !draw.Finite(v) {
		return measure.Unknown
	}
	s := strings.TrimSuffix(measure.WholePercent(max(v, -v)), "%")
	if v < 0 {
		return "-" + s
	}
	return "+" + s
}

// partNames are the two parts in a column's width.
func partNames(d *frame.Differs) (a, b string) {
	if d == nil {
		return "A", "B"
	}
	switch d.Spec.Kind {
	case frame.DiffersErrored:
		return "errored", "the rest"
	case frame.DiffersSlow:
		return "slow", "the rest"
	case frame.DiffersSpan:
		return "span", "before"
	case frame.DiffersFilter:
		return "these", "the rest"
	case frame.DiffersRelease:
		return d.Spec.A, d.Spec.B
	}
	return "A", "B"
}

// sideBySide joins lines with those to their right, which begin at a column.
func sideBySide(left, right []string, column int) []string {
	out := make([]string, len(right))
	for i := range right {
		line := ""
		if i < len(left) {
			line = left[i]
		}
		if right[i] != "" {
			line += strings.Repeat(" ", max(column-draw.StyledCells(line), 0)) + right[i]
		}
		out[i] = line
	}
	return out
}
