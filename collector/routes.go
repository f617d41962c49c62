package collector

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/rumtop/rumtop/collector/agent"
	"github.com/rumtop/rumtop/collector/wire"
)

// routes builds the handler: every format at its own paths and under the key,
// the browser agent, and what operators ask.
func (c *Collector) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	direct := map[string]*endpoint{}
	asked := map[string]bool{} // paths whose preflights are answered, whatever the method
	for _, f := range wire.Formats() {
		e := &endpoint{c: c, format: f, spec: f.Spec()}
		e.counts.seconds = newSeconds(e.spec.SDK)
		c.endpoint = append(c.endpoint, e)
		for _, pattern := range e.spec.Patterns {
			method, path, _ := strings.Cut(pattern, " ")
			if method == http.MethodPost && !strings.Contains(path, "{") {
				direct[path] = e
			}
			for _, p := range []string{path, "/k/{key}" + path} {
				mux.Handle(method+" "+p, e)
				if !asked[p] {
					mux.Handle("OPTIONS "+p, c.limited(http.HandlerFunc(c.preflight)))
					asked[p] = true
				}
			}
		}
	}
	mux.Handle("GET /rum.js", c.limited(agent.Handler()))
	metrics, err := c.metricsHandler()
	if err != nil {
		return nil, err
	}
	c.operators = c.operatorRoutes(metrics)
	if !c.cfg.OperatorsApart {
		mux.HandleFunc("GET /healthz", c.healthz)
		mux.HandleFunc("GET /readyz", c.readyz)
		mux.Handle("GET /metrics", c.limited(metrics))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer c.recovered()
		// What nearly every request is needs no pattern matching.
		if e := direct[r.URL.Path]; e != nil && r.Method == http.MethodPost {
			e.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// Operators serves what operators ask, /metrics, /healthz and /readyz, without
// a rate limit, for a listener of their own (see Config.OperatorsApart).
func (c *Collector) Operators() http.Handler { return c.operators }

func (c *Collector) operatorRoutes(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", c.healthz)
	mux.HandleFunc("GET /readyz", c.readyz)
	mux.Handle("GET /metrics", metrics)
	return mux
}

// limited holds clients to their rate where no beacons are sent, either. Health
// checks are left out: they cost nothing and must not fail.
func (c *Collector) limited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr, _ := c.client(r)
		if wait, ok := c.limiter.allow(addr, c.cfg.Now()); !ok {
			c.denyFor(w, deniedClientRate, wait)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// recovered ends a request that made a handler panic: that one alone.
func (c *Collector) recovered() {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
		c.panicked(p, debug.Stack())
	}
	panic(http.ErrAbortHandler) // the server hangs up and says no more
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
	case c.retiring.Load() || c.draining.Load():
		say(w, http.StatusServiceUnavailable, "draining")
	case bytes >= c.cfg.QueueBytes:
		say(w, http.StatusServiceUnavailable, "the queue is full: is NATS reachable?")
	default:
		say(w, http.StatusOK, fmt.Sprintf("ready, %d bytes queued", bytes))
	}
}
