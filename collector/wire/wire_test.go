package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// collected is a Sink that keeps copies.
type collected struct {
	beacons           []Beacon
	rejected, ignored int
	most              int // 0: no limit
}

func (c *collected) Accept(b *Beacon) bool {
	if c.most > 0 && len(c.beacons) == c.most {
		c.rejected++
		return false
	}
	k := *b
	k.Tags = append([]Tag(nil), b.Tags...)
	k.Metrics = append([]Metric(nil), b.Metrics...)
	k.Errors = append([]Error(nil), b.Errors...)
	k.Requests = append([]Fetch(nil), b.Requests...)
	k.Events = append([]Event(nil), b.Events...)
	c.beacons = append(c.beacons, k)
	return true
}

func (c *collected) Reject() { c.rejected++ }
func (c *collected) Ignore() { c.ignored++ }

func (c *collected) Duplicate(string, float64) bool { return false }

func decode(f Format, body string) (*collected, error) {
	c := new(collected)
	err := f.Decode(&Request{Body: []byte(body), Header: http.Header{}, ResendID: "attempt", Limits: Limits{Depth: 16}}, c)
	return c, err
}

func TestItems(t *testing.T) {
	deep := strings.Repeat("[", 17) + strings.Repeat("]", 17)
	for _, tc := range []struct {
		body string
		want string // items, ? for one that is no well-formed object, ! for an error at the end
	}{
		{``, ``},
		{` `, ``},
		{`{}`, `{}`},
		{` {"a" : [1, {"b":"}"}] } `, `{"a" : [1, {"b":"}"}] }`},
		{`[]`, ``},
		{`[ ]`, ``},
		{`[{},{"a":1}]`, `{} {"a":1}`},
		{`[ {} , 7 , "x,]" , null , true , [] ]`, `{} ? ? ? ? ?`},
		{`[{"a":tru},{}]`, `? {}`},
		{`[7 8,{}]`, `? {}`},
		{`[{}`, `{} !`},
		{`[{},`, `{} !`},
		{`[{}{}]`, `{} !`},
		{`[,]`, `!`},
		{`[{},,{}]`, `{} !`},
		{`[{}] x`, `{} !`},
		{`[{"a":"\""}]`, `{"a":"\""}`},
		{`[{"a":"\\"},{}]`, `{"a":"\\"} {}`},
		{"{}\n{}\n", `{} {}`},
		{"{}\r\n\r\n{}", `{} {}`},
		{"{} x\n{}", `? {}`},
		{"{}{}\n{}", `? {}`},
		{"{\n}\n{}", "{\n} {}"},
		{"{\"a\n{}", `? {}`},
		{"{\"a\":1\n{}\n{", `? {} ?`},
		{"x\n{}", `? {}`},
		{"{\"a\":tru}\n{}", `? {}`},
		{`}`, `?`},
		{`]`, `?`},
		{"[" + deep + ",{}]", `? {}`},
		{deep + "\n{}", `? !`},
		{"{} \n\n \n{}\n", `{} {}`},
		{`{"a":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + "}", `{"a":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}`},
		{`{"a":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + "}", `?`},
	} {
		s := cut([]byte(tc.body), 16)
		var got []string
		for {
			item, ok := s.next()
			if !ok {
				break
			}
			if item.err != nil {
				got = append(got, "?")
			} else {
				got = append(got, string(item.raw()))
			}
		}
		if s.err != nil {
			got = append(got, "!")
		}
		if text := strings.Join(got, " "); text != tc.want {
			t.Errorf("%q\n got %q\nwant %q", tc.body, text, tc.want)
		}
	}
}

func decodeOne(text string, b *Beacon) error {
	c := new(document).read([]byte(text), 16)
	return decodeNative(&c, b)
}

func TestCursorIsStrict(t *testing.T) {
	for _, body := range []string{
		`{"url":"/a","url":"/b"}`, `{"x":1,"x":2}`, "{\"url\":\"\xff\"}", `{"url":"\ud800"}`, `{"url":7}`, `{"url":{}}`,
		`{"navigation":"yes"}`, `{"metrics":[]}`, `{"errors":{}}`, `{"errors":[7]}`, `{"errors":[{"handled":1}]}`,
		`{"requests":[{"status":{}}]}`, `{"metrics":{"lcp":{}}}`, `{"tags":[]}`, `[]`, `7`, `"x"`, `null`, `{"a":01}`, `{"a":}`,
		`{"time":{}}`, `{"sampled":"no"}`, `{"a":tru}`, `{} {}`,
	} {
		if err := decodeOne(body, new(Beacon)); err == nil {
			t.Errorf("%s was taken", body)
		}
	}
	for _, body := range []string{
		`{}`, `{"url":null,"navigation":null,"metrics":null,"errors":null,"tags":null,"requests":null,"events":null,"time":null,"user":null,"sampled":null}`,
		`{"user":7,"session":true}`, `{"x":{"y":[1,2,{"z":null}]}}`, `{"errors":[null]}`, `{"tags":{"a":{},"b":[]}}`,
	} {
		if err := decodeOne(body, new(Beacon)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestNativeFields(t *testing.T) {
	var b Beacon
	err := decodeOne(`{"id":"i","time":1.5,"release":"r","environment":"e","url":"\u002fa\"b","route":"/r","view":"v","session":8,"user":"u",
	 "navigation":true,"sample_rate":0.5,"sampled":false,"consent":"full","device":"mobile","connection":"4g","sdk":"rum.js","trace":"t",
	 "tags":{"k":"v","n":1.50,"b":false},"metrics":{"lcp":1,"bad":"x"},"errors":[{"type":"T","message":"m","stack":"s","handled":true,"time":1}],
	 "requests":[{"url":"q","method":"GET","status":200,"duration":3,"trace":"rt"}],"events":[{"name":"n","value":2}]}`, &b)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Metrics) != 2 || !math.IsNaN(b.Metrics[1].Value) {
		t.Errorf("metrics %v", b.Metrics)
	}
	b.Metrics = b.Metrics[:1]
	want := Beacon{
		ID: "i", Time: 1.5, Release: "r", Environment: "e", URL: `/a"b`, Route: "/r", View: "v", Session: "8", User: "u",
		Navigation: true, SampleRate: .5, Unsampled: true, Consent: "full", Device: "mobile", Connection: "4g", SDK: "rum.js", Trace: "t",
		Tags: []Tag{{"k", "v"}, {"n", "1.50"}, {"b", "false"}}, Metrics: []Metric{{Name: "lcp", Value: 1}},
		Errors: []Error{{"T", "m", "s", true}}, Requests: []Fetch{{URL: "q", Method: "GET", Status: 200, Duration: 3, Trace: "rt"}}, Events: []Event{{"n", 2}},
	}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("\n got %+v\nwant %+v", b, want)
	}
}

func TestFaro(t *testing.T) {
	c, err := decode(Faro{}, `{"exceptions":[
	  {"type":"TypeError","value":"x","timestamp":"2026-11-20T14:00:01.500Z","stacktrace":{"frames":[
	    {"filename":"https://a/b.js","function":"f","lineno":10,"colno":20},{"filename":"https://a/c.js","function":"?","lineno":1}]}},
	  {"type":7}],
	 "measurements":[
	  {"type":"web-vitals","values":{"lcp":120.5,"delta":1,"element_render_delay":5},"context":{"id":"v4-1","navigation_type":"navigate"},"timestamp":"2026-11-20T14:00:00Z"},
	  {"type":"web-vitals","values":{"ttfb":0},"context":{"id":"v4-2","navigation_type":"back-forward-cache"}},
	  {"type":"cart","values":{"value":3,"items":2}}, {"values":[]}],
	 "events":[
	  {"name":"bought","attributes":{"value":"12.5","x":"y"}}, {"name":"plain"}, {"name":"session_start"}, {"name":"view_changed"},
	  {"name":"faro.performance.navigation","timestamp":"2026-11-20T13:59:58Z","attributes":{"faroNavigationId":"n1","dnsLookupTime":"3","tcpHandshakeTime":"11","tlsNegotiationTime":"260"},"trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://api/x","initiatorType":"fetch","responseStatus":"500","duration":"12"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://api/y","initiatorType":"xmlhttprequest","responseStatus":"0","duration":"2"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://cdn/z.png","initiatorType":"img","responseStatus":"0"}},
	  {"name":"faro.performance.resource","attributes":{"name":"https://old/","initiatorType":"fetch","responseStatus":"unknown"}}, 7],
	 "logs":[{"message":"secret"},{"message":"secret"}], "traces":{"resourceSpans":[]},
	 "meta":{"app":{"name":"shop","version":"2.4.1","environment":"production"},"user":{"email":"jane@example.com"},
	  "session":{"id":"s1","attributes":{"tier":"paid","isSampled":"true"}},"page":{"url":"https://shop/a"},"view":{"name":"/a/:id"},
	  "browser":{"userAgent":"UA","mobile":false}}}`)
	if err != nil {
		t.Fatal(err)
	}
	if c.rejected != 3 || c.ignored != 2+1+2+2 {
		t.Errorf("%d rejected, %d ignored", c.rejected, c.ignored)
	}
	if len(c.beacons) != 1 {
		t.Fatalf("%d beacons", len(c.beacons))
	}
	b := c.beacons[0]
	metrics := map[string]Metric{}
	for _, m := range b.Metrics {
		metrics[m.Name] = m
	}
	wantMetrics := map[string]Metric{
		"lcp": {Name: "lcp", Value: 120.5, ID: "v4-1"}, "ttfb": {Name: "ttfb", Value: 0, ID: "v4-2", Restored: true}, "cart": {Name: "cart", Value: 3},
		"items": {Name: "items", Value: 2}, "dns": {Name: "dns", Value: 3}, "tcp": {Name: "tcp", Value: 11},
	}
	if !reflect.DeepEqual(metrics, wantMetrics) {
		t.Errorf("metrics\n got %v\nwant %v", metrics, wantMetrics)
	}
	b.Metrics = nil
	want := Beacon{
		ID: "faro/attempt/0", Time: 1795183201500, Release: "2.4.1", Environment: "production", URL: "https://shop/a", Route: "/a/:id",
		Session: "s1", User: "jane@example.com", Navigation: true, UserAgent: "UA", Trace: "4bf92f3577b34da6a3ce929d0e0e4736",
		ViewHints: ViewHints{Infer: true, NavigationID: "n1", Start: 1795183198000}, Tags: []Tag{{"tier", "paid"}},
		Errors:   []Error{{Type: "TypeError", Message: "x", Stack: "    at f (https://a/b.js:10:20)\n    at https://a/c.js:1"}},
		Requests: []Fetch{{URL: "https://api/x", Status: 500, Duration: 12}, {URL: "https://api/y", Duration: 2}},
		Events:   []Event{{"bought", 12.5}, {"plain", 0}},
	}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("\n got %+v\nwant %+v", b, want)
	}
}

func TestFaroRoutes(t *testing.T) {
	c, _ := decode(Faro{}, `{"meta":{"page":{"url":"https://shop/b"}},"events":[{"name":"faro.navigation","attributes":{"toUrl":"https://shop/b"}}]}`)
	if len(c.beacons) != 1 || !c.beacons[0].Navigation || !c.beacons[0].ViewHints.Route {
		t.Errorf("%+v", c.beacons)
	}
	c, _ = decode(Faro{}, `{"meta":{},"events":[{"name":"session_start"}],"logs":[{"message":"x"}]}`)
	if len(c.beacons) != 0 || c.ignored != 2 || c.rejected != 0 {
		t.Errorf("%+v", c)
	}
	c, _ = decode(Faro{}, `{"meta":{}}`)
	if len(c.beacons) != 0 || c.rejected != 1 {
		t.Errorf("%+v", c)
	}
}

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

func TestLimitIsTold(t *testing.T) {
	for _, f := range Formats() {
		c := &collected{most: 2}
		item := `{"navigation":true}`
		switch f.(type) {
		case Faro:
			item = `{"events":[{"name":"e"}]}`
		case WebVitals:
			item = `{"name":"LCP","value":1,"view":"%d"}`
		case Reporting:
			item = `{"type":"crash","url":"https://shop/%d","body":{}}`
		case AWSRUM:
			item = `{"RumEvents":[{"type":"paid","details":"{}"}]}`
		case Elastic:
			item = `{"transaction":{"type":"custom","name":"e"}}`
		case Datadog:
			item = `{"type":"action","action":{"type":"custom","target":{"name":"e"}}}`
		case Sentry:
			continue // an envelope is no array
		case OTLP:
			continue // see its own test
		case Boomerang:
			continue // a request is one beacon
		}
		var items []string
		for i := range 5 {
			if strings.Contains(item, "%d") {
				items = append(items, fmt.Sprintf(item, i))
			} else {
				items = append(items, item)
			}
		}
		body := []byte("[" + strings.Join(items, ",") + "]")
		if err := f.Decode(&Request{Body: body, Limits: Limits{Depth: 16}}, c); err != nil {
			t.Fatal(err)
		}
		if len(c.beacons) != 2 || c.rejected != 3 {
			t.Errorf("%s: %d taken, %d rejected", f.Spec().SDK, len(c.beacons), c.rejected)
		}
	}
}

// What holds for every body: decoding ends, nothing overflows its bounds, and
// what was read from a body does not change when its buffer is used again.
func fuzzFormat(f *testing.F, format Format) {
	f.Fuzz(func(t *testing.T, body string) {
		c := &collected{most: 50}
		buf := []byte(body)
		err := format.Decode(&Request{Body: buf, Header: http.Header{}, ResendID: "a", Limits: Limits{Depth: 16}}, c)
		before := fmt.Sprintf("%+v", c.beacons)
		for i := range buf {
			buf[i] = 'X'
		}
		if after := fmt.Sprintf("%+v", c.beacons); after != before {
			t.Errorf("beacons share memory with the body")
		}
		for _, b := range c.beacons {
			if len(b.Metrics) > maxMetrics || len(b.Errors) > maxErrors || len(b.Requests) > maxFetches || len(b.Events) > maxEvents || len(b.Tags) > maxTags {
				t.Errorf("beacon holds too much: %+v", b)
			}
		}
		if len(c.beacons) > 50 {
			t.Errorf("%d beacons", len(c.beacons))
		}
		if again, errAgain := decode(format, body); err == nil && c.rejected == 0 && (errAgain != nil || len(again.beacons) != len(c.beacons)) {
			t.Errorf("decoded twice: %d and %d beacons", len(c.beacons), len(again.beacons))
		}
	})
}

func FuzzNative(f *testing.F) {
	for _, s := range []string{`{"navigation":true}`, `[{"id":1},{}]`, "{}\n{}", `{"metrics":{"lcp":1e999}}`, `{"a":"\u0000\ud83d\ude00"}`, `[[[]]]`, `{"errors":[{"stack":"x"}],"tags":{"a":1}}`} {
		f.Add(s)
	}
	fuzzFormat(f, Native{})
}

func FuzzFaro(f *testing.F) {
	for _, s := range seeds(f, "faro") {
		f.Add(s)
	}
	fuzzFormat(f, Faro{})
}

func FuzzWebVitals(f *testing.F) {
	for _, s := range seeds(f, "web-vitals") {
		f.Add(s)
	}
	f.Add(`[{"name":"LCP","value":1,"id":"v3-1"},{"name":"LCP","value":2,"id":"v3-1"}]`)
	fuzzFormat(f, WebVitals{})
}

// The cursor sees in a checked value just what a full decoder sees.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[1,2,{"c":"}"}],"d":"\"x\\","":null,"e":-1.5e3 , "f" : true}`, `{}`, ` { } `, `{"a\u0062":"\n"}`, `{"a":{"b":{"c":[]}}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := new(document).read([]byte(text), 100)
		var want map[string]json.RawMessage
		err := json.Unmarshal([]byte(text), &want)
		if c.err != nil || err != nil || want == nil {
			return // what either refuses is not compared: they differ in strictness
		}
		if !c.object() {
			t.Fatalf("no object: %q", text)
		}
		n := 0
		for c.more() {
			name := c.name()
			value := string(c.raw())
			if w, ok := want[name]; !ok || string(w) != value {
				t.Errorf("%q: member %q is %q, want %q", text, name, value, w)
			}
			n++
		}
		if n != len(want) || c.err != nil || c.at != len(c.doc.tokens) {
			t.Errorf("%q: %d members of %d, error %v, token %d of %d", text, n, len(want), c.err, c.at, len(c.doc.tokens))
		}
	})
}
