package ui

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/muesli/termenv"
)

// theme is every style of the screen, in one place. No state is told by colour
// alone: each has a glyph or a word as well.
type theme struct {
	text   style // numbers and names
	strong style // what the eye should find first
	dim    style // labels and what is as before
	faint  style // frames, axes
	bad    style // worse, distinguishably
	warn   style // doubtful
	good   style // better, fine
	accent style // cursor, keys, the first line of a chart
	second style // the second line of a chart
	brand  style
	loud   style // what must not be overlooked
	cursor style // the text cursor
}

// Themes names the palettes that --theme takes.
func Themes() []string { return []string{"auto", "dark", "light", "plain"} }

// newTheme picks a palette for what the terminal can show. It asks the
// environment and never the terminal, which may not answer.
func newTheme(name string, profile termenv.Profile, environ termenv.Environ) (theme, error) {
	switch name {
	case "", "auto":
		name = "dark" // its colours can be read on white too
		if lightBackground(environ.Getenv("COLORFGBG")) {
			name = "light"
		}
	case "dark", "light", "plain":
	default:
		return theme{}, fmt.Errorf("theme %q is not known: take one of %s", name, strings.Join(Themes(), ", "))
	}
	if profile == termenv.Ascii {
		name = "plain"
	}
	if environ.Getenv("TERM") == "dumb" {
		return theme{}, nil
	}
	switch {
	case name == "plain":
		return theme{strong: "1", bad: "1", brand: "1", loud: "1;7", accent: "1", cursor: "7"}, nil
	case profile == termenv.ANSI:
		return theme{
			strong: "1", dim: "37", faint: "90", bad: "1;31", warn: "33", good: "32",
			accent: "36", second: "34", brand: "1;36", loud: "1;7;31", cursor: "7",
		}, nil
	case name == "light":
		return theme{
			strong: "1", dim: "38;5;242", faint: "38;5;249", bad: "1;38;5;160", warn: "38;5;130", good: "38;5;28",
			accent: "38;5;25", second: "38;5;97", brand: "1;38;5;25", loud: "1;48;5;160;38;5;231", cursor: "7",
		}, nil
	}
	return theme{
		strong: "1", dim: "38;5;246", faint: "38;5;240", bad: "1;38;5;203", warn: "38;5;214", good: "38;5;71",
		accent: "38;5;74", second: "38;5;139", brand: "1;38;5;74", loud: "1;48;5;160;38;5;231", cursor: "7",
	}, nil
}

// stale is the theme of numbers that are no longer kept up to date.
func (t theme) stale() theme {
	return theme{
		text: t.faint, strong: t.faint, dim: t.faint, faint: t.faint, bad: t.faint, warn: t.faint, good: t.faint,
		accent: t.faint, second: t.faint, brand: t.faint, loud: t.loud, cursor: t.cursor,
	}
}

// lightBackground reads the variable that rxvt, konsole and others set: colour
// numbers, the last of which is the background.
func lightBackground(colorfgbg string) bool {
	_, last, ok := strings.Cut(colorfgbg, ";")
	if i := strings.LastIndexByte(last, ';'); i >= 0 {
		last = last[i+1:]
	}
	n, err := strconv.Atoi(last)
	return ok && err == nil && (n == 7 || n >= 9 && n <= 15)
}

// colorProfile is what the terminal can show, by its environment alone.
func colorProfile(w io.Writer, noColor bool) termenv.Profile {
	if noColor {
		return termenv.Ascii
	}
	return termenv.NewOutput(w, termenv.WithProfile(termenv.Ascii)).EnvColorProfile()
}
