package agg

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// maxSessions is the number of sessions that a frame lists.
const maxSessions = 100

// sessions lists the sessions with errors in [lo, hi), as spec asks for, the most
// errors first.
func (a *Aggregator) sessions(spec *frame.SessionsSpec, lo, hi int64) []frame.SessionRow {
	if !spec.On {
		return nil
	}
	rows := a.sessionErrors(spec, lo, hi)
	if len(rows) == 0 {
		return nil
	}
	a.addActivity(rows, lo, hi)
	out := make([]frame.SessionRow, 0, len(rows))
	for _, r := range rows {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(x, y frame.SessionRow) int {
		return cmp.Or(cmp.Compare(y.Errors, x.Errors), y.Last.Compare(x.Last), strings.Compare(x.ID, y.ID))
	})
	return slices.Clip(out[:min(len(out), maxSessions)])
}

// sessionErrors returns the sessions with the errors that spec asks for, by
// sender, with their last error and where it happened.
func (a *Aggregator) sessionErrors(spec *frame.SessionsSpec, lo, hi int64) map[beacon.ID]*frame.SessionRow {
	isWanted, isInSegment := a.errorTest(spec.Fingerprint), a.segmentTest(spec.Whole, spec.Key)
	if isWanted == nil || isInSegment == nil {
		return nil
	}
	l := a.log
	rows := map[beacon.ID]*frame.SessionRow{}
	l.Each(lo, hi, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 || c.Flags[i]&store.HasErrors == 0 || c.Identity[i] == 0 || !isInSegment(c, i) {
			return
		}
		for _, e := range c.RowErrors(i) {
			kind := &l.Errors.Kinds[e.Kind]
			if !isWanted(kind.Group) {
				continue
			}
			sender := l.SenderID(c, i)
			r := rows[sender]
			if r == nil {
				r = &frame.SessionRow{ID: store.HexID(uint64(sender))}
				rows[sender] = r
			}
			r.Errors++
			r.Release, r.Region = l.DimText(c.Origin[i], beacon.Release), l.DimText(c.Origin[i], beacon.Region)
			r.Browser, r.Page = l.DimText(c.Origin[i], beacon.BrowserVersion), l.PageText(c.Page[i])
			r.Error = l.ErrorText(kind)
		}
	})
	return rows
}

// addActivity adds what the sessions did in [lo, hi), whether it passes the filter
// or not.
func (a *Aggregator) addActivity(rows map[beacon.ID]*frame.SessionRow, lo, hi int64) {
	a.log.Each(lo, hi, func(c *store.Chunk, i int) {
		r := rows[a.log.SenderID(c, i)]
		if r == nil {
			return
		}
		extendSpan(r, timeOf(c.ReceivedAt(i)))
		if c.Flags[i]&beacon.FlagNavigation != 0 {
			r.Views++
		}
		if c.Flags[i]&store.HasRequests != 0 {
			_, failed := c.RequestCounts(i)
			r.Failed += failed
		}
	})
}

func extendSpan(r *frame.SessionRow, t time.Time) {
	if r.First.IsZero() || t.Before(r.First) {
		r.First = t
	}
	if t.After(r.Last) {
		r.Last = t
	}
}

// errorTest returns a test for an error group with a fingerprint, or any group if
// the fingerprint is empty. It returns nil if there is no such group.
func (a *Aggregator) errorTest(fingerprint string) func(group uint32) bool {
	if fingerprint == "" {
		return func(uint32) bool { return true }
	}
	wanted, ok := a.log.Errors.GroupIDs[fingerprint]
	if !ok {
		return nil
	}
	return func(group uint32) bool { return group == wanted }
}

// segmentTest returns a test for rows of a segment, or any row if whole is set. It
// returns nil if there is no such segment.
func (a *Aggregator) segmentTest(whole bool, key string) func(c *store.Chunk, i int) bool {
	if whole {
		return func(*store.Chunk, int) bool { return true }
	}
	seg := a.lens.segments.Find(key)
	if seg < 0 {
		return nil
	}
	return func(c *store.Chunk, i int) bool { return int(a.lens.segments.OfRow(c, i)) == seg }
}
