package collector

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/collector/wire"
)

// denial is why a whole request was denied. What became of single beacons is in
// the accounting.
type denial uint8

const (
	deniedHeader denial = iota
	deniedPath
	deniedMethod
	deniedOrigin
	deniedEnding
	deniedClientRate
	deniedKey
	deniedSiteRate
	deniedType
	deniedEncoding
	deniedTooLarge
	deniedUndecodable
	deniedIncomplete
	deniedBusy
	deniedUnusable
	deniedQueueFull
	numDenials
)

const (
	retryFull    = 5 * time.Second
	retryRestart = 2 * time.Second
)

// denials are the answers to clients, and the reasons in metrics. No answer
// repeats anything that was sent.
var denials = [numDenials]struct {
	reason string
	status int
	retry  time.Duration
	text   string
}{
	deniedHeader: {"header", http.StatusRequestHeaderFieldsTooLarge, 0,
		"too many header fields"},
	deniedPath: {"path", http.StatusNotFound, 0,
		"unknown path: see the paths in docs/sdks.md, and let a proxy remove its own prefix"},
	deniedMethod: {"method", http.StatusMethodNotAllowed, 0,
		"wrong method for this path: send POST, or GET where the SDK does"},
	deniedOrigin: {"origin", http.StatusForbidden, 0,
		"origin not allowed: add it to the collector's --origin"},
	deniedEnding: {"ending", http.StatusServiceUnavailable, retryRestart,
		"collector is shutting down: retry after Retry-After seconds"},
	deniedClientRate: {"client_rate", http.StatusTooManyRequests, 0,
		"too many requests from this address: retry after Retry-After seconds"},
	deniedKey: {"key", http.StatusUnauthorized, 0,
		"site key missing or unknown: send it in X-Rum-Key or ?key="},
	deniedSiteRate: {"site_rate", http.StatusTooManyRequests, 0,
		"too many requests for this site: retry after Retry-After seconds"},
	deniedType: {"type", http.StatusUnsupportedMediaType, 0,
		"unknown content type: use "},
	deniedEncoding: {"encoding", http.StatusUnsupportedMediaType, 0,
		"unknown content encoding: use gzip, deflate or none"},
	deniedTooLarge: {"too_large", http.StatusRequestEntityTooLarge, 0,
		"body too large: send fewer beacons per request"},
	deniedUndecodable: {"undecodable", http.StatusBadRequest, 0,
		"body cannot be decompressed"},
	deniedIncomplete: {"broken_off", http.StatusBadRequest, 0,
		"incomplete body"},
	deniedBusy: {"busy", http.StatusServiceUnavailable, retryFull,
		"too many bodies at once: retry after Retry-After seconds"},
	deniedUnusable: {"unusable", http.StatusBadRequest, 0,
		"no usable beacon in the body: see the documentation of the beacon format"},
	deniedQueueFull: {"queue_full", http.StatusServiceUnavailable, retryFull,
		"queue full: retry after Retry-After seconds"},
}

// denialCounts counts requests that were denied.
type denialCounts [numDenials]atomic.Int64

// denyText denies a request in plain text, and says when to retry if wait is not
// 0.
func (c *Collector) denyText(w http.ResponseWriter, d denial, wait time.Duration) {
	c.countDenial(w, d, wait)
	writeText(w, denials[d].status, denials[d].text)
}

// countDenial counts a denial, and sets Retry-After if wait is not 0: in whole
// seconds, which it returns.
func (c *Collector) countDenial(w http.ResponseWriter, d denial, wait time.Duration) (seconds int) {
	c.denied[d].Add(1)
	if wait > 0 {
		seconds = max(int(math.Ceil(wait.Seconds())), 1)
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	return seconds
}

// deny denies a request in the form that its SDK reads, and returns the status.
func (e *endpoint) deny(w http.ResponseWriter, r *http.Request, d denial) int {
	return e.denyFor(w, r, d, denials[d].retry)
}

// denyFor is deny with a time to wait.
func (e *endpoint) denyFor(w http.ResponseWriter, r *http.Request, d denial, wait time.Duration) int {
	why := wire.Denial{Status: denials[d].status, Wait: e.c.countDenial(w, d, wait), Message: denials[d].text}
	if d == deniedType {
		why.Message += strings.TrimSuffix(strings.Join(e.spec.Types, ", "), ", ") // boomerang may send none
	}
	if e.spec.Deny == nil {
		return writeText(w, why.Status, why.Message)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	e.spec.Deny(w, r.Header, why)
	return why.Status
}

// bodyDenial is the denial for an error of edge.BodyReader.
func bodyDenial(err error) denial {
	switch {
	case errors.Is(err, edge.ErrTooLarge):
		return deniedTooLarge
	case errors.Is(err, edge.ErrEncoding):
		return deniedEncoding
	case errors.Is(err, edge.ErrBusy):
		return deniedBusy
	case errors.Is(err, edge.ErrDecompress):
		return deniedUndecodable
	}
	return deniedIncomplete
}

// writeText answers with one line of text, and returns the status.
func writeText(w http.ResponseWriter, status int, text string) int {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(text)+1))
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
	return status
}
