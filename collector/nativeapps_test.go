package collector

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// checkApp checks what an app's requests gave: the same dimensions everywhere.
func checkApp(t *testing.T, h *harness, system, device, release string) (views, unhandled, handled int, sessions map[beacon.ID]bool) {
	t.Helper()
	sessions = map[beacon.ID]bool{}
	for _, b := range h.settle() {
		if d := b.Dims; d[beacon.OS] != system || d[beacon.Device] != device || d[beacon.Release] != release {
			t.Errorf("OS %q, device %q, release %q, want %q, %q, %q", d[beacon.OS], d[beacon.Device], d[beacon.Release], system, device, release)
		}
		if b.Navigation {
			views++
		}
		if b.Session != 0 {
			sessions[b.Session] = true
		}
		for _, e := range b.Errors {
			if e.Handled {
				handled++
			} else {
				unhandled++
			}
		}
	}
	return views, unhandled, handled, sessions
}

func TestSentryApps(t *testing.T) {
	for name, tc := range map[string]struct {
		fixture, system, device, release string
	}{
		"iOS":     {"documented-sentry-cocoa", "iOS", "mobile", "com.example.shop@2.4.1+241"},
		"Android": {"documented-sentry-android", "Android", "mobile", "com.example.shop@2.4.1+241"},
	} {
		h := newReplayHarness(t)
		h.replay(tc.fixture)
		views, unhandled, handled, sessions := checkApp(t, h, tc.system, tc.device, tc.release)
		if views != 1 || unhandled != 2 || handled != 1 || len(sessions) != 1 {
			t.Errorf("%s: %d views, %d unhandled and %d handled errors, %d sessions", name, views, unhandled, handled, len(sessions))
		}
		ids := map[beacon.ID]bool{}
		h.replay(tc.fixture) // beacons with the ids of known ones count once
		for _, b := range h.settle() {
			ids[b.ID] = true
		}
		if len(ids) != 4 {
			t.Errorf("%s: %d ids of beacons after a resend", name, len(ids))
		}
	}
}

// appEvent is an envelope of an app with one event.
func appEvent(sdk, more string) string {
	return `{"event_id":"a1","sdk":{"name":"` + sdk + `"}}` + "\n" + `{"type":"event"}` + "\n" + `{"event_id":"a1",` + more + "}"
}

func TestSentryAppMechanisms(t *testing.T) {
	exception := func(mechanism string) string {
		return `"exception":{"values":[{"type":"E","value":"v","mechanism":` + mechanism + `}]}`
	}
	for more, want := range map[string]bool{ // handled
		exception(`{"type":"generic","handled":true}`): true, exception(`{"type":"UncaughtExceptionHandler","handled":false}`): false,
		exception(`{"type":"ANR"}`): false, exception(`{"type":"AppHang"}`): false, exception(`{"type":"watchdog_termination"}`): false, exception(`{"type":"signalhandler"}`): false,
		exception(`{"type":"nsexception"}`): false, exception(`{"type":"mach","handled":null}`): false, exception(`{"type":"AppExitInfo"}`): false, exception(`null`): true,
		exception(`{"type":"ANR","handled":true}`): true, `"level":"fatal","message":"out of memory"`: false, exception(`{"type":"onerror","handled":"false"}`): false,
	} {
		h := newHarness(t, nil)
		h.do("POST", "/api/1/envelope/?sentry_key="+testKey, appEvent("sentry.cocoa", more))
		if all := h.settle(); len(all) != 1 || len(all[0].Errors) != 1 || all[0].Errors[0].Handled != want {
			t.Errorf("%s: %+v", more, all)
		}
	}
}

func TestSentryAppDevices(t *testing.T) {
	contexts := func(system, device string) string {
		return `"message":"x","contexts":{"os":` + system + `,"device":` + device + `,"app":{"app_version":"2.4.1"}}`
	}
	for more, want := range map[string]string{
		contexts(`{"name":"iOS","version":"18.1"}`, `{"family":"iPhone","model":"iPhone15,2"}`): "iOS mobile",
		contexts(`{"name":"iPadOS"}`, `{"family":"iPad","model":"iPad13,4"}`):                   "iOS tablet",
		contexts(`{"name":"Android","version":"15"}`, `{"family":"Pixel","model":"Pixel 9"}`):   "Android mobile",
		contexts(`{"name":"Android"}`, `{"family":"Galaxy Tab S9","model":"SM-X710"}`):          "Android tablet",
		contexts(`{"name":"macOS"}`, `{"model":"MacBookPro18,3"}`):                              "macOS desktop",
		contexts(`{"name":"Windows"}`, `null`):                                                  "Windows desktop",
		contexts(`{"name":"Linux"}`, `7`):                                                       "Linux desktop",
		contexts(`{"name":"Android"}`, `{}`):                                                    "Android mobile",
		contexts(`{"name":"iOS"}`, `{"device_type":"Tablet"}`):                                  "iOS tablet",
	} {
		for _, agent := range []string{"", "sentry.cocoa/8.57.0", "okhttp/4.12.0", "Shop/241 CFNetwork/1498.700.2 Darwin/23.6.0", "Dart/3.5 (dart:io)"} {
			h := newHarness(t, nil)
			h.do("POST", "/api/1/envelope/?sentry_key="+testKey, appEvent("sentry.dart.flutter", more), "User-Agent", agent)
			for _, b := range h.settle() {
				if got := b.Dims[beacon.OS] + " " + b.Dims[beacon.Device]; got != want || b.Dims[beacon.Release] != "2.4.1" {
					t.Errorf("%s as %q: %s %s, want %s", more, agent, got, b.Dims[beacon.Release], want)
				}
			}
		}
	}
}

// What Datadog's SDKs for apps send to the intake itself.
func TestDatadogApps(t *testing.T) {
	for fixture, system := range map[string]string{"documented-datadog-ios": "iOS", "documented-datadog-android": "Android"} {
		h := newReplayHarness(t)
		h.replay(fixture)
		views, unhandled, handled, sessions := checkApp(t, h, system, "mobile", "2.4.1")
		if views != 1 || unhandled != 1 || handled != 1 || len(sessions) != 1 {
			t.Errorf("%s: %d views, %d unhandled and %d handled errors, %d sessions", system, views, unhandled, handled, len(sessions))
		}
		failed, events := 0, 0
		for _, b := range h.settle() {
			events += len(b.Events)
			for _, q := range b.Requests {
				if q.Failed() {
					failed++
				}
			}
			if d := b.Dims; !strings.HasSuffix(d[beacon.Page], "CheckoutViewController") && !strings.HasSuffix(d[beacon.Page], "CheckoutActivity") || d[beacon.Connection] != "wifi" || d[beacon.Environment] != "production" {
				t.Errorf("%s: dimensions %q", system, d)
			}
		}
		if failed != 1 || events != 1 {
			t.Errorf("%s: %d failed requests, %d events", system, failed, events)
		}
	}
	for more, want := range map[string]bool{ // handled
		`"is_crash":true`: false, `"is_crash":"true"`: false, `"is_crash":false`: true, `"category":"ANR"`: false, `"category":"App Hang"`: false, `"category":"Exception"`: true,
		`"handling":"unhandled"`: false, `"handling":"handled"`: true, `"handling":"handled","is_crash":true`: true, `"is_crash":null`: true,
	} {
		h := newHarness(t, nil)
		h.do("POST", "/api/v2/rum?ddsource=android", `{"type":"error","source":"android","error":{"id":"e","type":"E","message":"m",`+more+`}}`, "DD-API-KEY", testKey, "Content-Encoding", "")
		if all := h.settle(); len(all) != 1 || all[0].Errors[0].Handled != want {
			t.Errorf("%s: %+v", more, all)
		}
	}
	event := `{"type":"view","source":"ios","os":{"name":"iPadOS"},"device":{"type":"tablet"},"view":{"id":"v","name":"Cart"}}`
	for encoding, packed := range map[string]string{"gzip": gzipped(event), "deflate": deflated(event)} {
		h := newHarness(t, nil)
		a := h.do("POST", "/api/v2/rum?ddsource=ios&dd-api-key="+testKey, packed, "Content-Encoding", encoding, "Content-Type", "text/plain;charset=UTF-8")
		if all := h.settle(); a.status != 202 || len(all) != 1 || all[0].Dims[beacon.OS] != "iOS" || all[0].Dims[beacon.Device] != "tablet" {
			t.Errorf("%s: %d %s %+v", encoding, a.status, a.body, all)
		}
	}
}

// OpenTelemetry's SDKs for apps; servers in the same languages are ignored.
func TestOTLPApps(t *testing.T) {
	for fixture, system := range map[string]string{"documented-otlp-swift": "iOS", "documented-otlp-android": "Android"} {
		h := newReplayHarness(t)
		h.replay(fixture)
		views, unhandled, handled, sessions := checkApp(t, h, system, "mobile", "2.4.1")
		if views != 1 || unhandled != 1 || handled != 0 || len(sessions) != 1 {
			t.Errorf("%s: %d views, %d unhandled and %d handled errors, %d sessions", system, views, unhandled, handled, len(sessions))
		}
		failed, seen := 0, map[beacon.ID]bool{}
		var events []string
		for _, b := range h.settle() {
			seen[b.View] = true
			for _, e := range b.Events {
				events = append(events, e.Name)
			}
			for _, q := range b.Requests {
				if q.Failed() {
					failed++
				}
			}
		}
		if failed != 1 || len(events) != 1 || events[0] != "checkout_completed" || len(seen) != 1 {
			t.Errorf("%s: %d failed requests, events %v, %d views", system, failed, events, len(seen))
		}
	}
	for resource, kept := range map[string]bool{
		`"telemetry.sdk.language":"swift","os.name":"iOS"`: true, `"telemetry.sdk.language":"swift","os.name":"macOS"`: true, `"telemetry.sdk.language":"kotlin","os.name":"Android"`: true,
		`"telemetry.sdk.language":"java","os.name":"Android"`: true, `"telemetry.sdk.language":"dart","os.name":"ios"`: true, `"telemetry.sdk.language":"java","device.model.identifier":"Pixel 9"`: true,
		`"telemetry.sdk.language":"swift","os.name":"Linux"`: false, `"telemetry.sdk.language":"java","os.name":"Linux"`: false, `"telemetry.sdk.language":"go"`: false, `"telemetry.sdk.language":"nodejs"`: false,
		`"telemetry.sdk.language":"webjs"`: true,
	} {
		var list []string
		for _, pair := range strings.Split(resource, ",") {
			key, value, _ := strings.Cut(pair, ":")
			list = append(list, `{"key":`+key+`,"value":{"stringValue":`+value+`}}`)
		}
		h := newHarness(t, nil)
		h.do("POST", "/v1/logs?key="+testKey, `{"resourceLogs":[{"resource":{"attributes":[`+strings.Join(list, ",")+`]},"scopeLogs":[{"logRecords":[`+
			`{"eventName":"device.crash","attributes":[{"key":"exception.type","value":{"stringValue":"E"}}]}]}]}]}`)
		if all := h.settle(); (len(all) == 1) != kept {
			t.Errorf("%s: %+v", resource, all)
		}
	}
}

// A page's session is its page load, which a transaction reports.
func TestSentryPageSessionIgnored(t *testing.T) {
	for sdk, views := range map[string]int{
		"sentry.javascript.browser": 0, "sentry.javascript.react": 0, "": 0, "sentry.javascript.electron": 0,
		"sentry.javascript.react-native": 1, "sentry.cocoa": 1, "sentry.java.android": 1, "sentry.dart.flutter": 1, "sentry.native": 1,
	} {
		h := newHarness(t, nil)
		h.do("POST", "/api/1/envelope/?sentry_key="+testKey, `{"sdk":{"name":"`+sdk+`"}}`+"\n"+`{"type":"session"}`+"\n"+
			`{"sid":"s1","init":true,"did":"d1","started":"2026-11-21T05:30:20Z","status":"ok","attrs":{"release":"2.4.1"}}`)
		all := h.settle()
		if len(all) != views || views == 1 && (!all[0].Navigation || all[0].Session == 0 || all[0].User == 0) {
			t.Errorf("%s: %+v", sdk, all)
		}
	}
}

// The shapes of older SDKs, and those that Sentry documents beside the usual one.
func TestSentryOlderShapes(t *testing.T) {
	const one = `{"type":"TypeError","value":"x is undefined","stacktrace":{"frames":[{"filename":"https://shop.example/a.js","function":"pay","lineno":1,"colno":2}]}}`
	rest := `"tags":{"tier":"paid"},"user":{"id":"u1"},"request":{"url":"https://shop.example/cart"},"release":"2.4.1","timestamp":1795239020.5`
	usual := `"exception":{"values":[` + one + `]},` + rest
	with := func(old, new string) string { return strings.Replace(usual, old, new, 1) }
	for name, more := range map[string]string{
		"usual":             usual,
		"flat list":         with(`{"values":[`+one+`]}`, `[`+one+`]`),
		"single exception":  with(`{"values":[`+one+`]}`, one),
		"cause first":       with(`{"values":[`+one+`]}`, `[{"type":"Cause","value":"c"},null,`+one+`]`),
		"null beside":       with(`{"values":[`+one+`]}`, `{"values":[null,`+one+`,7]}`),
		"one value":         with(`[`+one+`]`, one),
		"legacy names":      `"sentry.interfaces.Exception":{"values":[` + one + `]},"sentry.interfaces.User":{"id":"u1"},"sentry.interfaces.Http":{"url":"https://shop.example/cart"},"tags":{"tier":"paid"},"release":"2.4.1","timestamp":1795239020.5`,
		"legacy flat":       `"sentry.interfaces.Exception":[` + one + `],` + rest,
		"tags as pairs":     with(`{"tier":"paid"}`, `[["tier","paid"],["x"],[],null,["empty",null]]`),
		"tags as objects":   with(`{"tier":"paid"}`, `[{"key":"tier","value":"paid"}]`),
		"time as text":      with(`1795239020.5`, `"2026-11-21T05:30:20.500Z"`),
		"time without zone": with(`1795239020.5`, `"2026-11-21T05:30:20.5"`),
		"time as digits":    with(`1795239020.5`, `"1795239020.5"`),
		"time of no sense":  with(`1795239020.5`, `"now"`),
		"headers as pairs":  with(`"url":`, `"headers":[["Referer","x"],["user-agent","UA"]],"url":`),
		"headers as object": with(`"url":`, `"headers":{"user-agent":"UA"},"url":`),
		"breadcrumb list":   with(`"tags"`, `"breadcrumbs":[{"message":"m"}],"tags"`),
		"breadcrumb values": with(`"tags"`, `"breadcrumbs":{"values":[{"message":"m"}]},"tags"`),
		"odd contexts":      with(`"tags"`, `"contexts":{"trace":null,"flags":7,"os":[],"device":"x"},"threads":[],"extra":7,"modules":[],"tags"`),
		"values null":       with(`"tags"`, `"contexts":{"flags":{"values":null,"x":1}},"tags"`),
		"formatted value":   with(`"value":"x is undefined"`, `"value":{"formatted":"x is undefined"}`),
		"number as name":    with(`"tags"`, `"transaction":7,"culprit":"pay","level":null,"message":null,"tags"`),
	} {
		for path, body := range map[string]string{
			"/api/1/envelope/": appEvent("sentry.javascript.browser", more),
			"/api/1/store/":    `{"event_id":"a1",` + more + "}",
		} {
			h := newHarness(t, nil)
			a := h.do("POST", path+"?sentry_version=7&sentry_key="+testKey, body, "Content-Type", "text/plain")
			all := h.settle()
			if a.status != 200 || len(all) != 1 || len(all[0].Errors) != 1 {
				t.Errorf("%s to %s: %d %s %+v", name, path, a.status, a.body, all)
				continue
			}
			b := all[0]
			got := fmt.Sprintf("%v %v %v %s %s", b.Errors[0], b.Tags, b.User != 0, b.Dims[beacon.Page], b.Dims[beacon.Release])
			const want = "{TypeError x is undefined     at pay (https://shop.example/a.js:1:2) true} [{tier paid}] true /cart 2.4.1"
			if got != want {
				t.Errorf("%s to %s:\n got %s\nwant %s", name, path, got, want)
			}
		}
	}
}

// The store endpoint takes the key and the compression as its SDKs send them.
func TestSentryStore(t *testing.T) {
	event := `{"event_id":"a1","exception":[{"type":"E","value":"v"}]}`
	for name, tc := range map[string]struct {
		path, body string
		header     []string
	}{
		"query":       {"/api/1/store/?sentry_version=7&sentry_key=" + testKey, event, nil},
		"no slash":    {"/api/1/store?sentry_key=" + testKey, event, nil},
		"header":      {"/api/1/store/", event, []string{"X-Sentry-Auth", "Sentry sentry_version=7, sentry_client=raven/6.0, sentry_key=" + testKey + ", sentry_secret=x"}},
		"other":       {"/api/1/store/", event, []string{"Authorization", "Sentry sentry_key=" + testKey + ",sentry_version=7"}},
		"gzip":        {"/api/1/store/?sentry_key=" + testKey, gzipped(event), []string{"Content-Encoding", "gzip"}},
		"deflate":     {"/api/1/store/?sentry_key=" + testKey, deflated(event), []string{"Content-Encoding", "deflate"}},
		"octets":      {"/api/1/store/?sentry_key=" + testKey, event, []string{"Content-Type", "application/octet-stream"}},
		"key in path": {"/k/" + testKey + "/api/1/store/", event, nil},
	} {
		h := newHarness(t, nil)
		a := h.do("POST", tc.path, tc.body, tc.header...)
		if all := h.settle(); a.status != 200 || a.body != "{}" || len(all) != 1 || len(all[0].Errors) != 1 {
			t.Errorf("%s: %d %s, %d beacons", name, a.status, a.body, len(all))
		}
	}
	h := newHarness(t, nil)
	if a := h.do("POST", "/api/1/store/?sentry_key="+testKey, `{"event_id":`); a.status != 400 {
		t.Errorf("broken event: %d", a.status)
	}
}
