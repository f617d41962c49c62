//go:build e2e

package agent

import "testing"

// requests waits for n requests and returns them by method and URL.
func (s *harness) requests(n int) map[string]sentRequest {
	s.t.Helper()
	var got map[string]sentRequest
	s.collector.wait(s.t, "requests", func(posts []post) bool {
		got = map[string]sentRequest{}
		for _, b := range accepted(posts) {
			for _, r := range b.Requests {
				got[r.Method+" "+r.URL] = r
			}
		}
		return len(got) >= n
	})
	return got
}

// dead is the address of an unused port.
const dead = "http://127.0.0.1:1"

func fetches(t *testing.T, s *harness) {
	s.visit("")
	unhandled := eval[int](s, `await (async () => {
		let n = 0;
		addEventListener('unhandledrejection', () => n++);
		await fetch('/status/200?token=secret#x');
		await fetch('/status/500', {method: 'post', headers: {traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'}});
		await fetch(new Request('/status/404', {method: 'DELETE'}));
		await fetch(new URL('/status/201', location));
		await fetch('`+dead+`/cart').catch(() => {});
		const stop = new AbortController();
		const aborted = fetch('/never', {signal: stop.signal}).catch(() => {});
		stop.abort();
		await aborted;
		const reasoned = new AbortController();
		const gone = fetch('/never', {signal: reasoned.signal}).catch(() => {});
		reasoned.abort(new Error('changed my mind'));
		await gone;
		await fetch('`+s.edge.URL+`/v1/beacons?key=k1', {method: 'POST'});
		await fetch('data:text/plain,hello');
		fetch('`+dead+`/unhandled');
		await new Promise(r => setTimeout(r, 1200));
		rum.flush();
		return n;
	})()`)
	if unhandled != 1 {
		t.Errorf("the page saw %d unhandled rejections of its fetches, want its 1", unhandled)
	}
	got := s.requests(6)
	for key, status := range map[string]int{
		"GET " + s.site.URL + "/status/200":    200,
		"POST " + s.site.URL + "/status/500":   500,
		"DELETE " + s.site.URL + "/status/404": 404,
		"GET " + s.site.URL + "/status/201":    201,
		"GET " + dead + "/cart":                0,
		"GET " + dead + "/unhandled":           0,
	} {
		r, ok := got[key]
		if !ok || r.Status != status || r.Duration < 0 || r.Duration > 5000 {
			t.Errorf("%s = %+v, want status %d", key, r, status)
		}
	}
	if len(got) != 6 {
		t.Errorf("requests = %v: aborted ones, data: and the agent's own must not be there", got)
	}
	if trace := got["POST "+s.site.URL+"/status/500"].Trace; trace != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("trace = %q", trace)
	}
	// Caused by the page itself: an empty post to the collector, and an unhandled
	// rejection, whose stack names the agent's wrapper.
	s.collector.mu.Lock()
	s.collector.wrong = nil
	s.collector.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.thrown = nil
}

func xhrs(t *testing.T, s *harness) {
	s.visit("")
	s.run(`
		const call = (method, url, set) => new Promise(r => {
			const x = new XMLHttpRequest();
			x.open(method, url);
			x.setRequestHeader('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
			x.onloadend = () => r(x);
			x.send();
			if (set) set(x);
		});
		await call('get', '/status/200?q=1');
		await call('PUT', '/status/503');
		await call('GET', '/never', x => x.abort());
		await call('GET', '/never', x => x.timeout = 50);
		const x = new XMLHttpRequest(); x.open('GET', '` + dead + `/xhr'); x.send();
		await new Promise(r => x.onloadend = r);
		await new Promise(r => setTimeout(r, 1200));
		rum.flush()`)
	got := s.requests(4)
	for key, status := range map[string]int{
		"GET " + s.site.URL + "/status/200": 200,
		"PUT " + s.site.URL + "/status/503": 503,
		"GET " + s.site.URL + "/never":      0,
		"GET " + dead + "/xhr":              0,
	} {
		if r, ok := got[key]; !ok || r.Status != status {
			t.Errorf("%s = %+v, want status %d", key, r, status)
		}
	}
	if r := got["PUT "+s.site.URL+"/status/503"]; r.Trace != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("trace = %q", r.Trace)
	}
}

// requestCap: many successful requests do not displace failed ones.
func requestCap(t *testing.T, s *harness) {
	s.visit("")
	s.run("for (let i = 0; i < 70; i++) await fetch('/status/200/' + i); await fetch('/status/500'); rum.flush()")
	var good, bad int
	s.collector.wait(t, "failed request", func(posts []post) bool {
		good, bad = 0, 0
		for _, b := range accepted(posts) {
			for _, r := range b.Requests {
				if r.Status == 500 {
					bad++
				} else {
					good++
				}
			}
		}
		return bad > 0
	})
	if good != 50 || bad != 1 {
		t.Errorf("%d good and %d bad requests, want 50 and 1", good, bad)
	}
}
