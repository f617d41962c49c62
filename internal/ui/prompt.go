package ui

import (
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

type promptKind int

const (
	promptFilter promptKind = iota
	promptCommand
	promptMarker
)

// maxHistory is how many lines each prompt remembers.
const maxHistory = 100

// prompt is the line at the bottom for filters, commands and markers. It shows
// mistakes while the user types, and completes names and values.
type prompt struct {
	active  bool
	kind    promptKind
	edit    lineEdit
	history [3][]string // per kind, oldest first
	back    int         // how far into the history: 0 is the line being typed
	typed   string      // the line being typed, while looking through the history

	column int    // of the mistake, from 1; 0: none, or no place to point at
	fault  string // what was expected

	choices  []string // completions of the word at the cursor
	chosen   int      // -1: none yet
	from     int      // where that word begins
	rest     string   // what follows the cursor, while choosing
	valuesOf string   // the field whose values the next frame should have
	values   []string // of valuesOf, most frequent first
}

// vocabulary is the names that a prompt completes besides those it knows.
type vocabulary struct{ tags, views []string }

func (m model) vocabulary() vocabulary {
	var v vocabulary
	if m.frame != nil {
		v.tags = m.frame.Tags
	}
	if m.views != nil {
		v.views = m.views.Names()
	}
	return v
}

func (p prompt) start(kind promptKind, text string, v vocabulary) prompt {
	if kind == promptFilter && text != "" {
		text += " " // ready for another term
	}
	p = prompt{active: true, kind: kind, edit: newLine(text), history: p.history}
	return p.check(v)
}

// close leaves the prompt; it keeps its history.
func (p prompt) close() prompt {
	p.active = false
	return p
}

func openFilter(m model) (model, tea.Cmd) {
	m.prompt = m.prompt.start(promptFilter, m.query.Filter.Text, m.vocabulary())
	return m, nil
}

func openCommand(m model) (model, tea.Cmd) {
	m.prompt = m.prompt.start(promptCommand, "", m.vocabulary())
	return m, nil
}

func openMarker(m model) (model, tea.Cmd) {
	if m.annotate == nil {
		return m.notify("cannot add markers here")
	}
	m.prompt = m.prompt.start(promptMarker, "", m.vocabulary())
	return m, nil
}

// offer takes the values of a frame.
func (p prompt) offer(f *frame.Frame) prompt {
	if !p.active || p.valuesOf == "" || p.chosen >= 0 || len(f.Values) == 0 {
		return p
	}
	p.values = p.values[:0:0]
	for _, v := range f.Values {
		p.values = append(p.values, v.Value)
	}
	return p.complete(vocabulary{tags: f.Tags})
}

// press handles a key; the request, if any, is what the line asks for.
func (p prompt) press(k tea.KeyMsg, v vocabulary) (prompt, request) {
	switch k.String() {
	case "esc":
		return p.close(), nil
	case "enter":
		return p.submit()
	case "tab":
		return p.choose(1), nil
	case "shift+tab":
		return p.choose(-1), nil
	case "up", "ctrl+p":
		return p.remember(1, v), nil
	case "down", "ctrl+n":
		return p.remember(-1, v), nil
	case "backspace":
		if len(p.edit.text) == 0 {
			return p.close(), nil
		}
	}
	p.edit, _ = p.edit.handle(k)
	return p.check(v), nil
}

// submit closes the prompt and requests what the line asks for; a line with a
// mistake stays.
func (p prompt) submit() (prompt, request) {
	text := strings.TrimSpace(p.edit.String())
	var do request
	switch p.kind {
	case promptFilter:
		e, err := filter.Parse(text)
		if err != nil {
			return p.blame(err), nil
		}
		do = setFilter(e)
	case promptMarker:
		do = annotate(text)
	default:
		run, fault := command(text)
		if fault != "" {
			p.fault = fault
			return p, nil
		}
		do = run
	}
	if h := p.history[p.kind]; text != "" && (len(h) == 0 || h[len(h)-1] != text) {
		h = append(slices.Clone(h), text)
		p.history[p.kind] = h[max(len(h)-maxHistory, 0):]
	}
	return p.close(), do
}

// remember moves through earlier lines.
func (p prompt) remember(by int, v vocabulary) prompt {
	h := p.history[p.kind]
	to := min(max(p.back+by, 0), len(h))
	if to == p.back {
		return p
	}
	if p.back == 0 {
		p.typed = p.edit.String()
	}
	p.back = to
	if to == 0 {
		p.edit = newLine(p.typed)
	} else {
		p.edit = newLine(h[len(h)-to])
	}
	return p.check(v)
}

// check parses the line after a change.
func (p prompt) check(v vocabulary) prompt {
	p.column, p.fault, p.chosen = 0, "", -1
	if p.kind == promptFilter {
		if _, err := filter.Parse(p.edit.String()); err != nil {
			p = p.blame(err)
		}
	}
	return p.complete(v)
}

func (p prompt) blame(err error) prompt {
	p.fault = err.Error()
	var at *filter.Error
	if errors.As(err, &at) {
		p.column, p.fault = at.Column, at.Msg
	}
	return p
}

// complete finds the completions of the word before the cursor.
func (p prompt) complete(v vocabulary) prompt {
	p.choices, p.chosen = nil, -1
	before := string(p.edit.text[:p.edit.at])
	switch p.kind {
	case promptCommand:
		p.from, p.choices = completeCommand(before, v)
		return p
	case promptMarker:
		return p
	case promptFilter: // below
	}
	w := wordAt(before)
	p.from = w.from
	if w.field == "" {
		p.valuesOf, p.values = "", nil
		p.choices = matching(fieldChoices(v.tags), w.part)
		return p
	}
	if known := fixedValues(w.field); known != nil {
		p.valuesOf = ""
		p.choices = matching(known, w.part)
		return p
	}
	if w.field != p.valuesOf {
		p.valuesOf, p.values = w.field, nil
	}
	for _, value := range matching(p.values, w.part) {
		p.choices = append(p.choices, quoted(w.field, value))
	}
	return p
}

// choose replaces the word at the cursor with the next completion.
func (p prompt) choose(by int) prompt {
	if len(p.choices) == 0 {
		return p
	}
	if p.chosen < 0 {
		p.rest = string(p.edit.text[p.edit.at:])
		if by < 0 {
			p.chosen = 0
		}
	}
	p.chosen = (p.chosen + by + len(p.choices)) % len(p.choices)
	text := string(p.edit.text[:min(p.from, len(p.edit.text))]) + p.choices[p.chosen]
	p.edit = lineEdit{[]rune(text + p.rest), len([]rune(text))}
	p.column, p.fault = 0, ""
	return p
}

// overlay draws the prompt over the last lines of the screen: the mistake or the
// completions, and below them the line.
func (p prompt) overlay(lines []string, t draw.Theme, w int) {
	var sign string
	switch p.kind {
	case promptFilter:
		sign = " / "
	case promptCommand:
		sign = " : "
	case promptMarker:
		sign = " marker: "
	}
	pn := draw.Line{Width: w}
	pn.Put(t.Accent, sign)
	origin := p.edit.view(&pn, t, w-pn.Len())
	lines[len(lines)-1] = pn.Flush()
	if len(lines) < 2 {
		return
	}
	switch {
	case p.fault != "" && (len(p.choices) == 0 || p.column > 0 && p.column <= p.from):
		p.drawFault(&pn, t, origin, w)
	case len(p.choices) > 0:
		p.drawChoices(&pn, t, w)
	case p.kind == promptMarker:
		pn.Skip(margin)
		pn.Put(t.Dim, draw.Clean("shown to all viewers; start with deploy, flag or mitigation if it is one · enter add · esc cancel", w-margin))
	case p.kind == promptFilter:
		pn.Skip(margin)
		pn.Put(t.Dim, draw.Clean("enter apply · tab complete · ↑ history · esc cancel", w-margin))
	}
	lines[len(lines)-2] = pn.Flush()
}

// drawFault points at the mistake and writes what was expected: to the right of
// it, or to the left if there is no room.
func (p prompt) drawFault(pn *draw.Line, t draw.Theme, origin, w int) {
	at := margin
	if p.column > 0 {
		text := p.edit.text[:min(p.column-1, len(p.edit.text))]
		at = max(origin+draw.Cells(draw.Clean(string(text), maxTyped)), 0)
	}
	if room := w - at - 2; draw.Cells(p.fault) <= room || at < w/2 {
		pn.SkipTo(min(at, w-1))
		pn.Put(t.Bad, "↑ ")
		pn.Put(t.Warn, draw.Clean(p.fault, room))
		return
	}
	text := draw.Clean(p.fault, at-1)
	pn.SkipTo(at - 1 - draw.Cells(text))
	pn.Put(t.Warn, text)
	pn.Put(t.Bad, " ↑")
}

func (p prompt) drawChoices(pn *draw.Line, t draw.Theme, w int) {
	pn.Skip(margin)
	first := 0
	if p.chosen > 0 { // keep the chosen one in sight
		used := 0
		for i := p.chosen; i >= 0 && used < w/2; i-- {
			used += draw.Cells(p.choices[i]) + 2
			first = i
		}
	}
	for i, c := range p.choices[first:] {
		text := draw.Clean(c, w-pn.Len())
		if pn.Len()+draw.Cells(text)+2 > w {
			break
		}
		if first+i == p.chosen {
			pn.Put(t.Accent, text)
		} else {
			pn.Put(t.Dim, text)
		}
		pn.Skip(2)
	}
}
