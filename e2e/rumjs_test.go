//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/frame"
)

// hasTrouble reports whether a frame has the view with all its errors.
func hasTrouble(f *frame.Frame) bool {
	return hasVitals(f) && f.Total.Errors == 2 && f.Total.FailedRequests == 2
}

func browserAgent(t *testing.T, e *env) {
	p, r := openShop(t, e, func(r *harness) string {
		return fmt.Sprintf(`<script async crossorigin src="%s/rum.js" data-key="%s" data-release="2.4.1"></script>`, r.url, siteKey)
	})
	p.waitJS("window.rum && rum.flush")
	p.run("rum.user('fontainebleau@example.com'); rum.tag('tier', 'paid')")
	truth := p.degrade("rum.event('checkout_completed', 1);" + trouble(t))
	p.hide()
	f := r.frameWith("the view in a frame", hasTrouble, "--by", "release")
	checkErroredView(t, f)
	truth.check(t, &f.Total)
	checkErrorGroup(t, f, "TypeError", "no cart for [email]")
	checkErrorGroup(t, f, "RangeError", "order 8412 declined")

	if f := r.frame("--by", "tier", "-f", "tier=paid"); !slices.ContainsFunc(f.Segments, func(s frame.Row) bool { return s.Key == "paid" }) {
		t.Errorf("no segment of the tag: %+v", f.Segments)
	}
	tail := strings.Join(r.tail(), "\n")
	for _, want := range []string{`"name":"checkout_completed"`, `"sdk":"rum.js"`, `"browser":"Chrome"`, `"region":"eu-west"`, `"page":"/users/:id/orders"`} {
		if !strings.Contains(tail, want) {
			t.Errorf("no %s in what viewers receive:\n%s", want, tail)
		}
	}
	r.checkPrivacy()
	p.close()
	r.checkUnchanged(f)
}

func closedTab(t *testing.T, e *env) {
	p, r := openShop(t, e, func(r *harness) string {
		return fmt.Sprintf(`<script async crossorigin src="%s/rum.js" data-key="%s" data-release="2.4.1"></script>`, r.url, siteKey)
	})
	p.waitJS("window.rum && rum.flush")
	truth := p.degrade("shop.throws(); await new Promise(r => setTimeout(r))")
	p.close()
	f := r.frameWith("the view in a frame", hasVitals, "--by", "release")
	truth.check(t, &f.Total)
	if f.Total.Views != 1 || f.Total.Errors != 1 || f.Total.ErroredViews != 1 {
		t.Errorf("total: %+v", f.Total)
	}
}

// trouble is an uncaught error, an unhandled rejection, a request that fails on the
// server and one without a connection.
func trouble(t *testing.T) string {
	return "shop.throws(); shop.rejects(); await shop.fetches('http://127.0.0.1:" + freePort(t) + "/')"
}

func checkErroredView(t *testing.T, f *frame.Frame) {
	t.Helper()
	row := &f.Total
	if row.Views != 1 || row.Errors != 2 || row.ErroredViews != 1 || row.ErrorRate != 1 || row.Users != 1 || row.Affected != 1 ||
		row.Requests != 2 || row.FailedRequests != 2 {
		t.Errorf("total: %+v", *row)
	}
	if len(f.Segments) != 1 || f.Segments[0].Key != "2.4.1" || f.Segments[0].Views != 1 {
		t.Errorf("segments: %+v", f.Segments)
	}
	if h := f.Health; !h.Connected || h.Dropped+h.Gaps+h.Malformed != 0 || h.SampleRate != 1 {
		t.Errorf("health: %+v", h)
	}
}

func checkErrorGroup(t *testing.T, f *frame.Frame, typ, message string) {
	t.Helper()
	if !slices.ContainsFunc(f.Errors, func(e frame.ErrorGroup) bool {
		return e.Type == typ && e.Message == message && e.Count == 1 && e.Users == 1
	}) {
		t.Errorf("no %s: %s in %+v", typ, message, f.Errors)
	}
}

// checkUnchanged checks that closing a hidden tab counts nothing twice.
func (r *harness) checkUnchanged(before *frame.Frame) {
	r.t.Helper()
	// A beacon of our own that arrives after everything from the tab.
	r.post(`{"release":"after","events":[{"name":"after"}]}`)
	r.frameWith("the later beacon", func(f *frame.Frame) bool { return f.Total.Beacons == 1 }, "--release", "after")
	after := r.frame("--release", before.Segments[0].Key)
	if b, a := before.Total, after.Total; a.Views != b.Views || a.Errors != b.Errors || a.Requests != b.Requests || a.INP != b.INP || a.LCP.N != b.LCP.N {
		r.t.Errorf("before the tab was closed %+v, after %+v", b, a)
	}
}
