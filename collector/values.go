package collector

import (
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The largest values that are plausible. Values beyond them are refused and
// counted; the rest of their beacon stays.
const (
	maxTiming = 10 * 60 * 1000 // milliseconds: ten minutes
	maxCLS    = 100
	maxCustom = 1e12
	maxStatus = 599
	minRate   = 1e-4 // a beacon counts for 10,000 at most
	maxClock  = 10 * 365 * 24 * time.Hour
)

// Why a value, or one item of a beacon, was refused.
const (
	valueMetric   = iota // not a number, negative, infinite or implausible
	valueName            // no usable name
	valueDuration        // of a request
	valueStatus          // of a request
	valueRate            // sample rate outside (0, 1], or implausibly small
	valueEvent           // value of an event
	valueTime            // browser's clock is off by years
	valueTag             // nothing usable left of it
	valueError           // error without type, message and stack
	valueRestore         // load metric of a page that came back from the back/forward cache
	valueExcess          // beyond what one beacon can hold
	valueOwn             // request to the collector itself
	valueConsent         // word other than full, minimal, none: read as none
	numValues
)

var valueNames = [numValues]string{
	valueMetric: "metric", valueName: "name", valueDuration: "duration", valueStatus: "status",
	valueRate: "sample_rate", valueEvent: "event", valueTime: "time", valueTag: "tag", valueError: "error",
	valueRestore: "bfcache", valueExcess: "excess", valueOwn: "own_request", valueConsent: "consent",
}

// valueCounts counts refused values.
type valueCounts [numValues]atomic.Int64

func (v *valueCounts) increment(kind int) { v[kind].Add(1) }

// metricName returns a metric's name and its largest plausible value. Vitals
// have no case: LCP and lcp are one.
func metricName(name string) (string, float64) {
	if len(name) <= 4 {
		switch {
		case strings.EqualFold(name, beacon.LCP):
			return beacon.LCP, maxTiming
		case strings.EqualFold(name, beacon.INP):
			return beacon.INP, maxTiming
		case strings.EqualFold(name, beacon.FCP):
			return beacon.FCP, maxTiming
		case strings.EqualFold(name, beacon.TTFB):
			return beacon.TTFB, maxTiming
		case strings.EqualFold(name, beacon.CLS):
			return beacon.CLS, maxCLS
		case name == "dns" || name == "tcp" || name == "tls":
			return name, maxTiming
		}
	}
	return name, maxCustom
}

// inRange says whether v is a number in [lo, hi].
func inRange(v, lo, hi float64) bool { return v >= lo && v <= hi }

// isLoad says whether a vital measures the loading of a page.
func isLoad(name string) bool {
	return name == beacon.LCP || name == beacon.FCP || name == beacon.TTFB
}

// browserTime is the browser's clock in Unix milliseconds, 0 if it is
// implausible.
func browserTime(ms float64, now time.Time, refused *valueCounts) int64 {
	if ms == 0 {
		return 0
	}
	if !(math.Abs(ms-float64(now.UnixMilli())) < float64(maxClock.Milliseconds())) {
		refused.increment(valueTime)
		return 0
	}
	return int64(ms)
}
