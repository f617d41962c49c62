package collector

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestNameSetCapAndAge(t *testing.T) {
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
			if s := v.intern(name, now, network); s != got {
				t.Errorf("%s: %s, want %s", name, s, got)
			}
		}
	}
	want(1, "a", "b", "a")
	// One network has filled the first half. A second one must send the name, too.
	want(1, "c=-", "c=-")
	want(2, "c", "a")
	want(1, "c", "d=-")
	want(2, "d", "e=-")
	want(3, "e=-")
	if n := overflow.Load(); n != 5 {
		t.Errorf("%d names overflowed, want 5", n)
	}
	// In every generation, names in use stay, and there is no room for others.
	for range 5 {
		now = now.Add(nameAge)
		for i := range 10 {
			want(uint64(i), fmt.Sprint("flood", i%3, "=-"))
		}
		want(1, "a", "b", "c", "d")
	}
	// Unused names make room.
	now = now.Add(nameAge)
	want(1, "a")
	now = now.Add(nameAge)
	want(1, "x", "y=-")
	want(2, "y", "b=-", "a")
	// After a long time all names are new.
	now = now.Add(10 * nameAge)
	want(1, "m", "n", "a=-")
}

func TestTagValuesCappedPerKey(t *testing.T) {
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
			if got := v.intern(beacon.Tag{Key: key, Value: value}, now, 1); got.Key != key {
				t.Fatalf("key %q became %q", key, got.Key)
			} else if got.Value != otherName {
				kept[key]++
			}
		}
	}
	if kept["request"] != 10 || kept["tier"] != 60 {
		t.Errorf("kept %v, want 10 of request and 60 of tier", kept)
	}
}

func TestSiteNamesCapped(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.TrustedProxies = []string{"127.0.0.1", "::1"} })
	for i := range maxReleases/50 + 1 {
		var b strings.Builder
		for j := range 50 {
			n := i*50 + j
			fmt.Fprintf(&b, `{"navigation":true,"release":"1.0.%d","environment":"env%d","tags":{"key%d":"value"},"metrics":{"custom%d":1},"events":[{"name":"event%d"}]}`+"\n", n, n, n, n, n)
		}
		for _, client := range []string{"198.51.100.1", "198.51.100.2"} {
			h.post(b.String(), "X-Forwarded-For", client)
		}
	}
	seen := map[string]map[string]bool{}
	see := func(kind, name string) {
		if seen[kind] == nil {
			seen[kind] = map[string]bool{}
		}
		seen[kind][name] = true
	}
	for _, b := range h.settle() {
		see("release", b.Dims[beacon.Release])
		see("environment", b.Dims[beacon.Environment])
		see("tag", b.Tags[0].Key)
		see("metric", b.Metrics[0].Name)
		see("event", b.Events[0].Name)
	}
	for kind, most := range map[string]int{"release": maxReleases, "environment": maxEnvironments, "tag": maxTagKeys, "metric": maxMetricNames, "event": maxEventNames} {
		if len(seen[kind]) != most+1 || !seen[kind][otherName] {
			t.Errorf("%d names of kind %s, want %d", len(seen[kind]), kind, most+1)
		}
	}
	if a := h.do("GET", "/metrics", ""); !strings.Contains(a.body, `names_overflowed_total{kind="release"} 200`) {
		t.Error("overflow is not in the metrics")
	}
}

func TestBrowserVersionsCapped(t *testing.T) {
	h := newHarness(t, nil)
	for i := range 2 * maxBrowsers {
		h.post(view, "User-Agent", fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", 100+i))
	}
	versions, others := map[string]bool{}, 0
	for _, b := range h.settle() {
		if b.Dims[beacon.BrowserVersion] == otherName {
			others++
		}
		if b.Dims[beacon.Browser] != "Chrome" {
			t.Errorf("browser %q", b.Dims[beacon.Browser])
		}
		versions[b.Dims[beacon.BrowserVersion]] = true
	}
	// All are from one address, which may fill one half.
	if len(versions) != maxBrowsers/2+1 || others != 2*maxBrowsers-maxBrowsers/2 {
		t.Errorf("%d versions, %d others", len(versions), others)
	}
}
