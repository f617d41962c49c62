package ui

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// reasonsLine draws the second line; without current data it is empty.
func reasonsLine(f *frame.Frame, l link, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	if l == linkDown || l == linkStalled || l == linkQuiet {
		return ""
	}
	p.Skip(margin)
	p.Put(t.Dim, clauses(draw.Clean(reasons(f, loc), maxSentence), w-margin))
	return p.Flush()
}

// statusLine is the notice if there is one, else the sentence.
func statusLine(f *frame.Frame, l link, notice string, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	if notice != "" {
		p.Put(t.Accent, " → ")
		p.Put(t.Text, draw.Clean(notice, w-p.Len()))
		return p.Flush()
	}
	g, s := sentence(f, l, loc)
	p.Put(g.style(t), " "+g.glyph()+" ")
	text := t.Text
	if g == grave {
		text = t.Strong
	}
	if draw.Cells(draw.Clean(s, maxSentence)) > w-p.Len() {
		s = briefly(f, s, loc, w-p.Len())
	}
	p.Put(text, clauses(draw.Clean(s, maxSentence), w-p.Len()))
	return p.Flush()
}

// maxSentence is the width at which sentences are clipped.
const maxSentence = 400

// clauses shortens a sentence from its end, by whole clauses if the first one
// fits.
func clauses(s string, width int) string {
	for rest := s; draw.Cells(rest) > width; {
		i := strings.LastIndex(rest, " · ")
		if i < 0 {
			return draw.Clean(s, width)
		}
		rest = rest[:i]
		if draw.Cells(rest) <= width {
			return rest
		}
	}
	return s
}

// warningLine is what to know before reading the numbers.
func warningLine(f *frame.Frame, t draw.Theme, w int) string {
	p := draw.Line{Width: w}
	if f == nil || len(f.Warnings) == 0 {
		return ""
	}
	p.Put(t.Warn, " ! ")
	text := f.Warnings[0]
	for _, s := range f.Warnings[1:] {
		text += " · " + s
	}
	p.Put(t.Warn, draw.Clean(text, w-p.Len()))
	return p.Flush()
}
