package collector

import (
	"context"
	"log/slog"
	"time"

	"github.com/rumtop/rumtop/internal/plain"
)

// complaintInterval keeps an outage from filling the disk with log lines.
const complaintInterval = 10 * time.Second

// maxLogged bounds an error's text in the log, in columns.
const maxLogged = 300

// complain logs an error, at most one in ten seconds: metrics count them all.
func (c *Collector) complain(what string, err error) {
	now, last := time.Now().UnixNano(), c.lastComplaint.Load()
	if now-last < int64(complaintInterval) || !c.lastComplaint.CompareAndSwap(last, now) || err == nil {
		return
	}
	c.log.Warn(what, "error", plain.Line(err.Error(), maxLogged))
}

// plainHandler takes out of messages what a terminal would obey: the HTTP
// server puts what clients sent into its own.
type plainHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h plainHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Message = plain.Line(r.Message, maxLogged)
	return h.Handler.Handle(ctx, r)
}
