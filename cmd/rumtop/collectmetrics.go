package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rumtop/rumtop/internal/stream"
)

// connectionMetrics are the metrics of the connection to NATS.
type connectionMetrics struct{ conn *stream.Conn }

var (
	descConnected  = prometheus.NewDesc("rumtop_collector_nats_connected", "1 while connected to NATS.", nil, nil)
	descReconnects = prometheus.NewDesc("rumtop_collector_nats_reconnects_total", "Reconnects to NATS.", nil, nil)
	descViolations = prometheus.NewDesc("rumtop_collector_nats_permission_violations_total", "NATS permission violations; see rumtop doctor.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m connectionMetrics) Describe(ch chan<- *prometheus.Desc) {
	prometheus.DescribeByCollect(m, ch)
}

// Collect implements prometheus.Collector.
func (m connectionMetrics) Collect(ch chan<- prometheus.Metric) {
	s := m.conn.State()
	connected := 0.0
	if s.Connected {
		connected = 1
	}
	ch <- prometheus.MustNewConstMetric(descConnected, prometheus.GaugeValue, connected)
	ch <- prometheus.MustNewConstMetric(descReconnects, prometheus.CounterValue, float64(s.Reconnects))
	ch <- prometheus.MustNewConstMetric(descViolations, prometheus.CounterValue, float64(s.Violations))
}

// publisherMetrics are the metrics of what waits for NATS.
type publisherMetrics struct{ publisher *stream.Publisher }

var (
	descWaiting = prometheus.NewDesc("rumtop_collector_nats_waiting_seconds", "How long the oldest batch has waited for its acknowledgement.", nil, nil)
	descProblem = prometheus.NewDesc("rumtop_collector_nats_problem", "1 while NATS does not store the batches as it should; the log says why.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m publisherMetrics) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, ch) }

// Collect implements prometheus.Collector.
func (m publisherMetrics) Collect(ch chan<- prometheus.Metric) {
	s := m.publisher.Status()
	problem := 0.0
	if s.Problem != "" {
		problem = 1
	}
	ch <- prometheus.MustNewConstMetric(descWaiting, prometheus.GaugeValue, s.Waiting.Seconds())
	ch <- prometheus.MustNewConstMetric(descProblem, prometheus.GaugeValue, problem)
}

// operatorTimeout bounds each part of an operator's request, and how long a
// connection may stay quiet.
const operatorTimeout = 30 * time.Second

// serveOperators serves metrics and health on an address of its own until the
// server is closed, also while the collector drains.
func (s *collectorServer) serveOperators(address string, log *slog.Logger) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("serve metrics on %s: %w: set another address with --metrics-listen", address, errors.Unwrap(err))
	}
	s.operators = &http.Server{
		Handler: s.collector.AdminHandler(), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: operatorTimeout, ReadTimeout: operatorTimeout, WriteTimeout: operatorTimeout, IdleTimeout: operatorTimeout,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	log.Info("serving metrics and health", "metrics", l.Addr().String())
	go func() {
		if err := s.operators.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Warn("stopped serving metrics and health", "error", err)
		}
	}()
	return nil
}
