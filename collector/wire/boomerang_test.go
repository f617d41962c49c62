package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

func TestBoomerang(t *testing.T) {
	page := []string{"pid", "p1", "rt.si", "s-1", "u", "https://shop.example/a?x=1"}
	with := func(pairs ...string) string { return form(append(append([]string{}, page...), pairs...)...) }
	common := func(b Beacon) Beacon {
		b.Session, b.URL, b.View = "s-1", "https://shop.example/a?x=1", "p1 /a"
		b.ViewHints.Defaults = true
		return b
	}
	for name, tc := range map[string]struct {
		form string
		want Beacon
	}{
		"page load": {
			with("n", "1", "t_resp", "47", "t_done", "427", "pt.fcp", "180", "pt.lcp", "200", "c.cls", "0", "t_other", "t_domloaded|425,boomerang|9,boomr_fb|1,ttft|321",
				"nt_dns_st", "100", "nt_dns_end", "103", "nt_con_st", "103", "nt_con_end", "120", "nt_ssl_st", "110", "mob.etype", "4g",
				"release", "2.4.1", "user", "jane", "environment", "production", "tag.tier", "paid", "flag.new", "on", "cdim.plan", "pro", "cmet.tokens", "55", "h.pg", "Cart", "rt.tt", "1", "c.t.fps", "x", "secret", "x"),
			common(Beacon{ID: "boomerang/p1/1", Navigation: true, Release: "2.4.1", Environment: "production", User: "jane", Connection: "4g",
				Tags: []Tag{{"plan", "pro"}, {"new", "on"}, {"tier", "paid"}},
				Metrics: []Metric{{Name: "tokens", Value: 55}, {Name: "ttft", Value: 321}, {Name: "lcp", Value: 200}, {Name: "fcp", Value: 180}, {Name: "ttfb", Value: 47},
					{Name: "dns", Value: 3}, {Name: "tcp", Value: 17}, {Name: "tls", Value: 10}, {Name: "cls", Max: true}}}),
		},
		"failed request with errors": {
			form("pid", "p1", "n", "2", "rt.si", "s-1", "u", "https://api.example/cart", "pgu", "https://shop.example/a?x=1", "http.initiator", "xhr", "http.errno", "500", "http.method", "POST", "t_done", "12", "t_resp", "3",
				"err", `~(~(t~'TypeError~m~'no*20cart~v~2~n~2~f~(~(l~14~c~13~wo~'*2fshop.js~f~'pay)~(l~1~w~'https*3a*2f*2fcdn*2fx.js)))~(c~500~m~'https*3a*2f*2fapi.example*2fcart~v~3)~(c~-998~m~'https*3a*2f*2fother*2f~v~3)~(m~'told)~(m~'own~s~2))`),
			common(Beacon{ID: "boomerang/p1/2",
				Requests: []Fetch{{URL: "https://api.example/cart", Method: "POST", Status: 500, Duration: 12, Telling: Telling{Scope: "p1"}},
					{URL: "https://api.example/cart", Method: "GET", Status: 500, Telling: Telling{Scope: "p1", Secondhand: true}},
					{URL: "https://other/", Method: "GET", Telling: Telling{Scope: "p1", Secondhand: true}}},
				Errors: []Error{{Type: "TypeError", Message: "no cart", Stack: "    at pay (https://shop.example/shop.js:14:13)\n    at https://cdn/x.js:1"},
					{Type: "TypeError", Message: "no cart", Stack: "    at pay (https://shop.example/shop.js:14:13)\n    at https://cdn/x.js:1"}, {Type: "Error", Message: "told", Handled: true}}}),
		},
		"request that went well": {
			form("pid", "p1", "rt.si", "s-1", "u", "https://api.example/cart", "pgu", "https://shop.example/a?x=1", "http.initiator", "xhr", "t_done", "12"),
			common(Beacon{Requests: []Fetch{{URL: "https://api.example/cart", Method: "GET", Status: 200, Duration: 12, Telling: Telling{Scope: "p1"}}}}),
		},
		"errors as JSON": {
			with("http.initiator", "error", "err", `[{"m":"x","v":7}]`),
			common(Beacon{Errors: []Error{{Type: "Error", Message: "x"}}}),
		},
		"page end": {
			with("rt.quit", "", "t_done", "427", "et.inp", "344", "et.inp.inc", "328", "c.cls", "0.2"),
			common(Beacon{Metrics: []Metric{{Name: "cls", Value: .2, Max: true}, {Name: "inp", Value: 328, Max: true}}}),
		},
		"page end, nothing new": {
			with("rt.quit", "", "et.inp", "344"),
			common(Beacon{Metrics: []Metric{{Name: "inp", Value: 344, Max: true}}}),
		},
		"left before it had loaded": {
			with("rt.quit", "", "rt.abld", "", "t_done", "90"),
			common(Beacon{Navigation: true}),
		},
		"layout shifts of two windows": { // 0.1 + 0.2 within a second, 0.25 three seconds later
			with("rt.quit", "", "c.cls", "0.55", "c.cls.d", "~(~(v~'2s~t~'rs)~(v~'5k~t~'18g)~(v~'6y~t~'3yg))"),
			common(Beacon{Metrics: []Metric{{Name: "cls", Value: .3, Max: true}}}),
		},
		"event": {
			with("event", "checkout_completed", "event.value", "12.5"),
			common(Beacon{Events: []Event{{"checkout_completed", 12.5}}}),
		},
		"route": {
			with("http.initiator", "spa", "t_done", "9", "t_resp", "2", "pt.lcp", "3"),
			common(Beacon{Navigation: true, ViewHints: ViewHints{Route: true}}),
		},
		"no page id": {
			form("u", "https://shop.example/", "t_done", "5"),
			Beacon{URL: "https://shop.example/", Navigation: true, ViewHints: ViewHints{Infer: true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{"POST", "GET"} {
				c := new(collected)
				r := &Request{Header: http.Header{}, URL: &url.URL{}, Limits: Limits{Depth: 16}}
				if r.Body = []byte(tc.form); method == "GET" {
					r.Body, r.URL.RawQuery = nil, tc.form
				}
				if err := (Boomerang{}).Decode(r, c); err != nil || len(c.beacons) != 1 || c.rejected != 0 {
					t.Fatalf("%s: %v, %+v", method, err, c)
				}
				if got := c.beacons[0]; !reflect.DeepEqual(got, tc.want) {
					t.Errorf("%s\n got %+v\nwant %+v", method, got, tc.want)
				}
			}
		})
	}
}

// A restored page is a view of its own without loading vitals.
func TestBoomerangRestore(t *testing.T) {
	c, _ := decode(Boomerang{}, form("pid", "p1", "n", "5", "rt.si", "s", "u", "https://shop.example/a", "http.initiator", "bfcache", "rt.tstart", "1795236001000", "pt.fcp", "18", "pt.lcp", "18", "t_resp", "0"))
	if len(c.beacons) != 1 {
		t.Fatalf("%+v", c)
	}
	b := c.beacons[0]
	if !b.Navigation || b.View == "p1 /a" || len(b.Metrics) != 3 || !b.Metrics[0].Restored || !b.Metrics[1].Restored || !b.Metrics[2].Restored {
		t.Errorf("%+v", b)
	}
}

func TestBoomerangRejects(t *testing.T) {
	for body, want := range map[string]collected{
		"":                                  {rejected: 1},
		"a=b":                               {rejected: 1},
		"%zz=%zz&&&=":                       {rejected: 1},
		"rt.quit=":                          {ignored: 1},
		form("pid", "p", "err", "~(~(m~'x"): {rejected: 1},
		form("pid", "p", "err", strings.Repeat("[", 4000)):                {rejected: 1},
		form("pid", "p", "err", strings.Repeat("~(~", 4000)):              {rejected: 1},
		form("pid", "p", "err", "7"):                                      {rejected: 1},
		form("pid", "p", "c.cls.d", "~(~(v~'zz", "err", "~(~(m~'x~s~2))"): {ignored: 1},
	} {
		c, err := decode(Boomerang{}, body)
		if err != nil || !reflect.DeepEqual(*c, want) {
			t.Errorf("%.40s: %+v, %v", body, c, err)
		}
	}
	long := &Request{URL: &url.URL{RawQuery: "err=" + strings.Repeat("x", maxQuery)}, Limits: Limits{Depth: 16}}
	if err := (Boomerang{}).Decode(long, new(collected)); err == nil {
		t.Error("a query of 16 KiB was taken")
	}
	many := form("pid", "p", "u", "/", "err", "~(~(m~'x~n~1000000000))")
	if c, _ := decode(Boomerang{}, many); len(c.beacons) != 1 || len(c.beacons[0].Errors) != maxErrors || c.beacons[0].Excess != 1 {
		t.Errorf("%+v", c)
	}
}

func FuzzBoomerang(f *testing.F) {
	for _, s := range seeds(f, "boomerang") {
		f.Add(s)
	}
	f.Add(form("pid", "p", "err", "~(~(t~'T~m~'x~v~2~f~(~(l~1))))", "c.cls", "1", "c.cls.d", "~(~(v~'1~t~'1)~(v~'1~t~'zzz))"))
	fuzzFormat(f, Boomerang{})
}
