// Package plain makes text from outside fit to be shown. Everything that
// reaches a terminal, a window title, a log line or an exported file passes it:
// what a browser sent may hold escape sequences, and a publisher on NATS may
// have bypassed the collector that would have scrubbed them.
//
// What comes out is valid UTF-8 in which every character is visible or a
// blank, so that text can neither command a terminal nor hide or reorder
// itself, and is as wide as lipgloss measures it. Both functions are linear in
// their input, idempotent, and allocate nothing for text that is clean.
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
	// maxMarks is how many combining marks one character keeps. Written
	// languages need up to four; more is drawn over the neighbouring lines.
	maxMarks = 4
)

// Line returns s as one line of at most maxWidth terminal cells, cut between
// graphemes with … at the end. Line breaks and tabs become blanks. A maxWidth
// of 0 cuts nothing, one below 0 leaves nothing.
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
	// A cell takes a handful of characters at most: no need to read on.
	s = clean(s, false, (maxWidth+1)*(2+maxMarks)*utf8.UTFMax)
	return displaywidth.TruncateString(s, maxWidth, ellipsis)
}

// Text returns s as lines of at most maxBytes bytes in all, cut between
// graphemes with … at the end. Line breaks stay, a tab becomes four blanks. A
// maxBytes of 0 cuts nothing, one below 0 leaves nothing.
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

// asciiLen is how many bytes at the beginning are printable ASCII.
func asciiLen(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return i
		}
	}
	return len(s)
}

// asciiText reports whether s is printable ASCII and line breaks.
func asciiText(s string) bool {
	for i := range len(s) {
		if (s[i] < ' ' || s[i] > '~') && s[i] != '\n' {
			return false
		}
	}
	return true
}

// clean replaces or leaves out what must not be shown. It stops once it has
// written at least enough bytes, so the result may be a few longer than that.
func clean(s string, lines bool, enough int) string {
	var b strings.Builder
	copied := false // until something changes, s itself is the result
	var last joint
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
		case safe(r) || r == '\n' && lines:
			shown = s[i : i+size]
			last = joint{}
		case r == '\r' && i+1 < len(s) && s[i+1] == '\n':
			// the line break that follows stands for both
		case r == '\t' && lines:
			shown = tab
			last = joint{}
		default:
			shown = show(r, s[i:i+size], lines)
			if shown != "" && !last.take(r) {
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

// safe says of the characters that most text is made of that they need no
// closer look: printable ASCII, Latin letters, Chinese characters.
func safe(r rune) bool {
	return r >= ' ' && r <= '~' || r >= 0xC0 && r < 0x300 || r >= 0x4E00 && r <= 0x9FFF
}

// show is what stands for the character r, which is text in the original:
// itself, a replacement, or nothing.
func show(r rune, text string, lines bool) string {
	switch {
	case r == utf8.RuneError:
		return "\uFFFD" // also where a byte is not UTF-8
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
	case unicode.Is(unicode.Cf, r) || ignorable(r): // bidi, zero-width, BOM, tags
		return ""
	}
	return text
}

// ignorable says that a terminal shows nothing for r although it is no format
// character: fillers and variation selectors.
func ignorable(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// joint is how the text so far may combine with the next character.
type joint struct {
	marks int  // combining marks since the last base character
	jamo  jamo // a Hangul letter that the next could join
}

type jamo uint8

const (
	noJamo jamo = iota
	leading
	vowel
	trailing
)

// take reports whether r may follow, and follows it. Combining marks beyond a
// number may not, nor the same part of a Hangul syllable twice: both would be
// measured as nothing and drawn all the same.
func (j *joint) take(r rune) bool {
	if unicode.Is(unicode.M, r) {
		j.marks++
		return j.marks <= maxMarks
	}
	part := jamoOf(r)
	if part != noJamo && part == j.jamo {
		return false
	}
	*j = joint{jamo: part}
	return true
}

func jamoOf(r rune) jamo {
	switch {
	case r >= 0x1100 && r <= 0x115F || r >= 0xA960 && r <= 0xA97C:
		return leading
	case r >= 0x1160 && r <= 0x11A7 || r >= 0xD7B0 && r <= 0xD7C6:
		return vowel
	case r >= 0x11A8 && r <= 0x11FF || r >= 0xD7CB && r <= 0xD7FB:
		return trailing
	}
	return noJamo
}
