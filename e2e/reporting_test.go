//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// reportCase is a page about which the browser itself reports.
type reportCase struct {
	site    string
	page    string
	headers map[string]string // of the page; ENDPOINT is where reports go
	body    string
	play    string // JavaScript
	crash   bool
	through string   // host that receives the reports, if not the collector
	want    []string // everything that viewers receive, sorted
}

const (
	customer    = "/users/8412/orders?mail=jane.fontainebleau@example.com"
	blockedTags = `<script src="https://evil.example/x.js?token=fontainebleau"></script><img src="https://tracker.example/a?mail=jane.fontainebleau@example.com"><img src="https://tracker.example/b">`
)

func reportCases() []reportCase {
	defaultEndpoint := map[string]string{"Reporting-Endpoints": `default="ENDPOINT"`}
	return []reportCase{
		{
			site: "policy", page: "https://shop.example" + customer, body: blockedTags + `<p style="color:red">orders</p>`,
			headers: map[string]string{
				"Reporting-Endpoints":                 `default="ENDPOINT"`,
				"Content-Security-Policy":             "script-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self'; report-to default; report-uri ENDPOINT",
				"Content-Security-Policy-Report-Only": "style-src 'none'; report-to default",
			},
			want: []string{
				"/users/:id/orders error CSPViolation img-src blocked https://tracker.example",
				"/users/:id/orders error CSPViolation script-src-elem blocked https://evil.example",
				"/users/:id/orders event csp-report-only style-src-attr",
			},
		},
		{
			site: "olduri", page: "https://shop.example" + customer, body: blockedTags,
			headers: map[string]string{"Content-Security-Policy": "script-src 'self' 'unsafe-inline'; img-src 'self'; report-uri ENDPOINT"},
			want: []string{
				"/users/:id/orders error CSPViolation img-src blocked https://tracker.example",
				"/users/:id/orders error CSPViolation script-src-elem blocked https://evil.example",
			},
		},
		{
			site: "nottls", page: "http://shop.localhost" + customer, body: `<script src="https://evil.example/x.js"></script>`,
			headers: map[string]string{"Content-Security-Policy": "script-src 'self'; report-uri ENDPOINT"},
			want:    []string{"/users/:id/orders error CSPViolation script-src-elem blocked https://evil.example"},
		},
		{
			site: "advice", page: "https://shop.example" + customer,
			headers: map[string]string{"Reporting-Endpoints": `default="ENDPOINT"`, "Permissions-Policy": "geolocation=()"},
			play: `addEventListener('unload', () => {}); navigator.vibrate(10); navigator.geolocation.getCurrentPosition(() => {});
				const x = new XMLHttpRequest(); x.open('GET', '/status/200', false); x.send()`,
			want: []string{
				"/users/:id/orders event deprecation UnloadHandler",
				"/users/:id/orders event deprecation XMLHttpRequestSynchronousInNonWorkerOutsideBefore…",
				"/users/:id/orders event intervention NavigatorVibrate",
				"/users/:id/orders event permissions-policy-violation geolocation",
			},
		},
		{
			site: "failed", page: "https://shop.example" + customer,
			headers: map[string]string{
				"Report-To": `{"group":"network","max_age":3600,"endpoints":[{"url":"ENDPOINT"}]}`,
				"NEL":       `{"report_to":"network","max_age":3600}`,
			},
			play: `await fetch('/status/200'); await fetch('/status/500?mail=fontainebleau', { method: 'POST' }); await fetch('/status/404')`,
			want: []string{
				"/users/:id/orders request GET https://shop.example/status/404 404",
				"/users/:id/orders request POST https://shop.example/status/500 500",
			},
		},
		{
			site: "across", page: "https://shop.example" + customer,
			play: `const get = (u) => fetch(u).catch(() => {}); await get('https://api.shop.example/status/200?to=' + encodeURIComponent('ENDPOINT'));
				await get('https://api.shop.example/status/503'); await get('https://gone.api.shop.example/cart?mail=fontainebleau'); await get('https://api.shop.example/status/204?end'); await get('https://api.shop.example/cart')`,
			want: []string{ // to another origin, browsers send only the shop's origin
				" request GET https://api.shop.example/cart 0",
				" request GET https://api.shop.example/status/200 200",
				" request GET https://api.shop.example/status/204 204",
				" request GET https://api.shop.example/status/503 503",
				" request GET https://gone.api.shop.example/cart 0",
			},
		},
		{
			site: "crashd", page: "https://shop.example" + customer, headers: defaultEndpoint, crash: true,
			play: `await crashReport.initialize(1024); crashReport.set('user', 'jane.fontainebleau@example.com')`,
			want: []string{"/users/:id/orders error BrowserCrash of unknown reason"},
		},
		{
			site: "resent", page: "https://shop.example" + customer, headers: defaultEndpoint, through: "lossy.example",
			play: `navigator.vibrate(10); await new Promise(r => setTimeout(r, 500)); addEventListener('unload', () => {})`,
			want: []string{"/users/:id/orders event deprecation UnloadHandler", "/users/:id/orders event intervention NavigatorVibrate"},
		},
		{
			site: "nelnew", page: "https://shop.example" + customer, // Chromium needs Report-To
			headers: map[string]string{"Reporting-Endpoints": `default="ENDPOINT"`, "NEL": `{"report_to":"default","max_age":3600}`},
			play:    `await fetch('/status/500')`,
		},
		{
			site: "denied", page: "https://other.example" + customer, headers: map[string]string{
				"Reporting-Endpoints": `default="ENDPOINT"`, "Content-Security-Policy": "img-src 'self'; report-to default",
			},
			body: blockedTags,
		},
	}
}

// TestReporting compares what Chromium itself reports, over TLS as it requires and
// from other origins than the collector's, with what rumtop shows.
func TestReporting(t *testing.T) {
	certFile, keyFile := certificateFiles(t)
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	secure := func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	kept := new(recorder)
	vendor := httptest.NewServer(kept)
	t.Cleanup(vendor.Close)
	operators := "127.0.0.1:" + freePort(t)
	flags := []string{
		"--listen-cert", certFile, "--listen-key", keyFile, "--metrics-listen", operators, "--forward-to", "reporting=" + vendor.URL,
		"--origin", "https://shop.example", "--origin", "https://*.shop.example", "--origin", "http://shop.localhost",
	}
	for _, a := range reportCases() {
		flags = append(flags, "--site", a.site+"="+a.key())
	}
	r := newHarness(t, buildPrograms(t), flags...)

	shop := http.HandlerFunc(servePage)
	plain := httptest.NewServer(shop)
	t.Cleanup(plain.Close)
	var api *httptest.Server
	api = secure(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { serveAPI(w, req, api) }))
	hop := newLossyProxy(t, r.url)
	names := map[string]string{
		"shop.example": address(secure(shop)), "other.example": address(secure(shop)), "shop.localhost": address(plain),
		"api.shop.example": address(api), "lossy.example": address(secure(hop)), "rum.example": strings.TrimPrefix(r.url, "http://"),
		"*.api.shop.example": "~NOTFOUND", "evil.example": "~NOTFOUND", "tracker.example": "~NOTFOUND",
	}
	var rules []string
	for name, to := range names {
		rules = append(rules, "MAP "+name+" "+to)
	}
	slices.Sort(rules) // *. comes first; the first matching rule applies
	spki := sha256.Sum256(pair.Leaf.RawSubjectPublicKeyInfo)
	tabs := startBrowser(t, []chromedp.ExecAllocatorOption{
		chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(spki[:])),
		chromedp.Flag("short-reporting-delay", true),
		chromedp.Flag("host-resolver-rules", strings.Join(rules, ", ")),
	})
	for _, a := range reportCases() {
		t.Run(a.site, func(t *testing.T) {
			r := *r
			r.t, r.site = t, a.site
			a.openPage(t, tabs)
			if len(a.want) > 0 {
				r.waitForMatch(func(f *frame.Frame) []string { return a.mismatches(&r, f) })
			}
		})
	}
	testwait.Until(t, "the unanswered report is sent again", func() bool { return kept.count("resent", "NavigatorVibrate") == 2 })
	// All late reports have arrived by now.
	for _, a := range reportCases() {
		r := *r
		r.site = a.site
		for _, c := range a.mismatches(&r, r.frame("--by", "page")) {
			t.Errorf("%s, in the end: %s", a.site, c)
		}
	}
	r.url = "http://" + operators
	if n := (&attackTarget{harness: r}).metric(`requests_denied_total{reason="origin"}`); n == 0 {
		t.Errorf("no preflight of a foreign origin was denied")
	}
	r.checkPrivacy()
	kept.saveFixture(t, tabs)
}

func (a *reportCase) key() string { return "pk_" + a.site }

func (a *reportCase) endpoint() string {
	return "https://" + cmp.Or(a.through, "rum.example") + "/reports?scene=" + a.site + "&key=" + a.key()
}

// servePage serves the shop's pages, see reportCases.
func servePage(w http.ResponseWriter, req *http.Request) {
	var status int
	if _, err := fmt.Sscanf(req.URL.Path, "/status/%d", &status); err == nil {
		w.WriteHeader(status)
		return
	}
	all := reportCases()
	i := slices.IndexFunc(all, func(a reportCase) bool { return a.site == req.URL.Query().Get("scene") })
	if i < 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	for name, value := range all[i].headers {
		w.Header().Set(name, strings.ReplaceAll(value, "ENDPOINT", all[i].endpoint()))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, "<!doctype html><html><head><title>shop</title></head><body><h1>orders</h1>"+all[i].body+"</body></html>")
}

// serveAPI names the endpoint for reports in its first answer and stops listening
// after its last one.
func serveAPI(w http.ResponseWriter, req *http.Request, api *httptest.Server) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Connection", "close")
	if to := req.URL.Query().Get("to"); to != "" {
		h.Set("Report-To", `{"group":"network","max_age":3600,"include_subdomains":true,"endpoints":[{"url":"`+to+`"}]}`)
		h.Set("NEL", `{"report_to":"network","max_age":3600,"include_subdomains":true,"success_fraction":1}`)
	}
	if req.URL.Query().Has("end") {
		_ = api.Listener.Close() // the second time when the server is closed
	}
	var status int
	if _, err := fmt.Sscanf(req.URL.Path, "/status/%d", &status); err == nil {
		w.WriteHeader(status)
	}
}

func address(s *httptest.Server) string { return s.Listener.Addr().String() }

// openPage opens the page in its own profile and leaves it open.
func (a *reportCase) openPage(t *testing.T, tabs context.Context) {
	p := &page{t: t}
	tab, cancel := chromedp.NewContext(tabs, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p.ctx, cancel = context.WithTimeout(tab, testwait.Patience)
	t.Cleanup(cancel)
	if err := chromedp.Do(p.ctx, chromedp.Navigate(a.page+"&scene="+a.site)); err != nil {
		t.Fatalf("open %s: %v", a.page, err)
	}
	if a.play != "" {
		p.run(strings.ReplaceAll(a.play, "ENDPOINT", a.endpoint()))
	}
	if a.crash {
		if err := chromedp.Do(p.ctx, chromedp.Navigate("chrome://crash")); err == nil {
			t.Error("the tab has not crashed")
		}
	}
}

// mismatches compares what viewers receive with what happened.
func (a *reportCase) mismatches(r *harness, f *frame.Frame) (complaints []string) {
	errors, failed := 0, 0
	for _, w := range a.want {
		if strings.Contains(w, " error ") {
			errors++
		}
		if strings.Contains(w, " request ") && !strings.Contains(w, "/status/20") {
			failed++
		}
	}
	if int(f.Total.Errors) != errors || int(f.Total.FailedRequests) != failed {
		complaints = append(complaints, fmt.Sprintf("%v errors and %v failed requests, want %d and %d", f.Total.Errors, f.Total.FailedRequests, errors, failed))
	}
	var got []string
	if f.Health.Retained > 0 {
		got = tailLines(r.t, r.tail())
	}
	if !slices.Equal(got, a.want) {
		complaints = append(complaints, fmt.Sprintf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(a.want, "\n\t")))
	}
	return complaints
}

// tailLines summarises the lines of rumtop tail, one line per item.
func tailLines(t *testing.T, rows []string) (got []string) {
	t.Helper()
	for _, row := range rows {
		var b struct {
			Page     string
			Errors   []struct{ Type, Message string }
			Events   []struct{ Name string }
			Requests []struct {
				Method, URL string
				Status      int
			}
		}
		if err := json.Unmarshal([]byte(row), &b); err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Errors {
			got = append(got, b.Page+" error "+e.Type+" "+e.Message)
		}
		for _, e := range b.Events {
			got = append(got, b.Page+" event "+e.Name)
		}
		for _, q := range b.Requests {
			got = append(got, fmt.Sprintf("%s request %s %s %d", b.Page, q.Method, q.URL, q.Status))
		}
	}
	slices.Sort(got)
	return got
}
