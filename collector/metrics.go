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

	"github.com/rumtop/rumtop/collector/edge"
)

// statuses are the answers that have a counter of their own.
var statuses = [...]int{200, 400, 401, 403, 413, 415, 429, 431, 503}

// requestCounts counts one endpoint's requests by status; 200 stands for every
// success.
type requestCounts struct {
	byStatus [len(statuses)]atomic.Int64
	seconds  prometheus.Histogram
}

func (rc *requestCounts) observe(status int, took time.Duration) {
	for i, s := range statuses {
		if s == status {
			rc.byStatus[i].Add(1)
			break
		}
	}
	rc.seconds.Observe(took.Seconds())
}

const namespace = "rumtop_collector_"

// metricsCollector exposes the accounting and the counters to Prometheus, all of
// one moment.
type metricsCollector struct{ c *Collector }

var (
	descReceived  = desc("beacons_received_total", "Beacons received.")
	descPublished = desc("beacons_published_total", "Beacons acknowledged by NATS.")
	descRefused   = desc("beacons_refused_total", "Beacons refused, by reason.", "reason")
	descDropped   = desc("beacons_dropped_total", "Accepted beacons dropped, by reason.", "reason")
	descQueued    = desc("beacons_queued", "Beacons gathering, waiting or in flight.")
	descBytes     = desc("queue_bytes", "Size of the queue.")
	descMaxBytes  = desc("queue_max_bytes", "Limit of the queue's size.")
	descInFlight  = desc("batches_in_flight", "Batches published and not acknowledged.")
	descBatches   = desc("batches_published_total", "Batches acknowledged by NATS.")
	descFailures  = desc("publish_failures_total", "Failed attempts to publish a batch.")
	descRedacted  = desc("redactions_total", "Spans replaced by the scrubber, by kind.", "kind")
	descValues    = desc("values_refused_total", "Values and items left out of accepted beacons, by reason.", "reason")
	descOverflow  = desc("names_overflowed_total", "Names over a site's cap, counted as (other), by kind.", "kind")
	descEvicted   = desc("stitch_evicted_total", "What was forgotten because a table was full, the oldest first, by table.", "table")
	descDenied    = desc("requests_denied_total", "Whole requests denied, by reason.", "reason")
	descOpen      = desc("connections_open", "Open connections.")
	descClosed    = desc("connections_closed_total", "Connections closed by the limits: new ones (full; client: all of its client were active), "+
		"replaced ones (quiet: idle; slow), unfinished headers (header).", "reason")
	descHeld      = desc("body_bytes", "Memory of the bodies that are being read.")
	descCutOff    = desc("bodies_cut_off_total", "Slow requests cut off to make room.")
	descPanics    = desc("panics_total", "Requests whose handler panicked: each is a bug.")
	descShakes    = desc("tls_handshake_failures_total", "Failed TLS handshakes.")
	descExpires   = desc("tls_certificate_expiry_timestamp_seconds", "Expiry of the certificate in use, Unix time.")
	descReloads   = desc("tls_certificate_reload_failures_total", "Failed reloads of changed certificate files.")
	descForwarded = desc("forwarded_total", "Requests forwarded to a vendor, by format and result.", "sdk", "result")
	descWithheld  = desc("forward_dropped_total", "Requests not forwarded, by format and reason.", "sdk", "reason")
	descWaiting   = desc("forward_waiting_bytes", "Size of the requests that wait to be forwarded, by format.", "sdk")
	descRequests  = desc("http_requests_total", "Requests, by format and status (200: any success).", "sdk", "code")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+name, help, labels, nil)
}

// metricSink sends constant metrics of one scrape.
type metricSink chan<- prometheus.Metric

func (ch metricSink) counter(d *prometheus.Desc, v int64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
}

func (ch metricSink) gauge(d *prometheus.Desc, v int64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
}

// Describe implements prometheus.Collector; it asks Collect.
func (m metricsCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, ch) }

// Collect implements prometheus.Collector.
func (m metricsCollector) Collect(ch chan<- prometheus.Metric) {
	m.c.collectBeacons(ch)
	m.c.collectEdge(ch)
	m.c.collectForwarding(ch)
}

// collectBeacons exposes what became of beacons, batches, values and names.
func (c *Collector) collectBeacons(ch metricSink) {
	counts := c.accounts.snapshot()
	ch.counter(descReceived, counts.received)
	ch.counter(descPublished, counts.published)
	ch.gauge(descQueued, counts.queued)
	for r, n := range counts.lost {
		d := descRefused
		if reason(r).isDropped() {
			d = descDropped
		}
		ch.counter(d, n, reason(r).String())
	}
	q := c.queue.status()
	ch.gauge(descBytes, int64(q.bytes))
	ch.gauge(descMaxBytes, int64(c.cfg.QueueBytes))
	ch.gauge(descInFlight, int64(q.inFlight))
	ch.counter(descBatches, int64(q.delivered))
	ch.counter(descFailures, int64(q.failures))
	for kind, n := range c.scrub.Counts() {
		ch.counter(descRedacted, int64(n), kind)
	}
	for i := range c.refusedValues {
		ch.counter(descValues, c.refusedValues[i].Load(), valueNames[i])
	}
	for i := range c.overflows {
		ch.counter(descOverflow, c.overflows[i].Load(), overflowNames[i])
	}
	for table, n := range map[string]int64{
		"views": c.views.EvictedCount(), "view_defaults": c.viewDefaults.EvictedCount(), "view_max": c.viewMax.EvictedCount(),
		"resends": c.resends.EvictedCount(), "reports": c.reports.EvictedCount(), "retold": c.retold.EvictedCount(),
	} {
		ch.counter(descEvicted, n, table)
	}
}

// collectEdge exposes connections, bodies, requests and the certificate.
func (c *Collector) collectEdge(ch metricSink) {
	ch.gauge(descOpen, int64(c.conns.OpenCount()))
	for r := range edge.NumCloseReasons {
		ch.counter(descClosed, c.conns.ClosedCount(r), r.String())
	}
	ch.counter(descPanics, c.panics.Load())
	if c.certificate != nil {
		current, err := c.certificate.Refresh()
		c.warnOldCertificate(err)
		ch.gauge(descExpires, current.Leaf.NotAfter.Unix())
		ch.counter(descReloads, c.certificate.FailureCount())
		ch.counter(descShakes, c.handshakeFailures.Load())
	}
	ch.gauge(descHeld, c.bodies.HeldBytes())
	ch.counter(descCutOff, c.bodies.CutOffCount())
	for i := range c.denied {
		ch.counter(descDenied, c.denied[i].Load(), denials[i].reason)
	}
	for _, e := range c.endpoints {
		for i, code := range statuses {
			ch.counter(descRequests, e.counts.byStatus[i].Load(), e.spec.SDK, strconv.Itoa(code))
		}
	}
}

// collectForwarding exposes what became of forwarded requests.
func (c *Collector) collectForwarding(ch metricSink) {
	for _, s := range c.tee.Stats() {
		ch.counter(descForwarded, s.Forwarded, s.Format, "taken")
		ch.counter(descForwarded, s.Failed, s.Format, "failed")
		ch.gauge(descWaiting, s.Waiting, s.Format)
		for why, n := range s.Dropped {
			ch.counter(descWithheld, n, s.Format, why)
		}
	}
}

// newRequestSeconds is the histogram of an endpoint's response times.
func newRequestSeconds(sdk string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:        namespace + "http_request_seconds",
		Help:        "Time from a request's header to its answer, by format.",
		ConstLabels: prometheus.Labels{"sdk": sdk},
		Buckets:     []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
	})
}

// maxScrapes is how many scrapes may run at one time.
const maxScrapes = 4

// metricsHandler serves a registry of the collector's own, with Config.Metrics.
func (c *Collector) metricsHandler() (http.Handler, error) {
	r := prometheus.NewRegistry()
	all := append([]prometheus.Collector{
		metricsCollector{c}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}, c.cfg.Metrics...)
	for _, e := range c.endpoints {
		all = append(all, e.counts.seconds)
	}
	for _, m := range all {
		if err := r.Register(m); err != nil {
			return nil, fmt.Errorf("collector metrics: %w", err)
		}
	}
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes}), nil
}
