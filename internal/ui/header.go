package ui

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
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

func (hs *headerState) badge(f *frame.Frame, t theme) (style, string) {
	if hs.link == linkRecording {
		return t.accent, hs.recording.badge(hs.loc)
	}
	return hs.link.badge(f, t, hs.loc)
}

// headerLine says what is being looked at, and how alive it is. It repaints with
// the minute and when something changes, not every second.
func headerLine(f *frame.Frame, hs headerState, t theme, w int) string {
	right := pen{limit: w}
	s, text := hs.badge(f, t)
	right.put(s, text)
	if f != nil && hs.link == linkRecording {
		right.put(t.strong, "  at "+f.At.In(hs.loc).Format("15:04:05"))
	} else if f != nil && hs.link != linkPaused {
		right.put(t.dim, "  "+f.At.In(hs.loc).Format("15:04"))
		right.put(t.dim, " "+zoneName(f.At, hs.loc))
	}
	right.put("", " ")
	end := right.cells
	if end+10 > w {
		p := pen{limit: w}
		s, text := hs.badge(f, t)
		p.left(s, " "+text, w)
		return p.line()
	}

	p := pen{limit: w}
	gap := "   "
	if w < 80 {
		gap = "  "
	}
	q := &hs.question
	reserve := 0 // numbers that are filtered must not be taken for those of all
	if n := cells(clean(q.Filter.Text, 24)); n > 0 {
		reserve = len(gap) + n + 1
	}
	burnStyle, burning := burnMark(f, t)
	p.put(t.brand, " rumtop")
	for _, part := range [...]struct {
		label, value string
		style        style
	}{
		{"", clean(site(f, hs), 40), t.strong},
		{"", hs.recorded, t.bad},
		{"", hs.since, t.strong},
		{"", burning, burnStyle},
		{"", clean(hs.watching, 40), t.accent},
		{span(q.Window) + " vs " + baselineName(q.Baseline, hs.loc), "", t.dim},
		{"by ", clean(q.By, 40), t.text},
	} {
		if part.label == "" && part.value == "" {
			continue
		}
		if p.cells+len(gap)+cells(part.label)+cells(part.value) > w-end-reserve {
			continue
		}
		p.put("", gap)
		p.put(t.dim, part.label)
		p.put(part.style, part.value)
	}
	if room := w - end - 1 - p.cells - len(gap); q.Filter.Text != "" && room > 6 {
		p.put("", gap)
		p.put(t.accent, clean(q.Filter.Text, room))
	}
	p.to(w - end)
	return p.cell() + right.line()
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
		return span(b.Ago) + " ago"
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
func statusLine(f *frame.Frame, l link, said string, t theme, loc *time.Location, w int) string {
	p := pen{limit: w}
	if said != "" {
		p.put(t.accent, " → ")
		p.put(t.text, clean(said, w-p.cells))
		return p.line()
	}
	g, s := sentence(f, l, loc)
	p.put(g.style(t), " "+g.glyph()+" ")
	text := t.text
	if g == grave {
		text = t.strong
	}
	if cells(clean(s, maxSentence)) > w-p.cells {
		s = briefly(f, s, loc, w-p.cells)
	}
	p.put(text, clauses(clean(s, maxSentence), w-p.cells))
	return p.line()
}

// maxSentence is the widest sentence that is looked at.
const maxSentence = 400

// clauses leaves out from the end of a sentence what has no room, by whole clauses if
// the first one has.
func clauses(s string, width int) string {
	for rest := s; cells(rest) > width; {
		i := strings.LastIndex(rest, " · ")
		if i < 0 {
			return clean(s, width)
		}
		rest = rest[:i]
		if cells(rest) <= width {
			return rest
		}
	}
	return s
}

// warningLine is what to know before the numbers.
func warningLine(f *frame.Frame, t theme, w int) string {
	p := pen{limit: w}
	if f == nil || len(f.Warnings) == 0 {
		return ""
	}
	p.put(t.warn, " ! ")
	text := f.Warnings[0]
	for _, s := range f.Warnings[1:] {
		text += " · " + s
	}
	p.put(t.warn, clean(text, w-p.cells))
	return p.line()
}
