package collector

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// vital is a metric of the web-vitals library, measured from a time on.
func vital(name string, value, at int, more string) string {
	return fmt.Sprintf(`{"name":%q,"value":%d,"id":"v5-%013d-%s%d","url":"https://shop.example/a"%s}`, name, value, 1763647652000+at, name, at, more)
}

func TestViewsWebVitals(t *testing.T) {
	restore := `,"navigationType":"back-forward-cache"`
	for _, tc := range []struct {
		name  string
		posts []string
		want  []string
	}{
		{"one load, layout shifts measured from the first paint on", []string{
			vital("TTFB", 1, 0, ""), vital("FCP", 2, 1, ""), vital("LCP", 3, 1, ""), vital("CLS", 0, 9000, ""), vital("INP", 5, 0, ""),
		}, []string{"cls=0 fcp=2 inp=5 lcp=3 ttfb=1"}},
		{"a value grows", []string{
			vital("INP", 304, 0, ""), vital("INP", 520, 0, ""),
		}, []string{"inp=520"}},
		{"a reload, and late metrics of the load before", []string{
			vital("TTFB", 1, 0, ""), vital("LCP", 2, 0, ""), vital("TTFB", 11, 20000, ""), vital("INP", 3, 1, ""), vital("LCP", 12, 20000, ""), vital("INP", 13, 20001, ""),
		}, []string{"inp=3 lcp=2 ttfb=1", "inp=13 lcp=12 ttfb=11"}},
		{"a restore counts as a view, without its loading", []string{
			vital("LCP", 2500, 0, ""), vital("LCP", 20, 5000, restore), vital("TTFB", 0, 5000, restore), vital("INP", 8, 5000, restore),
			vital("CLS", 0, 9, ""), vital("INP", 9, 9000, restore),
		}, []string{"cls=0 lcp=2500", "inp=8", "inp=9"}},
		{"two sessions are two views", []string{
			vital("LCP", 1, 0, `,"session":"a"`), vital("INP", 2, 0, `,"session":"b"`), vital("CLS", 3, 0, `,"session":"a"`),
		}, []string{"cls=3 lcp=1", "inp=2"}},
		{"two tabs at one time", []string{
			vital("LCP", 1, 0, ""), vital("LCP", 2, 1, `,"navigationURL":"https://shop.example/b"`),
			vital("INP", 3, 1, ""), vital("INP", 4, 0, `,"navigationURL":"https://shop.example/b"`),
		}, []string{"inp=3 lcp=1", "inp=4 lcp=2"}},
		{"ids without a time", []string{
			`{"name":"LCP","value":1,"id":"x"}`, `{"name":"INP","value":2,"id":"y"}`, `{"name":"LCP","value":3,"id":"x"}`, `{"name":"LCP","value":4,"id":"z"}`,
		}, []string{"inp=2 lcp=3", "lcp=4"}},
		{"no ids", []string{
			`{"name":"LCP","value":1}`, `{"name":"INP","value":2}`, `{"name":"LCP","value":3}`,
		}, []string{"inp=2 lcp=3"}},
		{"the page's own view", []string{
			vital("LCP", 1, 0, `,"view":"v1"`), vital("INP", 2, 0, `,"view":"v2"`), vital("LCP", 3, 90000, `,"view":"v1"`),
		}, []string{"lcp=3", "inp=2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
			for _, body := range tc.posts {
				if a := h.do("POST", "/web-vitals?key="+testKey, body); a.status != 204 {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
			var got []string
			for _, v := range summariseViews(h.settle()) {
				_, rest, _ := strings.Cut(v.String(), "; ")
				metrics, _, _ := strings.Cut(rest, ";")
				got = append(got, metrics)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// faro is a payload of one session on one page.
func faro(page, items string) string {
	return `{"meta":{"session":{"id":"s"},"page":{"url":"https://shop.example` + page + `"}},` + items + `}`
}

const faroError = `"exceptions":[{"type":"E","value":"m"}]`

func faroLoad(id string) string {
	return `"events":[{"name":"faro.performance.navigation","attributes":{"faroNavigationId":"` + id + `"}}]`
}

func TestViewsFaro(t *testing.T) {
	const route = `"events":[{"name":"faro.navigation","attributes":{}}]`
	for _, tc := range []struct {
		name  string
		posts []string
		want  []string // pages, errors and whether the start was reported
	}{
		{"an error before the load is reported", []string{faro("/a", faroError), faro("/a", faroLoad("n1")), faro("/a", faroError)}, []string{"/a 2 errors, began"}},
		{"two loads of a page", []string{faro("/a", faroLoad("n1")), faro("/a", faroError), faro("/a", faroLoad("n2")), faro("/a", faroError)}, []string{"/a 1 errors, began", "/a 1 errors, began"}},
		{"the same load reported twice", []string{faro("/a", faroLoad("n1")), faro("/a", faroLoad("n1")), faro("/a", faroError)}, []string{"/a 1 errors, began"}},
		{"routes", []string{faro("/a", faroLoad("n1")), faro("/b", route), faro("/b", faroError), faro("/a", route), faro("/a", faroError)}, []string{"/a 0 errors, began", "/b 1 errors, began", "/a 1 errors, began"}},
		{"a route's error before the route", []string{faro("/a", faroLoad("n1")), faro("/b", faroError), faro("/b", route)}, []string{"/a 0 errors, began", "/b 1 errors, began"}},
		{"an unreported route", []string{faro("/a", faroLoad("n1")), faro("/b", faroError)}, []string{"/a 0 errors, began", "/b 1 errors"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
			for i, body := range tc.posts {
				if a := h.do("POST", "/collect?key="+testKey, body, "Idempotency-Key", fmt.Sprint(i)); a.status != 202 {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
			if got := faroViews(h.settle()); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// faroViews are the views of beacons: pages, errors and whether the start was
// reported.
func faroViews(all []beacon.Beacon) (views []string) {
	began := map[beacon.ID]bool{}
	var order []beacon.ID
	for _, b := range all {
		began[b.View] = began[b.View] || b.Navigation
		if !slices.Contains(order, b.View) {
			order = append(order, b.View)
		}
	}
	for i, v := range summariseViews(all) {
		text := fmt.Sprintf("%s %d errors", strings.Join(v.pages, " "), len(v.errors))
		if began[order[i]] {
			text += ", began"
		}
		views = append(views, text)
	}
	return views
}
