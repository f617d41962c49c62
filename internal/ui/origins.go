package ui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// Origin is where a line of a stack stood in the source, before it was bundled.
// The zero value says that nobody knows.
type Origin struct {
	File     string
	Line     int // from 1
	Function string
}

// originsTime is how long reading source maps may take.
const originsTime = 10 * time.Second

// sample is a stack and the release that it is of.
type sample struct{ release, stack string }

// originsMsg says where the lines of a stack stood.
type originsMsg struct {
	of    sample
	lines []Origin // as many as the stack has, or none
	err   error
}

// lookUp asks for the source of the stack that the detail shows, once for each.
func (m model) lookUp() (model, tea.Cmd) {
	if m.origins == nil || m.mode != modeDetail || m.detail.full == nil || m.detail.full.Stack == "" {
		return m, nil
	}
	s := sample{m.detail.full.Release, m.detail.full.Stack}
	if s == m.detail.sample {
		return m, nil
	}
	m.detail.sample, m.detail.origins, m.detail.unfound = s, nil, ""
	find, lines := m.origins, m.detail.stack()
	return m, func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), originsTime)
		defer cancel()
		found, err := find(ctx, s.release, lines)
		return originsMsg{s, found, err}
	}
}

// located takes in where the lines stood, if the detail still shows them.
func (d detail) located(msg originsMsg) detail {
	if msg.of != d.sample {
		return d
	}
	d.origins = msg.lines
	if msg.err != nil { // of some of them, or of all
		d.unfound = msg.err.Error()
	}
	return d
}

// stackLine is a line of a stack as it is shown.
type stackLine struct {
	text string
	dim  bool // where it was in the bundle: its source stands above
}

// stackLines are the sample's frames; each of which the source is known has it
// on a line before its own.
func (d detail) stackLines() []stackLine {
	var out []stackLine
	for i, s := range d.stack() {
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
