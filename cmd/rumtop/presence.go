package main

import (
	"cmp"
	"crypto/rand"
	"time"

	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/stream"
	"github.com/rumtop/rumtop/internal/ui"
)

// presenceFlags are whether this viewer is visible to others, and its name.
type presenceFlags struct {
	on     bool
	author string
}

func (f *presenceFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.on, "presence", true, "share your query and see other viewers; needs a name")
	fs.StringVar(&f.author, "author", "", "your name for other viewers (default: $USER)")
}

// name is this viewer's name for others, "" if it has none.
func (f *presenceFlags) name(user string) string { return plain.Line(cmp.Or(f.author, user), 40) }

// presence publishes this viewer's query, nil if it has no name or is off.
func (f *presenceFlags) presence(conn *stream.Conn, user string) *stream.Presence {
	name := f.name(user)
	if !f.on || name == "" {
		return nil
	}
	return stream.NewPresence(conn, rand.Text(), name)
}

// screenPresence adapts a presence to the screen.
type screenPresence struct{ *stream.Presence }

// Publish publishes this viewer's query.
func (w screenPresence) Publish(q frame.Query) {
	p := beacon.Presence{Filter: q.Filter.Text, Traffic: q.Traffic, By: q.By, Window: q.Window.Milliseconds()}
	if p.Traffic == frame.TrafficChoices()[0] {
		p.Traffic = "" // viewers of earlier versions refuse what they do not know
	}
	if !q.At.IsZero() {
		p.At = q.At.UnixMilli()
	}
	w.Presence.Update(p)
}

// Others returns the other viewers.
func (w screenPresence) Others() []ui.Viewer {
	others := w.Presence.Others()
	out := make([]ui.Viewer, len(others))
	for i, p := range others {
		out[i] = ui.Viewer{ID: p.ID, Name: plain.Line(p.Name, 40), Filter: p.Filter, Traffic: plain.Line(p.Traffic, 20), By: plain.Line(p.By, 40), Window: time.Duration(p.Window) * time.Millisecond}
		if p.At > 0 {
			out[i].At = time.UnixMilli(p.At).UTC()
		}
	}
	return out
}
