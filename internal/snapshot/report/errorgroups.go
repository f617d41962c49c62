package report

import (
	"strings"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/plain"
)

// setErrors lists the error groups of the incident, with a stack of each.
func (b *builder) setErrors(by string) {
	b.r.Errors = []Error{}
	q := b.phases[b.during]
	q.Errors = maxErrors
	f := b.frameOf(q)
	b.r.Commands.Errors = b.openCommand(q)
	for i := range f.Errors {
		g := &f.Errors[i]
		if g.Users < b.o.MinCohort {
			b.r.Fewer = true
			continue
		}
		one := q
		one.Fingerprint = g.Fingerprint
		e := Error{
			Fingerprint: g.Fingerprint, Type: plain.Line(g.Type, maxLine), Message: plain.Text(g.Message, maxStack),
			Count: countFigure(g.Count), Users: intFigure(g.Users), FirstSeen: g.FirstSeen, LastSeen: g.LastSeen, Releases: []string{},
		}
		if d := b.frameOf(one).Detail; d != nil {
			e.Stack, e.Handled = plain.Text(d.Stack, maxStack), d.Handled
		}
		for _, release := range g.Releases {
			e.Releases = append(e.Releases, plain.Line(release, maxLine))
		}
		if b.hasBefore {
			isNew := g.FirstSeen.After(b.r.Incident.Onset.At)
			e.New = &isNew
		}
		if term, err := filter.NewTerm("fingerprint", filter.Eq, g.Fingerprint); err == nil {
			one.Filter = one.Filter.And(term)
		}
		e.Command = b.openCommand(one)
		b.r.Errors = append(b.r.Errors, e)
	}
}

func (e *Error) title() string { return strings.TrimPrefix(e.Type+": "+e.Message, ": ") }

// facts are users, counts, times and releases of a group in one line.
func (e *Error) facts() string {
	s := e.Users.format(whole) + " users · " + e.Count.format(whole) + " times · first seen " + clock(e.FirstSeen) + " · last " + clock(e.LastSeen)
	if e.New != nil && *e.New {
		s += " · new since the onset"
	} else if e.New != nil {
		s += " · seen before the onset"
	}
	if len(e.Releases) > 0 {
		s += " · in " + strings.Join(e.Releases, ", ")
	}
	if e.Handled {
		s += " · handled"
	}
	return s + " · " + e.Fingerprint
}
