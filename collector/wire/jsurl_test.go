package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSURL(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`~null`, `null`}, {`~true`, `true`}, {`~false`, `false`}, {`~-998`, `-998`}, {`~1.5e3`, `1500`},
		{`~'`, `""`}, {`~'abc`, `"abc"`}, {`~'a*20b`, `"a b"`}, {`~'!x`, `"$x"`}, {`~'**20ac`, `"€"`}, {`~'**d83d**de00`, `"😀"`},
		{`~'**d83dx`, `"�x"`}, {`~'**d83d`, `"�"`}, {`~'é`, `"é"`}, {`~'*22*0a`, `"\"\n"`},
		{`~(~)`, `[]`}, {`~()`, `{}`}, {`~(~1~2)`, `[1,2]`}, {`~(a~1~b~'x)`, `{"a":1,"b":"x"}`},
		{`~(~(t~'TypeError~v~2)~(c~-998~f~(~(l~14~wo~'*2fshop.js))))`, `[{"t":"TypeError","v":2},{"c":-998,"f":[{"l":14,"wo":"/shop.js"}]}]`},
	} {
		got, err := fromJSURL(tc.in, 8)
		if err != nil || string(got) != tc.want {
			t.Errorf("%s: %s %v, want %s", tc.in, got, err, tc.want)
		}
	}
	for _, in := range []string{
		``, `x`, `~`, `~x`, `~(`, `~(~`, `~(~1`, `~(a`, `~(a~`, `~(a~1`, `~(a~1b~2)`, `~1~`, `~'a)`, `~'*2`, `~'*zz`, `~'**12`, `~NaN`, `~Infinity`, `~1e999`, `~()x`,
		strings.Repeat(`~(`, 9) + strings.Repeat(`)`, 9), strings.Repeat(`~(~`, 9),
	} {
		if got, err := fromJSURL(in, 8); err == nil {
			t.Errorf("%s was accepted: %s", in, got)
		}
	}
}

// FuzzJSURL checks that accepted JSURL converts to valid JSON.
func FuzzJSURL(f *testing.F) {
	for _, s := range []string{`~(~(t~'TypeError~v~2))`, `~(a~1~b~'x)`, `~'**d83d**de00`, `~(~)`, `~-1.5e3`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := fromJSURL(text, 8)
		if err == nil && !json.Valid(out) {
			t.Errorf("%q became %q", text, out)
		}
		if len(out) > 6*len(text)+16 {
			t.Errorf("%d bytes became %d", len(text), len(out))
		}
	})
}
