package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// annotateTime is how long adding a marker may take.
const annotateTime = 10 * time.Second

// annotate adds a marker at the time of the frame. If the first word is a kind of
// marker, that is its kind.
func annotate(text string) action {
	return func(m model) (model, tea.Cmd) {
		switch {
		case text == "":
			return m, nil
		case m.annotate == nil:
			return m.notify("cannot add markers here")
		case m.frame == nil:
			return m.notify("no data yet")
		}
		marker := beacon.Marker{At: m.frame.At.UnixMilli(), Kind: beacon.MarkerNote, Text: text}
		if first, _, _ := strings.Cut(strings.ToLower(text), " "); slices.Contains(beacon.MarkerKinds[:], first) {
			marker.Kind = first
		}
		set := m.annotate
		m, timer := m.notify("adding a marker …")
		return m, tea.Batch(timer, func() tea.Msg {
			ctx, cancel := context.WithTimeout(context.Background(), annotateTime)
			defer cancel()
			return markerAdded{set(ctx, marker)}
		})
	}
}

// markerAdded reports whether a marker was added.
type markerAdded struct{ err error }

func (r markerAdded) apply(m model) (model, tea.Cmd) {
	if r.err != nil {
		return m.notify(r.err.Error())
	}
	return m.notify("marker added for all viewers")
}

// toggleT0 makes the time of the frame T0: the baseline ends there, and the
// header shows the time since. Pressed again it restores the baseline.
func toggleT0(m model) (model, tea.Cmd) {
	if m.frame == nil {
		return m.notify("no data yet")
	}
	if !m.t0.at.IsZero() {
		m.query.Baseline, m.t0 = m.t0.before, t0{}
		return m.notify("baseline is " + baselineName(m.query.Baseline, m.loc) + " again")
	}
	m.t0 = t0{at: m.frame.At, before: m.query.Baseline}
	m.query.Baseline = frame.BaselineSpec{At: m.frame.At}
	return m.notify("T0 is " + m.frame.At.In(m.loc).Format("15:04:05 MST") + ": now the baseline")
}

// t0 is the moment set as T0, and the baseline from before.
type t0 struct {
	at     time.Time
	before frame.BaselineSpec
}

// since is the time from T0 to now as T+mm:ss; "" without a T0.
func (t t0) since(now time.Time) string {
	if t.at.IsZero() {
		return ""
	}
	d, sign := now.Sub(t.at), "+"
	if d < 0 {
		d, sign = -d, "-"
	}
	s := int(d.Seconds())
	if s < 3600 {
		return fmt.Sprintf("T%s%02d:%02d", sign, s/60, s%60)
	}
	return fmt.Sprintf("T%s%d:%02d:%02d", sign, s/3600, s/60%60, s%60)
}

// sinceT0 is the time since T0 for the header.
func (m model) sinceT0() string {
	if m.frame == nil {
		return ""
	}
	return m.t0.since(m.frame.At)
}

// marks are the moments drawn on charts in order of time: markers and T0.
func (m model) marks() []beacon.Marker {
	if m.frame == nil {
		return nil
	}
	out := slices.Clone(m.frame.Markers)
	if !m.t0.at.IsZero() {
		out = append(out, beacon.Marker{At: m.t0.at.UnixMilli(), Text: "T0"})
	}
	slices.SortStableFunc(out, func(a, b beacon.Marker) int { return int(a.At - b.At) })
	return out
}

// markerPane lists the markers, the newest first.
type markerPane struct {
	list
	markers []beacon.Marker
}

func (p markerPane) room() room { return roomPage }

func (p markerPane) ask(q frame.Query, _ int) frame.Query { return q }

func (p markerPane) receive(f *frame.Frame) (pane, request) {
	p.markers = slices.Clone(f.Markers)
	slices.Reverse(p.markers)
	return p, nil
}

func (p markerPane) resize(s scene) pane {
	p.list = p.fit(len(p.markers), s.h-markerHeading)
	return p
}

func (p markerPane) bindings(k *keyMap) []paneBinding {
	enter := func() (pane, request) {
		if p.cursor >= len(p.markers) {
			return p, notify("no marker to go to")
		}
		return p, visit{time.UnixMilli(p.markers[p.cursor].At)}
	}
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		[]paneBinding{{k.visit, enter}},
		closeBindings(p, k.back, k.markers),
	)
}

func (p markerPane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.visit, k.annotate, k.t0, k.back, k.help}
}

func (p markerPane) summary(*frame.Frame) (string, bool) {
	if p.cursor >= len(p.markers) {
		return "", false
	}
	return markerText(&p.markers[p.cursor]), false
}

// markerHeading is the lines above the markers.
const markerHeading = 3

func (p markerPane) view(s scene) []string {
	f := s.frame
	const when, kind = 12, 12
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(s.theme.Strong, "markers")
	w.Put(s.theme.Dim, ": set by people and pipelines, and new releases")
	lines := []string{"", w.Flush(), ""}
	if len(p.markers) == 0 {
		w.Skip(margin)
		w.Put(s.theme.Dim, draw.Clean(`none yet: press a, or have the pipeline run rumtop annotate --kind deploy "deploy 2.4.1"`, s.w-margin))
		return append(lines, w.Flush())
	}
	from := p.offset
	for i, m := range p.markers[from:] {
		if len(lines) >= s.h {
			break
		}
		style := s.theme.Text
		if from+i == p.cursor {
			w.Put(s.theme.Accent, " ▶ ")
			style = s.theme.Strong
		} else {
			w.Skip(margin)
		}
		at := time.UnixMilli(m.At)
		layout := "15:04:05"
		if f != nil && f.At.Sub(at) > 20*time.Hour {
			layout = "Jan 2 15:04"
		}
		w.PutLeft(s.theme.Dim, at.In(s.loc).Format(layout), when)
		w.PutLeft(s.theme.Dim, draw.Clean(m.Kind, kind-1), kind)
		w.Put(style, draw.Clean(m.Text, max(s.w-w.Len(), 0)))
		for _, part := range [...]struct{ label, text string }{{" · ", m.Filter}, {" · by ", m.By}} {
			if part.text != "" {
				w.Put(s.theme.Dim, part.label+draw.Clean(part.text, 60))
			}
		}
		lines = append(lines, w.Flush())
	}
	return lines
}
