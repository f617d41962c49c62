package collector

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestInvalidValuesLeftOut(t *testing.T) {
	h := newHarness(t, nil)
	a := h.post(`{"navigation":true,"sample_rate":7,
	  "metrics":{"lcp":-1,"LCP":700000,"inp":1e999,"cls":"NaN","fcp":null,"ttfb":12.5,"custom":1e13,"tokens":55,"":3},
	  "requests":[{"url":"https://api.example/a","status":-1,"duration":5},{"url":"https://api.example/b","status":200,"duration":-5},{"url":"https://api.example/c","method":"get","status":404,"duration":5}],
	  "events":[{"name":"e","value":"x"},{"value":1},{"name":"refund","value":-12.5}],
	  "errors":[{},{"message":"Uncaught TypeError: x is not a function"}],
	  "tags":{"tier":"paid","n":7,"b":true,"o":{},"empty":""},
	  "device":"MOBILE","connection":"warp"}`)
	if a.status != 202 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	b := h.settle()[0]
	if fmt.Sprint(b.Metrics) != "[{ttfb 12.5} {tokens 55}]" {
		t.Errorf("metrics %v", b.Metrics)
	}
	if b.SampleRate != 1 {
		t.Errorf("sample rate %v", b.SampleRate)
	}
	if fmt.Sprint(b.Requests) != "[{https://api.example/b  200 0 } {https://api.example/c GET 404 5 }]" {
		t.Errorf("requests %+v", b.Requests)
	}
	if fmt.Sprint(b.Events) != "[{e 0} {refund -12.5}]" {
		t.Errorf("events %+v", b.Events)
	}
	if fmt.Sprint(b.Errors) != "[{TypeError x is not a function  false}]" {
		t.Errorf("errors %+v", b.Errors)
	}
	if fmt.Sprint(b.Tags) != "[{tier paid} {n 7} {b true}]" {
		t.Errorf("tags %+v", b.Tags)
	}
	if b.Dims[beacon.Device] != "mobile" || b.Dims[beacon.Connection] != "" {
		t.Errorf("dimensions %q", b.Dims)
	}
	body := h.do("GET", "/metrics", "").body
	for _, line := range []string{`{reason="metric"} 6`, `{reason="sample_rate"} 1`, `{reason="status"} 1`, `{reason="duration"} 1`, `{reason="error"} 1`, `{reason="event"} 1`} {
		if !strings.Contains(body, "values_refused_total"+line) {
			t.Errorf("metrics lack %s", line)
		}
	}
}

func TestSampledFalseIsUnsampled(t *testing.T) {
	h := newHarness(t, nil)
	h.post(`[{"sampled":false,"errors":[{"message":"x"}]},{"sampled":true,"navigation":true},{"sampled":null,"navigation":true}]`)
	all := h.settle()
	n := 0
	for _, b := range all {
		if b.Unsampled {
			n++
		}
		if b.Unsampled != (len(b.Errors) > 0) {
			t.Errorf("%+v", b)
		}
	}
	if len(all) != 3 || n != 1 {
		t.Errorf("%d of %d are unsampled", n, len(all))
	}
}

func TestExcessCounted(t *testing.T) {
	h := newHarness(t, nil)
	h.post(`{"errors":[` + strings.Repeat(`{"message":"x"},`, 79) + `{"message":"x"}]}`)
	if all := h.settle(); len(all) != 1 || len(all[0].Errors) != 50 {
		t.Errorf("%+v", all)
	}
	if a := h.do("GET", "/metrics", ""); !strings.Contains(a.body, `values_refused_total{reason="excess"} 30`) {
		t.Error("excess is not in the metrics")
	}
}

func TestOwnRequestsLeftOut(t *testing.T) {
	h := newHarness(t, nil)
	h.post(`{"navigation":true,"requests":[{"url":"https://collect.example/v1/beacons?key=x","status":202},{"url":"https://collect.example/other","status":202},{"url":"https://collect.example.evil/v1/beacons","status":202}]}`, "Host", "collect.example")
	if all := h.settle(); len(all) != 1 || len(all[0].Requests) != 2 {
		t.Errorf("%+v", all)
	}
}
