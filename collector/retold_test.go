package collector

import (
	"testing"
	"time"
)

// An SDK tells one event in two beacons: it counts once, in any order.
func TestEventToldTwiceCountsOnce(t *testing.T) {
	const boomerang, sentry, logs, traces, datadog, aws = "/boomerang", "/api/1/envelope/", "/v1/logs", "/v1/traces", "/datadog", "/appmonitors/1"
	xhr := func(n, url, more string) string {
		return "pid=p1&rt.si=s&pgu=https%3A%2F%2Fshop.example%2Fcart&http.initiator=xhr&t_done=120&n=" + n + "&u=" + url + more
	}
	const priceError = "&err=~(~(c~502~m~'https*3a*2f*2fapi.example*2fprice~v~3))"
	stock := xhr("2", "https://api.example/stock", priceError)
	price := xhr("3", "https://api.example/price", "&http.errno=502")
	lostError := "&err=~(~(c~-998~m~'https*3a*2f*2fapi.example*2fprice~v~3))"
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	sentryError := "{}\n" + `{"type":"event"}` + "\n" + `{"event_id":"e1","request":{"url":"https://api.example/price","method":"POST"},` +
		`"contexts":{"trace":{"trace_id":"` + trace + `"},"response":{"status_code":502}},` +
		`"exception":{"values":[{"type":"Error","value":"HTTP Client Error with status code: 502","mechanism":{"type":"auto.http.client.fetch","handled":false}}]}}`
	sentrySpan := "{}\n" + `{"type":"span"}` + "\n" + `{"items":[{"span_id":"s1","trace_id":"` + trace + `","start_timestamp":1,"end_timestamp":1.12,` +
		`"attributes":{"sentry.op":{"value":"http.client"},"url.full":{"value":"https://api.example/price?id=7"},"http.request.method":{"value":"POST"},"http.response.status_code":{"value":502}}}]}`
	exception := `{"key":"exception.type","value":{"stringValue":"TypeError"}},{"key":"exception.message","value":{"stringValue":"no total"}}`
	log := `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"exception","traceId":"` + trace + `","spanId":"1111111111111111","attributes":[` + exception + `]}]}]}]}`
	span := `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"` + trace + `","spanId":"1111111111111111","name":"click","kind":1,"status":{"code":2},` +
		`"startTimeUnixNano":"1","endTimeUnixNano":"2","events":[{"name":"exception","attributes":[` + exception + `]}]}]}]}]}`
	datadogEvent := func(kind, rest string) string {
		return `{"type":"` + kind + `","session":{"id":"s"},"view":{"id":"v","url":"https://shop.example/cart"},` + rest + `}`
	}
	resource := datadogEvent("resource", `"resource":{"id":"r1","type":"fetch","url":"https://api.example/price","method":"POST","status_code":502,"duration":120000000}`)
	network := datadogEvent("error", `"error":{"id":"x1","source":"network","message":"Fetch error POST https://api.example/price","resource":{"url":"https://api.example/price","method":"POST","status_code":502}}`)
	awsBatch := func(id, events string) string {
		return `{"BatchId":"` + id + `","UserDetails":{"userId":"u","sessionId":"s"},"RumEvents":[` + events + `]}`
	}
	http := `{"type":"com.amazon.rum.http_event","metadata":"{\"pageId\":\"/cart\"}","details":{"trace_id":"1-4bf92f35-77b34da6a3ce929d0e0e4736","request":{"url":"https://api.example/price","method":"POST"},"response":{"status":502}}}`
	xray := `{"type":"com.amazon.rum.xray_trace_event","metadata":"{\"pageId\":\"/cart\"}","details":{"trace_id":"1-4bf92f35-77b34da6a3ce929d0e0e4736","subsegments":[{"start_time":1,"end_time":1.12,"http":{"request":{"url":"https://api.example/price","method":"POST"},"response":{"status":502}}}]}}`
	for _, tc := range []struct {
		name                     string
		path                     string
		sent                     []string
		requests, failed, errors int
	}{
		{"boomerang: the error first", boomerang, []string{stock, price}, 2, 1, 0},
		{"boomerang: the request first", boomerang, []string{price, stock}, 2, 1, 0},
		{"boomerang: in one beacon", boomerang, []string{price + priceError}, 1, 1, 0},
		{"boomerang: only the error", boomerang, []string{"pid=p1&pgu=https%3A%2F%2Fshop.example%2Fcart" + priceError}, 1, 1, 0},
		{"boomerang: the error alone, then the request", boomerang, []string{"pid=p1&n=1&pgu=https%3A%2F%2Fshop.example%2Fcart" + priceError, price}, 1, 1, 0},
		{"boomerang: the request, then the error alone", boomerang, []string{price, "pid=p1&n=4&pgu=https%3A%2F%2Fshop.example%2Fcart" + priceError}, 1, 1, 0},
		{"boomerang: without a connection", boomerang, []string{xhr("2", "https://api.example/stock", lostError), xhr("3", "https://api.example/price", "&http.errno=-998")}, 2, 1, 0},
		{"boomerang: two failures", boomerang, []string{stock, price, xhr("4", "https://api.example/price", "&http.errno=502")}, 3, 2, 0},
		{"boomerang: without the id of a page load", boomerang, []string{"rt.si=s&http.initiator=xhr&u=https://api.example/price&http.errno=502" + priceError}, 1, 1, 0},
		{"Sentry: the error first", sentry, []string{sentryError, sentrySpan}, 1, 1, 0},
		{"Sentry: the span first", sentry, []string{sentrySpan, sentryError}, 1, 1, 0},
		{"Sentry: only the error", sentry, []string{sentryError}, 1, 1, 0},
		{"OTLP: the log first", logs, []string{log, span}, 0, 0, 1},
		{"OTLP: the span first", traces, []string{span, log}, 0, 0, 1},
		{"Datadog: the error first", datadog, []string{network, resource}, 1, 1, 0},
		{"Datadog: the resource first", datadog, []string{resource, network}, 1, 1, 0},
		{"AWS: in one batch", aws, []string{awsBatch("b1", http+","+xray)}, 1, 1, 0},
		{"AWS: in two batches", aws, []string{awsBatch("b1", http), awsBatch("b2", xray)}, 1, 1, 0},
		{"AWS: the trace first", aws, []string{awsBatch("b1", xray), awsBatch("b2", http)}, 1, 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
			for _, body := range tc.sent {
				path, media := tc.path, "application/json"
				switch {
				case body == log:
					path = logs
				case body == span:
					path = traces
				case path == boomerang:
					media = "application/x-www-form-urlencoded"
				}
				if a := h.do("POST", path+"?key="+testKey, body, "Content-Type", media); a.status >= 300 {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
			f := h.frame()
			if int(f.Total.Requests) != tc.requests || int(f.Total.FailedRequests) != tc.failed || int(f.Total.Errors) != tc.errors {
				t.Errorf("%v requests, %v failed, %v errors, want %d, %d, %d", f.Total.Requests, f.Total.FailedRequests, f.Total.Errors, tc.requests, tc.failed, tc.errors)
			}
			for _, b := range h.publisher.beacons(t) {
				for _, r := range b.Requests {
					if r.Method == "" {
						t.Errorf("a request without a method: %+v", r)
					}
				}
			}
		})
	}
}

// A request whose duration is not known has none in any viewer's numbers.
func TestUnknownDurationIsAbsent(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.BatchBeacons = 1
		c.Now = func() time.Time { return time.UnixMilli(1763647652123) }
	})
	h.post(`{"requests":[{"url":"https://api.example/a","status":500},{"url":"https://api.example/b","status":500,"duration":null},{"url":"https://api.example/c","status":500,"duration":80}]}`)
	h.do("POST", "/collect?key="+testKey, `{"meta":{},"events":[{"name":"faro.performance.resource","attributes":{"name":"https://api.example/d","initiatorType":"fetch","responseStatus":"500"}}]}`)
	known := 0
	all := h.settle()
	for _, b := range all {
		for _, r := range b.Requests {
			if r.Duration != 0 {
				known++
			}
		}
	}
	if len(all) != 2 || known != 1 {
		t.Errorf("%d beacons, %d durations, want 2 and 1", len(all), known)
	}
}
