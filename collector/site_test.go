package collector

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestSiteKeyPlaces(t *testing.T) {
	two := func(c *Config) { c.Sites = map[string]string{"shop": "pk_shop", "blog": "pk_blog"} }
	open := func(c *Config) { c.Sites = map[string]string{"dev": ""} }
	for _, tc := range []struct {
		name   string
		config func(*Config)
		path   string
		header []string
		status int
		site   string
	}{
		{"header", two, "/v1/beacons", []string{"X-Rum-Key", "pk_blog"}, 202, "blog"},
		{"query", two, "/v1/beacons?a=b&key=pk_shop", nil, 202, "shop"},
		{"escaped query", two, "/v1/beacons?key=pk%5Fshop", nil, 202, "shop"},
		{"path", two, "/k/pk_blog/v1/beacons", nil, 202, "blog"},
		{"Faro's own header", two, "/collect", []string{"X-Api-Key", "pk_shop"}, 202, "shop"},
		{"Faro's header elsewhere", two, "/v1/beacons", []string{"X-Api-Key", "pk_shop"}, 401, ""},
		{"missing", two, "/v1/beacons", nil, 401, ""},
		{"empty", two, "/v1/beacons?key=", nil, 401, ""},
		{"unknown", two, "/v1/beacons", []string{"X-Rum-Key", "pk_sho"}, 401, ""},
		{"unknown in path", two, "/k/x/v1/beacons", nil, 401, ""},
		{"open site without key", open, "/v1/beacons", nil, 202, "dev"},
		{"open site with any key", open, "/v1/beacons?key=x", nil, 202, "dev"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, tc.config)
			body := view
			if strings.HasPrefix(tc.path, "/collect") {
				body = `{"meta":{},"events":[{"name":"bought","timestamp":"2026-11-20T14:00:00Z"}]}`
			}
			if a := h.do("POST", tc.path, body, tc.header...); a.status != tc.status {
				t.Fatalf("status %d, want %d: %s", a.status, tc.status, a.body)
			}
			all := h.settle()
			if tc.site == "" {
				if len(all) != 0 {
					t.Errorf("published %v", all)
				}
			} else if len(all) != 1 || all[0].Site != tc.site {
				t.Errorf("published %v, want one beacon of %s", all, tc.site)
			}
		})
	}
}

// A wrong key is denied before a byte of the body is read.
func TestSiteKeyCheckedBeforeBody(t *testing.T) {
	h := newHarness(t, nil)
	req, err := http.NewRequest("POST", h.url+"/v1/beacons?key=wrong", &unreadable{t})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1000
	req.Header.Set("Expect", "100-continue")
	req.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 401 {
		t.Errorf("status %d", res.StatusCode)
	}
}

// unreadable is a body that must not be read.
type unreadable struct{ t *testing.T }

func (u *unreadable) Read([]byte) (int, error) {
	u.t.Error("body was read")
	return 0, http.ErrBodyNotAllowed
}

func TestRegionsCapped(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.TrustedProxies = []string{"127.0.0.1", "::1"}; c.RegionHeader = "X-Region" })
	for i := range maxRegions + 20 {
		h.post(view, "X-Region", "r"+strings.Repeat("x", i%20)+string(rune('a'+i/20)))
	}
	regions := map[string]int{}
	for _, b := range h.settle() {
		regions[b.Dims[beacon.Region]]++
	}
	if len(regions) != maxRegions+1 || regions[otherRegion] != 20 {
		t.Errorf("%d regions, %d in %s", len(regions), regions[otherRegion], otherRegion)
	}
}

// Regions that are no longer in use are removed, and what still gathered there is
// published.
func TestUnusedRegionsRemoved(t *testing.T) {
	var passed atomic.Int64
	h := newHarness(t, func(c *Config) {
		c.TrustedProxies = []string{"127.0.0.1", "::1"}
		c.RegionHeader = "X-Region"
		c.Now = func() time.Time { return time.Unix(1763647652, 0).Add(time.Duration(passed.Load())) }
	})
	for day := range 4 {
		for i := range maxRegions {
			h.post(view, "X-Region", fmt.Sprintf("day%d-%d", day, i))
		}
		passed.Add(int64(24 * time.Hour))
	}
	regions := map[string]bool{}
	for _, b := range h.settle() {
		regions[b.Dims[beacon.Region]] = true
	}
	if len(regions) != 4*maxRegions || regions[otherRegion] {
		t.Errorf("%d regions, want %d", len(regions), 4*maxRegions)
	}
	if n := len(h.c.sites[0].batches); n > 2*maxRegions+1 {
		t.Errorf("%d regions are remembered, limit %d", n, 2*maxRegions+1)
	}
}
