package wire

import (
	"math"
	"testing"
)

func TestWebVitals(t *testing.T) {
	c, err := decode(WebVitals{}, `[
	 {"name":"LCP","value":100,"id":"v5-1","navigationType":"navigate","url":"https://shop/a","release":"1","entries":[{"x":1}]},
	 {"name":"INP","value":304,"id":"v5-2","url":"https://shop/a","release":"1"},
	 {"name":"INP","value":520,"delta":216,"id":"v5-2","url":"https://shop/a","release":"1"},
	 {"name":"CLS","value":null,"id":"v5-3","url":"https://shop/a","release":"1"},
	 {"name":"TTFB","value":0,"id":"v5-4","navigationType":"back-forward-cache","url":"https://shop/now","navigationURL":"https://shop/b","view":"v","session":3,"user":"u"},
	 {"value":1}, 7]`)
	if err != nil {
		t.Fatal(err)
	}
	if c.rejected != 2 || len(c.beacons) != 2 {
		t.Fatalf("%+v", c)
	}
	a, b := c.beacons[0], c.beacons[1]
	if a.URL != "https://shop/a" || a.Release != "1" || !a.ViewHints.Infer || len(a.Metrics) != 3 ||
		a.Metrics[1] != (Metric{Name: "INP", Value: 520, ID: "v5-2"}) || !math.IsNaN(a.Metrics[2].Value) {
		t.Errorf("%+v", a)
	}
	if b.URL != "https://shop/b" || b.View != "v" || b.Session != "3" || b.ViewHints.Infer || b.Metrics[0] != (Metric{Name: "TTFB", Value: 0, ID: "v5-4", Restored: true}) {
		t.Errorf("%+v", b)
	}
}

// A page that names no view, or one by what only a defect writes, has its view
// inferred.
func TestWebVitalsInfersView(t *testing.T) {
	for view, want := range map[string]bool{
		`null`: true, `""`: true, `"undefined"`: true, `"null"`: true, `0`: true, `"[object Object]"`: true, `" "`: true,
		`"v1"`: false, `17`: false,
	} {
		c, err := decode(WebVitals{}, `{"name":"LCP","value":100,"id":"v5-1","view":`+view+`}`)
		if err != nil || len(c.beacons) != 1 {
			t.Fatalf("view %s: %v, %+v", view, err, c)
		}
		if got := c.beacons[0].ViewHints.Infer; got != want {
			t.Errorf("view %s: inferred %v, want %v", view, got, want)
		}
	}
}

func FuzzWebVitals(f *testing.F) {
	for _, s := range seeds(f, "web-vitals") {
		f.Add(s)
	}
	f.Add(`[{"name":"LCP","value":1,"id":"v3-1"},{"name":"LCP","value":2,"id":"v3-1"}]`)
	fuzzFormat(f, WebVitals{})
}
