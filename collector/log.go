package collector

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/plain"
)

// logInterval keeps an outage, or an attack, from filling the disk with log
// lines.
const logInterval = 10 * time.Second

// maxLogged limits an error's text in the log, in columns.
const maxLogged = 300

// logThrottle permits one line per logInterval. Metrics count them all.
type logThrottle struct{ last atomic.Int64 } // Unix nanoseconds

func (t *logThrottle) permits() bool {
	now, last := time.Now().UnixNano(), t.last.Load()
	return now-last >= int64(logInterval) && t.last.CompareAndSwap(last, now)
}

// warn logs an error, if there is one, at most one per logInterval.
func (c *Collector) warn(what string, err error) {
	if err != nil && c.warnings.permits() {
		c.log.Warn(what, "error", plain.Line(err.Error(), maxLogged))
	}
}

// logPanic logs a bug with what is needed to find it. A panic's value may hold
// what a client sent.
func (c *Collector) logPanic(value any, stack []byte) {
	c.panics.Add(1)
	if c.serverLines.permits() {
		c.log.Error("panic while handling a request: please report this bug",
			"panic", c.loggable(fmt.Sprint(value)), "stack", string(stack))
	}
}

// loggable removes from a text what is personal, and what a terminal would obey.
func (c *Collector) loggable(text string) string {
	return plain.Line(c.scrub.Text(text, maxMessage), maxLogged)
}

// serverLog receives the HTTP server's own log lines. They name client addresses
// and quote what clients sent, and clients can cause any number of them.
type serverLog struct{ c *Collector }

// Write implements io.Writer.
func (l serverLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("TLS handshake error")) {
		l.c.handshakeFailures.Add(1) // every scanner of the internet causes some
	} else if l.c.serverLines.permits() {
		l.c.log.Warn("http server", "message", l.c.loggable(string(bytes.TrimSpace(line))))
	}
	return len(line), nil
}
