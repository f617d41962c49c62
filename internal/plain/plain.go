// Package plain makes text from outside safe to show. All text for a terminal, a
// window title, a log line or an exported file passes it: a browser can send
// escape sequences, and a publisher on NATS can bypass the collector.
//
// The result is valid UTF-8 of visible characters and blanks, so that text
// cannot control a terminal, hide or reorder itself, and is as wide as lipgloss
// measures it. Line and Text are linear in their input and idempotent, and do
// not allocate for clean text.
package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

const (
	ellipsis = "…"
	tab      = "    "
	// maxMarks is how many combining marks one character keeps. Languages need
	// up to four; more are drawn over the neighbouring lines.
	maxMarks = 4
)

// Line returns s as one line of at most maxWidth terminal cells, truncated
// between graphemes with … at the end. Line breaks and tabs become blanks. With
// a maxWidth of 0 there is no limit; below 0 the result is empty.
func Line(s string, maxWidth int) string {
	if maxWidth < 0 {
		return ""
	}
	ascii := asciiLen(s)
	if ascii == len(s) && (maxWidth == 0 || len(s) <= maxWidth) {
		return s
	}
	if maxWidth == 0 {
		return clean(s, false, len(s)*utf8.UTFMax)
	}
	if ascii > maxWidth {
		return s[:maxWidth-1] + ellipsis
	}
	// A cell has only some characters, so the rest need not be read.
	s = clean(s, false, (maxWidth+1)*(2+maxMarks)*utf8.UTFMax)
	return displaywidth.TruncateString(s, maxWidth, ellipsis)
}

// Text returns s as lines of at most maxBytes bytes in all, truncated between
// graphemes with … at the end. It keeps line breaks; a tab becomes four blanks.
// With a maxBytes of 0 there is no limit; below 0 the result is empty.
func Text(s string, maxBytes int) string {
	if maxBytes < 0 {
		return ""
	}
	if maxBytes == 0 {
		return clean(s, true, len(s)*utf8.UTFMax)
	}
	if len(s) > maxBytes || !asciiText(s) {
		s = clean(s, true, maxBytes+1)
	}
	if len(s) <= maxBytes {
		return s
	}
	tail := ellipsis
	if maxBytes < len(tail) {
		tail = ""
	}
	end := 0
	for g := graphemes.FromString(s); g.Next() && g.End() <= maxBytes-len(tail); {
		end = g.End()
	}
	return s[:end] + tail
}

// asciiLen is how many bytes at the start are printable ASCII.
func asciiLen(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return i
		}
	}
	return len(s)
}

// asciiText reports whether s is printable ASCII with line breaks.
func asciiText(s string) bool {
	for i := range len(s) {
		if (s[i] < ' ' || s[i] > '~') && s[i] != '\n' {
			return false
		}
	}
	return true
}

// clean replaces or removes unsafe characters. It stops after at least enough
// bytes, so the result can be a few bytes longer.
func clean(s string, lines bool, enough int) string {
	var b strings.Builder
	copied := false // until something changes, s itself is the result
	var last combiner
	for i := 0; i < len(s); {
		if written := b.Len(); copied && written >= enough || !copied && i >= enough {
			if !copied {
				return s[:i]
			}
			break
		}
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		var shown string
		switch {
		case isSafe(r) || r == '\n' && lines:
			shown = s[i : i+size]
			last = combiner{}
		case r == '\r' && i+1 < len(s) && s[i+1] == '\n':
			// the line break that follows is enough
		case r == '\t' && lines:
			shown = tab
			last = combiner{}
		default:
			shown = replacement(r, s[i:i+size], lines)
			if shown != "" && !last.accept(r) {
				shown = ""
			}
		}
		if !copied && shown != s[i:i+size] {
			copied = true
			b.Grow(min(len(s)+8, enough+utf8.UTFMax))
			b.WriteString(s[:i])
		}
		if copied {
			b.WriteString(shown)
		}
		i += size
	}
	if copied {
		return b.String()
	}
	return s
}

// isSafe is true for the most frequent characters that are safe: printable
// ASCII, Latin letters, Chinese characters.
func isSafe(r rune) bool {
	return r >= ' ' && r <= '~' || r >= 0xC0 && r < 0x300 || r >= 0x4E00 && r <= 0x9FFF
}

// replacement is what replaces the character r, which is text in the original:
// itself, another character, or nothing.
func replacement(r rune, text string, lines bool) string {
	switch {
	case r == utf8.RuneError:
		return "\uFFFD" // also for a byte that is not UTF-8
	case r == '\n' || r == '\t' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 && !lines:
		return " "
	case unicode.Is(unicode.Cc, r): // C0, DEL, C1
		return "\uFFFD"
	case r == 0x2028 || r == 0x2029:
		if lines {
			return "\n"
		}
		return " "
	case unicode.Is(unicode.Zs, r): // no-break, em and ideographic spaces and their like
		return " "
	case unicode.Is(unicode.Cf, r) || isIgnorable(r): // bidi, zero-width, BOM, tags
		return ""
	}
	return text
}

// isIgnorable reports whether a terminal shows nothing for r, although it is not
// a format character: fillers and variation selectors.
func isIgnorable(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// combiner decides whether the next character can combine with the text before.
type combiner struct {
	marks int  // combining marks since the last base character
	jamo  jamo // the Hangul letter that the next one could join
}

type jamo uint8

const (
	noJamo jamo = iota
	leadingJamo
	vowelJamo
	trailingJamo
)

// accept reports whether r can follow, and adds it. It rejects combining marks
// over maxMarks and a repeated part of a Hangul syllable: both are measured with
// no width, but drawn.
func (j *combiner) accept(r rune) bool {
	if unicode.Is(unicode.M, r) {
		j.marks++
		return j.marks <= maxMarks
	}
	part := jamoOf(r)
	if part != noJamo && part == j.jamo {
		return false
	}
	*j = combiner{jamo: part}
	return true
}

func jamoOf(r rune) jamo {
	switch {
	case r >= 0x1100 && r <= 0x115F || r >= 0xA960 && r <= 0xA97C:
		return leadingJamo
	case r >= 0x1160 && r <= 0x11A7 || r >= 0xD7B0 && r <= 0xD7C6:
		return vowelJamo
	case r >= 0x11A8 && r <= 0x11FF || r >= 0xD7CB && r <= 0xD7FB:
		return trailingJamo
	}
	return noJamo
}
