package draw

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Styles are all styles of the screen, for what lipgloss lays out. No state is
// shown by colour alone: each has a glyph or a word as well.
type Styles struct {
	Text   lipgloss.Style // numbers and names
	Strong lipgloss.Style // what the eye should find first
	Dim    lipgloss.Style // labels and what has not changed
	faint  lipgloss.Style // axes
	bad    lipgloss.Style // significantly worse
	warn   lipgloss.Style // in doubt
	good   lipgloss.Style // better, or in order
	Accent lipgloss.Style // cursor, keys, the first line of a chart
	second lipgloss.Style // the second line of a chart
	brand  lipgloss.Style
	cursor lipgloss.Style // the text cursor
	shade  lipgloss.Style // behind a highlighted part of a chart, if there are enough colours
	frame  lipgloss.Style // a box without its upper edge, which has a title
}

// tone is a colour by its number on a dark and on a light background, and on
// terminals with sixteen colours.
func tone(dark, light, sixteen string) lipgloss.TerminalColor {
	return lipgloss.CompleteAdaptiveColor{
		Dark:  lipgloss.CompleteColor{TrueColor: dark, ANSI256: dark, ANSI: sixteen},
		Light: lipgloss.CompleteColor{TrueColor: light, ANSI256: light, ANSI: sixteen},
	}
}

// newStyles declares the palette; without colours, only weight is left.
func newStyles(r *lipgloss.Renderer, colors bool) *Styles {
	in := func(dark, light, sixteen string) lipgloss.Style {
		if !colors {
			return r.NewStyle()
		}
		return r.NewStyle().Foreground(tone(dark, light, sixteen))
	}
	l := &Styles{
		Text:   r.NewStyle(),
		Strong: r.NewStyle().Bold(true),
		Dim:    in("246", "242", "7"),
		faint:  in("240", "249", "8"),
		bad:    in("203", "160", "1").Bold(true),
		warn:   in("214", "130", "3"),
		good:   in("71", "28", "2"),
		Accent: in("74", "25", "6").Bold(!colors),
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

// Theme is the styles as [Line] writes them, rendered once, so that a row costs
// no more than its bytes.
type Theme struct {
	Text, Strong, Dim, Faint, Bad, Warn, Good, Accent, Second, Brand, Cursor, Shade Style

	Styles *Styles
}

func (l *Styles) theme() Theme {
	return Theme{
		Text: sgr(l.Text), Strong: sgr(l.Strong), Dim: sgr(l.Dim), Faint: sgr(l.faint), Bad: sgr(l.bad), Warn: sgr(l.warn),
		Good: sgr(l.good), Accent: sgr(l.Accent), Second: sgr(l.second), Brand: sgr(l.brand), Cursor: sgr(l.cursor), Shade: sgr(l.shade),
		Styles: l,
	}
}

// sgr extracts the parameters from the sequence that lipgloss writes before a
// text.
func sgr(s lipgloss.Style) Style {
	const text = "x"
	before, _, _ := strings.Cut(s.Render(text), text)
	return Style(strings.TrimSuffix(strings.TrimPrefix(before, "\x1b["), "m"))
}

// NewTheme picks a palette for what the terminal can show. It reads the
// environment and never queries the terminal, which may not answer: the renderer
// is given all that it would query.
func NewTheme(name string, profile termenv.Profile, environ termenv.Environ) (Theme, error) {
	switch name {
	case "", "auto":
		name = "dark" // its colours are readable on white too
		if lightBackground(environ.Getenv("COLORFGBG")) {
			name = "light"
		}
	case "dark", "light", "plain":
	default:
		return Theme{}, fmt.Errorf("theme %q: unknown: use auto, dark, light or plain", name)
	}
	colors := name != "plain" && profile != termenv.Ascii
	switch {
	case environ.Getenv("TERM") == "dumb": // no attributes at all
		profile = termenv.Ascii
	case profile == termenv.Ascii: // no colours, only weight
		profile = termenv.ANSI
	}
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(profile))
	r.SetColorProfile(profile)
	r.SetHasDarkBackground(name != "light")
	return newStyles(r, colors).theme(), nil
}

// Stale is the theme of numbers that are no longer up to date.
func (t Theme) Stale() Theme {
	return Theme{
		Text: t.Faint, Strong: t.Faint, Dim: t.Faint, Faint: t.Faint, Bad: t.Faint, Warn: t.Faint, Good: t.Faint,
		Accent: t.Faint, Second: t.Faint, Brand: t.Faint, Cursor: t.Cursor, Styles: t.Styles,
	}
}

// Muted is the theme of the total: readable, but not eye-catching.
func (t Theme) Muted() Theme {
	t.Text, t.Strong, t.Bad, t.Good = t.Dim, t.Dim, t.Dim, t.Dim
	return t
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

// ColorProfile is what the terminal can show, according to the environment.
func ColorProfile(w io.Writer, noColor bool) termenv.Profile {
	if noColor {
		return termenv.Ascii
	}
	return termenv.NewOutput(w, termenv.WithProfile(termenv.Ascii)).EnvColorProfile()
}
