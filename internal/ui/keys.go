package ui

import "github.com/charmbracelet/bubbles/key"

// keyMap is every key of the screen. The help is made from it: a test checks
// that every key that does something is in it, and no other.
type keyMap struct {
	up, down, pageUp, pageDown, top, bottom, next key.Binding

	enter, open, choose, keep, exclude, back key.Binding

	filter, command, by, releases, errors, help, quit, suspend key.Binding

	shorter, longer, pause, earlier, later, muchEarlier, muchLater key.Binding

	sortLeft, sortRight, reverse, zoom, zone, copy key.Binding

	snapshot, record key.Binding

	nextError, previousError, onlyThis key.Binding

	t0, annotate, visit, narrower, wider key.Binding

	selection, otherEdge, zoomInto key.Binding

	nextMetric, previousMetric key.Binding

	differs, verdict, inspect, sessions, markers, objectives, viewers, trust key.Binding

	follow key.Binding
}

func bind(help, what string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
}

func newKeyMap() keyMap {
	return keyMap{
		up:       bind("↑ k", "up", "up", "k"),
		down:     bind("↓ j", "down", "down", "j"),
		pageUp:   bind("ctrl+u", "half a page up", "ctrl+u", "pgup"),
		pageDown: bind("ctrl+d", "half a page down", "ctrl+d", "pgdown"),
		top:      bind("g", "first", "g", "home"),
		bottom:   bind("G", "last", "G", "end"),
		next:     bind("tab", "other pane", "tab", "shift+tab"),

		enter:   bind("enter", "drill in", "enter"),
		open:    bind("enter", "open", "enter"),
		choose:  bind("enter", "choose", "enter"),
		keep:    bind("enter", "filter by this value", "enter"),
		exclude: bind("x", "exclude", "x"),
		back:    bind("esc", "back", "esc", "backspace"),

		filter:   bind("/", "filter", "/"),
		command:  bind(":", "command", ":"),
		by:       bind("b", "group", "b"),
		releases: bind("v", "releases", "v"),
		errors:   bind("e", "errors", "e"),
		help:     bind("?", "help", "?"),
		quit:     bind("q", "quit", "q", "ctrl+c"),
		suspend:  bind("ctrl+z", "suspend", "ctrl+z"),

		shorter:     bind("[", "shorter window", "["),
		longer:      bind("]", "longer window", "]"),
		pause:       bind("space", "pause", " "),
		earlier:     bind("←", "back in time", "left", "h"),
		later:       bind("→", "forward in time", "right", "l"),
		muchEarlier: bind("shift+←", "one window back", "shift+left", "H"),
		muchLater:   bind("shift+→", "one window forward", "shift+right", "L"),

		sortLeft:  bind("<", "sort by previous column", "<"),
		sortRight: bind(">", "sort by next column", ">", "o"),
		reverse:   bind("r", "reverse order", "r"),
		zoom:      bind("+", "zoom charts", "+", "="),
		zone:      bind("t", "UTC or local time", "t"),
		copy:      bind("y", "copy", "y"),
		snapshot:  bind("s", "snapshot to a file", "s"),
		record:    bind("R", "record: start, stop", "R"),

		nextError:     bind("n", "next error", "n"),
		previousError: bind("N", "previous error", "N"),
		onlyThis:      bind("f", "filter by this error", "f"),

		t0:       bind("m", "set T0 as baseline", "m"),
		annotate: bind("a", "add a marker", "a"),
		visit:    bind("enter", "go to it", "enter"),
		narrower: bind("{", "shorter chart range", "{"),
		wider:    bind("}", "longer chart range", "}"),

		selection: bind("c", "select a time range", "c"),
		otherEdge: bind("tab", "other edge", "tab", "shift+tab"),
		zoomInto:  bind("enter", "zoom in", "enter"),

		nextMetric:     bind(">", "next vital", ">", "tab"),
		previousMetric: bind("<", "previous vital", "<", "shift+tab"),

		sessions:   bind("S", "sessions with errors", "S"),
		inspect:    bind("i", "inspect the row", "i"),
		differs:    bind("d", "what differs", "d"),
		verdict:    bind("V", "release verdict", "V"),
		markers:    bind("M", "markers", "M"),
		objectives: bind("O", "objectives and error budgets", "O"),
		viewers:    bind("W", "other viewers", "W"),
		follow:     bind("enter", "follow", "enter"),
		trust:      bind("T", "data quality", "T"),
	}
}

// section is a heading of the help and the keys under it.
type section struct {
	title string
	keys  []key.Binding
}

func (k *keyMap) sections() []section {
	var panes []key.Binding
	for _, p := range k.panes() {
		panes = append(panes, p.key)
	}
	return []section{
		{"drill down", []key.Binding{k.enter, k.exclude, k.back, k.filter, k.by, k.releases, k.errors, k.command}},
		{"pages", panes},
		{"move", []key.Binding{k.up, k.down, k.pageUp, k.pageDown, k.top, k.bottom, k.next}},
		{"time", []key.Binding{k.shorter, k.longer, k.pause, k.earlier, k.later, k.muchEarlier, k.muchLater, k.t0, k.annotate, k.zone}},
		{"sort, charts", []key.Binding{k.sortLeft, k.sortRight, k.reverse, k.zoom, k.narrower, k.wider}},
		{"time range", []key.Binding{k.selection, key.NewBinding(key.WithHelp("← →", "move edge")), k.otherEdge, k.zoomInto,
			key.NewBinding(key.WithHelp("d", "compare with before"))}},
		{"error detail", []key.Binding{k.open, k.keep, k.exclude, k.nextError, k.previousError, k.onlyThis}},
		{"general", []key.Binding{k.copy, k.snapshot, k.record, k.help, k.suspend, k.quit}},
	}
}
