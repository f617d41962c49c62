package draw

import "testing"

func TestLineClips(t *testing.T) {
	for _, c := range []struct {
		write func(*Line)
		want  string
	}{
		{func(l *Line) { l.Put("", "0123456789") }, "0123456789"},
		{func(l *Line) { l.Put("", "0123456789x") }, "012345678…"},
		{func(l *Line) { l.PutLeft("", "abc", 2); l.Put("", "d") }, "a…d"},
		{func(l *Line) { l.PutRight("", "abc", 5); l.Put("", "d") }, "  abcd"},
		{func(l *Line) { l.SkipTo(8); l.Put("", "漢字") }, "        …"},
		{func(l *Line) { l.Fill("", "─", 99) }, "──────────"},
		{func(l *Line) { l.Put("", "a"); l.Skip(3) }, "a"},
		{func(l *Line) { l.PutLink("", "https://a", "longer than 10") }, ""},
	} {
		l := Line{Width: 10}
		c.write(&l)
		if got := l.Flush(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestLineChangesStyleOnce(t *testing.T) {
	l := Line{Width: 20}
	l.Put("1", "bold")
	l.Put("", " ")
	l.Put("1", "bold")
	l.Put("31", "red")
	l.Put("", ".")
	if got, want := l.Flush(), "\x1b[1mbold bold\x1b[0;31mred\x1b[m."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	l.Put("1", "x")
	l.Skip(2)
	if got, want := l.FlushCell(), "\x1b[1mx  \x1b[m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
