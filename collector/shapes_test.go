package collector

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// summary is what a request's beacons hold, as one line.
func summary(all []beacon.Beacon) string {
	var parts []string
	for _, b := range all {
		if b.Navigation {
			parts = append(parts, "view")
		}
		for _, m := range b.Metrics {
			parts = append(parts, fmt.Sprintf("%s=%v", m.Name, m.Value))
		}
		for _, e := range b.Errors {
			parts = append(parts, fmt.Sprintf("%s:%s:%v", e.Type, e.Message, e.Handled))
		}
		for _, q := range b.Requests {
			parts = append(parts, fmt.Sprintf("%s %s %d", q.Method, q.URL, q.Status))
		}
		for _, e := range b.Events {
			parts = append(parts, fmt.Sprintf("%s(%v)", e.Name, e.Value))
		}
	}
	return strings.Join(parts, ", ")
}

// Shapes of older and newer versions of the SDKs, and members of another type
// than usual: what is beside them is kept.
func TestOtherShapesKept(t *testing.T) {
	const (
		json = "application/json"
		text = "text/plain"
	)
	forward := func(address string) string { return "/datadog?ddforward=" + url.QueryEscape(address) }
	otlpLog := func(list, scope, records string) string {
		return `{"resourceLogs":[{"resource":{},"` + list + `":[{"` + scope + `":{"name":"x"},"` + records + `":[{"eventName":"paid","attributes":[{"key":"value","value":{"intValue":"12"}}]}]}]}]}`
	}
	for _, tc := range []struct{ name, path, kind, body, want string }{
		{"OTLP 0.15 logs", "/v1/logs", json, otlpLog("instrumentationLibraryLogs", "instrumentationLibrary", "logs"), "paid(12)"},
		{"OTLP 0.16 logs", "/v1/logs", json, otlpLog("instrumentationLibraryLogs", "instrumentationLibrary", "logRecords"), "paid(12)"},
		{"OTLP 1 logs", "/v1/logs", json, otlpLog("scopeLogs", "scope", "logRecords"), "paid(12)"},
		{"OTLP 0.15 spans", "/v1/traces", json, `{"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"fetch"},"spans":[{"name":"GET","kind":"SPAN_KIND_CLIENT","attributes":[{"key":"http.url","value":{"stringValue":"https://api.example/a"}},{"key":"http.method","value":{"stringValue":"GET"}},{"key":"http.status_code","value":{"intValue":500}}]}]}]}]}`, "GET https://api.example/a 500"},
		{"OTLP body as a value of no type", "/v1/logs", json, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"paid","body":{},"attributes":[{"key":"value","value":{"doubleValue":"12.5"}},{"key":"x","value":null},{"key":"y"}]}]}]}]}`, "paid(12.5)"},

		{"Faro exception with a number", "/collect", json, `{"exceptions":[{"type":"Error","value":42,"timestamp":1795239020000}]}`, "Error:42:false"},
		{"Faro exception without a value", "/collect", json, `{"exceptions":[{"type":"TypeError","value":null,"stacktrace":null,"context":7}]}`, "TypeError::false"},
		{"Faro values as text", "/collect", json, `{"measurements":[{"type":"web-vitals","values":{"lcp":"120.5","x":{}},"timestamp":null,"context":null}]}`, "lcp=120.5"},
		{"Faro odd meta", "/collect", json, `{"meta":{"user":"jane","session":7,"page":null,"view":[],"app":"shop","browser":7},"events":[{"name":"paid","attributes":[]}]}`, "paid(0)"},
		{"Faro odd lists", "/collect", json, `{"meta":7,"exceptions":{},"measurements":null,"logs":7,"events":[{"name":"paid","attributes":{"value":12}}]}`, "paid(12)"},

		{"Elastic log", "/intake/v2/rum/events", json, `{"metadata":{"service":7,"labels":[]}}` + "\n" + `{"error":{"id":"e","log":{"message":"no stock"}}}`, "Error:no stock:true"},
		{"Elastic v3 log", "/intake/v3/rum/events", json, `{"m":{"se":{}}}` + "\n" + `{"e":{"id":"e","lg":{"mg":"no stock"}}}`, "Error:no stock:true"},
		{"Elastic odd context", "/intake/v2/rum/events", json, `{"error":{"id":"e","exception":{"type":"E","message":"m","stacktrace":"at f","handled":null},"context":{"page":7,"user":"jane","tags":[],"custom":7}}}`, "E:m:false"},
		{"Elastic odd transaction", "/intake/v2/rum/events", json, `{"transaction":{"id":"t","type":"page-load","marks":{"agent":7},"experience":[],"context":null,"session":7,"sample_rate":"1"}}`, "view"},

		{"Datadog 4, its own address", forward("https://rum.browser-intake-datadoghq.com/api/v2/rum?ddsource=browser"), text, `{"type":"view","view":{"id":"v","url":"https://shop.example/a","largest_contentful_paint":904000000}}`, "view, lcp=904"},
		{"Datadog 4, uncaught", "/datadog", text, `{"type":"error","error":{"id":"e","type":"TypeError","message":"m","source":"source"}}`, "TypeError:m:false"},
		{"Datadog 4, reported", "/datadog", text, `{"type":"error","error":{"id":"e","type":"TypeError","message":"m","source":"custom"}}`, "TypeError:m:true"},
		{"Datadog 7, uncaught", "/datadog", text, `{"type":"error","error":{"id":"e","type":"TypeError","message":"m","source":"source","handling":"unhandled"}}`, "TypeError:m:false"},
		{"Datadog odd members", "/datadog", text, `{"type":"error","usr":"jane","session":7,"connectivity":"4g","feature_flags":[],"context":"x","_dd":7,"os":[],"device":7,"error":{"id":"e","type":"E","message":"m","handling":"handled"}}`, "E:m:true"},
		{"Datadog odd action", "/datadog", text, `{"type":"action","action":{"id":"a","type":"custom","target":{"name":"paid"},"error":7},"context":{"value":"12"}}`, "paid(0)"},

		{"Reporting, first drafts", "/reports", "application/reports+json", `[{"type":"csp","url":"https://shop.example/a","body":{"document-uri":"https://shop.example/a","effective-directive":"img-src","blocked-uri":"https://evil.example/x"}},` +
			`{"type":"network-error","url":"https://api.example/a","body":{"referrer":"https://shop.example/a","phase":"application","type":"http.error","status-code":500,"elapsed-time":9,"sampling-fraction":1,"method":"GET"}}]`,
			"CSPViolation:img-src blocked https://evil.example:true, GET https://api.example/a 500"},
		{"Reporting, one report", "/reports", "application/reports+json", `{"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"img-src","blockedURL":"https://evil.example/x"}}`, "CSPViolation:img-src blocked https://evil.example:true"},
		{"CSP to Sentry's endpoint", "/api/7/security/?sentry_key=" + testKey, "application/csp-report", `{"csp-report":{"document-uri":"https://shop.example/a","violated-directive":"img-src 'self'","blocked-uri":"https://evil.example/x"}}`, "CSPViolation:img-src blocked https://evil.example:true"},

		{"Sentry 6 spans", "/api/1/envelope/", text, `{}` + "\n" + `{"type":"transaction"}` + "\n" + `{"event_id":"t","type":"transaction","contexts":{"trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","op":"pageload"}},"measurements":{"lcp":{"value":280}},"spans":[` +
			`{"op":"http","description":"POST https://api.example/a","start_timestamp":1,"timestamp":1.5,"tags":{"http.status_code":"500"},"data":{"method":"POST","url":"https://api.example/a","type":"fetch"}},` +
			`{"op":"http.client","description":"GET https://api.example/b","start_timestamp":1,"timestamp":1.5,"data":{"http.response.status_code":404}},7,null]}`,
			"view, lcp=280, POST https://api.example/a 500, GET https://api.example/b 404"},
		{"Sentry odd transaction", "/api/1/envelope/", text, `{}` + "\n" + `{"type":"transaction"}` + "\n" + `{"event_id":"t","contexts":{"trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","op":"pageload","data":7}},"measurements":[],"spans":{},"user":"jane","request":7,"transaction_info":7,"tags":7}`, "view"},

		{"web-vitals 2", "/web-vitals", text, `{"name":"LCP","value":120.5,"delta":120.5,"id":"v2-1795239020000-1","isFinal":true,"entries":[]}`, "lcp=120.5"},
		{"web-vitals value as text", "/web-vitals", text, `{"name":"CLS","value":"0.5","id":7,"navigationType":null,"rating":"good"}`, "cls=0.5"},
	} {
		h := newHarness(t, nil)
		path := tc.path
		if !strings.Contains(path, "sentry_key") {
			path += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "key=" + testKey
		}
		a := h.do("POST", path, tc.body, "Content-Type", tc.kind)
		if got := summary(h.settle()); a.status/100 != 2 || got != tc.want {
			t.Errorf("%s: %d %s\n got %s\nwant %s", tc.name, a.status, a.body, got, tc.want)
		}
	}
}
