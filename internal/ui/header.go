package ui

import (
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// headerState is what the header shows beside the frame.
type headerState struct {
	title    string
	since    string      // T0, as T+mm:ss
	watching string      // other viewers, or the one that is followed
	question frame.Query // as asked; the frame may not answer it yet
	link     link
	loc      *time.Location

	recorded  string     // state of the running recording
	recording *Recording // the one that is shown; nil: live
}

func (hs *headerState) badge(f *frame.Frame, t draw.Theme) (draw.Style, string) {
	if hs.link == linkRecording {
		return t.Accent, hs.recording.badge(hs.loc)
	}
	return hs.link.badge(f, t, hs.loc)
}

// headerLine is the site, the query and the state of the connection. It changes
// with the minute or with its content, not every second.
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
	reserve := 0 // filtered numbers must not be mistaken for those of all traffic
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
		{"traffic ", notPeople(q), t.Accent},
		{draw.Span(q.Window) + " vs " + baselineName(q.Baseline, hs.loc), "", t.Dim},
		{"by ", draw.Clean(q.By, 40), t.Text},
	} {
		if part.value == "" && (part.label == "" || part.label == "traffic ") {
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

// notPeople is the traffic that the user asked for, "" for people.
func notPeople(q *frame.Query) string {
	if q.Traffic == frame.TrafficChoices()[0] {
		return ""
	}
	return q.Traffic
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
