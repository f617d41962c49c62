package ui

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// looks is every style of the screen, in one place, as lipgloss has them. No
// state is told by colour alone: each has a glyph or a word as well.
type looks struct {
	text   lipgloss.Style // numbers and names
	strong lipgloss.Style // what the eye should find first
	dim    lipgloss.Style // labels and what is as before
	faint  lipgloss.Style // axes
	bad    lipgloss.Style // worse, distinguishably
	warn   lipgloss.Style // doubtful
	good   lipgloss.Style // better, fine
	accent lipgloss.Style // cursor, keys, the first line of a chart
	second lipgloss.Style // the second line of a chart
	brand  lipgloss.Style
	cursor lipgloss.Style // the text cursor
	shade  lipgloss.Style // behind a stretch of a chart, where there are colours enough
	frame  lipgloss.Style // a box but for its upper edge, which has a title
}

// tone is a colour by its number on a dark and on a light background, and where
// there are only sixteen.
func tone(dark, light, sixteen string) lipgloss.TerminalColor {
	return lipgloss.CompleteAdaptiveColor{
		Dark:  lipgloss.CompleteColor{TrueColor: dark, ANSI256: dark, ANSI: sixteen},
		Light: lipgloss.CompleteColor{TrueColor: light, ANSI256: light, ANSI: sixteen},
	}
}

// newLooks declares the palette, which without colours has weight alone.
func newLooks(r *lipgloss.Renderer, colors bool) *looks {
	in := func(dark, light, sixteen string) lipgloss.Style {
		if !colors {
			return r.NewStyle()
		}
		return r.NewStyle().Foreground(tone(dark, light, sixteen))
	}
	l := &looks{
		text:   r.NewStyle(),
		strong: r.NewStyle().Bold(true),
		dim:    in("246", "242", "7"),
		faint:  in("240", "249", "8"),
		bad:    in("203", "160", "1").Bold(true),
		warn:   in("214", "130", "3"),
		good:   in("71", "28", "2"),
		accent: in("74", "25", "6").Bold(!colors),
		second: in("139", "97", "4"),
		brand:  in("74", "25", "6").Bold(true),
		cursor: r.NewStyle().Reverse(true),
	}
	if colors {
		l.shade = r.NewStyle().Background(tone("237", "254", ""))
	}
	l.frame = r.NewStyle().Border(lipgloss.RoundedBorder(), false, true, true).BorderForeground(l.faint.GetForeground())
	return l
}

// theme is the looks as a pen writes them: worked out once, so that a row costs
// no more than its bytes.
type theme struct {
	text, strong, dim, faint, bad, warn, good, accent, second, brand, cursor, shade style

	looks *looks // for what lipgloss lays out
}

func (l *looks) theme() theme {
	return theme{
		text: sgr(l.text), strong: sgr(l.strong), dim: sgr(l.dim), faint: sgr(l.faint), bad: sgr(l.bad), warn: sgr(l.warn),
		good: sgr(l.good), accent: sgr(l.accent), second: sgr(l.second), brand: sgr(l.brand), cursor: sgr(l.cursor), shade: sgr(l.shade),
		looks: l,
	}
}

// sgr takes the parameters from what lipgloss writes before a text.
func sgr(s lipgloss.Style) style {
	const text = "x"
	before, _, _ := strings.Cut(s.Render(text), text)
	return style(strings.TrimSuffix(strings.TrimPrefix(before, "\x1b["), "m"))
}

// Themes names the palettes that --theme takes.
func Themes() []string { return []string{"auto", "dark", "light", "plain"} }

// newTheme picks a palette for what the terminal can show. It asks the
// environment and never the terminal, which may not answer: the renderer is told
// all that it would ask for.
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
	colors := name != "plain" && profile != termenv.Ascii
	switch {
	case environ.Getenv("TERM") == "dumb": // no attribute at all
		profile = termenv.Ascii
	case profile == termenv.Ascii: // no colours, but weight
		profile = termenv.ANSI
	}
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(profile))
	r.SetColorProfile(profile)
	r.SetHasDarkBackground(name != "light")
	return newLooks(r, colors).theme(), nil
}

// stale is the theme of numbers that are no longer kept up to date.
func (t theme) stale() theme {
	return theme{
		text: t.faint, strong: t.faint, dim: t.faint, faint: t.faint, bad: t.faint, warn: t.faint, good: t.faint,
		accent: t.faint, second: t.faint, brand: t.faint, cursor: t.cursor, looks: t.looks,
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
