package collector

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A browser that got no answer sends its reports again, together with newer ones.
// They count once; another client's same reports count, too.
func TestDuplicateReportsCountOnce(t *testing.T) {
	var now atomic.Int64
	now.Store(1763647652_000)
	h := newHarness(t, func(c *Config) {
		c.TrustedProxies = []string{"127.0.0.0/8"}
		c.Now = func() time.Time { return time.UnixMilli(now.Load()) }
	})
	refused := func(age int) string {
		return fmt.Sprintf(`{"type":"network-error","age":%d,"url":"https://api.example/cart","body":{"phase":"connection","type":"tcp.refused","method":"GET"}}`, age)
	}
	violation := func(age int, image string) string {
		return fmt.Sprintf(`{"type":"csp-violation","age":%d,"url":"https://shop.example/","body":{"effectiveDirective":"img-src","blockedURL":"https://evil.example/%s"}}`, age, image)
	}
	legacy := `{"csp-report":{"document-uri":"https://shop.example/old","violated-directive":"img-src","blocked-uri":"https://evil.example/a"}}`
	post := func(client string, status int, reports ...string) {
		t.Helper()
		body := "[" + strings.Join(reports, ",") + "]"
		if a := h.do("POST", "/reports?key=pk_shop", body, "Content-Type", "application/reports+json", "X-Forwarded-For", client); a.status != status {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	}
	for _, tc := range []struct {
		name             string
		send             func()
		requests, errors int
	}{
		{"the same twice in one request", func() { post("192.0.2.1", 204, refused(100), refused(100)) }, 2, 0},
		{"both again, with a newer one", func() { now.Add(60_000); post("192.0.2.1", 204, refused(60_200), refused(60_150), refused(40)) }, 3, 0},
		{"another client", func() { post("192.0.2.2", 204, refused(40)) }, 4, 0},
		{"the same client, later", func() { now.Add(60_000); post("192.0.2.1", 204, refused(0)) }, 5, 0},
		{"similar violations", func() { post("192.0.2.1", 204, violation(0, "a")); post("192.0.2.1", 204, violation(9, "b")) }, 5, 1},
		{"older form", func() { post("192.0.2.1", 204, legacy); post("192.0.2.1", 204, legacy) }, 5, 2},
		{"a moment later", func() { now.Add(10_000); post("192.0.2.1", 204, legacy) }, 5, 3},
	} {
		tc.send()
		requests, errors := 0, 0
		for _, b := range h.settle() {
			requests, errors = requests+len(b.Requests), errors+len(b.Errors)
		}
		if requests != tc.requests || errors != tc.errors {
			t.Errorf("%s: %d requests and %d errors, want %d and %d", tc.name, requests, errors, tc.requests, tc.errors)
		}
	}
	if s := h.balanced(); s.Dropped["resend"] != 4 {
		t.Errorf("stats %+v", s)
	}
}

// Denied reports are accepted when they are sent again.
func TestDeniedReportsResendAccepted(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.QueueBytes = 64 << 10 })
	h.publisher.configure(func(s *fakePublisher) { s.stall = true })
	crash := func(i int) string {
		return fmt.Sprintf(`[{"type":"crash","url":"https://shop.example/%d","body":{"reason":"oom","stack":%q}}]`, i, strings.Repeat("at f (a.js:1:2)\n", 400))
	}
	post := func(i int) int {
		return h.do(http.MethodPost, "/reports?key=pk_shop", crash(i), "Content-Type", "application/reports+json").status
	}
	i := 0
	for ; post(i) == http.StatusNoContent; i++ {
		if i > 1000 {
			t.Fatal("the queue is never full")
		}
	}
	h.publisher.resume(nil)
	h.settle()
	if status := post(i); status != http.StatusNoContent {
		t.Errorf("status %d when there is room again, want 204", status)
	}
	if got := len(h.settle()); got != i+1 {
		t.Errorf("%d crashes, want %d", got, i+1)
	}
}

// Two people behind one address with the same browser report the identical thing
// within seconds: they are two where anything tells them apart.
func TestReportsOfTwoPeople(t *testing.T) {
	crash := func(age int, page, body string) string {
		return fmt.Sprintf(`{"type":"crash","age":%d,"url":"https://shop.example/%s","user_agent":"Chrome","body":{%s}}`, age, page, body)
	}
	refused := func(age int, body string) string {
		return fmt.Sprintf(`{"type":"network-error","age":%d,"url":"https://api.example/cart","body":{"phase":"connection","type":"tcp.refused","method":"GET"%s}}`, age, body)
	}
	const reason = `"reason":"oom"`
	for _, tc := range []struct {
		name          string
		first, second string
		header        []string
		apart         time.Duration
		want          int // of reports that count
	}{
		{"nothing tells them apart", crash(0, "a", reason), crash(0, "a", reason), nil, 0, 1},
		{"a resend, a minute later", crash(0, "a", reason), crash(60_000, "a", reason), nil, time.Minute, 1},
		{"the moment, by arrival", crash(0, "a", reason), crash(0, "a", reason), nil, 3 * time.Second, 2},
		{"the moment, by age", crash(100, "a", reason), crash(3100, "a", reason), nil, 0, 2},
		{"the page", crash(0, "a", reason), crash(0, "b", reason), nil, 0, 2},
		{"the body", crash(0, "a", reason), crash(0, "a", reason+`,"is_top_level":true`), nil, 0, 2},
		{"a member of the body that is not read", refused(0, `,"protocol":"h2"`), refused(0, `,"protocol":"http/1.1"`), nil, 0, 2},
		{"the browser", crash(0, "a", reason), crash(0, "a", reason), []string{"User-Agent", "Firefox"}, 0, 2},
		{"the languages", crash(0, "a", reason), crash(0, "a", reason), []string{"Accept-Language", "de"}, 0, 2},
		{"the address", crash(0, "a", reason), crash(0, "a", reason), []string{"X-Forwarded-For", "192.0.2.7"}, 0, 2},
		{"what came with it", crash(0, "a", reason) + "," + refused(0, ""), crash(0, "a", reason), nil, 0, 3},
		{"what came with both", crash(0, "a", reason) + "," + refused(0, ""), crash(0, "a", reason) + "," + crash(0, "c", reason), nil, 0, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var now atomic.Int64
			now.Store(1763647652_000)
			h := newHarness(t, func(c *Config) {
				c.TrustedProxies = []string{"127.0.0.0/8"}
				c.Now = func() time.Time { return time.UnixMilli(now.Load()) }
			})
			for i, body := range []string{tc.first, tc.second} {
				header := []string{"Content-Type", "application/reports+json", "X-Forwarded-For", "192.0.2.1", "Accept-Language", "en"}
				if i == 1 {
					now.Add(tc.apart.Milliseconds())
					header = append(header, tc.header...)
				}
				if a := h.do("POST", "/reports?key="+testKey, "["+body+"]", header...); a.status != 204 {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
			got := 0
			for _, b := range h.settle() {
				got += len(b.Requests) + len(b.Errors)
			}
			if got != tc.want {
				t.Errorf("%d reports count, want %d", got, tc.want)
			}
		})
	}
}
