package collector

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// statuses are the answers that are counted on their own.
var statuses = [...]int{200, 400, 401, 403, 413, 415, 429, 431, 503}

// requestCounts counts one endpoint's requests by what they were answered; 200
// stands for every success.
type requestCounts struct {
	byStatus [len(statuses)]atomic.Int64
	seconds  prometheus.Histogram
}

func (rc *requestCounts) add(status int, took time.Duration) {
	for i, s := range statuses {
		if s == status {
			rc.byStatus[i].Add(1)
			break
		}
	}
	rc.seconds.Observe(took.Seconds())
}

const namespace = "rumtop_collector_"

// books exposes the ledger and the counters to Prometheus, all of one moment.
type books struct{ c *Collector }

var (
	descReceived  = desc("beacons_received_total", "Beacons that arrived.")
	descPublished = desc("beacons_published_total", "Beacons that the server acknowledged.")
	descRefused   = desc("beacons_refused_total", "Beacons refused, by reason.", "reason")
	descDropped   = desc("beacons_dropped_total", "Beacons taken and given up, by reason.", "reason")
	descQueued    = desc("beacons_queued", "Beacons gathering, waiting or in flight.")
	descBytes     = desc("queue_bytes", "Size of what is queued.")
	descMaxBytes  = desc("queue_max_bytes", "Most that may be queued.")
	descFlying    = desc("batches_in_flight", "Batches published and not acknowledged.")
	descBatches   = desc("batches_published_total", "Batches that the server acknowledged.")
	descFailures  = desc("publish_failures_total", "Attempts to publish a batch that failed.")
	descRedacted  = desc("redactions_total", "Spans that the scrubber replaced, by kind.", "kind")
	descValues    = desc("values_refused_total", "Values and items left out of beacons that were kept, by reason.", "reason")
	descOverflow  = desc("names_overflowed_total", "Names beyond a site's cap, counted as (other), by kind.", "kind")
	descDenied    = desc("requests_denied_total", "Requests turned away as a whole, by reason.", "reason")
	descOpen      = desc("connections_open", "Connections that are open.")
	descTurned    = desc("connections_closed_total", "Connections that the limits closed: new ones while all (full) or all of their client's (client) were busy, those between requests that made room (quiet), and those that began a header and stopped (header).", "reason")
	descHeld      = desc("body_bytes", "Memory held by requests that are being read.")
	descHurried   = desc("bodies_cut_off_total", "Requests that were sent so slowly that they had to make room.")
	descPanics    = desc("panics_total", "Requests that made a handler panic: each is a defect.")
	descShakes    = desc("tls_handshake_failures_total", "TLS handshakes that failed.")
	descExpires   = desc("tls_certificate_expiry_timestamp_seconds", "When the certificate in use ends, Unix time.")
	descReloads   = desc("tls_certificate_reload_failures_total", "Times that changed certificate files could not be used.")
	descForwarded = desc("forwarded_total", "Requests passed on to a vendor, by format and whether it took them.", "sdk", "result")
	descWithheld  = desc("forward_dropped_total", "Requests not passed on to a vendor, by format and reason.", "sdk", "reason")
	descWaiting   = desc("forward_waiting_bytes", "Size of what waits to be passed on, by format.", "sdk")
	descRequests  = desc("http_requests_total", "Requests, by format and answer (200: any success).", "sdk", "code")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+name, help, labels, nil)
}

// Describe implements prometheus.Collector; what Collect sends says it all.
func (b books) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(b, ch) }

// Collect implements prometheus.Collector.
func (b books) Collect(ch chan<- prometheus.Metric) {
	c := b.c
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	e := c.ledger.snapshot()
	counter(descReceived, float64(e.received))
	counter(descPublished, float64(e.published))
	gauge(descQueued, float64(e.queued))
	for r, n := range e.lost {
		d := descRefused
		if reason(r).dropped() {
			d = descDropped
		}
		counter(d, float64(n), reason(r).String())
	}
	q := c.queue.status()
	gauge(descBytes, float64(q.bytes))
	gauge(descMaxBytes, float64(c.cfg.QueueBytes))
	gauge(descFlying, float64(q.flying))
	counter(descBatches, float64(q.delivered))
	counter(descFailures, float64(q.failures))
	for kind, n := range c.scrub.Counts() {
		counter(descRedacted, float64(n), kind)
	}
	for i := range c.values {
		counter(descValues, float64(c.values[i].Load()), valueNames[i])
	}
	for i := range c.overflow {
		counter(descOverflow, float64(c.overflow[i].Load()), overflowNames[i])
	}
	gauge(descOpen, float64(c.door.standing()))
	for i := range c.door.turned {
		counter(descTurned, float64(c.door.turned[i].Load()), turnNames[i])
	}
	counter(descPanics, float64(c.panics.Load()))
	if c.certificate != nil {
		current, err := c.certificate.refresh()
		c.complain(oldCertificate, err)
		gauge(descExpires, float64(current.Leaf.NotAfter.Unix()))
		counter(descReloads, float64(c.certificate.failures.Load()))
		counter(descShakes, float64(c.handshakes.Load()))
	}
	gauge(descHeld, float64(c.bodies.held.Load()))
	counter(descHurried, float64(c.bodies.hurried.Load()))
	for i := range c.denied {
		counter(descDenied, float64(c.denied[i].Load()), denials[i].reason)
	}
	for _, s := range c.tee.Stats() {
		counter(descForwarded, float64(s.Forwarded), s.Format, "taken")
		counter(descForwarded, float64(s.Failed), s.Format, "failed")
		gauge(descWaiting, float64(s.Waiting), s.Format)
		for why, n := range s.Dropped {
			counter(descWithheld, float64(n), s.Format, why)
		}
	}
	for _, ep := range c.endpoint {
		for i, code := range statuses {
			counter(descRequests, float64(ep.counts.byStatus[i].Load()), ep.spec.SDK, strconv.Itoa(code))
		}
	}
}

// newSeconds is the histogram of how long an endpoint's requests take.
func newSeconds(sdk string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:        namespace + "http_request_seconds",
		Help:        "Time from a request's header to its answer, by format.",
		ConstLabels: prometheus.Labels{"sdk": sdk},
		Buckets:     []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
	})
}

// maxScrapes is how many may read the metrics at one time.
const maxScrapes = 4

// metricsHandler serves a registry of the collector's own, with what
// Config.Metrics adds.
func (c *Collector) metricsHandler() (http.Handler, error) {
	r := prometheus.NewRegistry()
	all := append([]prometheus.Collector{
		books{c}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}, c.cfg.Metrics...)
	for _, e := range c.endpoint {
		all = append(all, e.counts.seconds)
	}
	for _, m := range all {
		if err := r.Register(m); err != nil {
			return nil, fmt.Errorf("collector metrics: %w", err)
		}
	}
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes}), nil
}
