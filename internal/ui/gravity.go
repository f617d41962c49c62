package ui

import "github.com/rumtop/rumtop/internal/ui/draw"

// gravity is how much attention a sentence deserves.
type gravity int

const (
	calm gravity = iota
	fine
	doubtful
	grave
)

func (g gravity) style(t draw.Theme) draw.Style {
	switch g {
	case fine:
		return t.Good
	case doubtful:
		return t.Warn
	case grave:
		return t.Bad
	default:
		return t.Text
	}
}

func (g gravity) glyph() string {
	switch g {
	case fine:
		return "✓"
	case doubtful:
		return "○"
	case grave:
		return "▲"
	default:
		return "·"
	}
}
