package ui

import (
	"slices"
	"strconv"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// holdOrder is how long the rows keep their order: two rows that are equally bad
// must not change places every second.
const holdOrder = 5 * time.Second

// table is the segments, worst first, and the cursor among them.
type table struct {
	list
	rows    []frame.Row // as shown
	hidden  int         // segments that the frame leaves out
	most    int         // most segments since the subject changed
	subject subject
	ordered time.Time // when a frame last ordered the rows
	moved   bool      // a user chose the row: the cursor follows its key
	expects string    // the key for the cursor after the subject has changed

	extras extras
}

// subject is what the rows are about: a new one resets order and cursor.
type subject struct {
	by, filter, sort string
	reverse          bool
}

// receive takes the rows of a frame.
func (t table) receive(f *frame.Frame, about subject) table {
	same := about == t.subject
	var selected string
	if r := t.selected(); r != nil {
		selected = r.Key
	}
	rows := f.Segments
	if age := f.At.Sub(t.ordered); same && age >= 0 && age < holdOrder {
		rows = inOrderOf(rows, t.rows)
	} else {
		t.ordered = f.At
	}
	t.rows, t.hidden, t.extras = rows, f.Hidden, extras{len(f.Objectives) > 0, f.Measure, worseIn(f)}
	if !same {
		t.subject, t.list, t.moved = about, list{height: t.height}, t.expects != ""
		selected, t.expects = t.expects, ""
		t.most = 0
	}
	t.most = max(t.most, len(rows)+f.Hidden)
	at := t.cursor
	if t.moved {
		if i := slices.IndexFunc(rows, func(r frame.Row) bool { return r.Key == selected }); i >= 0 {
			at = i
		}
	}
	t.list.length = len(rows)
	t.list = t.moveTo(at)
	return t
}

// worseIn is the key of the measure that got worse, "" if none did.
func worseIn(f *frame.Frame) string {
	if f.Finding.State != frame.FindingOn {
		return ""
	}
	return f.Finding.Measure
}

// expect moves the cursor to a key when the rows of another subject arrive.
func (t table) expect(key string) table {
	t.expects = key
	return t
}

// inOrderOf orders rows as their keys were ordered before, new ones last.
func inOrderOf(rows, before []frame.Row) []frame.Row {
	place := make(map[string]int, len(before))
	for i := range before {
		place[before[i].Key] = i
	}
	rank := func(r frame.Row) int {
		if i, ok := place[r.Key]; ok {
			return i
		}
		return len(before)
	}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b frame.Row) int { return rank(a) - rank(b) })
	return out
}

// resize sets the height of the table, heading and total included.
func (t table) resize(h int) table {
	t.list = t.fit(len(t.rows), visibleRows(h))
	return t
}

// move moves the cursor for a user: from then on it follows the row's key.
func (t table) move(move func(list) list) table {
	t.list, t.moved = move(t.list), true
	return t
}

// selected is the row under the cursor, nil if there is none.
func (t table) selected() *frame.Row {
	if t.cursor < 0 || t.cursor >= len(t.rows) {
		return nil
	}
	return &t.rows[t.cursor]
}

// wanted is how many rows the next frame should carry: those on screen, and those
// that the next few keys reach.
func (t table) wanted(visible int) int {
	const step = 16
	return (t.offset + 2*visible + step) / step * step
}

// visibleRows is how many segments a table of that height shows.
func visibleRows(h int) int {
	h-- // heading
	if h >= totalFrom {
		h-- // total
	}
	return max(h, 0)
}

// totalFrom is the number of lines below the heading from which one is the total.
const totalFrom = 5

// view draws heading, rows and total in exactly h lines.
func (t table) view(f *frame.Frame, th draw.Theme, w, h int, focused bool) []string {
	lines := make([]string, h)
	if h == 0 {
		return lines
	}
	plan := planColumns(w, t.subject.by, t.extras)
	p := draw.Line{Width: w}
	lines[0] = t.heading(&p, plan, th, visibleRows(h), historyOf(f))
	if f == nil {
		return lines
	}
	c := cellContext{theme: th, minutes: max(f.WindowS/60, 1.0/60), comparable: f.Baseline.Complete, sparkTop: t.sparkTop()}
	n := visibleRows(h)
	for i := range n {
		at := t.offset + i
		if at >= len(t.rows) {
			break
		}
		c.row = &t.rows[at]
		lines[1+i] = drawRow(&p, plan, &c, draw.Clean(c.row.Key, plan.key), at == t.cursor, focused)
	}
	if h-1 > n && len(t.rows) > 0 {
		c.row, c.theme = &f.Total, th.Muted()
		at := min(1+n, 1+len(t.rows))
		lines[at] = drawRow(&p, plan, &c, "all", false, false)
	}
	return lines
}

// historyOf is the length of time that the sparklines cover.
func historyOf(f *frame.Frame) string {
	if f == nil || f.Series.Complete == 0 {
		return ""
	}
	return draw.Span((time.Duration(f.Series.Complete) * f.Series.Step).Round(time.Minute))
}

// sparkTop is the one scale of all sparklines, so that they can be compared.
func (t table) sparkTop() float64 {
	top := 0.02
	for i := range t.rows {
		if t.rows[i].Views < frame.Thin {
			continue
		}
		for _, v := range t.rows[i].Spark {
			if draw.Finite(v) {
				top = max(top, v)
			}
		}
	}
	return top
}

func (t table) heading(p *draw.Line, plan columnPlan, th draw.Theme, visible int, history string) string {
	p.Skip(margin)
	by := draw.Clean(t.subject.by, plan.key)
	arrow := sortArrow(t.subject)
	key := by
	if t.subject.sort == "key" {
		key = by + " " + arrow
	}
	if all := len(t.rows) + t.hidden; all > visible && visible > 0 {
		key += " " + strconv.Itoa(t.offset+1) + "-" + strconv.Itoa(min(t.offset+visible, len(t.rows))) + " of " + strconv.Itoa(all)
	}
	p.PutLeft(th.Dim, key, plan.key)
	for _, c := range plan.cols {
		title, s := c.title, th.Dim
		if sorted(c, t.subject) {
			title, s = title+" "+arrow, th.Text
		}
		if c.mark && draw.Cells(title)+1 < c.width {
			title += " "
		}
		p.PutRight(s, title, c.width)
	}
	if plan.spark > 0 {
		p.Skip(2)
		title := "err % " + history
		if len(title) > plan.spark-2 {
			title = history
		}
		p.PutLeft(th.Dim, title, plan.spark-2)
	}
	return p.Flush()
}

func sorted(c column, s subject) bool {
	return c.sort != noSortName && (c.sort == s.sort || s.sort == "" && c.sort == "affected")
}

// sortArrow points down where the largest comes first.
func sortArrow(s subject) string {
	if (s.sort == "key") != s.reverse {
		return "▲"
	}
	return "▼"
}

func drawRow(p *draw.Line, plan columnPlan, c *cellContext, key string, selected, focused bool) string {
	keyStyle := c.theme.Text
	switch {
	case selected && focused:
		p.Put(c.theme.Accent, " ▶ ")
		keyStyle = c.theme.Strong
	case selected:
		p.Put(c.theme.Faint, " ▶ ")
	default:
		p.Skip(margin)
	}
	p.PutLeft(keyStyle, key, plan.key)
	for _, col := range plan.cols {
		s, text := col.cell(c)
		p.PutRight(s, text, col.width)
	}
	if plan.spark > 0 {
		p.Skip(2)
		s := c.theme.Dim
		if d := c.row.Delta.ErrorRate; c.comparable && d.Known && d.Sign > 0 {
			s = c.theme.Bad
		}
		p.Put(s, draw.Spark(c.row.Spark, c.sparkTop, plan.spark-2))
	}
	return p.Flush()
}
