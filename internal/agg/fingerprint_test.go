package agg

import (
	"regexp"
	"strings"
	"testing"
)

const chromeStack = "TypeError: x\n    at http (https://shop.example/node_modules/axios/index.js:3:4)\n" +
	"    at async pay (https://shop.example/assets/app.3f2a1b9c.js:1:2048)\n    at e (https://shop.example/assets/app.3f2a1b9c.js:1:9)\n"

func TestFingerprint(t *testing.T) {
	type e struct{ typ, message, stack string }
	of := func(x e) string { return Fingerprint(x.typ, x.message, x.stack) }
	for _, c := range []struct {
		name string
		a, b e
		same bool
	}{
		{"numbers", e{"E", "item 17 of 20", ""}, e{"E", "item 8 of 3", ""}, true},
		{"decimals", e{"E", "took 1.25 s", ""}, e{"E", "took 77.1 s", ""}, true},
		{"ids", e{"E", "no order 3fa85f64-5717-4562-b3fc-2c963f66afa6", ""}, e{"E", "no order 0be0c92a-1111-4444-beef-deadbeefabcd", ""}, true},
		{"quoted ids", e{"E", `no cart "a81bc81bdead"`, ""}, e{"E", `no cart "99c0ffee1234"`, ""}, true},
		{"names in names", e{"E", "reading 'line1'", ""}, e{"E", "reading 'line22'", ""}, true},
		{"uncaught", e{"TypeError", "Uncaught x is null", ""}, e{"TypeError", "x is null", ""}, true},
		{"words", e{"E", "reading 'total'", ""}, e{"E", "reading 'sum'", ""}, false},
		{"hex-like words", e{"E", "facade", ""}, e{"E", "decade", ""}, false},
		{"types", e{"TypeError", "x", ""}, e{"RangeError", "x", ""}, false},
		{"bundle and line", e{"E", "x", chromeStack}, e{"E", "x", strings.NewReplacer("3f2a1b9c", "77aa01bb", "2048", "1").Replace(chromeStack)}, true},
		{"vendor frames", e{"E", "x", chromeStack}, e{"E", "x", strings.Replace(chromeStack, "at http", "at xhr", 1)}, true},
		{"functions", e{"E", "x", chromeStack}, e{"E", "x", strings.Replace(chromeStack, "pay", "ship", 1)}, false},
		{"files", e{"E", "x", chromeStack}, e{"E", "x", strings.ReplaceAll(chromeStack, "/app.", "/cart.")}, false},
		{"minified names", e{"E", "x", "e@https://a.example/app.js:1:2"}, e{"E", "x", "t@https://a.example/app.js:1:2"}, true},
		{"browsers", e{"E", "x", "pay@https://a.example/app.js:1:2"}, e{"E", "x", "    at pay (https://a.example/app.js:5:6)"}, true},
		{"query", e{"E", "x", "pay@https://a.example/app.js?v=1:1:2"}, e{"E", "x", "pay@https://a.example/app.js:1:2"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if (of(c.a) == of(c.b)) != c.same {
				t.Errorf("%s %s", of(c.a), of(c.b))
			}
		})
	}
}

func FuzzFingerprint(f *testing.F) {
	f.Add("TypeError", "Uncaught x 1", chromeStack)
	f.Add("", "", "at \n@\n@:1\nat (:1:2)\nat :::1")
	form := regexp.MustCompile(`^[0-9a-f]{12}$`)
	f.Fuzz(func(t *testing.T, typ, message, stack string) {
		if fp := Fingerprint(typ, message, stack); !form.MatchString(fp) {
			t.Errorf("%q", fp)
		}
	})
}

func BenchmarkFingerprint(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Fingerprint("TypeError", "Uncaught cannot read 'x12' of undefined, order 3fa85f64-5717", chromeStack)
	}
}
