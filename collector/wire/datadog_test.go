package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

const datadogCommon = `"date":1795239020000,"version":"2.4.1","ddtags":"sdk_version:7.16.2,env:production,service:shop","session":{"id":"s"},"usr":{"id":"jane","anonymous_id":"a"},"connectivity":{"status":"connected","effective_type":"4g"},"_dd":{"document_version":3,"configuration":{"session_sample_rate":25}},"view":{"id":"v","url":"https://shop/a","name":"/a/:id"`

func TestDatadog(t *testing.T) {
	common := func(b Beacon) Beacon {
		b.Time, b.Release, b.Environment, b.URL, b.Route = 1795239020000, "2.4.1", "production", "https://shop/a", "/a/:id"
		b.ViewHints.Defaults, b.Session, b.User, b.View, b.SampleRate, b.Connection = true, "s", "jane", "v", .25, "4g"
		return b
	}
	for _, tc := range []struct {
		name, body string
		want       Beacon
	}{
		{"a view, in nanoseconds", `{"type":"view",` + datadogCommon + `,"largest_contentful_paint":904000000,"interaction_to_next_paint":320000000,"cumulative_layout_shift":0.1812,"first_byte":12300000,"loading_type":"initial_load","error":{"count":7},"custom_timings":{"hero":5000000}},"feature_flags":{"new":true}}`,
			Beacon{ID: "datadog/v/3", Navigation: true, Tags: []Tag{{"new", "true"}}, Metrics: []Metric{
				{Name: "lcp", Value: 904}, {Name: "inp", Value: 320}, {Name: "cls", Value: .1812}, {Name: "ttfb", Value: 12.3}, {Name: "hero", Value: 5},
			}}},
		{"a restored view", `{"type":"view",` + datadogCommon + `,"largest_contentful_paint":20000000,"loading_type":"bf_cache"}}`,
			Beacon{ID: "datadog/v/3", Navigation: true, Metrics: []Metric{{Name: "lcp", Value: 20, Restored: true}}}},
		{"an error", `{"type":"error",` + datadogCommon + `},"error":{"id":"e","type":"TypeError","message":"m","stack":"at x","handling":"unhandled","source":"source"},"context":{"tier":"paid","deep":{"x":1}}}`,
			Beacon{ID: "datadog/e", Errors: []Error{{Type: "TypeError", Message: "m", Stack: "at x"}}, Tags: []Tag{{"tier", "paid"}}}},
		{"a request that failed", `{"type":"resource",` + datadogCommon + `},"resource":{"id":"r","type":"fetch","url":"https://api/x","method":"POST","status_code":500,"duration":12000000},"_dd2":0}`,
			Beacon{ID: "datadog/r", Requests: []Fetch{{URL: "https://api/x", Method: "POST", Status: 500, Duration: 12}}}},
		{"a request without a connection", `{"type":"resource",` + datadogCommon + `},"resource":{"id":"r","type":"xhr","url":"https://dead/","method":"GET","status_code":0}}`,
			Beacon{ID: "datadog/r", Requests: []Fetch{{URL: "https://dead/", Method: "GET"}}}},
		{"a custom action", `{"type":"action",` + datadogCommon + `},"action":{"id":"a","type":"custom","target":{"name":"paid"}},"context":{"value":12.5}}`,
			Beacon{ID: "datadog/a", Events: []Event{{"paid", 12.5}}}},
	} {
		c, err := decode(Datadog{}, tc.body)
		if err != nil || len(c.beacons) != 1 || c.rejected != 0 {
			t.Errorf("%s: %+v, %v", tc.name, c, err)
			continue
		}
		if want := common(tc.want); !reflect.DeepEqual(c.beacons[0], want) {
			t.Errorf("%s\n got %+v\nwant %+v", tc.name, c.beacons[0], want)
		}
	}
}

func TestDatadogIgnores(t *testing.T) {
	c, err := decode(Datadog{}, strings.Join([]string{
		`{"type":"long_task","view":{"id":"v"}}`, `{"type":"telemetry","view":{"id":"v"}}`, `{"type":"vital"}`,
		`{"type":"action","action":{"type":"click","target":{"name":"pay"}}}`,
		`{"type":"resource","resource":{"type":"image","url":"https://cdn/x.png"}}`,
		`{"type":"error","error":{"source":"network","message":"Fetch error GET https://dead/"}}`,
	}, "\n"))
	if err != nil || len(c.beacons) != 0 || c.ignored != 6 || c.rejected != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = decode(Datadog{}, `{"type":"view","view":7}`+"\n"+`{"type":"view","type":"view"}`+"\nx\n"+`{"type":"view","view":{"id":"v","largest_contentful_paint":"NaN","cumulative_layout_shift":null}}`)
	if err != nil || len(c.beacons) != 1 || c.rejected != 3 || len(c.beacons[0].Metrics) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	u, err := url.Parse("/datadog?ddforward=" + url.QueryEscape("/api/v2/replay?ddsource=browser"))
	if err != nil {
		t.Fatal(err)
	}
	replay := new(collected)
	if err := (Datadog{}).Decode(&Request{Body: []byte("\x00--boundary"), URL: u, Limits: Limits{Depth: 16}}, replay); err != nil || replay.ignored != 1 || replay.rejected != 0 {
		t.Errorf("%+v, %v", replay, err)
	}
}

func TestDatadogIntakeParameters(t *testing.T) {
	r, err := http.NewRequest(http.MethodPost, "/datadog?ddforward="+url.QueryEscape("/api/v2/rum?ddsource=browser&dd-api-key=pk_shop&dd-evp-encoding=deflate&dd-request-id=x"), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	m := Datadog{}.Spec()
	if m.Key(r) != "pk_shop" || m.Encoding(r) != "deflate" || m.ResendID(r) != "" {
		t.Errorf("%q %q %q", m.Key(r), m.Encoding(r), m.ResendID(r))
	}
	c := new(collected)
	body := `{"type":"action","action":{"type":"custom","target":{"name":"paid"}}}`
	u, err := url.Parse("/datadog?ddforward=" + url.QueryEscape("/api/v2/rum?ddtags="+url.QueryEscape("sdk_version:5.35.1,env:production,version:2.4.1")))
	if err != nil {
		t.Fatal(err)
	}
	if err := (Datadog{}).Decode(&Request{Body: []byte(body), URL: u, Limits: Limits{Depth: 16}}, c); err != nil || len(c.beacons) != 1 ||
		c.beacons[0].Environment != "production" || c.beacons[0].Release != "2.4.1" {
		t.Errorf("%+v, %v", c, err)
	}
	if got := datadogTrace("1311768467294899695"); got != "1234567890abcdef" {
		t.Errorf("trace %q", got)
	}
}

func FuzzDatadog(f *testing.F) {
	for _, s := range seeds(f, "datadog") {
		f.Add(s)
	}
	fuzzFormat(f, Datadog{})
}

// A request has the browser's time of sending, not that of its events.
func TestDatadogTime(t *testing.T) {
	for _, r := range recorded(t, "datadog-7") {
		_, sent, ok := strings.Cut(r.URL.Query().Get("ddforward"), "batch_time=")
		if !ok {
			t.Fatalf("%s has no time", r.URL)
		}
		sent, _, _ = strings.Cut(sent, "&")
		c := new(collected)
		if err := (Datadog{}).Decode(r, c); err != nil {
			t.Fatal(err)
		}
		for _, b := range c.beacons {
			if b.Time != parseNumber(sent) {
				t.Errorf("got time %.0f, sent at %s", b.Time, sent)
			}
		}
	}
}

func TestDatadogStack(t *testing.T) {
	for stack, want := range map[string]string{
		"":              "",
		"at x":          "at x",
		"Error: a @ b":  "Error: a @ b",
		"f@https://x:1": "f@https://x:1",
		"TypeError: no cart\n  at <anonymous> @ https://shop/a.js:1:2\n  at Cart.total(1) @ https://shop/a.js:3:4\n  at f @ https://shop/@ @ x": "TypeError: no cart\n" +
			"    at https://shop/a.js:1:2\n    at Cart.total(1) (https://shop/a.js:3:4)\n    at f @ https://shop/@ (x)",
	} {
		if got := datadogStack(stack); got != want {
			t.Errorf("datadogStack(%q) = %q, want %q", stack, got, want)
		}
	}
}
