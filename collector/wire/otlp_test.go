package wire

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func otlpRequest(path, media string, body []byte) *Request {
	return &Request{Body: body, Header: http.Header{"Content-Type": {media}}, URL: &url.URL{Path: path}, ResendID: "a", Limits: Limits{Depth: 16}}
}

func TestOTLPLogs(t *testing.T) {
	c := new(collected)
	err := OTLP{}.Decode(otlpRequest("/v1/logs", "application/json; charset=utf-8", []byte(`{"resourceLogs":[
	 {"resource":{"attributes":[{"key":"service.version","value":{"stringValue":"2.4.1"}},{"key":"deployment.environment","value":{"stringValue":"production"}}]},
	  "scopeLogs":[{"scope":{},"logRecords":[
	   {"timeUnixNano":"1795238496000000000","eventName":"browser.web_vital","body":{},"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","attributes":[
	     {"key":"browser.web_vital.name","value":{"stringValue":"lcp"}},{"key":"browser.web_vital.value","value":{"intValue":424}},
	     {"key":"browser.web_vital.id","value":{"stringValue":"v5-1"}},{"key":"browser.web_vital.navigation_type","value":{"stringValue":"back-forward-cache"}},
	     {"key":"url.full","value":{"stringValue":"https://shop/a"}},{"key":"enduser.id","value":{"intValue":"7"}}]},
	   {"attributes":[{"key":"event.name","value":{"stringValue":"browser.web_vital"}},{"key":"url.full","value":{"stringValue":"https://shop/a"}},{"key":"enduser.id","value":{"stringValue":"7"}}],
	    "body":{"kvlistValue":{"values":[{"key":"name","value":{"stringValue":"CLS"}},{"key":"value","value":{"doubleValue":0.1}}]}}},
	   {"eventName":"feature_flag.evaluation","attributes":[{"key":"feature_flag.key","value":{"stringValue":"flow"}},{"key":"feature_flag.result.variant","value":{"stringValue":"on"}},
	     {"key":"url.full","value":{"stringValue":"https://shop/a"}},{"key":"enduser.id","value":{"stringValue":"7"}}]},
	   {"severityNumber":17,"attributes":[{"key":"exception.message","value":{"stringValue":"x"}},{"key":"exception.stacktrace","value":{"stringValue":"RangeError: x\n at y"}},
	     {"key":"url.full","value":{"stringValue":"https://shop/a"}},{"key":"enduser.id","value":{"stringValue":"7"}}]},
	   {"eventName":"browser.web_vital","attributes":[{"key":"browser.web_vital.name","value":{"stringValue":"speed"}}]},
	   {"body":{"stringValue":"a log line"}},{"eventName":"browser.user_action.click"}]}]},
	 {"resource":{"attributes":[{"key":"telemetry.sdk.language","value":{"stringValue":"go"}}]},"scopeLogs":[{"logRecords":[{"eventName":"paid"}]}]}]}`)), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.beacons) != 1 || c.rejected != 1 || c.ignored != 4 {
		t.Fatalf("%+v", c)
	}
	want := Beacon{
		ID: "otlp/a/0", Time: 1795238496000, Release: "2.4.1", Environment: "production", URL: "https://shop/a", User: "7",
		Trace: "4bf92f3577b34da6a3ce929d0e0e4736", ViewHints: ViewHints{Infer: true}, Tags: []Tag{{"flow", "on"}},
		Metrics: []Metric{{Name: "lcp", Value: 424, ID: "v5-1", Restored: true}, {Name: "cls", Value: 0.1, Max: true}},
		Errors:  []Error{{Type: "RangeError", Message: "x", Stack: "RangeError: x\n at y"}},
	}
	if !reflect.DeepEqual(c.beacons[0], want) {
		t.Errorf("\n got %+v\nwant %+v", c.beacons[0], want)
	}
}

func TestOTLPSpans(t *testing.T) {
	c := new(collected)
	err := OTLP{}.Decode(otlpRequest("/k/key/v1/traces", "application/json", []byte(`{"resourceSpans":[{"resource":{},"scopeSpans":[
	 {"scope":{"name":"@opentelemetry/instrumentation-fetch"},"spans":[
	  {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","kind":3,"startTimeUnixNano":"1000000","endTimeUnixNano":"3500000","events":[{"name":"exception","attributes":[{"key":"exception.message","value":{"stringValue":"told twice"}}]}],
	   "attributes":[{"key":"url.full","value":{"stringValue":"https://api/x"}},{"key":"http.request.method","value":{"stringValue":"POST"}},{"key":"SampleRate","value":{"intValue":"4"}}]},
	  {"kind":3,"attributes":[{"key":"url.full","value":{"stringValue":"https://api/x"}},{"key":"error.type","value":{"stringValue":"AbortError"}}]},
	  {"name":"LCP","attributes":[{"key":"lcp.value","value":{"doubleValue":99.5}},{"key":"lcp.id","value":{"stringValue":"v6-1"}}]},
	  {"name":"click"}]},
	 {"scope":{"name":"shop"},"spans":[
	  {"name":"paid"},
	  {"name":"part","parentSpanId":"5c9fa12c2a105529"},
	  {"name":"part","parentSpanId":"5c9fa12c2a105529","events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}}]}]}]}]}]}`)), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.beacons) != 1 || c.rejected != 0 || c.ignored != 3 {
		t.Fatalf("%+v", c)
	}
	want := Beacon{
		ID: "otlp/a/0", Time: 3, SampleRate: .25, ViewHints: ViewHints{Infer: true}, Metrics: []Metric{{Name: "lcp", Value: 99.5, ID: "v6-1"}},
		Requests: []Fetch{{URL: "https://api/x", Method: "POST", Duration: 2.5, Trace: "4bf92f3577b34da6a3ce929d0e0e4736"}},
		Events:   []Event{{Name: "paid"}}, Errors: []Error{{Type: "E", Handled: true}},
	}
	if !reflect.DeepEqual(c.beacons[0], want) {
		t.Errorf("\n got %+v\nwant %+v", c.beacons[0], want)
	}
}

// Bodies that would cost the decoder far more memory than their size.
func TestOTLPHostile(t *testing.T) {
	const size = 256 << 10
	bytesField := func(n protowire.Number, b []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), b)
	}
	inLogs := func(records []byte) []byte { return bytesField(1, bytesField(2, records)) }
	deep := []byte{}
	for len(deep) < size {
		deep = bytesField(5, bytesField(1, deep))
		if len(deep) > 4000 {
			break // quadratic to build, and deep enough
		}
	}
	nested := strings.Repeat(`{"arrayValue":{"values":[`, 2000)
	for name, r := range map[string]*Request{
		"many records":      otlpRequest("/v1/logs", protobufMedia, inLogs([]byte(strings.Repeat("\x12\x00", size/2)))),
		"many attributes":   otlpRequest("/v1/logs", protobufMedia, inLogs(bytesField(2, []byte(strings.Repeat("\x32\x00", size/2))))),
		"deep":              otlpRequest("/v1/logs", protobufMedia, inLogs(bytesField(2, bytesField(5, deep)))),
		"broken":            otlpRequest("/v1/traces", protobufMedia, []byte("\x0a\x7f")),
		"deep JSON":         otlpRequest("/v1/logs", jsonMedia, []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":`+nested)),
		"many JSON records": otlpRequest("/v1/logs", jsonMedia, []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}`+strings.Repeat(`,{}`, size/3)+`]}]}]}`)),
		"duplicate name":    otlpRequest("/v1/logs", jsonMedia, []byte(`{"resourceLogs":[],"resourceLogs":[]}`)),
		"invalid JSON":      otlpRequest("/v1/logs", jsonMedia, []byte(`{} x`)),
		"another shape":     otlpRequest("/v1/logs", jsonMedia, []byte(`{"resourceLogs":7}`)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := OTLP{}.Decode(r, new(collected))
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
			t.Errorf("%s: %d bytes allocated for a body of %d", name, grown, len(r.Body))
		}
	}
}

func TestOTLPAnswers(t *testing.T) {
	for _, tc := range []struct {
		path, media string
		rejected    int
		want        string
	}{
		{"/v1/logs", jsonMedia, 0, "{}"},
		{"/v1/logs", jsonMedia, 2, `{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"some records could not be used"}}`},
		{"/v1/traces", jsonMedia, 3, `{"partialSuccess":{"rejectedSpans":"3","errorMessage":"some records could not be used"}}`},
		{"/v1/traces", protobufMedia, 0, ""},
		{"/v1/traces", protobufMedia, 3, "\x0a\x22\x08\x03\x12\x1esome records could not be used"},
	} {
		w := httptest.NewRecorder()
		OTLP{}.Spec().Answer(w, otlpRequest(tc.path, tc.media, nil), Result{Rejected: tc.rejected})
		if w.Code != http.StatusOK || w.Body.String() != tc.want || w.Header().Get("Content-Type") != tc.media {
			t.Errorf("%v: %d %q as %s", tc, w.Code, w.Body, w.Header().Get("Content-Type"))
		}
	}
}

func TestOTLPLimitRejects(t *testing.T) {
	var records []string
	for range 5 {
		records = append(records, `{"scopeLogs":[{"logRecords":[{"eventName":"e"}]}]}`)
	}
	c := &collected{most: 2}
	err := OTLP{}.Decode(otlpRequest("/v1/logs", jsonMedia, []byte(`{"resourceLogs":[`+strings.Join(records, ",")+`]}`)), c)
	if err != nil || len(c.beacons) != 2 || c.rejected != 3 {
		t.Errorf("%v: %d accepted, %d rejected", err, len(c.beacons), c.rejected)
	}
}

func FuzzOTLP(f *testing.F) {
	for _, r := range recorded(f, "otlp-") {
		f.Add(r.Body, isProtobuf(r.Header), isTraces(r))
	}
	// Records in places that pdata does not read.
	f.Add([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"browser.click"}]}]}]}`), false, true)
	f.Add([]byte(`{"resourceSpans":[{"spans":[{"kind":1,"parentSpanId":"5c9fa12c2a105529"}]}]}`), false, true)
	f.Fuzz(func(t *testing.T, body []byte, protobuf, traces bool) {
		path, media := "/v1/logs", jsonMedia
		if traces {
			path = "/v1/traces"
		}
		if protobuf {
			media = protobufMedia
		}
		c := &collected{most: 50}
		_ = OTLP{}.Decode(otlpRequest(path, media, body), c) // hostile bodies are refused; none may panic
		for _, b := range c.beacons {
			if len(b.Metrics) > maxMetrics || len(b.Errors) > maxErrors || len(b.Requests) > maxFetches || len(b.Events) > maxEvents || len(b.Tags) > maxTags {
				t.Errorf("beacon over its limits: %+v", b)
			}
		}
		if len(c.beacons) > 50 {
			t.Errorf("%d beacons", len(c.beacons))
		}
		if !protobuf {
			samePruned(t, otlpRequest(path, media, body))
		}
	})
}
