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

// routes builds the handler: every format and the browser agent at their own
// paths and under the key, and the admin endpoints. Those are at their exact
// paths only, so that a proxy can block them.
func (c *Collector) routes() (http.Handler, error) {
	direct := map[string]*endpoint{}
	for _, f := range wire.Formats() {
		e := &endpoint{c: c, format: f, spec: f.Spec()}
		e.counts.seconds = newRequestSeconds(e.spec.SDK)
		c.endpoints = append(c.endpoints, e)
		for _, pattern := range e.spec.Patterns {
			method, path, _ := strings.Cut(pattern, " ")
			if method == http.MethodPost && !strings.Contains(path, "{") {
				direct[path] = e
			}
			c.served.add(pattern, e)
		}
	}
	script := c.limited(agent.Handler())
	c.served.add("GET /rum.js", script)
	c.served.add("HEAD /rum.js", script)
	metrics, err := c.metricsHandler()
	if err != nil {
		return nil, err
	}
	c.admin = c.adminRoutes(metrics)
	admin := map[string]http.Handler{}
	if !c.cfg.SeparateAdmin {
		admin = map[string]http.Handler{"/healthz": c.admin, "/readyz": c.admin, "/metrics": c.limited(c.admin)}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer c.recoverPanic()
		// Nearly every request is for an SDK's exact path.
		if e := direct[r.URL.Path]; e != nil && r.Method == http.MethodPost {
			e.ServeHTTP(w, r)
			return
		}
		found, path, key := c.served.find(r.URL)
		switch h := admin[r.URL.Path]; {
		case h != nil && r.Method != http.MethodOptions:
			h.ServeHTTP(w, r)
		case found != nil:
			c.serve(w, r, found, path, key)
		case r.Method == http.MethodOptions:
			// The page can then read what is wrong with the path.
			c.limited(http.HandlerFunc(c.preflight)).ServeHTTP(w, r)
		default:
			c.refuse(w, r, deniedPath)
		}
	}), nil
}

// AdminHandler serves /metrics, /healthz and /readyz without a rate limit, for a
// listener of their own (see Config.SeparateAdmin).
func (c *Collector) AdminHandler() http.Handler { return c.admin }

func (c *Collector) adminRoutes(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", c.healthz)
	mux.HandleFunc("GET /readyz", c.readyz)
	mux.Handle("GET /metrics", metrics)
	return mux
}

// limited applies the rate limit of clients to requests without beacons. Health
// checks are exempt: they cost nothing and must not fail.
func (c *Collector) limited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr, _ := c.proxies.ClientAddr(r, c.cfg.ClientHeader)
		if wait, ok := c.clientRates.AllowClient(addr, c.cfg.Now()); !ok {
			c.denyText(w, deniedClientRate, wait)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// preflight answers the request that a browser sends before its first one.
func (c *Collector) preflight(w http.ResponseWriter, r *http.Request) {
	if !c.cors.SetHeaders(w, r) {
		c.denyText(w, deniedOrigin, 0)
		return
	}
	c.cors.WritePreflight(w)
}

// recoverPanic confines a panic of a handler to its request.
func (c *Collector) recoverPanic() {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
		c.logPanic(p, debug.Stack())
	}
	panic(http.ErrAbortHandler) // the server closes the connection and logs nothing
}

// healthz says that the process is alive.
func (c *Collector) healthz(w http.ResponseWriter, _ *http.Request) {
	writeText(w, http.StatusOK, "ok")
}

// readyz says whether beacons are accepted. They are while NATS is away and the
// queue has room: taking the collector out of a balancer would lose them.
func (c *Collector) readyz(w http.ResponseWriter, _ *http.Request) {
	bytes := c.queue.status().bytes
	switch {
	case c.retired.Load() || c.draining.Load():
		writeText(w, http.StatusServiceUnavailable, "draining")
	case bytes >= c.cfg.QueueBytes:
		writeText(w, http.StatusServiceUnavailable, "queue full: check that NATS is reachable")
	default:
		writeText(w, http.StatusOK, fmt.Sprintf("ready, %d bytes queued", bytes))
	}
}
