package main

import (
	"fmt"
	"strings"
	"testing"
)

var gpc = [2]string{"Sec-GPC", "1"}

// TestNumbers posts beacons over HTTP and reads the frame that scripts read:
// every number as the contract defines it, through collector, NATS and log.
func TestNumbers(t *testing.T) {
	cases := []struct {
		name  string
		posts []post
		args  []string
		want  numbers
	}{
		{
			name:  "one object",
			posts: []post{{body: `{"navigation":true,"release":"2.4.1","view":"v1","metrics":{"lcp":2412.5,"cls":0.04}}`}},
			want: numbers{
				"total/views": 1, "total/users": 1, "total/affected_users": 0, "total/error_rate": 0, "total/beacons": 1,
				"total/lcp/n": 1, "total/lcp/p50": 2412.5, "total/lcp/p99": 2412.5, "total/cls/p75": 0.04, "total/inp/n": 0, "total/inp/p75": nil,
				"segments/eu-west/views": 1, "errors/0": nil,
			},
		},
		{
			name: "array and lines, a malformed one rejects itself",
			posts: []post{
				{body: `[{"navigation":true,"view":"a"},{"navigation":true,"view":"b"},{"metrics":17}]`},
				{body: "{\"navigation\":true,\"view\":\"c\"}\n{\"navigation\":true,\"view\":\n{\"navigation\":true,\"view\":\"d\"}\n"},
				{body: `{"hello":"world"}`, status: 400},
			},
			want: numbers{"total/views": 4, "total/users": 4},
		},
		{
			name: "the same id counts once",
			posts: []post{
				{body: `{"id":"x","navigation":true,"view":"v","errors":[{"type":"E","message":"m"}]}`},
				{body: `[{"id":"x","navigation":true,"view":"v","errors":[{"type":"E","message":"m"}]},{"id":"y","view":"v","errors":[{"type":"E","message":"m"}]}]`},
			},
			want: numbers{"total/views": 1, "total/errors": 2, "total/errored_views": 1, "total/error_rate": 1, "errors/0/count": 2},
		},
		{
			name: "beacons without an id all count",
			posts: []post{
				{body: `{"navigation":true,"metrics":{"lcp":1000}}`},
				{body: `{"navigation":true,"metrics":{"lcp":1000}}`},
				{body: `{"navigation":true,"metrics":{"lcp":1000}}`},
			},
			want: numbers{"total/views": 3, "total/lcp/n": 3},
		},
		{
			name: "the last value of a view and metric replaces",
			posts: []post{
				{body: `{"navigation":true,"view":"v","metrics":{"inp":40,"lcp":5000}}`},
				{body: `{"view":"v","metrics":{"inp":600}}`},
				{body: `{"view":"v","metrics":{"inp":320}}`},
				{body: `{"navigation":true,"view":"w","metrics":{"inp":100}}`},
			},
			want: numbers{
				"total/views": 2, "total/inp/n": 2, "total/inp/p50": 100.0, "total/inp/p75": 320.0, "total/inp/p99": 320.0, "total/lcp/n": 1,
			},
		},
		{
			name:  "percentiles are nearest-rank",
			posts: []post{{body: views(1, 50)}, {body: views(51, 100)}},
			want: numbers{
				"total/views": 100, "total/lcp/n": 100, "total/lcp/p50": 5000.0, "total/lcp/p75": 7500.0, "total/lcp/p95": 9500.0, "total/lcp/p99": 9900.0,
				"total/cls/p50": 0.5, "total/cls/p95": 0.95, "total/ttfb/n": 0,
			},
		},
		{
			name: "an error of a view whose beginning was not seen",
			posts: []post{
				{body: `{"view":"v","user":"u","errors":[{"type":"TypeError","message":"x is undefined"}]}`},
				{body: `{"view":"v","user":"u","errors":[{"type":"TypeError","message":"x is undefined"}]}`},
			},
			want: numbers{
				"total/views": 1, "total/errors": 2, "total/errored_views": 1, "total/error_rate": 1,
				"total/users": 1, "total/affected_users": 1, "errors/0/count": 2, "errors/0/users": 1, "errors/0/type": "TypeError",
			},
		},
		{
			name: "errors with other numbers and ids in them are one group",
			posts: []post{
				{body: `{"view":"a","release":"2.4.0","errors":[{"type":"Error","message":"order 8412 not found"}]}`},
				{body: `{"view":"b","release":"2.4.1","errors":[{"type":"Error","message":"order 77 not found"}]}`},
				{body: `{"view":"c","release":"2.4.1","errors":[{"type":"Error","message":"cart not found"}]}`},
			},
			want: numbers{
				"total/errors": 3, "errors/0/count": 2, "errors/0/users": 2, "errors/0/releases/0": "2.4.0", "errors/0/releases/1": "2.4.1",
				"errors/1/count": 1, "errors/2": nil,
			},
		},
		{
			name: "failed requests are no errors",
			posts: []post{{body: `{"navigation":true,"view":"v","requests":[
				{"url":"/a","status":200},{"url":"/b","status":399},{"url":"/c","status":404},{"url":"/d","status":503},{"url":"/e","status":0}]}`}},
			want: numbers{"total/requests": 5, "total/failed_requests": 3, "total/errors": 0, "total/errored_views": 0, "total/affected_users": 0},
		},
		{
			name: "a sample is scaled, people are not",
			posts: []post{
				{body: `{"navigation":true,"view":"v","user":"u","sample_rate":0.1,"metrics":{"lcp":1000},"requests":[{"url":"/a","status":500}]}`},
				{body: `{"view":"v","user":"u","sample_rate":1,"errors":[{"type":"E","message":"m"}]}`},
			},
			want: numbers{
				"total/views": 10, "total/requests": 10, "total/failed_requests": 10, "total/lcp/n": 1, "total/errors": 1,
				"total/users": 1, "total/affected_users": 1, "total/estimated": true, "health/sample_rate": 0.1,
			},
		},
		{
			name: "sessions outside the sample bring their errors alone",
			posts: []post{
				{body: `{"navigation":true,"view":"v","session":"s","sample_rate":0.5}`},
				{body: `{"view":"w","session":"r","sampled":false,"errors":[{"type":"E","message":"m"}]}`},
			},
			want: numbers{"total/views": 2, "total/errors": 1, "total/affected_users": 1},
		},
		{
			name: "a user, else a session, else a view",
			posts: []post{{body: `[
				{"navigation":true,"view":"1","session":"s1","user":"jane"},
				{"navigation":true,"view":"2","session":"s2","user":"jane"},
				{"navigation":true,"view":"3","session":"s3"},
				{"navigation":true,"view":"4","session":"s3"},
				{"navigation":true,"view":"5"},
				{"navigation":true,"view":"6"}]`}},
			want: numbers{"total/views": 6, "total/users": 4, "total/users_exact": true},
		},
		{
			name: "minimal consent keeps errors without identifiers",
			posts: []post{
				{body: `{"navigation":true,"view":"v","user":"u","consent":"minimal","metrics":{"lcp":1000},"errors":[{"type":"E","message":"m"}]}`},
				{body: `{"navigation":true,"view":"w","user":"u","metrics":{"lcp":1000},"errors":[{"type":"E","message":"m"}]}`, header: gpc},
			},
			want: numbers{"total/errors": 2, "total/views": 0, "total/users": 0, "total/lcp/n": 0},
		},
		{
			name: "without consent nothing is kept",
			posts: []post{
				{body: `{"navigation":true,"view":"v","consent":"none","errors":[{"type":"E","message":"m"}]}`},
				{body: `{"navigation":true,"view":"w"}`},
			},
			want: numbers{"total/views": 1, "total/errors": 0, "total/beacons": 1},
		},
		{
			name: "by release, worst first",
			args: []string{"--by", "release"},
			posts: []post{{body: `[
				{"navigation":true,"view":"1","release":"2.4.0"},{"navigation":true,"view":"2","release":"2.4.0"},
				{"navigation":true,"view":"3","release":"2.4.1","errors":[{"type":"E","message":"m"}]},
				{"navigation":true,"view":"4"}]`}},
			want: numbers{
				"by": "release", "total/views": 4, "total/error_rate": 0.25, "segments/0/key": "2.4.1", "segments/2.4.1/error_rate": 1,
				"segments/2.4.1/affected_users": 1, "segments/2.4.0/views": 2, "segments/2.4.0/errors": 0, "segments/(none)/views": 1,
			},
		},
		{
			name:  "a user in two segments is one in the total",
			args:  []string{"--by", "release"},
			posts: []post{{body: `[{"navigation":true,"view":"1","user":"u","release":"a"},{"navigation":true,"view":"2","user":"u","release":"b"}]`}},
			want:  numbers{"total/users": 1, "segments/a/users": 1, "segments/b/users": 1},
		},
		{
			name:  "by a tag",
			args:  []string{"--by", "tier"},
			posts: []post{{body: `[{"navigation":true,"view":"1","tags":{"tier":"paid"}},{"navigation":true,"view":"2","tags":{"tier":"free"}},{"navigation":true,"view":"3"}]`}},
			want:  numbers{"segments/paid/views": 1, "segments/free/views": 1, "segments/(none)/views": 1},
		},
		{
			name: "a filter",
			args: []string{"-f", "release=2.4.* (lcp>2500 or tag.tier=paid)", "--region", "eu-*"},
			posts: []post{{body: `[
				{"navigation":true,"view":"1","release":"2.4.0","metrics":{"lcp":3000}},
				{"navigation":true,"view":"2","release":"2.4.1","metrics":{"lcp":2500}},
				{"navigation":true,"view":"3","release":"2.4.1","tags":{"tier":"paid"}},
				{"navigation":true,"view":"4","release":"2.5.0","metrics":{"lcp":9000}}]`}},
			want: numbers{"total/views": 2, "total/lcp/n": 1, "total/lcp/p75": 3000.0, "filter": "release=2.4.* (lcp>2500 or tag.tier=paid) region=eu-*"},
		},
		{
			name:  "a region without beacons",
			args:  []string{"--region", "us-*"},
			posts: []post{{body: `{"navigation":true,"view":"1"}`}},
			want:  numbers{"total/views": 0, "total/users": 0, "segments/0": nil, "health/retained": 1},
		},
		{
			name:  "one release of several by its flag, repeated",
			args:  []string{"--release", "a", "--release", "b*"},
			posts: []post{{body: `[{"navigation":true,"view":"1","release":"a"},{"navigation":true,"view":"2","release":"b1"},{"navigation":true,"view":"3","release":"c"}]`}},
			want:  numbers{"total/views": 2},
		},
		{
			name: "an assistant in the page: its measures, its cohort, its fallbacks",
			args: []string{"--by", "model", "--measure", "ttft", "-f", "feature=assistant", "--objective", "ttft=90% of ttft<=1500 where feature=assistant",
				"--objective", "answers=95% of answered per asked", "--objective", "inference=99% of requests:*/inference"},
			posts: []post{{body: `[
				{"navigation":true,"view":"1","user":"a","tags":{"feature":"assistant","model":"small"},"metrics":{"ttft":400,"tokens":120},"events":[{"name":"asked"},{"name":"answered"}],
					"requests":[{"url":"https://shop.example/inference","method":"POST","status":200,"duration":900}]},
				{"navigation":true,"view":"2","user":"b","tags":{"feature":"assistant","model":"large"},"metrics":{"ttft":3000,"tokens":480},"events":[{"name":"asked"},{"name":"fallback"}],
					"requests":[{"url":"https://shop.example/inference","method":"POST","status":503,"duration":8000}]},
				{"navigation":true,"view":"3","user":"c","metrics":{"ttft":9000}}]`}},
			want: numbers{
				"measure": "ttft", "total/views": 2, "total/measure/n": 2, "total/measure/p99": 3000.0, "segments/large/measure/p50": 3000.0, "segments/small/measure/n": 1,
				"total/requests": 2, "total/failed_requests": 1,
				"objectives/0/name": "ttft", "objectives/0/good": 0.5, "objectives/0/n": 2, "objectives/1/good": 0.5, "objectives/2/good": 0.5, "objectives/2/known": false,
			},
		},
		{
			name: "absurd values are left out",
			posts: []post{
				{body: `{"navigation":true,"view":"v","metrics":{"lcp":-1,"inp":1e300,"cls":"much","fcp":900}}`},
			},
			want: numbers{"total/views": 1, "total/lcp/n": 0, "total/inp/n": 0, "total/cls/n": 0, "total/fcp/n": 1},
		},
		{
			name: "Faro",
			args: []string{"--by", "release"},
			posts: []post{{path: "/collect", body: `{"meta":{"app":{"name":"shop","version":"2.4.1"},"session":{"id":"s"},"user":{"id":"u"},"page":{"url":"https://shop.example/cart?x=1"}},
				"events":[{"name":"faro.performance.navigation","timestamp":"2026-11-21T02:33:17.580Z","attributes":{"faroNavigationId":"n"}},
					{"name":"faro.performance.resource","timestamp":"2026-11-21T02:33:17.590Z","attributes":{"name":"https://api.example/cart","initiatorType":"fetch","responseStatus":"500","duration":"12"}}],
				"measurements":[{"type":"web-vitals","values":{"lcp":216,"delta":216},"timestamp":"2026-11-21T02:33:17.600Z","context":{"id":"v6-1795228397560-9410803000467"}}],
				"exceptions":[{"type":"TypeError","value":"mail jane@example.com","timestamp":"2026-11-21T02:33:17.601Z"}]}`}},
			want: numbers{
				"segments/2.4.1/views": 1, "total/errors": 1, "total/errored_views": 1, "total/users": 1, "total/affected_users": 1,
				"total/requests": 1, "total/failed_requests": 1, "total/lcp/n": 1, "total/lcp/p50": 216.0, "errors/0/message": "mail [email]",
			},
		},
		{
			name: "web-vitals",
			args: []string{"--by", "release"},
			posts: []post{
				{path: "/web-vitals", status: 204, body: `{"name":"LCP","value":2000,"id":"v6-1795228429202-1","url":"https://shop.example/","release":"2.4.1","view":"v","user":"u"}`},
				{path: "/web-vitals", status: 204, body: `[{"name":"INP","value":304,"id":"v6-1795228429202-2","release":"2.4.1","view":"v","user":"u"},{"name":"CLS","value":0.1,"id":"v6-1795228429202-3","release":"2.4.1","view":"v","user":"u"}]`},
				{path: "/web-vitals", status: 204, body: `{"name":"INP","value":520,"id":"v6-1795228429202-2","release":"2.4.1","view":"v","user":"u"}`},
			},
			want: numbers{
				"segments/2.4.1/views": 1, "total/users": 1, "total/lcp/p75": 2000.0, "total/inp/n": 1, "total/inp/p75": 520.0, "total/cls/p75": 0.1,
			},
		},
	}

	var flags []string
	for i := range cases {
		flags = append(flags, "--site", fmt.Sprintf("s%d=k%d", i, i))
	}
	h := newHarness(t, append(flags, "--region", "eu-west")...)
	for i, c := range cases {
		for _, p := range c.posts {
			h.send(fmt.Sprintf("k%d", i), p)
		}
	}
	h.settle()
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := *h
			h.t = t
			c.want["health/dropped"], c.want["health/gaps"], c.want["health/malformed"], c.want["health/loading"] = 0, 0, 0, 1
			c.want["site"], c.want["window_s"] = fmt.Sprintf("s%d", i), 300
			h.frame(fmt.Sprintf("s%d", i), c.args...).holds(t, c.want)
		})
	}
}

// views have an LCP of 100 ms and a CLS of 0.01 times their number.
func views(first, last int) string {
	var b strings.Builder
	for i := first; i <= last; i++ {
		fmt.Fprintf(&b, "{\"navigation\":true,\"view\":\"%d\",\"metrics\":{\"lcp\":%d,\"cls\":%g}}\n", i, 100*i, float64(i)/100)
	}
	return b.String()
}
