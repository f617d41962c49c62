package wire

import (
	"math"
	"reflect"
	"testing"
)

func decodeOne(text string, b *Beacon) error {
	c := new(document).read([]byte(text), 16)
	return decodeNative(&c, b)
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
		Errors: []Error{{Type: "T", Message: "m", Stack: "s", Handled: true}}, Requests: []Fetch{{URL: "q", Method: "GET", Status: 200, Duration: 3, Trace: "rt"}}, Events: []Event{{"n", 2}},
	}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("\n got %+v\nwant %+v", b, want)
	}
}

func FuzzNative(f *testing.F) {
	for _, s := range []string{`{"navigation":true}`, `[{"id":1},{}]`, "{}\n{}", `{"metrics":{"lcp":1e999}}`, `{"a":"\u0000\ud83d\ude00"}`, `[[[]]]`, `{"errors":[{"stack":"x"}],"tags":{"a":1}}`} {
		f.Add(s)
	}
	fuzzFormat(f, Native{})
}
