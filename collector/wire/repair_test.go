package wire

import (
	"strings"
	"testing"
)

func TestDocumentRepairs(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for text, want := range map[string]string{
		`"nice \ud83c"`:                       `"nice �"`,
		`"nice \udf89"`:                       `"nice �"`,
		`"\uDF89\uD83C"`:                      `"��"`,
		`"\ud83c\ud83c\udf89"`:                `"�\ud83c\udf89"`,
		`"\ud83c\udf89\udf89"`:                `"\ud83c\udf89�"`,
		`"\ud83c\n"`:                          `"�\n"`,
		`"\ud83c\\udf89"`:                     `"�\\udf89"`,
		`"\\ud83c \ud83c"`:                    `"\\ud83c �"`,
		`"\"\ud83c"`:                          `"\"�"`,
		"\"\xed\xa0\xbc\"":                    `"���"`,
		"\"é\xff\\u0000\\ud83c\"":             `"é�\u0000�"`,
		"\"\xf0\x9f\x8e\"":                    `"���"`,
		`{"a\ud83c":1,"b\udf89":2}`:           `{"a�":1,"b�":2}`,
		`{"\ud83c":1,"\udf89":2}`:             `{"�":1,"�":2}`,
		`[{"a":[{"b":"\ud83c"}]},1]`:          `[{"a":[{"b":"�"}]},1]`,
		`[NaN, -Infinity,Infinity]`:           `[null, null,null]`,
		`{"a":NaN,"b":"NaN"}`:                 `{"a":null,"b":"NaN"}`,
		deep(17):                              strings.Repeat("[", 16) + "null" + strings.Repeat("]", 16),
		deep(5000):                            strings.Repeat("[", 16) + "null" + strings.Repeat("]", 16),
		`{"a":` + deep(16) + `,"b":"\ud83c"}`: `{"a":` + strings.Repeat("[", 15) + "null" + strings.Repeat("]", 15) + `,"b":"�"}`,
		`[` + strings.Repeat("[", 15) + `{"x":[NaN,"\ud83c"]},{}` + strings.Repeat("]", 15) + `]`: strings.Repeat("[", 16) + `null,null` + strings.Repeat("]", 16),
	} {
		c := new(document).read([]byte(text), 16)
		if got := string(c.raw()); c.err != nil || got != want {
			t.Errorf("%.80s\n got %.80s, %v\nwant %.80s", text, got, c.err, want)
		}
	}
	for _, text := range []string{
		`"\ud83"`, `"\ud8`, `"\u"`, `"\ud83c`, `{"a":"\ud83c",}`, `["\ud83c" 1]`, "\xff", "{\xff:1}", `nan`, `+Infinity`, `-NaN`, `NaNa`,
		`{"a":1,"a":2}`, "{\"\x01\":\"\\ud83c\"}", strings.Repeat("[", 17), deep(17) + "]",
	} {
		if c := new(document).read([]byte(text), 16); c.err == nil {
			t.Errorf("%.80s was accepted", text)
		}
	}
}

// Hostile texts do not make a repaired document grow without bound.
func TestDocumentRepairMemory(t *testing.T) {
	const size = 256 << 10
	for name, text := range map[string]string{
		"bytes":  `"` + strings.Repeat("\xff", size) + `"`,
		"halves": `"` + strings.Repeat(`\ud83c`, size/6) + `"`,
		"deep":   strings.Repeat("[", size/2) + strings.Repeat("]", size/2),
		"NaN":    "[" + strings.Repeat("NaN,", size/4) + "NaN]",
	} {
		d := new(document)
		if c := d.read([]byte(text), 16); c.err != nil {
			t.Errorf("%s: %v", name, c.err)
		}
		if n := len(d.repaired); n > 3*len(text) {
			t.Errorf("%s: %d bytes for a text of %d", name, n, len(text))
		}
	}
}

func TestUnescapeForm(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "a", "a+b%20c": "a b c", "%F0%9F%8E%89": "🎉", "%ED%A0%BC": "\ufffd", "x%ED%A0%BCy%ED%BE%89": "x\ufffdy\ufffd",
		"a%": "a%", "a%2": "a%2", "a%zz%20": "a%zz ", "%u20ac+1": "€ 1", "%uD83C%uDF89": "🎉", "%uD83C": "\ufffd", "%u12": "%u12", "%00": "\x00", "\xff": "\ufffd",
	} {
		if got := unescapeForm(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
