package ui

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// headerState is what the first line tells beside the frame.
type headerState struct {
	title    string
	since    string      // T0, as T+mm:ss
	watching string      // who else watches, or is followed
	question frame.Query // what has been asked; the frame may not show it yet
	link     link
	loc      *time.Location

	recorded  string     // what is being recorded
	recording *Recording // what is shown, if it is one
}

func (hs *headerState) badge(f *frame.Frame, t draw.Theme) (draw.Style, string) {
	if hs.link == linkRecording {
		return t.Accent, hs.recording.badge(hs.loc)
	}
	return hs.link.badge(f, t, hs.loc)
}

// headerLine says what is being looked at, and how alive it is. It repaints with
// the minute and when something changes, not every second.
func headerLine(f *frame.Frame, hs headerState, t draw.Theme, w int) string {
	right := draw.Line{Width: w}
	s, text := hs.badge(f, t)
	right.Put(s, text)
	if f != nil && hs.link == linkRecording {
		right.Put(t.Strong, "  at "+f.At.In(hs.loc).Format("15:04:05"))
	} else if f != nil && hs.link != linkPaused {
		right.Put(t.Dim, "  "+f.At.In(hs.loc).Format("15:04"))
		right.Put(t.Dim, " "+zoneName(f.At, hs.loc))
	}
	right.Put("", " ")
	end := right.Len()
	if end+10 > w {
		p := draw.Line{Width: w}
		s, text := hs.badge(f, t)
		p.PutLeft(s, " "+text, w)
		return p.Flush()
	}

	p := draw.Line{Width: w}
	gap := "   "
	if w < 80 {
		gap = "  "
	}
	q := &hs.question
	reserve := 0 // numbers that are filtered must not be taken for those of all
	if n := draw.Cells(draw.Clean(q.Filter.Text, 24)); n > 0 {
		reserve = len(gap) + n + 1
	}
	burnStyle, burning := burnMark(f, t)
	p.Put(t.Brand, " rumtop")
	for _, part := range [...]struct {
		label, value string
		style        draw.Style
	}{
		{"", draw.Clean(site(f, hs), 40), t.Strong},
		{"", hs.recorded, t.Bad},
		{"", hs.since, t.Strong},
		{"", burning, burnStyle},
		{"", draw.Clean(hs.watching, 40), t.Accent},
		{draw.Span(q.Window) + " vs " + baselineName(q.Baseline, hs.loc), "", t.Dim},
		{"by ", draw.Clean(q.By, 40), t.Text},
	} {
		if part.label == "" && part.value == "" {
			continue
		}
		if p.Len()+len(gap)+draw.Cells(part.label)+draw.Cells(part.value) > w-end-reserve {
			continue
		}
		p.Put("", gap)
		p.Put(t.Dim, part.label)
		p.Put(part.style, part.value)
	}
	if room := w - end - 1 - p.Len() - len(gap); q.Filter.Text != "" && room > 6 {
		p.Put("", gap)
		p.Put(t.Accent, draw.Clean(q.Filter.Text, room))
	}
	p.SkipTo(w - end)
	return p.FlushCell() + right.Flush()
}

func site(f *frame.Frame, hs headerState) string {
	switch {
	case hs.title != "":
		return hs.title
	case f != nil && f.Site != "":
		return f.Site
	}
	return hs.question.Site
}

func baselineName(b frame.BaselineSpec, loc *time.Location) string {
	switch {
	case b.Ago > 0:
		return draw.Span(b.Ago) + " ago"
	case !b.At.IsZero():
		return b.At.In(loc).Format("15:04")
	}
	return "previous"
}

func zoneName(t time.Time, loc *time.Location) string {
	name, _ := t.In(loc).Zone()
	return name
}

// statusLine is the sentence, with what a key press last had to say before it.
func statusLine(f *frame.Frame, l link, said string, t draw.Theme, loc *time.Location, w int) string {
	p := draw.Line{Width: w}
	if said != "" {
		p.Put(t.Accent, " → ")
		p.Put(t.Text, draw.Clean(said, w-p.Len()))
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

// maxSentence is the widest sentence that is looked at.
const maxSentence = 400

// clauses leaves out from the end of a sentence what has no room, by whole clauses if
// the first one has.
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

// warningLine is what to know before the numbers.
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
