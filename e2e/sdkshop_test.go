//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"html"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// The origins of the shop and the collector in pages. Browsers trust hosts under
// localhost like https, and URLs in beacons have no ports.
const (
	shopOrigin = "http://shop.localhost"
	edgeOrigin = "http://rum.localhost"
)

// sdkShop is what all scenarios of all SDKs share: a shop, a collector on another
// origin, and a browser. Every scenario has its own site and key.
type sdkShop struct {
	*env
	harness *harness
	proxy   *recordingProxy
	sdks    []sdk

	tags map[string]string // script tags by the scenario's key
}

func newSDKShop(t *testing.T, sdks []sdk) *sdkShop {
	t.Helper()
	m := &sdkShop{sdks: sdks, tags: map[string]string{}, proxy: newRecordingProxy()}
	shop := httptest.NewServer(m)
	t.Cleanup(shop.Close)
	collector := httptest.NewServer(m.proxy)
	t.Cleanup(collector.Close)
	m.env = newEnv(t, chromedp.Flag("host-resolver-rules", fmt.Sprintf("MAP shop.localhost %s, MAP rum.localhost %s, MAP nowhere.localhost 127.0.0.1:%s",
		strings.TrimPrefix(shop.URL, "http://"), strings.TrimPrefix(collector.URL, "http://"), freePort(t))))
	flags := []string{"--origin", shopOrigin}
	for i := range sdks {
		x := &sdks[i]
		m.scripts["/"+x.name+".js"] = bundle(t, x.script+".js", x.alias)
		for n := range scenarios() {
			site, key := m.site(x, n)
			flags = append(flags, "--site", site+"="+key)
			m.tags[key] = fmt.Sprintf(`<script src="/%s.js" data-edge="%s" data-key="%s" %s></script>`, x.name, edgeOrigin, key, x.data)
		}
	}
	m.harness = newHarness(t, m.env, flags...)
	m.proxy.setTarget(m.harness.url)
	return m
}

// site returns the site and key of one scenario. All keys are as long as siteKey,
// which replaces them in fixtures.
func (m *sdkShop) site(x *sdk, scenario int) (site, key string) {
	n := slices.IndexFunc(m.sdks, func(o sdk) bool { return o.name == x.name })*len(scenarios()) + scenario
	return fmt.Sprintf("scenario%03d", n), fmt.Sprintf("pk_s%03d", n)
}

// ServeHTTP is the shop.
func (m *sdkShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch script := m.scripts[r.URL.Path]; {
	case script != nil:
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(script)
	case strings.HasPrefix(r.URL.Path, "/status/500"):
		w.WriteHeader(http.StatusInternalServerError)
	case r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><html><head><title>shop</title><script src="/truth.js"></script>%s
			<script src="/shop.js"></script></head>
			<body><h1>%s</h1><div id="banner"></div><p style="height:150px">orders</p><button onclick="shop.pay()">pay</button></body></html>`,
			m.tags[r.URL.Query().Get("scene")], html.EscapeString(r.URL.Path))
	}
}

// play plays a scenario with an SDK and compares what rumtop shows.
func (m *sdkShop) play(t *testing.T, x *sdk, sc scenario) {
	n := slices.IndexFunc(scenarios(), func(o scenario) bool { return o.name == sc.name })
	r := *m.harness
	r.t = t
	r.site, r.key = m.site(x, n)
	m.proxy.addScenario(r.key, x, sc.name)

	v := &visitor{page: &page{t: t}, except: x.exceptions(sc.name), key: r.key}
	tab, cancel := chromedp.NewContext(m.browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v.ctx, cancel = context.WithTimeout(tab, 2*testwait.Patience)
	t.Cleanup(cancel)
	v.open(orders)
	sc.play(v)

	r.waitForMatch(x.expects(sc.name, &v.want))
	if v.want.trouble {
		r.checkReported(x.exceptions(sc.name), x)
	}
	if sc.name != "closed" {
		v.close()
	}
	r.checkAfterClose(x.expects(sc.name, &v.want))
}

// waitForMatch waits for a frame without mismatches.
func (r *harness) waitForMatch(check func(*frame.Frame) []string) {
	r.t.Helper()
	var f *frame.Frame
	var mismatches []string
	r.t.Cleanup(func() {
		if !r.t.Failed() || f == nil {
			return
		}
		r.t.Logf("last mismatches:\n%s", strings.Join(mismatches, "\n"))
		if f.Health.Retained > 0 {
			r.t.Logf("received:\n%s", strings.Join(r.tail(), "\n"))
		}
	})
	testwait.Until(r.t, "a frame without mismatches", func() bool {
		f = r.frame("--by", "page")
		mismatches = check(f)
		return len(mismatches) == 0
	})
}

// checkAfterClose checks that closing the tab counts nothing twice.
func (r *harness) checkAfterClose(check func(*frame.Frame) []string) {
	r.t.Helper()
	// A beacon of our own that arrives after everything from the tab.
	r.post(`{"release":"after","events":[{"name":"after"}]}`)
	r.frameWith("the later beacon", func(f *frame.Frame) bool { return f.Total.Beacons == 1 }, "--release", "after")
	for _, c := range check(r.frame("--by", "page", "-f", "release!=after")) {
		r.t.Errorf("after the tab was closed: %s", c)
	}
}

// expects returns a check of a frame by page of a scenario: it lists mismatches.
func (x *sdk) expects(scenario string, w *want) func(*frame.Frame) []string {
	except := x.exceptions(scenario)
	return func(f *frame.Frame) []string {
		mismatches := append(except.compareCounts(f, w), except.comparePages(f, w)...)
		if h := f.Health; !h.Connected || h.Dropped+h.Gaps+h.Malformed != 0 || h.SampleRate != 1 {
			mismatches = append(mismatches, fmt.Sprintf("health: %+v", h))
		}
		return mismatches
	}
}

// compareCounts compares the counts of a frame.
func (e exceptions) compareCounts(f *frame.Frame, w *want) (mismatches []string) {
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"views", int(f.Total.Views), w.views}, {"errors", int(f.Total.Errors), w.errors},
		{"errored", int(f.Total.ErroredViews), w.errored}, {"failed", int(f.Total.FailedRequests), w.failed},
		{"users", f.Total.Users, 1},
	} {
		want := e.count(c.name, c.want)
		if c.got > want || c.got < want && !e.has(c.name+"?") || c.got == 0 && c.name == "views" {
			mismatches = append(mismatches, fmt.Sprintf("%s: %d, want %d", c.name, c.got, want))
		}
	}
	return mismatches
}

// comparePages compares the vitals of every page.
func (e exceptions) comparePages(f *frame.Frame, w *want) (mismatches []string) {
	for page, truth := range w.pages {
		own := &frame.Row{}
		if i := slices.IndexFunc(f.Segments, func(s frame.Row) bool { return s.Key == page }); i >= 0 {
			own = &f.Segments[i]
		}
		for name, want := range truth {
			row := own
			if e.has(name + "^") {
				row = &f.Total
			}
			if problem := e.compare(name, page, distOf(row, name), want); problem != "" {
				mismatches = append(mismatches, fmt.Sprintf("%s of %s: %s", name, page, problem))
			}
		}
	}
	return mismatches
}

func distOf(row *frame.Row, name string) frame.Dist {
	return map[string]frame.Dist{"lcp": row.LCP, "inp": row.INP, "cls": row.CLS, "fcp": row.FCP, "ttfb": row.TTFB}[name]
}

// checkReported checks what only the scenario "trouble" has: errors by name, the
// event, the flag, the user and the release.
func (r *harness) checkReported(except exceptions, x *sdk) {
	r.t.Helper()
	f := r.frame("--by", "release")
	if !except.has("group") {
		for _, e := range []struct{ typ, message string }{{"TypeError", "no cart for [email]"}, {"RangeError", "order 8412 declined"}} {
			if !slices.ContainsFunc(f.Errors, func(g frame.ErrorGroup) bool {
				return (g.Type == e.typ || except.has("types")) && g.Message == e.message && g.Count == 1 && g.Users == 1
			}) {
				r.t.Errorf("%s: %s is missing from %+v", e.typ, e.message, f.Errors)
			}
		}
	}
	if released := len(f.Segments) == 1 && f.Segments[0].Key == "2.4.1"; released == except.has("release") {
		r.t.Errorf("releases: %+v", f.Segments)
	}
	tail := strings.Join(r.tail(), "\n")
	for what, text := range map[string]string{
		"event": `"name":"checkout_completed"`, "flag": `"new-payment-flow":"true"`, "user": `"user":"`,
		"sdk": `"sdk":"` + x.value + `"`, "page": `"page":"/users/:id/orders"`, "environment": `"environment":"production"`,
	} {
		if strings.Contains(tail, text) == except.has(what) {
			r.t.Errorf("%s: %s in what viewers receive: %t\n%s", what, text, except.has(what), tail)
		}
	}
}

// exceptions are those of an SDK in one scenario, see sdk.except.
type exceptions []string

func (x *sdk) exceptions(scenario string) exceptions {
	return append(strings.Fields(x.except["*"]), strings.Fields(x.except[scenario])...)
}

func (e exceptions) has(what string) bool { return slices.Contains(e, what) }

func (e exceptions) count(name string, n int) int {
	for _, s := range e {
		if number, ok := strings.CutPrefix(s, name+"="); ok {
			if _, err := fmt.Sscan(number, &n); err != nil {
				panic("exception " + s + ": " + err.Error())
			}
		}
	}
	return n
}

// compare returns the mismatch of a page's vital, "" if there is none.
func (e exceptions) compare(name, page string, got frame.Dist, want float64) string {
	is := func(suffix string) bool { return e.has(name+suffix) || e.has(name+"@"+page+suffix) }
	if is("") || math.IsNaN(want) {
		if got.N != 0 {
			return fmt.Sprintf("%+v, want none", got)
		}
		return ""
	}
	if got.N == 0 && is("?") {
		return ""
	}
	tolerance := max(1, 0.01*want)
	if name == "cls" {
		tolerance = max(0.00005, 0.01*want)
	}
	for _, s := range e {
		if by, ok := strings.CutPrefix(s, name+"~"); ok {
			if _, err := fmt.Sscan(by, &tolerance); err != nil {
				panic("exception " + s + ": " + err.Error())
			}
		}
	}
	if got.N != 1 || !is("!") && math.Abs(got.P75-want) > tolerance {
		return fmt.Sprintf("%+v, the page measured %v", got, want)
	}
	return ""
}
