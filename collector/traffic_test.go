package collector

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// Whose visit it is, by the user agent, the SDK or the site's own mark.
func TestTrafficSources(t *testing.T) {
	const person = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	otlp := func(resource, record string) string {
		return `{"resourceLogs":[{"resource":{"attributes":[` + resource + `]},"scopeLogs":[{"logRecords":[{"eventName":"exception","attributes":[` +
			`{"key":"url.full","value":{"stringValue":"https://shop.example/a"}},{"key":"exception.type","value":{"stringValue":"TypeError"}}` + record + `]}]}]}]}`
	}
	const testAttribute = `{"key":"user_agent.synthetic.type","value":{"stringValue":"test"}}`
	const botAttribute = `{"key":"user_agent.synthetic.type","value":{"stringValue":"bot"}}`
	native := func(fields string) string { return `{"navigation":true,"url":"https://shop.example/a"` + fields + `}` }
	for _, tc := range []struct {
		name, path, agent, body, want, device string
	}{
		{"person", "/v1/beacons", person, native(""), "", "desktop"},
		{"library", "/v1/beacons", "Go-http-client/1.1", native(""), "", "other"},
		{"no agent", "/v1/beacons", "-", native(""), "", ""},
		{"Datadog's monitor", "/v1/beacons", person + " DatadogSynthetics", native(""), "synthetic", "desktop"},
		{"laboratory", "/v1/beacons", person + " Chrome-Lighthouse", native(""), "synthetic", "desktop"},
		{"Elastic's monitor", "/v1/beacons", person + " Elastic/Synthetics", native(""), "synthetic", "desktop"},
		{"headless", "/v1/beacons", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36", native(""), "synthetic", "desktop"},
		{"Google's test", "/v1/beacons", person + " (compatible; Google-InspectionTool/1.0)", native(""), "bot", "bot"},
		{"bot says mobile", "/v1/beacons", person + " (compatible; bingbot/2.0)", native(`,"device":"mobile"`), "bot", "bot"},
		{"field", "/v1/beacons", person, native(`,"traffic":"synthetic"`), "synthetic", "desktop"},
		{"field of a bot", "/v1/beacons", person, native(`,"traffic":"Bot"`), "bot", "desktop"},
		{"field of people", "/v1/beacons", person, native(`,"traffic":"people"`), "", "desktop"},
		{"field cannot clear", "/v1/beacons", person + " DatadogSynthetics", native(`,"traffic":"people"`), "synthetic", "desktop"},
		{"field without meaning", "/v1/beacons", person, native(`,"traffic":"extension"`), "", "desktop"},
		{"tag", "/v1/beacons", person, native(`,"tags":{"traffic":"test"}`), "synthetic", "desktop"},
		{"tag of something else", "/v1/beacons", person, native(`,"tags":{"traffic":"organic"}`), "", "desktop"},
		{"Faro attribute", "/collect", person, `{"meta":{"page":{"url":"https://shop.example/a"},"session":{"id":"s","attributes":{"traffic":"synthetic"}}},"exceptions":[{"type":"Error","value":"x"}]}`, "synthetic", "desktop"},
		{"Faro in k6", "/collect", person, `{"meta":{"page":{"url":"https://shop.example/a"},"k6":{"isK6Browser":true}},"exceptions":[{"type":"Error","value":"x"}]}`, "synthetic", "desktop"},
		{"Datadog person", "/datadog", person, `{"type":"error","date":1795239020000,"session":{"id":"s","type":"user"},"view":{"id":"v","url":"https://shop.example/a"},"error":{"message":"x","source":"source"}}`, "", "desktop"},
		{"Datadog synthetics", "/datadog", person, `{"type":"error","date":1795239020000,"session":{"id":"s","type":"synthetics"},"view":{"id":"v","url":"https://shop.example/a"},"error":{"message":"x","source":"source"}}`, "synthetic", "desktop"},
		{"Datadog test", "/datadog", person, `{"type":"error","date":1795239020000,"session":{"id":"s","type":"ci_test"},"view":{"id":"v","url":"https://shop.example/a"},"error":{"message":"x","source":"source"}}`, "synthetic", "desktop"},
		{"OTLP resource", "/v1/logs", person, otlp(testAttribute, ""), "synthetic", "desktop"},
		{"OTLP record", "/v1/logs", person, otlp("", ","+botAttribute), "bot", "desktop"},
		{"OTLP person", "/v1/logs", person, otlp("", ""), "", "desktop"},
		{"the page's own agent behind a proxy", "/collect", "Go-http-client/1.1", `{"meta":{"page":{"url":"https://shop.example/a"},"browser":{"userAgent":"` + person + ` Chrome-Lighthouse"}},"exceptions":[{"type":"Error","value":"x"}]}`, "synthetic", "desktop"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, nil)
			if a := h.do("POST", tc.path+"?key="+testKey, tc.body, "User-Agent", tc.agent, "Content-Type", "application/json"); a.status/100 != 2 {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			all := h.settle()
			if len(all) != 1 {
				t.Fatalf("%d beacons", len(all))
			}
			d := all[0].Dims
			if tc.agent != "-" && d[beacon.Device] != tc.device || d[beacon.Traffic] != tc.want {
				t.Errorf("traffic %q, device %q, want %q, %q", d[beacon.Traffic], d[beacon.Device], tc.want, tc.device)
			}
			for _, tag := range all[0].Tags {
				if tag.Key == "traffic" && tag.Value != "organic" {
					t.Errorf("tag %+v", tag)
				}
			}
		})
	}
}

// What the collector keeps of an extension's error still says whose it is, in
// every format.
func TestExtensionErrorsKept(t *testing.T) {
	const frame = `chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb/content.js`
	for _, tc := range []struct{ name, path, contentType, body string }{
		{"native", "/v1/beacons", "application/json", `{"url":"https://shop.example/a","errors":[{"type":"Error","message":"x is undefined","stack":"Error: x is undefined\n    at send (` + frame + `:1:2)"}]}`},
		{"Safari", "/v1/beacons", "application/json", `{"url":"https://shop.example/a","errors":[{"type":"Error","message":"x is undefined","stack":"send@webkit-masked-url://hidden/:1:2"}]}`},
		{"Firefox", "/v1/beacons", "application/json", `{"url":"https://shop.example/a","errors":[{"type":"Error","message":"x is undefined","stack":"send@moz-extension://0b6f3e8c-33a1-4c2e-9d2b-3f1f3e8c33a1/a.js:1:2"}]}`},
		{"message alone", "/v1/beacons", "application/json", `{"url":"https://shop.example/a","errors":[{"message":"Uncaught (in promise) Error: Could not establish connection. Receiving end does not exist."}]}`},
		{"Faro", "/collect", "application/json", `{"meta":{"page":{"url":"https://shop.example/a"}},"exceptions":[{"type":"Error","value":"x is undefined","stacktrace":{"frames":[{"filename":"` + frame + `","function":"send","lineno":1,"colno":2}]}}]}`},
		{"Sentry", "/api/1/envelope/", "text/plain", `{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc"}` + "\n" + `{"type":"event"}` + "\n" + `{"request":{"url":"https://shop.example/a"},"exception":{"values":[{"type":"Error","value":"x is undefined","stacktrace":{"frames":[{"filename":"` + frame + `","function":"send","lineno":1,"colno":2,"in_app":true}]}}]}}`},
		{"OTLP", "/v1/logs", "application/json", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"exception","attributes":[{"key":"url.full","value":{"stringValue":"https://shop.example/a"}},{"key":"exception.type","value":{"stringValue":"Error"}},{"key":"exception.stacktrace","value":{"stringValue":"Error: x\n    at send (` + frame + `:1:2)"}}]}]}]}]}`},
		{"Datadog", "/datadog", "text/plain", `{"type":"error","date":1795239020000,"session":{"id":"s"},"view":{"id":"v","url":"https://shop.example/a"},"error":{"message":"x is undefined","source":"source","stack":"Error: x\n  at send @ ` + frame + `:1:2"}}`},
		{"Elastic", "/intake/v2/rum/events", "application/x-ndjson", `{"metadata":{"service":{"name":"shop"}}}` + "\n" + `{"error":{"id":"e1","context":{"page":{"url":"https://shop.example/a"}},"exception":{"type":"Error","message":"x is undefined","stacktrace":[{"abs_path":"` + frame + `","filename":"` + frame + `","function":"send","lineno":1,"colno":2}]}}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, nil)
			if a := h.do("POST", tc.path+"?key="+testKey+"&sentry_key="+testKey+"&dd-api-key="+testKey, tc.body, "Content-Type", tc.contentType); a.status/100 != 2 {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			n := 0
			for _, b := range h.settle() {
				for _, e := range b.Errors {
					if n++; !fingerprint.IsExtension(e.Message, e.Stack) {
						t.Errorf("told apart no more: %q %q", e.Message, e.Stack)
					}
				}
			}
			if n != 1 {
				t.Errorf("%d errors", n)
			}
		})
	}
}
