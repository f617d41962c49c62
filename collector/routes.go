package collector

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/rumtop/rumtop/collector/agent"
	"github.com/rumtop/rumtop/collector/wire"
)

// routes builds the handler: every format at its own paths and under the key,
// the browser agent, and what operators ask.
func (c *Collector) routes() http.Handler {
	mux := http.NewServeMux()
	direct := map[string]*endpoint{}
	for _, f := range wire.Formats() {
		e := &endpoint{c: c, format: f, match: f.Match()}
		e.counts.seconds = newSeconds(e.match.SDK)
		c.endpoint = append(c.endpoint, e)
		for _, pattern := range e.match.Patterns {
			method, path, _ := strings.Cut(pattern, " ")
			if method == http.MethodPost && !strings.Contains(path, "{") {
				direct[path] = e
			}
			for _, p := range []string{path, "/k/{key}" + path} {
				mux.Handle(method+" "+p, e)
				mux.HandleFunc("OPTIONS "+p, c.preflight)
			}
		}
	}
	mux.Handle("GET /rum.js", agent.Handler())
	mux.HandleFunc("GET /healthz", c.healthz)
	mux.HandleFunc("GET /readyz", c.readyz)
	mux.Handle("GET /metrics", c.metricsHandler())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What nearly every request is needs no pattern matching.
		if e := direct[r.URL.Path]; e != nil && r.Method == http.MethodPost {
			e.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// healthz says that the process is alive.
func (c *Collector) healthz(w http.ResponseWriter, _ *http.Request) {
	say(w, http.StatusOK, "ok")
}

// readyz says whether beacons are taken. While the server is away and the queue
// has room they are: taking the collector out of a balancer would lose them.
func (c *Collector) readyz(w http.ResponseWriter, _ *http.Request) {
	bytes := c.queue.status().bytes
	switch {
	case c.draining.Load():
		say(w, http.StatusServiceUnavailable, "draining")
	case bytes >= c.cfg.QueueBytes:
		say(w, http.StatusServiceUnavailable, "the queue is full: is NATS reachable?")
	default:
		say(w, http.StatusOK, fmt.Sprintf("ready, %d bytes queued", bytes))
	}
}
