package fingerprint

import (
	"regexp"
	"strings"
	"testing"
)

const chromeStack = "TypeError: x\n    at http (https://shop.example/node_modules/axios/index.js:3:4)\n" +
	"    at async pay (https://shop.example/assets/app.3f2a1b9c.js:1:2048)\n    at e (https://shop.example/assets/app.3f2a1b9c.js:1:9)\n"

func TestOf(t *testing.T) {
	type e struct{ typ, message, stack string }
	of := func(x e) string { return Of(x.typ, x.message, x.stack) }
	for _, c := range []struct {
		name string
		a, b e
		same bool
	}{
		{"numbers", e{"E", "item 17 of 20", ""}, e{"E", "item 8 of 3", ""}, true},
		{"decimals", e{"E", "took 1.25 s", ""}, e{"E", "took 77.1 s", ""}, true},
		{"ids", e{"E", "no order 3fa85f64-5717-4562-b3fc-2c963f66afa6", ""}, e{"E", "no order 0be0c92a-1111-4444-beef-deadbeefabcd", ""}, true},
		{"quoted ids", e{"E", `no cart "a81bc81bdead"`, ""}, e{"E", `no cart "99c0ffee1234"`, ""}, true},
		{"people", e{"E", "account_id=[id:3f2a9c10] is locked", ""}, e{"E", "account_id=[id:abcdefab] is locked", ""}, true},
		{"people without hashes", e{"E", "account_id=[id:3f2a9c10] is locked", ""}, e{"E", "account_id=[id] is locked", ""}, true},
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
		{"methods", e{"E", "x", "    at async Cart.total [as render] (https://a.example/app.js:1:2)"}, e{"E", "x", "async*Cart.prototype.total/<@https://a.example/app.js:1:2"}, true},
		{"bundles named in base 64", e{"E", "x", "pay@https://a.example/index-DiwrgTda.js:1:2"}, e{"E", "x", "pay@https://a.example/index-B3x-kQ_1.js:1:77"}, true},
		{"bundles named in base 32", e{"E", "x", "pay@https://a.example/chunk-HLNNQYAG.js:1:2"}, e{"E", "x", "pay@https://a.example/chunk-XZ3WQ4LM.js:1:77"}, true},
		{"bundles named in letters", e{"E", "x", "pay@https://a.example/app.abcdefab.js:1:2"}, e{"E", "x", "pay@https://a.example/app.fedcbafe.js:1:77"}, true},
		{"names as long as hashes", e{"E", "x", "pay@https://a.example/app-checkout.js:1:2"}, e{"E", "x", "pay@https://a.example/app-products.js:1:2"}, false},
		{"type in the message", e{"", "Uncaught TypeError: x", ""}, e{"TypeError", "x", ""}, true},
		{"a promise", e{"Error", "Uncaught (in promise) Error: x", ""}, e{"Error", "Unhandled Promise Rejection: Error: x", ""}, true},
		{"query", e{"E", "x", "pay@https://a.example/app.js?v=1:1:2"}, e{"E", "x", "pay@https://a.example/app.js:1:2"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if (of(c.a) == of(c.b)) != c.same {
				t.Errorf("%s %s", of(c.a), of(c.b))
			}
		})
	}
}

// The engines' own words for one error are one group, and no other error's.
func TestOfEngineWordings(t *testing.T) {
	const (
		v8    = "\n    at paymentTotal (https://a.example/assets/checkout-8f3a12cd.js:1:48211)\n    at e (https://a.example/vendors.js:2:1)"
		other = "paymentTotal@https://a.example/assets/checkout-0b1c2d3e.js:1:48240\nonClick@https://a.example/assets/checkout-0b1c2d3e.js:1:5"
	)
	type words struct{ typ, message string }
	seen := map[string]string{}
	for _, group := range []struct {
		name        string
		blink, rest []words // V8's; those of JavaScriptCore and SpiderMonkey
	}{
		{"total of undefined",
			[]words{{"TypeError", "Cannot read properties of undefined (reading 'total')"}, {"TypeError", "Cannot read property 'total' of undefined"}, {"TypeError", "Cannot set properties of undefined (setting 'total')"}},
			[]words{{"TypeError", "undefined is not an object (evaluating 'cart.total')"}, {"TypeError", "undefined is not an object (evaluating 't.cart.total = 1')"}, {"TypeError", `can't access property "total", cart is undefined`}}},
		{"total of null", []words{{"TypeError", "Cannot read properties of null (reading 'total')"}},
			[]words{{"TypeError", "null is not an object (evaluating 'this.state.cart.total')"}, {"TypeError", `can't access property "total", this.state.cart is null`}}},
		{"an index of undefined", []words{{"TypeError", "Cannot read properties of undefined (reading '0')"}},
			[]words{{"TypeError", "undefined is not an object (evaluating 'items[0]')"}, {"TypeError", "can't access property 0, items is undefined"}}},
		{"map is no function", []words{{"TypeError", "e.items.map is not a function"}, {"TypeError", "n(...).map is not a function"}},
			[]words{{"TypeError", "t.items.map is not a function. (In 't.items.map((function(e){return e.id}))', 't.items.map' is undefined)"}, {"TypeError", "cart.items.map is not a function"}}},
		{"a hook is no function", []words{{"TypeError", "(0 , r.useCart) is not a function"}}, []words{{"TypeError", "(0, i.useCart) is not a function"}, {"TypeError", "(0,o.useCart) is not a function. (In '(0,o.useCart)()', '(0,o.useCart)' is undefined)"}}},
		{"Segmenter is no constructor", []words{{"TypeError", "Intl.Segmenter is not a constructor"}}, []words{{"TypeError", "Intl.Segmenter is not a constructor (evaluating 'new Intl.Segmenter(\"en\")')"}}},
		{"no variable", []words{{"ReferenceError", "gtag is not defined"}}, []words{{"ReferenceError", "Can't find variable: gtag"}}},
		{"before initialization", []words{{"ReferenceError", "Cannot access 'cart' before initialization"}}, []words{{"ReferenceError", "Cannot access 'cart' before initialization."}, {"ReferenceError", "can't access lexical declaration 'cart' before initialization"}}},
		{"too deep", []words{{"RangeError", "Maximum call stack size exceeded"}}, []words{{"RangeError", "Maximum call stack size exceeded."}, {"InternalError", "too much recursion"}}},
		{"no answer", []words{{"TypeError", "Failed to fetch"}}, []words{{"TypeError", "Load failed"}, {"TypeError", "NetworkError when attempting to fetch resource."},
			{"TypeError", "The network connection was lost."}, {"TypeError", "Die Netzwerkverbindung wurde unterbrochen."}, {"TypeError", "ネットワーク接続が切れました。"}, {"TypeError", "La connexion Internet semble interrompue."}}},
		{"no module", []words{{"TypeError", "Failed to fetch dynamically imported module: https://a.example/assets/Cart-B3xkQ_1a.js"}}, []words{{"TypeError", "Importing a module script failed."}, {"TypeError", "error loading dynamically imported module: https://a.example/assets/Cart-B3xkQ_1a.js"}}},
		{"no JSON", []words{{"SyntaxError", `Unexpected token '<', "<!DOCTYPE "... is not valid JSON`}, {"SyntaxError", "Unexpected token < in JSON at position 0"}, {"SyntaxError", "Unexpected end of JSON input"}},
			[]words{{"SyntaxError", "JSON.parse: unexpected character at line 1 column 1 of the JSON data"}, {"SyntaxError", "JSON Parse error: Unrecognized token '<'"}}},
		{"aborted", []words{{"AbortError", "signal is aborted without reason"}, {"AbortError", "The user aborted a request."}}, []words{{"AbortError", "Fetch is aborted"}, {"AbortError", "The operation was aborted. "}}},
		{"ResizeObserver", []words{{"", "ResizeObserver loop limit exceeded"}, {"Error", "ResizeObserver loop completed with undelivered notifications."}}, nil},
		{"the page's own", []words{{"CartError", "Cannot read properties of undefined (reading 'total')"}}, nil},
		{"the page's own words", []words{{"Error", "cart has no total"}}, []words{{"Error", "cart has no total"}}},
	} {
		first := Of(group.blink[0].typ, group.blink[0].message, group.blink[0].typ+": "+group.blink[0].message+v8)
		if before, known := seen[first]; known {
			t.Errorf("%s is one with %s", group.name, before)
		}
		seen[first] = group.name
		for _, w := range group.blink {
			if fp := Of(w.typ, w.message, w.typ+": "+w.message+v8); fp != first {
				t.Errorf("%s: %q is apart", group.name, w)
			}
		}
		for _, w := range group.rest {
			if fp := Of(w.typ, w.message, other); fp != first {
				t.Errorf("%s: %q is apart", group.name, w)
			}
			if fp := Of(w.typ, w.message, strings.ReplaceAll(other, "paymentTotal", "cartTotal")); fp == first {
				t.Errorf("%s: %q of another function is one with it", group.name, w)
			}
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("TypeError", "Uncaught x 1", chromeStack)
	f.Add("", "", "at \n@\n@:1\nat (:1:2)\nat :::1")
	form := regexp.MustCompile(`^[0-9a-f]{12}$`)
	f.Fuzz(func(t *testing.T, typ, message, stack string) {
		if fp := Of(typ, message, stack); !form.MatchString(fp) {
			t.Errorf("%q", fp)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Of("TypeError", "Uncaught cannot read 'x12' of undefined, order 3fa85f64-5717", chromeStack)
	}
}
