package ui

import (
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// errorList is the error groups of the frame, followed by those that are gone
// since the baseline. The triage screen and the errors' own pane show it.
type errorList struct {
	list
	groups []frame.ErrorGroup
	moved  bool // a user chose the group: the cursor follows it
}

func (e errorList) receive(f *frame.Frame) errorList {
	var selected string
	if g := e.selected(); g != nil {
		selected = g.Fingerprint
	}
	e.groups = slices.Concat(f.Errors, f.Gone)
	at := e.cursor
	if e.moved {
		if i := slices.IndexFunc(e.groups, func(g frame.ErrorGroup) bool { return g.Fingerprint == selected }); i >= 0 {
			at = i
		}
	}
	e.list.length = len(e.groups)
	e.list = e.moveTo(at)
	return e
}

// resize takes the lines of the list, its heading included.
func (e errorList) resize(h int) errorList {
	e.list = e.fit(len(e.groups), h-1)
	return e
}

func (e errorList) move(move func(list) list) errorList {
	e.list, e.moved = move(e.list), true
	return e
}

func (e errorList) selected() *frame.ErrorGroup {
	if e.cursor < 0 || e.cursor >= len(e.groups) {
		return nil
	}
	return &e.groups[e.cursor]
}

// summary is the error under the cursor in one line.
func (e errorList) summary(f *frame.Frame) string {
	g := e.selected()
	if g == nil {
		return "no errors"
	}
	return groupSummary(g, f, "", "")
}

// The columns of an error, with their gaps; the message takes the rest.
const (
	errorCount  = 8
	errorUsers  = 8
	errorChange = 8
	errorSince  = 8
)

// lines draws a heading and the groups in exactly s.h lines.
func (e errorList) lines(s scene, focused bool) []string {
	f, th, loc, w, h := s.frame, s.theme, s.loc, s.w, s.h
	lines := make([]string, h)
	if h == 0 {
		return lines
	}
	since := w >= 70
	releases, gap := 0, 0
	if w >= 90 {
		releases = min(w/7, 30)
		gap = 2
	}
	message := w - margin - errorCount - errorUsers - errorChange - releases - gap - 2
	if since {
		message -= errorSince
	}
	p := draw.Line{Width: w}
	p.Skip(margin)
	p.PutRight(th.Dim, "errors", errorCount)
	p.PutRight(th.Dim, "users", errorUsers)
	p.PutRight(th.Dim, "change", errorChange)
	if since {
		p.PutRight(th.Dim, "since", errorSince)
	}
	p.Skip(2)
	p.PutLeft(th.Dim, "error", message)
	if releases > 0 {
		p.Skip(gap)
		p.PutLeft(th.Dim, "releases", releases)
	}
	lines[0] = p.Flush()
	if f == nil {
		return lines
	}
	if len(e.groups) == 0 && h > 1 {
		p.Skip(margin)
		p.PutLeft(th.Dim, "none in "+window(f), w-margin)
		lines[1] = p.Flush()
	}
	for i := 1; i < h; i++ {
		at := e.offset + i - 1
		if at >= len(e.groups) {
			break
		}
		g := &e.groups[at]
		look, text := th.Text, th.Text
		if g.State == frame.ErrorGone {
			look, text = th.Dim, th.Dim
		}
		switch {
		case at == e.cursor && focused:
			p.Put(th.Accent, " ▶ ")
			look = th.Strong
		default:
			p.Skip(margin)
		}
		p.PutRight(look, measure.Count(float64(g.Count)), errorCount)
		p.PutRight(text, measure.Count(float64(g.Users)), errorUsers)
		cs, change := errorTrend(g, f, th)
		p.PutRight(cs, change, errorChange)
		if since {
			p.PutRight(th.Dim, draw.Clock(g.FirstSeen, f.At, loc), errorSince)
		}
		p.Skip(2)
		p.PutLeft(look, draw.Clean(errorTitle(g.Type, g.Message), message), message)
		if releases > 0 {
			p.Skip(gap)
			p.PutLeft(th.Dim, draw.Clean(strings.Join(g.Releases, " "), releases), releases)
		}
		lines[i] = p.Flush()
	}
	return lines
}

// errorTitle is type and message as a browser's console prints them.
func errorTitle(kind, message string) string {
	switch {
	case kind == "":
		return message
	case message == "":
		return kind
	case strings.HasPrefix(message, kind):
		return message
	}
	return kind + ": " + message
}

// errorTrend compares a group with the baseline; as a factor if both counts are
// large enough.
func errorTrend(g *frame.ErrorGroup, f *frame.Frame, th draw.Theme) (draw.Style, string) {
	const few = 10
	now, before := float64(g.Count), float64(g.Before)
	switch {
	case g.State == frame.ErrorGone:
		return th.Good, "▼ gone"
	case g.New:
		return th.Bad, "▲ new"
	case !f.Baseline.Complete:
		return th.Dim, measure.Unknown
	case g.State == frame.ErrorRegressed && before == 0:
		return th.Bad, "▲ back"
	case now < few && before < few, before == 0:
		return th.Dim, measure.Unknown
	case now/before >= 2:
		return th.Bad, "▲ " + measure.Times(now/before)
	case now/before <= 0.5:
		return th.Good, "▼ " + measure.Times(now/before)
	}
	return th.Dim, "="
}
