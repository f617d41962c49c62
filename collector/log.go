package collector

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/plain"
)

// complaintInterval keeps an outage, or an attack, from filling the disk with
// log lines.
const complaintInterval = 10 * time.Second

// maxLogged bounds an error's text in the log, in columns.
const maxLogged = 300

// throttle lets one line through in ten seconds. Metrics count them all.
type throttle struct{ last atomic.Int64 } // Unix nanoseconds

func (t *throttle) lets() bool {
	now, last := time.Now().UnixNano(), t.last.Load()
	return now-last >= int64(complaintInterval) && t.last.CompareAndSwap(last, now)
}

// complain logs an error, at most one in ten seconds.
func (c *Collector) complain(what string, err error) {
	if err != nil && c.complaints.lets() {
		c.log.Warn(what, "error", plain.Line(err.Error(), maxLogged))
	}
}

// panicked logs a defect with what is needed to find it. A panic's value may
// hold what a client sent.
func (c *Collector) panicked(value any, stack []byte) {
	c.panics.Add(1)
	if c.serverLines.lets() {
		c.log.Error("a request made the collector panic: please report it", "panic", c.loggable(fmt.Sprint(value)), "stack", string(stack))
	}
}

// loggable takes out of a text what is personal, and what a terminal would obey.
func (c *Collector) loggable(text string) string {
	return plain.Line(c.scrub.Text(text, maxMessage), maxLogged)
}

// serverLog is what the HTTP server writes its own lines to. They name client
// addresses and quote what clients sent, and clients cause them as they like.
type serverLog struct{ c *Collector }

// Write implements io.Writer.
func (l serverLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("TLS handshake error")) {
		l.c.handshakes.Add(1) // every scanner of the internet makes some
	} else if l.c.serverLines.lets() {
		l.c.log.Warn("http server", "said", l.c.loggable(string(bytes.TrimSpace(line))))
	}
	return len(line), nil
}
