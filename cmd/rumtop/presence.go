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

// presenceFlags are whether others who watch learn of this person, and it of them.
type presenceFlags struct {
	on     bool
	author string
}

func (f *presenceFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.on, "presence", true, "see who else watches and what, and be seen by them; only where a name is known")
	fs.StringVar(&f.author, "author", "", "what others see you as (default: $USER)")
}

// name is what others see this person as; "" where nobody says.
func (f *presenceFlags) name(user string) string { return plain.Line(cmp.Or(f.author, user), 40) }

// company makes the company of a screen, nil where nobody is to be told.
func (f *presenceFlags) company(conn *stream.Conn, user string) *stream.Presence {
	name := f.name(user)
	if !f.on || name == "" {
		return nil
	}
	return stream.NewPresence(conn, rand.Text(), name)
}

// watchers shows the screen those who watch.
type watchers struct{ *stream.Presence }

// Publish says what this screen asks.
func (w watchers) Publish(q frame.Query) {
	p := beacon.Presence{Filter: q.Filter.Text, By: q.By, Window: q.Window.Milliseconds()}
	if !q.At.IsZero() {
		p.At = q.At.UnixMilli()
	}
	w.Presence.Update(p)
}

// Others are those who have said so lately.
func (w watchers) Others() []ui.Viewer {
	others := w.Presence.Others()
	out := make([]ui.Viewer, len(others))
	for i, p := range others {
		out[i] = ui.Viewer{ID: p.ID, Name: plain.Line(p.Name, 40), Filter: p.Filter, By: plain.Line(p.By, 40), Window: time.Duration(p.Window) * time.Millisecond}
		if p.At > 0 {
			out[i].At = time.UnixMilli(p.At).UTC()
		}
	}
	return out
}
