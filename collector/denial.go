package collector

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
)

// A denial is why a whole request was turned away. What becomes of single
// beacons is in the ledger.
type denial uint8

const (
	deniedHeader denial = iota
	deniedOrigin
	deniedEnding
	deniedClientRate
	deniedKey
	deniedSiteRate
	deniedType
	deniedEncoding
	deniedTooLarge
	deniedUndecodable
	deniedBrokenOff
	deniedBusy
	deniedUnusable
	deniedQueueFull
	numDenials
)

const (
	retryFull    = 5 * time.Second
	retryRestart = 2 * time.Second
)

// denials are what a client is told, and what the reason is called in metrics.
// No answer repeats anything that was sent.
var denials = [numDenials]struct {
	reason   string
	status   int
	retry    time.Duration
	sentence string
}{
	deniedHeader:      {"header", http.StatusRequestHeaderFieldsTooLarge, 0, "too many header fields"},
	deniedOrigin:      {"origin", http.StatusForbidden, 0, "this origin may not report here: the collector's --origin does not name it"},
	deniedEnding:      {"ending", http.StatusServiceUnavailable, retryRestart, "the collector is shutting down: try again after Retry-After seconds"},
	deniedClientRate:  {"client_rate", http.StatusTooManyRequests, 0, "too many requests from this address: try again after Retry-After seconds"},
	deniedKey:         {"key", http.StatusUnauthorized, 0, "the site's key is missing or unknown: send it in X-Rum-Key or ?key="},
	deniedSiteRate:    {"site_rate", http.StatusTooManyRequests, 0, "too many requests for this site: try again after Retry-After seconds"},
	deniedType:        {"type", http.StatusUnsupportedMediaType, 0, "unknown content type: this path takes "},
	deniedEncoding:    {"encoding", http.StatusUnsupportedMediaType, 0, "unknown content encoding: use gzip, deflate or none"},
	deniedTooLarge:    {"too_large", http.StatusRequestEntityTooLarge, 0, "the body is too large: send fewer beacons a request"},
	deniedUndecodable: {"undecodable", http.StatusBadRequest, 0, "the body cannot be decompressed"},
	deniedBrokenOff:   {"broken_off", http.StatusBadRequest, 0, "the body broke off"},
	deniedBusy:        {"busy", http.StatusServiceUnavailable, retryFull, "too many bodies at once: try again after Retry-After seconds"},
	deniedUnusable:    {"unusable", http.StatusBadRequest, 0, "nothing in the body could be used: see the documentation of the beacon format"},
	deniedQueueFull:   {"queue_full", http.StatusServiceUnavailable, retryFull, "the queue is full: try again after Retry-After seconds"},
}

// denialCounts counts requests that were turned away.
type denialCounts [numDenials]atomic.Int64

// deny turns a request away and returns the status.
func (c *Collector) deny(w http.ResponseWriter, d denial) int {
	return c.denyFor(w, d, denials[d].retry)
}

// denyFor turns a request away and says when to try again, in whole seconds.
func (c *Collector) denyFor(w http.ResponseWriter, d denial, wait time.Duration) int {
	c.refuse(w, d, wait)
	return say(w, denials[d].status, denials[d].sentence)
}

// refuse counts a denial, and says in the header when to try again.
func (c *Collector) refuse(w http.ResponseWriter, d denial, wait time.Duration) (seconds int) {
	c.denied[d].Add(1)
	if wait > 0 {
		seconds = max(int(math.Ceil(wait.Seconds())), 1)
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	return seconds
}

// deny turns a request away in the way that its SDK reads.
func (e *endpoint) deny(w http.ResponseWriter, r *http.Request, d denial) int {
	return e.denyFor(w, r, d, denials[d].retry)
}

func (e *endpoint) denyFor(w http.ResponseWriter, r *http.Request, d denial, wait time.Duration) int {
	why := wire.Denial{Status: denials[d].status, Wait: e.c.refuse(w, d, wait), Message: denials[d].sentence}
	if d == deniedType {
		why.Message += strings.TrimSuffix(strings.Join(e.spec.Types, ", "), ", ") // boomerang may name none
	}
	if e.spec.Deny == nil {
		return say(w, why.Status, why.Message)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	e.spec.Deny(w, r.Header, why)
	return why.Status
}

// bodyDenial is what a body that could not be read means for its request.
func bodyDenial(err error) denial {
	switch {
	case errors.Is(err, errTooLarge):
		return deniedTooLarge
	case errors.Is(err, errEncoding):
		return deniedEncoding
	case errors.Is(err, errBusy):
		return deniedBusy
	case errors.Is(err, errUnzip):
		return deniedUndecodable
	}
	return deniedBrokenOff
}

// say answers with one sentence.
func say(w http.ResponseWriter, status int, sentence string) int {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(sentence)+1))
	w.WriteHeader(status)
	w.Write([]byte(sentence + "\n"))
	return status
}
