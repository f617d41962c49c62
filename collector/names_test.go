package collector

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestVocabulary(t *testing.T) {
	var overflow atomic.Int64
	v := newNames(4, &overflow)
	now := time.Unix(1763647652, 0)
	want := func(network uint64, names ...string) {
		t.Helper()
		for _, pair := range names {
			name, got, _ := strings.Cut(pair, "=")
			if got == "" {
				got = name
			}
			if got == "-" {
				got = otherName
			}
			if s := v.name(name, now, network); s != got {
				t.Errorf("%s: %s, want %s", name, s, got)
			}
		}
	}
	want(1, "a", "b", "a")
	// One network has had its half. A second one must say the name, too.
	want(1, "c=-", "c=-")
	want(2, "c", "a")
	want(1, "c", "d=-")
	want(2, "d", "e=-")
	want(3, "e=-")
	if n := overflow.Load(); n != 5 {
		t.Errorf("%d names overflowed", n)
	}
	// However often the generation changes, what is in use stays, and there is
	// no room beside it.
	for range 5 {
		now = now.Add(vocabularyAge)
		for i := range 10 {
			want(uint64(i), fmt.Sprint("flood", i%3, "=-"))
		}
		want(1, "a", "b", "c", "d")
	}
	// What was not used makes room.
	now = now.Add(vocabularyAge)
	want(1, "a")
	now = now.Add(vocabularyAge)
	want(1, "x", "y=-")
	want(2, "y", "b=-", "a")
	// After a night everything is new.
	now = now.Add(10 * vocabularyAge)
	want(1, "m", "n", "a=-")
}

func TestTagValuesShareTheirKeysRoom(t *testing.T) {
	var overflow atomic.Int64
	v := newTags(100, 10, &overflow)
	now := time.Unix(1763647652, 0)
	kept := map[string]int{}
	for i := range 60 {
		for _, key := range []string{"request", "tier"} {
			value := fmt.Sprint(i)
			if key == "tier" {
				value = fmt.Sprint(i % 3)
			}
			if got := v.name(beacon.Tag{Key: key, Value: value}, now, 1); got.Key != key {
				t.Fatalf("key %q became %q", key, got.Key)
			} else if got.Value != otherName {
				kept[key]++
			}
		}
	}
	if kept["request"] != 10 || kept["tier"] != 60 {
		t.Errorf("kept %v", kept)
	}
}

func TestNamesAreCapped(t *testing.T) {
	r := newRig(t, func(c *Config) { c.TrustedProxies = []string{"127.0.0.1", "::1"} })
	for i := range maxReleases/50 + 1 {
		var b strings.Builder
		for j := range 50 {
			n := i*50 + j
			fmt.Fprintf(&b, `{"navigation":true,"release":"1.0.%d","environment":"env%d","tags":{"key%d":"value"},"metrics":{"custom%d":1},"events":[{"name":"event%d"}]}`+"\n", n, n, n, n, n)
		}
		for _, client := range []string{"198.51.100.1", "198.51.100.2"} {
			r.post(b.String(), "X-Forwarded-For", client)
		}
	}
	seen := map[string]map[string]bool{}
	see := func(kind, name string) {
		if seen[kind] == nil {
			seen[kind] = map[string]bool{}
		}
		seen[kind][name] = true
	}
	for _, b := range r.settle() {
		see("release", b.Dims[beacon.Release])
		see("environment", b.Dims[beacon.Environment])
		see("tag", b.Tags[0].Key)
		see("metric", b.Metrics[0].Name)
		see("event", b.Events[0].Name)
	}
	for kind, most := range map[string]int{"release": maxReleases, "environment": maxEnvironments, "tag": maxTagKeys, "metric": maxMetricNames, "event": maxEventNames} {
		if len(seen[kind]) != most+1 || !seen[kind][otherName] {
			t.Errorf("%d %ss", len(seen[kind]), kind)
		}
	}
	if a := r.do("GET", "/metrics", ""); !strings.Contains(a.body, `names_overflowed_total{kind="release"} 200`) {
		t.Error("overflow is not in the metrics")
	}
}

func TestValues(t *testing.T) {
	r := newRig(t, nil)
	a := r.post(`{"navigation":true,"sample_rate":7,
	  "metrics":{"lcp":-1,"LCP":700000,"inp":1e999,"cls":"NaN","fcp":null,"ttfb":12.5,"custom":1e13,"tokens":55,"":3},
	  "requests":[{"url":"https://api.example/a","status":-1,"duration":5},{"url":"https://api.example/b","status":200,"duration":-5},{"url":"https://api.example/c","method":"get","status":404,"duration":5}],
	  "events":[{"name":"e","value":"x"},{"value":1},{"name":"refund","value":-12.5}],
	  "errors":[{},{"message":"Uncaught TypeError: x is not a function"}],
	  "tags":{"tier":"paid","n":7,"b":true,"o":{},"empty":""},
	  "device":"MOBILE","connection":"warp"}`)
	if a.status != 202 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	b := r.settle()[0]
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
	body := r.do("GET", "/metrics", "").body
	for _, line := range []string{`{reason="metric"} 6`, `{reason="sample_rate"} 1`, `{reason="status"} 1`, `{reason="duration"} 1`, `{reason="error"} 1`, `{reason="event"} 1`} {
		if !strings.Contains(body, "values_refused_total"+line) {
			t.Errorf("metrics lack %s", line)
		}
	}
}

func TestUnsampled(t *testing.T) {
	r := newRig(t, nil)
	r.post(`[{"sampled":false,"errors":[{"message":"x"}]},{"sampled":true,"navigation":true},{"sampled":null,"navigation":true}]`)
	all := r.settle()
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

func TestExcess(t *testing.T) {
	r := newRig(t, nil)
	r.post(`{"errors":[` + strings.Repeat(`{"message":"x"},`, 79) + `{"message":"x"}]}`)
	if all := r.settle(); len(all) != 1 || len(all[0].Errors) != 50 {
		t.Errorf("%+v", all)
	}
	if a := r.do("GET", "/metrics", ""); !strings.Contains(a.body, `values_refused_total{reason="excess"} 30`) {
		t.Error("excess is not in the metrics")
	}
}

func TestOwnRequestsAreLeftOut(t *testing.T) {
	r := newRig(t, nil)
	r.post(`{"navigation":true,"requests":[{"url":"https://collect.example/v1/beacons?key=x","status":202},{"url":"https://collect.example/other","status":202},{"url":"https://collect.example.evil/v1/beacons","status":202}]}`, "Host", "collect.example")
	if all := r.settle(); len(all) != 1 || len(all[0].Requests) != 2 {
		t.Errorf("%+v", all)
	}
}

func TestFoldError(t *testing.T) {
	for _, tc := range [][4]string{
		{"TypeError", "x is undefined", "TypeError", "x is undefined"},
		{"", "Uncaught TypeError: x is undefined", "TypeError", "x is undefined"},
		{"Error", "Uncaught TypeError: x is undefined", "TypeError", "x is undefined"},
		{"TypeError", "TypeError: x is undefined", "TypeError", "x is undefined"},
		{"TypeError", "RangeError: x", "TypeError", "RangeError: x"},
		{"", "Uncaught (in promise) RangeError: too far", "RangeError", "too far"},
		{"UnhandledRejection", "Unhandled promise rejection: boom", "UnhandledRejection", "boom"},
		{"", "Unhandled promise rejection: TypeError: boom", "TypeError", "boom"},
		{"", "uncaught exception: 7", "Error", "7"},
		{"", "ChunkLoadError", "ChunkLoadError", ""},
		{"", "Loading failed: x", "Error", "Loading failed: x"},
		{"Error", "Error: Uncaught (in promise): boom", "Error", "boom"},
		{"", "", "Error", ""},
		{"", "com.acme.NetworkException: down", "com.acme.NetworkException", "down"},
	} {
		if typ, message := foldError(tc[0], tc[1]); typ != tc[2] || message != tc[3] {
			t.Errorf("%q %q: %q %q, want %q %q", tc[0], tc[1], typ, message, tc[2], tc[3])
		}
	}
}

// Regions that are not in use any more make room, and what still gathered there
// is published.
func TestRegionsAge(t *testing.T) {
	var passed atomic.Int64
	r := newRig(t, func(c *Config) {
		c.TrustedProxies = []string{"127.0.0.1", "::1"}
		c.RegionHeader = "X-Region"
		c.Now = func() time.Time { return time.Unix(1763647652, 0).Add(time.Duration(passed.Load())) }
	})
	for day := range 4 {
		for i := range maxRegions {
			r.post(view, "X-Region", fmt.Sprintf("day%d-%d", day, i))
		}
		passed.Add(int64(24 * time.Hour))
	}
	regions := map[string]bool{}
	for _, b := range r.settle() {
		regions[b.Dims[beacon.Region]] = true
	}
	if len(regions) != 4*maxRegions || regions[otherRegion] {
		t.Errorf("%d regions", len(regions))
	}
	if n := len(r.c.sites[0].outlets); n > 2*maxRegions+1 {
		t.Errorf("%d regions are remembered", n)
	}
}

func TestBrowserVersionsAreCapped(t *testing.T) {
	r := newRig(t, nil)
	for i := range 2 * maxBrowsers {
		r.post(view, "User-Agent", fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", 100+i))
	}
	versions, others := map[string]bool{}, 0
	for _, b := range r.settle() {
		if b.Dims[beacon.BrowserVersion] == otherName {
			others++
		}
		if b.Dims[beacon.Browser] != "Chrome" {
			t.Errorf("browser %q", b.Dims[beacon.Browser])
		}
		versions[b.Dims[beacon.BrowserVersion]] = true
	}
	// All of them came from one address, which may fill one half.
	if len(versions) != maxBrowsers/2+1 || others != 2*maxBrowsers-maxBrowsers/2 {
		t.Errorf("%d versions, %d others", len(versions), others)
	}
}
