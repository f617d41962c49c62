package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// detail shows one error group: its numbers, its stack, and its breakdown by
// dimension.
type detail struct {
	fingerprint string
	group       frame.ErrorGroup // from the list, until a frame brings the detail
	full        *frame.ErrorDetail
	values      list // the cursor in the breakdown
	stack       list // which lines of the stack are in sight
	traces      traces

	sample  sample   // the stack that was looked up in source maps
	origins []Origin // of its lines
	unfound string   // why some or all origins are unknown
}

// receive takes the frame's detail, if it is of this group.
func (d detail) receive(f *frame.Frame) detail {
	if f.Detail != nil && f.Detail.Fingerprint == d.fingerprint {
		d.full, d.group = f.Detail, f.Detail.ErrorGroup
	}
	return d
}

// spreadLine is one value of the breakdown, with its dimension.
type spreadLine struct {
	dim string
	frame.SpreadValue
	first bool // of its dimension
}

// spread lists the breakdown: of each dimension the most frequent values.
func (d detail) spread() []spreadLine {
	const most = 4
	if d.full == nil {
		return nil
	}
	var out []spreadLine
	for _, s := range d.full.Spread {
		for i, v := range s.Values[:min(len(s.Values), most)] {
			out = append(out, spreadLine{s.Dim, v, i == 0})
		}
	}
	return out
}

// terms is the value under the cursor as a filter term; empty without one.
func (d detail) terms() []frame.Term {
	values := d.spread()
	if d.values.cursor >= len(values) {
		return nil
	}
	v := values[d.values.cursor]
	return []frame.Term{{Field: v.dim, Value: v.Value}}
}

// frames is the sample's stack, sanitised.
func (d detail) frames() []string {
	if d.full == nil || d.full.Stack == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(plain.Text(d.full.Stack, 64<<10), "\n"), "\n")
}

// twoBoxes is the width from which stack and breakdown are side by side.
const twoBoxes = 100

// boxes are the heights of breakdown and stack below a heading.
func (d detail) boxes(s scene, heading int) (spread, stack int) {
	room := max(s.h-heading, 0)
	if s.w >= twoBoxes {
		return room, room
	}
	spread = min(max(room/2, 3), len(d.spread())+2, room)
	return spread, room - spread
}

func (d detail) resize(s scene) detail {
	if s.frame == nil {
		return d
	}
	spread, stack := d.boxes(s, len(d.heading(s)))
	d.values = d.values.fit(len(d.spread()), spread-1)
	d.stack = d.stack.fitText(len(d.stackLines()), stack-1)
	return d
}

// view draws the group in exactly s.h lines: the heading, then stack and
// breakdown, side by side where there is room.
func (d detail) view(s scene) []string {
	if s.frame == nil {
		return make([]string, s.h)
	}
	lines := d.heading(s)
	if s.h > len(lines) {
		spread, stack := d.boxes(s, len(lines))
		if s.w >= twoBoxes {
			right := max(s.w*9/20, 50)
			left := s.w - right
			both := lipgloss.JoinHorizontal(lipgloss.Top,
				lipgloss.PlaceHorizontal(left, lipgloss.Left, strings.Join(d.viewStack(s.theme, left-2, stack), "\n")),
				strings.Join(d.viewSpread(s.theme, right, spread), "\n"))
			lines = append(lines, draw.BlockLines(both)...)
		} else {
			lines = append(lines, d.viewSpread(s.theme, s.w, spread)...)
			lines = append(lines, d.viewStack(s.theme, s.w, stack)...)
		}
	}
	return slices.Clip(lines[:min(len(lines), s.h)])
}

// heading draws the group's message and numbers.
func (d detail) heading(s scene) []string {
	f, th, loc, w := s.frame, s.theme, s.loc, s.w
	g := &d.group
	p := draw.Line{Width: w}
	p.Skip(margin)
	p.Put(th.Strong, draw.Clean(errorTitle(g.Type, g.Message), w-margin))
	lines := []string{"", p.Flush()}

	p.Skip(margin)
	p.Put(th.Text, plural(float64(g.Count), "error")+" · "+plural(float64(g.Users), "user"))
	if d.full != nil && d.full.Sessions > 0 {
		p.Put(th.Text, " · "+plural(float64(d.full.Sessions), "session"))
	}
	p.Put(th.Text, " in "+window(f))
	look, change := errorTrend(g, f, th)
	if change != measure.Unknown {
		p.Put(th.Dim, " · ")
		p.Put(look, change)
		if !g.New {
			p.Put(th.Dim, " (was "+measure.Count(float64(g.Before))+")")
		}
	}
	if d.full != nil && d.full.Handled {
		p.Put(th.Dim, " · handled")
	}
	lines = append(lines, p.Flush())

	p.Skip(margin)
	p.Put(th.Dim, "first "+g.FirstSeen.In(loc).Format("15:04:05")+" · last "+draw.Clock(g.LastSeen, f.At, loc)+" "+zoneName(f.At, loc))
	if len(g.Releases) > 0 {
		p.Put(th.Dim, " · in ")
		p.Put(th.Text, draw.Clean(strings.Join(g.Releases, " "), w-p.Len()))
	}
	lines = append(lines, p.Flush())

	if d.full != nil && len(d.full.Traces) > 0 {
		p.Skip(margin)
		p.Put(th.Dim, "newest traces ")
		for _, t := range d.full.Traces {
			d.traces.put(&p, th.Text, t.ID)
			p.Put(th.Dim, "  ")
		}
		lines = append(lines, p.Flush())
	}

	if d.full != nil && len(d.full.Counts) > 0 {
		p.Skip(margin)
		p.Put(th.Accent, draw.Spark(d.full.Counts, draw.AxisTop(3, 1, d.full.Counts), min(w-margin-14, 80)))
		p.Put(th.Dim, " over "+draw.Span((f.Series.Step*time.Duration(len(d.full.Counts))).Truncate(time.Minute)))
		lines = append(lines, p.Flush())
	}
	return append(lines, "")
}

// maxFrame is the longest line of a stack that is shown, in cells.
const maxFrame = 1000

// fitFrame shortens a frame of a stack in its middle: its ends are the function,
// and file, line and column. It cuts other lines at their end.
func fitFrame(s string, width int) string {
	n := draw.Cells(s)
	if end := strings.TrimSuffix(s, ")"); n <= width || end == "" || end[len(end)-1] < '0' || end[len(end)-1] > '9' {
		return draw.Clean(s, width)
	}
	head := width * 2 / 5
	return ansi.Truncate(s, head, "") + ansi.TruncateLeft(s, n-(width-head)+1, "…")
}

func (d detail) viewStack(th draw.Theme, w, h int) []string {
	lines := make([]string, max(h, 0))
	if h <= 0 {
		return lines
	}
	stack := d.stackLines()
	p := draw.Line{Width: w}
	p.Skip(margin)
	title := "stack, scrubbed"
	switch {
	case d.full == nil:
		title = "stack …"
	case len(stack) == 0:
		title = "no stack reported"
	case d.unfound != "":
		title += " · " + draw.Clean(d.unfound, maxFrame)
	}
	p.PutLeft(th.Dim, title, max(w-margin, 0))
	lines[0] = p.Flush()
	from := min(d.stack.cursor, max(len(stack)-(h-1), 0))
	for i, s := range stack[from:] {
		if i+1 >= h {
			break
		}
		style := th.Text
		if s.dim {
			style = th.Dim
		}
		p.Skip(margin)
		p.Put(style, fitFrame(s.text, w-margin))
		lines[i+1] = p.Flush()
	}
	return lines
}

// viewSpread draws the breakdown: per value its share of the errors, and beside
// it its share of all page views.
func (d detail) viewSpread(th draw.Theme, w, h int) []string {
	lines := make([]string, max(h, 0))
	if h <= 0 {
		return lines
	}
	const dim, share = 16, 7
	bar := min(max(w-margin-dim-14-2*share, 0), 24)
	value := max(w-margin-dim-2*share-bar-2, 4)
	p := draw.Line{Width: w}
	p.Skip(margin)
	p.PutLeft(th.Dim, "breakdown", dim)
	p.Skip(value)
	p.PutRight(th.Dim, "errors", share)
	p.PutRight(th.Dim, "views", share)
	lines[0] = p.Flush()
	values := d.spread()
	from := d.values.offset
	for i, v := range values[min(from, len(values)):] {
		if i+1 >= h {
			break
		}
		name := ""
		if v.first || i == 0 {
			name = v.dim
		}
		s := th.Text
		if from+i == d.values.cursor {
			p.Put(th.Accent, " ▶ ")
			s = th.Strong
		} else {
			p.Skip(margin)
		}
		p.PutLeft(th.Dim, draw.Clean(name, dim-1), dim)
		p.PutLeft(s, draw.Clean(v.Value, value), value)
		p.PutRight(th.Text, measure.WholePercent(v.Errors), share)
		p.PutRight(th.Dim, measure.WholePercent(v.Views), share)
		p.Skip(2)
		if bar > 0 {
			p.Fill(th.Accent, "▇", max(min(int(v.Errors*float64(bar)+0.5), bar), 0))
		}
		lines[i+1] = p.Flush()
	}
	return lines
}

// summary is the group in one line, with the trace of one of its errors.
func (d detail) summary(f *frame.Frame) string {
	sessions, trace := "", ""
	if d.full != nil && d.full.Sessions > 0 {
		sessions = " · " + plural(float64(d.full.Sessions), "session")
	}
	if d.full != nil && len(d.full.Traces) > 0 {
		trace = " · " + d.traces.copied(d.full.Traces[0].ID)
	}
	return groupSummary(&d.group, f, sessions, trace)
}
