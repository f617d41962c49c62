package ui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// Origin is the position of a line of a stack in the source, before bundling. The
// zero value is an unknown position.
type Origin struct {
	File     string
	Line     int // from 1
	Function string
}

// originsTime is how long reading source maps may take.
const originsTime = 10 * time.Second

// sample is a stack and its release.
type sample struct{ release, stack string }

// lookUp requests the source positions of the stack that is shown, once for each.
func (d detail) lookUp() (detail, request) {
	if d.full == nil || d.full.Stack == "" {
		return d, nil
	}
	s := sample{d.full.Release, d.full.Stack}
	if s == d.sample {
		return d, nil
	}
	d.sample, d.origins, d.unfound = s, nil, ""
	return d, findOrigins{s, d.frames()}
}

// findOrigins looks up the source positions of a stack's lines.
type findOrigins struct {
	of    sample
	stack []string
}

func (r findOrigins) apply(m model) (model, tea.Cmd) {
	find := m.origins
	if find == nil {
		return m, nil
	}
	return m, func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), originsTime)
		defer cancel()
		found, err := find(ctx, r.of.release, r.stack)
		return originsFound{r.of, found, err}
	}
}

// originsFound brings the source positions of a stack's lines.
type originsFound struct {
	of    sample
	lines []Origin // as many as the stack has, or none
	err   error
}

func (r originsFound) apply(m model) (model, tea.Cmd) {
	if h, ok := m.pane.(help); ok {
		h.over = r.give(h.over)
		m.pane = h
		return m, nil
	}
	m.pane = r.give(m.pane)
	return m, nil
}

// give passes the positions to the detail if it still shows their stack.
func (r originsFound) give(to pane) pane {
	p, ok := to.(errorPane)
	if !ok || p.detail.sample != r.of {
		return to
	}
	p.detail.origins = r.lines
	if r.err != nil { // of some lines or of all
		p.detail.unfound = r.err.Error()
	}
	return p
}

// stackLine is a line of a stack as shown.
type stackLine struct {
	text string
	dim  bool // the position in the bundle: its source is above
}

// stackLines are the sample's frames, each after a line with its source if that
// is known.
func (d detail) stackLines() []stackLine {
	var out []stackLine
	for i, s := range d.frames() {
		var o Origin
		if i < len(d.origins) {
			o = d.origins[i]
		}
		if o.File != "" {
			text := fmt.Sprintf("%s:%d", draw.Clean(o.File, maxFrame), o.Line)
			if o.Function != "" {
				text += " (" + draw.Clean(o.Function, maxFrame) + ")"
			}
			out = append(out, stackLine{text: text})
		}
		out = append(out, stackLine{draw.Clean(s, maxFrame), o.File != ""})
	}
	return out
}
