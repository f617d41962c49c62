package collector

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// illFormed are bodies with a place, %s, for a text that a strict reader refuses:
// in a value that is read, and in a value and a name that are not.
var illFormed = []struct {
	name, path, kind, body string
	errors, views          int
}{
	{"native object", "/v1/beacons", "application/json",
		`{"navigation":true,"url":"https://shop.example/f1","x":{"%s":"%s"},"errors":[{"type":"Error","message":"nice %s"},{"type":"Error","message":"plain"}]}`, 2, 1},
	{"native array", "/v1/beacons", "application/json",
		`[{"navigation":true,"tags":{"t":"%s"}},{"errors":[{"type":"Error","message":"a","stack":"at f%s"}]},{"navigation":true,"release":"%s"}]`, 1, 2},
	{"native NDJSON", "/v1/beacons", "text/plain",
		`{"navigation":true,"user":"%s"}` + "\n" + `{"errors":[{"message":"%s"}]}` + "\n" + `{"navigation":true,"events":[{"name":"%s"}]}`, 1, 2},
	{"Faro", "/collect", "application/json",
		`{"meta":{"page":{"url":"https://shop.example/a"},"user":{"attributes":{"%s":"x"}}},"logs":[{"message":"%s"}],"exceptions":[{"type":"Error","value":"half %s"},{"type":"Error","value":"plain"}],"events":[{"name":"faro.performance.navigation","attributes":{}}]}`, 2, 1},
	{"web-vitals", "/web-vitals", "text/plain",
		`[{"name":"LCP","value":1,"id":"a","url":"/a","entries":[{"element":"%s"}],"%s":1},{"name":"INP","value":8,"id":"b","url":"/a","tags":{"k":"%s"}}]`, 0, 0},
	{"OTLP JSON logs", "/v1/logs", "application/json",
		`{"resourceLogs":[{"resource":{"attributes":[{"key":"%s","value":{"stringValue":"%s"}}]},"scopeLogs":[{"logRecords":[` +
			`{"eventName":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"Error"}},{"key":"exception.message","value":{"stringValue":"half %s"}}]},` +
			`{"eventName":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"Error"}},{"key":"exception.message","value":{"stringValue":"plain"}}]}]}]}]}`, 2, 0},
	{"Sentry", "/api/1/envelope/", "text/plain",
		`{"sent_at":"2026-11-21T05:30:20.673Z","sdk":{"name":"%s"}}` + "\n" + `{"type":"event","filename":"%s"}` + "\n" +
			`{"event_id":"a1","exception":{"values":[{"type":"Error","value":"one"}]},"breadcrumbs":[{"message":"%s"}]}` + "\n" + `{"type":"event"}` + "\n" +
			`{"event_id":"a2","exception":{"values":[{"type":"Error","value":"two"}]}}`, 2, 0},
	{"Datadog", "/datadog", "text/plain",
		`{"type":"view","view":{"id":"v","url":"https://shop.example/a","referrer":"%s"}}` + "\n" +
			`{"type":"error","view":{"id":"v"},"error":{"id":"e","type":"Error","message":"half %s","stack":""},"context":{"%s":1}}`, 1, 1},
	{"Elastic", "/intake/v2/rum/events", "application/x-ndjson",
		`{"metadata":{"service":{"name":"%s","version":"1"}}}` + "\n" +
			`{"error":{"id":"e","exception":{"type":"Error","message":"half %s"},"context":{"custom":{"%s":1}}}}` + "\n" +
			`{"transaction":{"id":"t","type":"page-load","name":"/a","context":{"page":{"url":"https://shop.example/a"}}}}`, 1, 1},
	{"AWS RUM", "/appmonitors/a", "application/json",
		`{"BatchId":"%s","AppMonitorDetails":{"version":"1"},"UserDetails":{"sessionId":"s"},"RumEvents":[` +
			`{"type":"com.amazon.rum.page_view_event","metadata":{"pageId":"/a","title":"%s"},"details":{}},` +
			`{"type":"com.amazon.rum.js_error_event","metadata":{"pageId":"/a"},"details":{"type":"Error","message":"half %s"}}]}`, 1, 1},
	{"AWS RUM, JSON in strings", "/appmonitors/a", "text/plain",
		`{"BatchId":"b%s","SessionMetadata":"{\"title\":\"x\"}","UserDetails":{"sessionId":"s"},"RumEvents":[` +
			`{"type":"com.amazon.rum.page_view_event","metadata":"{\"pageId\":\"/a\",\"title\":\"%s\"}","details":"{}"},` +
			`{"type":"com.amazon.rum.js_error_event","metadata":"{\"pageId\":\"/a\"}","details":"{\"type\":\"Error\",\"message\":\"half %s\"}"}]}`, 1, 1},
	{"Sentry spans", "/api/1/envelope/", "text/plain",
		`{"trace":{"environment":"%s"}}` + "\n" + `{"type":"span","content_type":"%s"}` + "\n" +
			`{"items":[{"span_id":"s","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","is_segment":true,"name":"%s","attributes":{"sentry.op":{"value":"pageload"},"url.full":{"value":"https://shop.example/a"}}}]}`, 0, 1},
	{"Sentry store", "/api/1/store/", "text/plain", `{"event_id":"a1","extra":{"%s":"%s"},"exception":[{"type":"Error","value":"half %s"}]}`, 1, 0},
	{"Elastic v3", "/intake/v3/rum/events", "application/x-ndjson",
		`{"m":{"se":{"n":"%s"}}}` + "\n" + `{"e":{"id":"e","ex":{"t":"Error","mg":"half %s"}}}` + "\n" + `{"x":{"id":"t","t":"page-load","n":"%s"}}`, 1, 1},
	{"Datadog's own intake", "/api/v2/rum", "text/plain",
		`{"type":"view","source":"ios","device":{"name":"%s"},"view":{"id":"v","name":"%s"}}` + "\n" + `{"type":"error","source":"ios","error":{"id":"e","message":"%s"}}`, 1, 1},
	{"OTLP JSON spans", "/v1/traces", "application/json",
		`{"resourceSpans":[{"resource":{"attributes":[{"key":"%s","value":{"stringValue":"x"}}]},"scopeSpans":[{"scope":{"name":"%s"},"spans":[` +
			`{"name":"documentLoad","attributes":[{"key":"page.url","value":{"stringValue":"https://shop.example/a"}}]},` +
			`{"name":"x","events":[{"name":"exception","attributes":[{"key":"exception.message","value":{"stringValue":"half %s"}}]}]}]}]}]}`, 1, 1},
	{"CSP report", "/reports", "application/csp-report",
		`{"csp-report":{"document-uri":"https://shop.example/a","effective-directive":"script-src","blocked-uri":"inline","script-sample":"%s","%s":"%s"}}`, 1, 0},
	{"Reporting API", "/reports", "application/reports+json",
		`[{"type":"csp-violation","url":"https://shop.example/a","body":{"effectiveDirective":"script-src","blockedURL":"inline","sample":"%s"}},` +
			`{"type":"crash","url":"https://shop.example/b%s","body":{"reason":"oom","crashId":"%s"}}]`, 2, 0},
}

func TestIllFormedTextKept(t *testing.T) {
	for _, text := range []string{
		`\ud83c`, `\udf89`, `\uDF89\uD83C`, `\ud83c\ud83c\udf89`, `\u0000`, `\ud83cx\udf89`, "\xff", "\xed\xa0\xbc", "\xf0\x9f\x8e", "\xc0\x80",
	} {
		for _, tc := range illFormed {
			h := newHarness(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
			inner := text
			if strings.HasSuffix(tc.name, "in strings") {
				inner = strings.ReplaceAll(text, `\`, `\\`) // escaped twice
			}
			body := fmt.Sprintf(tc.body, text, inner, inner)
			a := h.do("POST", tc.path+"?key="+testKey, body, "Content-Type", tc.kind, "Origin", "https://shop.example")
			checkKept(t, h, tc.name+" with "+text, a, tc.errors, tc.views)
		}
	}
}

// checkKept checks what was kept of one request, and that no string is ill-formed.
func checkKept(t *testing.T, h *harness, name string, a answer, wantErrors, wantViews int) {
	t.Helper()
	errors, views := 0, 0
	for _, b := range h.settle() {
		errors += len(b.Errors)
		if b.Navigation {
			views++
		}
		for _, e := range b.Errors {
			if !utf8.ValidString(e.Type + e.Message + e.Stack) {
				t.Errorf("%q: %+q", name, e.Type+e.Message+e.Stack)
			}
		}
	}
	if s := h.c.Stats(); a.status/100 != 2 || errors != wantErrors || views != wantViews || s.Refused["malformed"] != 0 {
		t.Errorf("%q: status %d %s, %d errors, %d views, refused %v", name, a.status, a.body, errors, views, s.Refused)
	}
}

// Half a pair becomes U+FFFD, as a browser's toWellFormed() makes it.
func TestIllFormedTextReplaced(t *testing.T) {
	h := newHarness(t, nil)
	h.post(`{"navigation":true,"url":"https://shop.example/f1","errors":[{"type":"Error","message":"nice \ud83c"}]}`)
	if all := h.settle(); len(all) != 1 || all[0].Errors[0].Message != "nice \ufffd" {
		t.Errorf("%+v", all)
	}
}

func TestIllFormedBoomerangKept(t *testing.T) {
	for _, text := range []string{"%ED%A0%BC", "%uD83C", "%", "%F0%9F%8E", "\xff", "%00"} {
		h := newHarness(t, nil)
		query := "pid=p1&n=1&u=https%3A%2F%2Fshop.example%2Fa&t_done=9&t_resp=4&tag.x=" + text + "&user=" + text +
			"&err=" + url.QueryEscape("~(~(t~'Error~m~'half*20**d83c))")
		a := h.do("POST", "/boomerang?key="+testKey, query, "Content-Type", "application/x-www-form-urlencoded")
		checkKept(t, h, text, a, 1, 1)
	}
}

func TestIllFormedOTLPProtobufKept(t *testing.T) {
	field := func(n byte, value string) string { return string([]byte{n<<3 | 2, byte(len(value))}) + value }
	attribute := func(key, value string) string {
		return field(6, field(1, key)+field(2, field(1, value)))
	}
	record := func(message string) string {
		return field(2, attribute("exception.type", "Error")+attribute("exception.message", message)+attribute("x\xff", "\xed"))
	}
	h := newHarness(t, nil)
	scope := record("half \xed\xa0\xbc") + record("plain")
	body := field(1, string([]byte{2<<3 | 2, byte(len(scope)) | 0x80, byte(len(scope) >> 7)})+scope)
	a := h.do("POST", "/v1/logs?key="+testKey, body[:1]+string([]byte{byte(len(body)-2) | 0x80, byte((len(body) - 2) >> 7)})+body[2:], "Content-Type", "application/x-protobuf")
	checkKept(t, h, "protobuf", a, 2, 0)
}

// What strict readers refuse and senders write: the rest of the beacon stays.
func TestLooseValuesKept(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for name, body := range map[string]string{
		"byte order mark": "\ufeff" + `{"navigation":true,"errors":[{"message":"x"}]}`,
		"NaN":             `{"navigation":true,"metrics":{"lcp":NaN},"errors":[{"message":"x"}]}`,
		"infinities":      `{"navigation":true,"time":-Infinity,"metrics":{"x":Infinity},"errors":[{"message":"x"}]}`,
		"huge numbers":    `{"navigation":true,"time":1e400,"sample_rate":1e-400,"metrics":{"lcp":1e400},"errors":[{"message":"x"}]}`,
		"number as text":  `{"navigation":true,"time":"1763647652123","errors":[{"message":"x"}],"requests":[{"url":"/a","status":"500","duration":"12"}]}`,
		"float for int":   `{"navigation":true,"errors":[{"message":"x"}],"requests":[{"url":"/a","status":500.0}]}`,
		"null":            `{"navigation":true,"url":null,"tags":null,"errors":[{"type":null,"message":"x"}],"requests":[{"url":"/a","status":null}]}`,
		"deep":            `{"navigation":true,"state":` + deep + `,"errors":[{"message":"x"}]}`,
	} {
		h := newHarness(t, nil)
		checkKept(t, h, name, h.post(body), 1, 1)
	}
}

// One record that is wrong does not take the others of an OTLP request along, and
// a number of another type is read.
func TestOTLPLooseRecordsKept(t *testing.T) {
	for name, status := range map[string]string{
		"integer": `{"intValue":500}`, "integer as text": `{"intValue":"500"}`, "float": `{"intValue":500.0}`, "float as text": `{"intValue":"500.0"}`,
		"double as text": `{"doubleValue":"500"}`, "text": `{"stringValue":"500"}`, "number as string": `{"stringValue":500}`, "exponent": `{"intValue":5e2}`,
	} {
		span := func(times, status string) string {
			return `{"name":"GET","kind":3,` + times + `"attributes":[{"key":"http.url","value":{"stringValue":"https://api.example/a"}},{"key":"http.status_code","value":` + status + `}]}`
		}
		body := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Join([]string{
			span(`"startTimeUnixNano":1795239020000000000,"endTimeUnixNano":"1795239020012000000",`, status),
			span(`"startTimeUnixNano":1.795239020e18,"endTimeUnixNano":1795239020012000000.5,`, status),
			span(`"startTimeUnixNano":null,"endTimeUnixNano":NaN,"flags":"x","kind":3.0,`, status),
			span(`"startTimeUnixNano":-5,"endTimeUnixNano":1e400,`, status),
		}, ",") + `]}]}]}`
		h := newHarness(t, nil)
		a := h.do("POST", "/v1/traces?key="+testKey, body)
		failed := 0
		for _, b := range h.settle() {
			for _, q := range b.Requests {
				if q.Status == 500 {
					failed++
				}
			}
		}
		if a.status != 200 || failed != 4 {
			t.Errorf("%s: status %d %s, %d failed requests", name, a.status, a.body, failed)
		}
	}
	h := newHarness(t, nil)
	event := func(name, more string) string { return `{"eventName":"` + name + `"` + more + `}` }
	a := h.do("POST", "/v1/logs?key="+testKey, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[`+strings.Join([]string{
		event("paid", ""), event("shipped", `,"attributes":{"a":1}`), event("sent", `,"body":"text"`), event("back", `,"traceId":"zz"`), event("kept", `,"attributes":null`),
	}, ",")+`]}]}]}`)
	var events []string
	for _, b := range h.settle() {
		for _, e := range b.Events {
			events = append(events, e.Name)
		}
	}
	if a.status != 200 || strings.Join(events, " ") != "paid kept" || !strings.Contains(a.body, `"rejectedLogRecords":"3"`) {
		t.Errorf("status %d %s, events %v", a.status, a.body, events)
	}
}
