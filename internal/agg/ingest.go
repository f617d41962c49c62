package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
)

// lateAfter is how far a beacon may be behind the newest receive time, in
// milliseconds, before it counts as late: collectors gather beacons for a moment,
// and their clocks differ a little.
const lateAfter = 5000

// Add stores a decoded batch that was read at now. It keeps no reference to b, and
// removes muted errors from it. Beacons older than the retained history are
// counted as late, and not stored.
func (a *Aggregator) Add(b *beacon.Batch, now time.Time) { a.AddAll([]*beacon.Batch{b}, now) }

// AddAll stores several batches, in order. Small batches are faster together: the
// memory reads of their look-ups overlap.
func (a *Aggregator) AddAll(batches []*beacon.Batch, now time.Time) {
	nowMS := now.UnixMilli()
	if a.started == 0 {
		a.started = nowMS
	}
	oldest := nowMS - a.cfg.Retain.Milliseconds()
	rows := a.intake.LookUp(a.log, batches, min(oldest, nowMS))
	a.mergeUsers()
	for _, b := range batches {
		a.mute.strip(b)
		n := b.Len()
		a.appendRows(b, rows[:n], nowMS)
		rows = rows[n:]
	}
	a.expire(oldest)
}

// mergeUsers counts as one the users that turned out to be one.
func (a *Aggregator) mergeUsers() {
	merges := a.log.Identities.Merges()
	if a.lens == nil {
		return
	}
	for _, m := range merges {
		a.now.mergeUsers(m)
		a.before.mergeUsers(m)
		a.charts.mergeUsers(m)
		a.watch.MergeUsers(m)
	}
}

// appendRows adds the new rows of a batch to the log and counts them.
func (a *Aggregator) appendRows(b *beacon.Batch, rows []store.RowIDs, nowMS int64) {
	a.translation.Start(a.log, b)
	t := &a.translation
	for i := range rows {
		if !rows[i].IsNew {
			continue
		}
		received := min(b.Received[i], nowMS)
		a.updateNewest(received, nowMS-b.Received[i])
		c, row, r, complete := t.AppendRow(i, received, &rows[i])
		if !complete {
			a.overflow++
		}
		if a.log.Origins.Traffic[c.Origin[row]] == beacon.People {
			a.appeared.count(a.log, c.Origin[row], received)
			a.slo.CountRow(c, row, r)
		}
		a.viewRow(c, row, r)
		if c, row, r, complete = t.AppendExtensions(i, received, &rows[i]); c != nil {
			if !complete {
				a.overflow++
			}
			a.viewRow(c, row, r)
		}
	}
}

// viewRow looks at a new row through the lens.
func (a *Aggregator) viewRow(c *store.Chunk, row int, r store.Ref) {
	if a.lens != nil {
		a.lens.assignRoles(c, row, r)
		a.countRow(c, row, 1)
	}
}

// updateNewest updates the newest receive time and the lag, and counts a late
// beacon. What was received before the aggregator started is history: it says
// nothing about the lag and, in whatever order it is read, is not late.
func (a *Aggregator) updateNewest(received, lag int64) {
	live := received >= a.started
	switch {
	case received >= a.newest:
		a.newest = received
		if live {
			a.lag = lag
		}
	case live && received < a.newest-lateAfter:
		a.late++
	}
}

// countRow counts a row in the windows and charts, or subtracts it if by is -1.
func (a *Aggregator) countRow(c *store.Chunk, i, by int) {
	t := c.ReceivedAt(i)
	if a.now.covers(t) {
		a.now.countRow(c, i, by)
	}
	if a.before.covers(t) {
		a.before.countRow(c, i, by)
	}
	a.charts.countRow(c, i, by)
}

// expire evicts chunks that are older than the history or exceed the memory.
func (a *Aggregator) expire(oldest int64) {
	for len(a.log.Chunks) > 1 {
		c := a.log.Chunks[0]
		tooOld := c.Newest < oldest
		if !tooOld {
			if used := a.log.Bytes() + a.intake.Bytes() + a.slo.Bytes() + a.watch.Bytes() + a.silences.Bytes(); int64(used) <= a.cfg.Memory {
				return
			}
			a.evicted += int64(c.Rows)
		}
		if a.lens != nil {
			for i := range c.Rows {
				a.countRow(c, i, -1)
			}
		}
		a.log.Evict(a.releaseView)
		oldest, _ := a.log.Oldest()
		a.slo.DropBefore(oldest)
	}
}

// releaseView drops the state of a page view that has no row left.
func (a *Aggregator) releaseView(view uint32) {
	if a.lens != nil {
		a.lens.release(view)
	}
	a.slo.ReleaseView(view)
}
