package plain

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
)

func TestLine(t *testing.T) {
	for _, c := range []struct {
		name, in string
		width    int
		want     string
	}{
		{"plain", "TypeError: x is undefined", 40, "TypeError: x is undefined"},
		{"exact", "abcde", 5, "abcde"},
		{"cut", "abcdef", 5, "abcd…"},
		{"one cell", "abcdef", 1, "…"},
		{"no limit", "a\x1bb" + strings.Repeat("c", 100), 0, "a\uFFFDb" + strings.Repeat("c", 100)},
		{"negative", "abc", -1, ""},
		{"empty", "", 5, ""},
		{"colour", "\x1b[31mred\x1b[0m", 40, "\uFFFD[31mred\uFFFD[0m"},
		{"title", "\x1b]0;owned\a", 40, "\uFFFD]0;owned\uFFFD"},
		{"C1 as UTF-8", "a\u009b31mb\u0080", 40, "a\uFFFD31mb\uFFFD"},
		{"C1 as a byte", "a\x9b31mb", 40, "a\uFFFD31mb"},
		{"DEL and NUL", "a\x7fb\x00c", 40, "a\uFFFDb\uFFFDc"},
		{"line breaks", "a\nb\r\nc\td\u2028e\u0085f", 40, "a b c d e f"},
		{"bidi", "a\u202eb\u2066c\u200f\u061cd", 40, "abcd"},
		{"zero width", "a\u200bb\u200dc\u2060d\ufeffe\u00adf", 40, "abcdef"},
		{"tag characters", "a\U000E0041\U000E007Fb", 40, "ab"},
		{"variation selectors", "a\ufe0fb\U000E0100c", 40, "abc"},
		{"fillers", "a\u3164b\u115fc\uffa0d\u034fe", 40, "abcde"},
		{"odd blanks", "a\u00a0b\u3000c\u2003d", 40, "a b c d"},
		{"invalid", "a\xff\xfeb\xe2\x82", 40, "a\uFFFD\uFFFDb\uFFFD\uFFFD"},
		{"surrogate", "\xed\xa0\x80", 40, "\uFFFD\uFFFD\uFFFD"},
		{"umlaut", "Zürich", 6, "Zürich"},
		{"marks", "e" + strings.Repeat("\u0301", 50) + "f", 40, "e" + strings.Repeat("\u0301", 4) + "f"},
		{"mark kept with its base", "ae\u0301bc", 3, "ae\u0301…"},
		{"wide", "日本語", 6, "日本語"},
		{"wide cut", "日本語", 5, "日本…"},
		{"wide not halved", "日本語", 4, "日…"},
		{"hangul", "\u1112\u1161\u11ab", 40, "\u1112\u1161\u11ab"},
		{"hangul repeated", strings.Repeat("\u1112", 50) + "a", 40, "\u1112a"},
		{"flag not halved", "a🇩🇪🇫🇷", 4, "a🇩🇪…"},
		{"marks do not use up the line", strings.Repeat("e\u0301\u0301\u0301\u0301\u0301", 9), 9, strings.Repeat("e\u0301\u0301\u0301\u0301", 9)},
	} {
		if got := Line(c.in, c.width); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, in string
		max      int
		want     string
	}{
		{"lines", "Error: x\r\n\tat a.js:1\n", 100, "Error: x\n    at a.js:1\n"},
		{"lone return", "safe\rfake", 100, "safe fake"},
		{"separators", "a\u2028b", 100, "a\nb"},
		{"escape", "a\x1b[2Jb", 100, "a\uFFFD[2Jb"},
		{"exact", "abcde", 5, "abcde"},
		{"cut", "abcdef", 5, "ab…"},
		{"cut a character", "aéé", 4, "a…"},
		{"no room for the sign", "abcdef", 2, "ab"},
		{"replacement grows", "\xff\xff", 5, "…"},
		{"no limit", "a\tb", 0, "a    b"},
		{"negative", "a", -1, ""},
	} {
		if got := Text(c.in, c.max); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCleanTextAllocatesNothing(t *testing.T) {
	for _, s := range []string{"TypeError: x is undefined", "Zürich 日本 e\u0301 🇩🇪"} {
		if n := testing.AllocsPerRun(100, func() { Line(s, 60); Text(s, 60) }); n != 0 {
			t.Errorf("%q: %v allocations", s, n)
		}
	}
}

// FuzzPlain checks what terminals and files depend on.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"abc", "\x1b]52;c;YQ==\a", "a\u202e\u0301\u0301\u0301\u0301\u0301", "\r\u200b\n\u1112\u1112", "日本🇩🇪\xff", "\u0600\u0600a", "👍🏽👨‍👩‍👧"} {
		f.Add(s, 3)
		f.Add(s, 40)
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n %= 200
		line, text := Line(s, n), Text(s, n)
		if Line(line, n) != line || Text(text, n) != text {
			t.Fatalf("not idempotent: %q, then %q; %q, then %q", line, Line(line, n), text, Text(text, n))
		}
		if n > 0 && (lipgloss.Width(line) > n || len(text) > n) || n < 0 && line+text != "" {
			t.Fatalf("%d: %q is %d wide, %q is %d long", n, line, lipgloss.Width(line), text, len(text))
		}
		if strings.Contains(line, "\n") {
			t.Fatalf("line break in %q", line)
		}
		checkPlain(t, line)
		checkPlain(t, text)
	})
}

// checkPlain fails for invalid UTF-8, invisible characters and too many marks.
func checkPlain(t *testing.T, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q is not valid UTF-8", out)
	}
	marks := 0
	for _, r := range out {
		if r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Bidi_Control) {
			t.Fatalf("%U in %q", r, out)
		}
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			t.Fatalf("%d marks in %q", marks, out)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for _, c := range []struct{ name, in string }{
		{"ascii", "Cannot read properties of undefined (reading 'total')"},
		{"unicode", "Zürich: 日本語の見出し"},
		{"hostile", strings.Repeat("\x1b[31me\u0301\u202e", 20)},
		{"hostile-64KiB", strings.Repeat("e\u0301\u200d", 64<<10/6)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Line(c.in, 80)
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	stack := strings.Repeat("    at checkout (https://shop.example/app.js:1:2345)\n", 40)
	b.ReportAllocs()
	for b.Loop() {
		Text(stack, 16<<10)
	}
}
