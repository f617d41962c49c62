package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

func TestTraceURL(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for _, c := range []struct{ template, id, want string }{
		{"https://tempo.example/trace/{trace}", id, "https://tempo.example/trace/" + id},
		{"http://localhost:16686/trace/{trace}?uiEmbed=v0", "A-b_9", "http://localhost:16686/trace/A-b_9?uiEmbed=v0"},
		{"https://g.example/explore?q=%7B{trace}%7D", id, "https://g.example/explore?q=%7B" + id + "%7D"},
		{"https://tempo.example/trace/{trace}", "", ""},
		{"https://tempo.example/trace/{trace}", "../../admin", ""},
		{"https://tempo.example/trace/{trace}", "a?b", ""},
		{"https://tempo.example/trace/{trace}", "\x1b\\\x07", ""},
		{"https://tempo.example/trace/{trace}", "é", ""},
		{"https://tempo.example/trace/{trace}", strings.Repeat("a", 129), ""},
	} {
		u, err := ParseTraceURL(c.template)
		if got := u.of(c.id); err != nil || got != c.want {
			t.Errorf("%q of %q: %q, %v", c.template, c.id, got, err)
		}
	}
	for _, bad := range []string{
		"", "https://tempo.example/", "https://tempo.example/{trace}/{trace}", "javascript:alert('{trace}')", "file:///{trace}",
		"https://{trace}.example/", "https://{trace}", "https://tempo.example{trace}/x", "//tempo.example/{trace}", "https:///{trace}", "https://me:secret@tempo.example/{trace}",
		"https://tempo.example/\x1b\\{trace}", "https://tempo.example/a b{trace}", "https://tempo.example/é{trace}", "https://[::1/{trace}",
	} {
		if u, err := ParseTraceURL(bad); err == nil || u != (TraceURL{}) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %+v, %v", bad, u, err)
		}
	}
	if got := (TraceURL{}).of(id); got != "" {
		t.Errorf("without a template: %q", got)
	}
}

// A hyperlink takes the cells of its text, survives the clipping of lines, and is
// closed on its line.
func TestHyperlinkWidth(t *testing.T) {
	u, err := ParseTraceURL("https://tempo.example/trace/{trace}")
	if err != nil {
		t.Fatal(err)
	}
	p := draw.Line{Width: 40}
	p.Put("1", "trace ")
	traces{u, true}.put(&p, "2", "4bf92f35")
	p.Put("", " and more that is longer than the line")
	line := p.Flush()
	if n := draw.StyledCells(line); n != 40 || !strings.Contains(line, "\x1b]8;;https://tempo.example/trace/4bf92f35\x1b\\4bf92f35\x1b]8;;\x1b\\") {
		t.Errorf("%d cells: %q", n, line)
	}
	// bubbletea cuts lines that are too wide so.
	for w := range 41 {
		cut := ansi.Truncate(line, w, "")
		if n := ansi.StringWidth(cut); n > w || strings.Count(cut, "\x1b]8;;") != 2 {
			t.Errorf("cut to %d: %q", w, cut)
		}
	}
	traces{u, true}.put(&p, "", strings.Repeat("a", 41))
	if line := p.Flush(); line != "" {
		t.Errorf("a part of an id was drawn: %q", line)
	}
}

func TestLinkingByTerminal(t *testing.T) {
	for _, c := range []struct {
		env  environment
		want bool
	}{
		{environment{"TERM": "xterm-256color"}, true}, {environment{"TERM": "tmux-256color"}, true}, {environment{"TERM": "alacritty"}, true},
		{environment{"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, true}, {environment{"TERM": "screen"}, false},
		{environment{"TERM": "linux"}, false}, {environment{"TERM": "vt220"}, false}, {environment{"TERM": "dumb"}, false}, {environment{}, false},
	} {
		if got := linking(c.env); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
}
