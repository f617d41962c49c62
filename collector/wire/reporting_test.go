package wire

import (
	"reflect"
	"testing"
)

func TestReporting(t *testing.T) {
	const page = "https://shop.example/a"
	for name, tc := range map[string]struct {
		body    string
		want    []Beacon
		ignored int
	}{
		"crash": {
			`[{"type":"crash","age":7,"url":"https://shop.example/a","user_agent":"UA","body":{"reason":"oom","crashId":"x"}},{"type":"crash","url":"https://shop.example/a","user_agent":"UA","body":{}},{"type":"crash","url":"https://shop.example/a","user_agent":"UA","body":{"reason":"unresponsive","stack":"at f"}}]`,
			[]Beacon{{URL: page, UserAgent: "UA", Errors: []Error{{Type: "BrowserCrash", Message: "oom"}, {Type: "BrowserCrash", Message: "of unknown reason"}, {Type: "BrowserCrash", Message: "unresponsive", Stack: "at f"}}}}, 0,
		},
		"violations": {
			`[{"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"script-src-elem","blockedURL":"https://evil.example/x.js?token=1","disposition":"enforce","sourceFile":"https://shop.example/a","lineNumber":1,"columnNumber":47,"sample":"secret"}},
			  {"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"script-src-elem","blockedURL":"https://evil.example/y.js","sourceFile":"https://shop.example/a","lineNumber":1,"columnNumber":47}},
			  {"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"style-src-attr","blockedURL":"inline","disposition":"report"}},
			  {"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"script-src","blockedURL":"chrome-extension://abc/x.js"}},
			  {"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"script-src","blockedURL":"inline","sourceFile":"moz-extension"}},
			  {"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"img-src","blockedURL":"data:image/png;base64,AAAA"}}]`,
			[]Beacon{{URL: page, Errors: []Error{{Type: "CSPViolation", Message: "script-src-elem blocked https://evil.example", Stack: "    at https://shop.example/a:1:47", Handled: true},
				{Type: "CSPViolation", Message: "img-src blocked data:", Handled: true}}, Events: []Event{{Name: "csp-report-only style-src-attr"}}}}, 2,
		},
		"older form": {
			`{"csp-report":{"document-uri":"https://shop.example/a","violated-directive":"script-src 'self'","blocked-uri":"https://evil.example/x.js","status-code":200}}`,
			[]Beacon{{URL: page, Errors: []Error{{Type: "CSPViolation", Message: "script-src blocked https://evil.example", Handled: true}}}}, 0,
		},
		"network errors": {
			`[{"type":"network-error","url":"https://api.example/cart","body":{"referrer":"https://shop.example/a","sampling_fraction":1.0,"phase":"application","type":"http.error","status_code":500,"method":"POST","elapsed_time":45,"server_ip":"192.0.2.1"}},
			  {"type":"network-error","url":"https://api.example/dead","body":{"referrer":"https://shop.example/a","phase":"connection","type":"tcp.refused","status_code":0,"method":"GET","elapsed_time":143}},
			  {"type":"network-error","url":"https://api.example/dns","body":{"referrer":"https://shop.example/a","phase":"dns","type":"dns.name_not_resolved","status_code":0,"method":"GET","elapsed_time":4}},
			  {"type":"network-error","url":"https://api.example/left","body":{"referrer":"https://shop.example/a","phase":"application","type":"abandoned","method":"GET"}},
			  {"type":"network-error","url":"https://api.example/ok","body":{"referrer":"https://shop.example/a","sampling_fraction":0.25,"phase":"application","type":"ok","status_code":200,"method":"GET","elapsed_time":9}}]`,
			[]Beacon{
				{URL: page, Requests: []Fetch{{URL: "https://api.example/cart", Method: "POST", Status: 500, Duration: 45}, {URL: "https://api.example/dead", Method: "GET", Duration: 143}, {URL: "https://api.example/dns", Method: "GET", Duration: 4}}},
				{URL: page, SampleRate: .25, Requests: []Fetch{{URL: "https://api.example/ok", Method: "GET", Status: 200, Duration: 9}}},
			}, 1,
		},
		"network errors across origins": {
			`[{"type":"network-error","url":"https://api.example/cart","body":{"referrer":"https://shop.example/","phase":"application","type":"http.error","status_code":500,"method":"GET"}},
			  {"type":"network-error","url":"https://shop.example/cart","body":{"referrer":"https://shop.example/","phase":"application","type":"http.error","status_code":500,"method":"GET"}}]`,
			[]Beacon{
				{Requests: []Fetch{{URL: "https://api.example/cart", Method: "GET", Status: 500}}},
				{URL: "https://shop.example/", Requests: []Fetch{{URL: "https://shop.example/cart", Method: "GET", Status: 500}}},
			}, 0,
		},
		"advice": {
			`[{"type":"deprecation","url":"https://shop.example/a","body":{"id":"UnloadHandler","message":"m"}},{"type":"intervention","url":"https://shop.example/a","body":{"id":"NavigatorVibrate"}},
			  {"type":"permissions-policy-violation","url":"https://shop.example/a","body":{"policyId":"geolocation"}},{"type":"something-else","url":"https://shop.example/a","body":{}}]`,
			[]Beacon{{URL: page, Events: []Event{{Name: "deprecation UnloadHandler"}, {Name: "intervention NavigatorVibrate"}, {Name: "permissions-policy-violation geolocation"}}}}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := decode(Reporting{}, tc.body)
			if err != nil || c.rejected != 0 || c.ignored != tc.ignored || !reflect.DeepEqual(c.beacons, tc.want) {
				t.Errorf("%v, %d rejected, %d ignored\n got %+v\nwant %+v", err, c.rejected, c.ignored, c.beacons, tc.want)
			}
		})
	}
	c, _ := decode(Reporting{}, `[{"type":7},{"body":{}},{"type":"crash","body":7},7]`)
	if c.rejected != 4 || len(c.beacons) != 0 {
		t.Errorf("%+v", c)
	}
}

func FuzzReporting(f *testing.F) {
	for _, s := range seeds(f, "reporting") {
		f.Add(s)
	}
	f.Add(`[{"type":"network-error","url":"u","body":{"phase":"dns","status_code":0,"sampling_fraction":0.1}},{"type":"crash","body":{"reason":"oom"}}]`)
	fuzzFormat(f, Reporting{})
}
