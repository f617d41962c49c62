package demo

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// The JSON of a request is appended by hand: encoding/json would be most of the
// cost of half an hour of history.

const hexDigits = "0123456789abcdef"

// appendHex writes all 16 digits.
func appendHex(dst []byte, n uint64) []byte {
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[n>>shift&15])
	}
	return dst
}

// appendTenths writes a non-negative number with one decimal.
func appendTenths(dst []byte, v float64) []byte {
	n := uint64(math.Round(v * 10))
	dst = strconv.AppendUint(dst, n/10, 10)
	return append(dst, '.', byte('0'+n%10))
}

// appendCLS writes a number with four decimals, as the agent rounds it.
func appendCLS(dst []byte, v float64) []byte {
	n := uint64(math.Round(v * 10_000))
	dst = strconv.AppendUint(dst, n/10_000, 10)
	n %= 10_000
	return append(dst, '.', byte('0'+n/1000), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// body is a request's body while it is written: an array of one session's
// beacons.
type body struct {
	buf     []byte
	beacons int
	started int  // beacons, those not sent included
	muted   bool // beacons are discarded
	start   int  // of the current beacon in buf
}

func (b *body) reset(silent bool) {
	b.buf = append(b.buf[:0], '[')
	b.beacons, b.started, b.muted = 0, 0, silent
}

func (b *body) finish() { b.buf = append(b.buf, ']') }

// appendBeacon adds a beacon that was written before, with its leading comma.
func (b *body) appendBeacon(beacon []byte) {
	if b.beacons == 0 {
		beacon = beacon[1:]
	}
	b.buf = append(b.buf, beacon...)
	b.beacons++
	b.started++
}

// openBeacon starts a beacon. view is what all beacons of the page view share,
// rate the sample rate.
func (b *body) openBeacon(id uint64, time int64, view []byte, rate float64) {
	b.start = len(b.buf)
	if b.beacons > 0 {
		b.buf = append(b.buf, ',')
	}
	b.beacons++
	b.started++
	b.buf = append(b.buf, `{"id":"`...)
	b.buf = appendHex(b.buf, id)
	b.buf = append(b.buf, `","time":`...)
	b.buf = strconv.AppendInt(b.buf, time, 10)
	b.buf = append(b.buf, view...)
	b.buf = append(b.buf, `,"sample_rate":`...)
	b.buf = strconv.AppendFloat(b.buf, rate, 'f', -1, 64)
}

func (b *body) closeBeacon() {
	b.buf = append(b.buf, '}')
	if b.muted {
		b.buf = b.buf[:b.start]
		b.beacons--
	}
}

// openMetrics starts the object of metrics. closeMetrics ends it.
func (b *body) openMetrics() { b.buf = append(b.buf, `,"metrics":{`...) }

// appendMetric appends a measurement in milliseconds.
func (b *body) appendMetric(name string, v float64) {
	b.metricName(name)
	b.buf = appendTenths(b.buf, v)
}

func (b *body) appendMetricCLS(v float64) {
	b.metricName("cls")
	b.buf = appendCLS(b.buf, v)
}

func (b *body) metricName(name string) {
	if b.buf[len(b.buf)-1] != '{' {
		b.buf = append(b.buf, ',')
	}
	b.buf = append(b.buf, '"')
	b.buf = append(b.buf, name...)
	b.buf = append(b.buf, '"', ':')
}

func (b *body) closeMetrics() { b.buf = append(b.buf, '}') }

func (b *body) appendError(f pageError, time int64) {
	b.buf = append(b.buf, `,"errors":[{"type":`...)
	b.buf = appendString(b.buf, f.kind)
	b.buf = append(b.buf, `,"message":`...)
	b.buf = appendString(b.buf, f.message)
	if f.stack != "" {
		b.buf = append(b.buf, `,"stack":`...)
		b.buf = appendString(b.buf, f.stack)
	}
	b.buf = append(b.buf, `,"handled":`...)
	b.buf = strconv.AppendBool(b.buf, f.handled)
	b.buf = append(b.buf, `,"time":`...)
	b.buf = strconv.AppendInt(b.buf, time, 10)
	b.buf = append(b.buf, "}]"...)
}

// openRequests starts the list of requests. closeRequests ends it.
func (b *body) openRequests() { b.buf = append(b.buf, `,"requests":[`...) }

// openRequest starts an entry. The caller appends its address to buf and then
// calls closeRequest.
func (b *body) openRequest() {
	if b.buf[len(b.buf)-1] != '[' {
		b.buf = append(b.buf, ',')
	}
	b.buf = append(b.buf, `{"url":"`...)
}

// closeRequest ends the entry. A trace of 0 means none.
func (b *body) closeRequest(method string, status int, duration float64, trace uint64) {
	b.buf = append(b.buf, `","method":"`...)
	b.buf = append(b.buf, method...)
	b.buf = append(b.buf, `","status":`...)
	b.buf = strconv.AppendInt(b.buf, int64(status), 10)
	b.buf = append(b.buf, `,"duration":`...)
	b.buf = appendTenths(b.buf, duration)
	if trace != 0 {
		b.buf = append(b.buf, `,"trace":"`...)
		b.buf = appendHex(b.buf, trace)
		b.buf = appendHex(b.buf, mix(trace, 1))
		b.buf = append(b.buf, '"')
	}
	b.buf = append(b.buf, '}')
}

func (b *body) closeRequests() { b.buf = append(b.buf, ']') }

func (b *body) appendEvent(name string, value float64) {
	b.buf = append(b.buf, `,"events":[{"name":"`...)
	b.buf = append(b.buf, name...)
	b.buf = append(b.buf, `","value":`...)
	b.buf = appendTenths(b.buf, value)
	b.buf = append(b.buf, "}]"...)
}
