package collector

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// recorded is one request that a real SDK sent from Chromium to a collector on
// another origin, in the order of time. Scene is what happened on the page.
type recorded struct {
	Scene   string
	Method  string
	Path    string
	Headers map[string]string
	Body    string
	Binary  []byte // a body that is not text
}

func fixture(t testing.TB, name string) []recorded {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("wire", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].Body += string(all[i].Binary)
	}
	return slices.DeleteFunc(all, func(r recorded) bool { return r.Path == "" })
}

// replay sends a fixture's requests as the browser did.
func (h *harness) replay(name string) {
	h.t.Helper()
	for i, rec := range fixture(h.t, name) {
		if a := h.do(rec.Method, rec.Path, rec.Body, headers(rec)...); a.status != 200 && a.status != 202 && a.status != 204 {
			h.t.Errorf("request %d of %s: %d %s", i, name, a.status, a.body)
		}
	}
}

func headers(rec recorded) (list []string) {
	for name, value := range rec.Headers {
		list = append(list, name, value)
	}
	return list
}

// viewSummary is all that the beacons of one page view reported, as viewers count
// it.
type viewSummary struct {
	pages   []string
	metrics map[string]float64
	errors  []string
	failed  int
	events  []string
}

// summariseViews groups beacons by view, in the order in which views began.
func summariseViews(all []beacon.Beacon) []*viewSummary {
	views := map[beacon.ID]*viewSummary{}
	var order []*viewSummary
	seen := map[beacon.ID]bool{}
	for i := range all {
		b := &all[i]
		if b.ID != 0 && seen[b.ID] {
			continue
		}
		seen[b.ID] = true
		v := views[b.View]
		if v == nil {
			v = &viewSummary{metrics: map[string]float64{}}
			views[b.View], order = v, append(order, v)
		}
		if !slices.Contains(v.pages, b.Dims[beacon.Page]) {
			v.pages = append(v.pages, b.Dims[beacon.Page])
		}
		for _, m := range b.Metrics {
			v.metrics[m.Name] = m.Value
		}
		for _, e := range b.Errors {
			v.errors = append(v.errors, e.Type)
		}
		for _, q := range b.Requests {
			if q.Failed() {
				v.failed++
			}
		}
		for _, e := range b.Events {
			v.events = append(v.events, e.Name)
		}
	}
	return order
}

func (v *viewSummary) String() string {
	var metrics []string
	for name, value := range v.metrics {
		switch name {
		case "dns", "tcp", "tls", "fid":
			continue
		}
		metrics = append(metrics, fmt.Sprintf("%s=%.4g", name, value))
	}
	slices.Sort(metrics)
	return fmt.Sprintf("%s; %s; errors %v; failed %d; events %v", strings.Join(v.pages, " "), strings.Join(metrics, " "), v.errors, v.failed, v.events)
}

// viewStrings are the summaries of the views, as text.
func viewStrings(all []beacon.Beacon) (views []string) {
	for _, v := range summariseViews(all) {
		views = append(views, v.String())
	}
	return views
}

// newReplayHarness accepts the origins of all fixtures, and publishes beacons one
// at a time, which keeps their order.
func newReplayHarness(t testing.TB) *harness {
	t.Helper()
	return newHarness(t, func(c *Config) {
		c.BatchBeacons, c.Origins = 1, []string{"http://127.0.0.1:9101", "https://shop.example", "https://*.shop.example", "http://shop.localhost"}
	})
}

// checkViews checks the views that beacons belong to.
func checkViews(t *testing.T, all []beacon.Beacon, want []string) {
	t.Helper()
	if got := viewStrings(all); !slices.Equal(got, want) {
		t.Errorf("views\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// checkResend checks that a fixture whose answers were lost, and that is sent
// again, adds no beacon.
func (h *harness) checkResend(fixture string) {
	h.t.Helper()
	before := len(h.settle())
	h.replay(fixture)
	if after := len(h.settle()); after != before {
		h.t.Errorf("%d beacons published, %d after a resend", before, after)
	}
}
