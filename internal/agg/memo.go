package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/compare"
	"github.com/rumtop/rumtop/internal/agg/explain"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Milliseconds that an answer is kept for a moving window: a verdict reads all
// history, what differs all of the window.
const (
	verdictEvery = 5000
	differsEvery = 5000
)

// verdictMemo is the last verdict.
type verdictMemo struct {
	spec   frame.VerdictSpec
	of     lensSubject
	at     int64
	rows   int
	answer *frame.Verdict
}

// cachedVerdict compares again if the query changed or the verdict is older than
// verdictEvery.
func (a *Aggregator) cachedVerdict(spec frame.VerdictSpec, hi int64) *frame.Verdict {
	m := &a.lastVerdict
	same := m.spec == spec && m.of == a.lensOf && a.log.Rows < 2*m.rows
	if age := hi - m.at; same && age >= 0 && age < verdictEvery {
		return m.answer
	}
	*m = verdictMemo{spec, a.lensOf, hi, a.log.Rows, a.verdict(spec, hi)}
	return m.answer
}

// verdict compares two releases with the history up to hi.
func (a *Aggregator) verdict(spec frame.VerdictSpec, hi int64) *frame.Verdict {
	if !spec.On {
		return nil
	}
	lo := hi - int64(maxRetain/time.Millisecond)
	if oldest, hasRows := a.log.Oldest(); hasRows {
		lo = oldest
	}
	if spec.Since > 0 {
		lo = max(lo, hi-spec.Since.Milliseconds())
	}
	return compare.Verdict(a.log, spec, lo, hi)
}

// differsMemo is the last answer about what differs.
type differsMemo struct {
	spec   frame.DiffersSpec
	of     lensSubject
	length int64
	at     int64 // right edge of its window
	rows   int
	answer *frame.Differs
}

// cachedDiffers compares again if the query changed, or the window moved by
// differsEvery.
func (a *Aggregator) cachedDiffers(q *frame.Query, lo, hi int64) *frame.Differs {
	if q.Differs == (frame.DiffersSpec{}) {
		return nil
	}
	m := &a.lastDiffers
	next := differsMemo{spec: q.Differs, of: a.lensOf, length: hi - lo}
	same := m.spec == next.spec && m.of == next.of && m.length == next.length && m.answer != nil
	if age := hi - m.at; same && age >= 0 && age < differsEvery && a.log.Rows < 2*m.rows && m.answer.Note == "" {
		return m.answer
	}
	next.at, next.rows, next.answer = hi, a.log.Rows, a.differs(q.Differs, lo, hi)
	*m = next
	return m.answer
}

// differs compares two parts of the page views received in [lo, hi).
func (a *Aggregator) differs(spec frame.DiffersSpec, lo, hi int64) *frame.Differs {
	q := compare.Question{Spec: spec, Lo: lo, Hi: hi, Fields: explain.Fields(a.tags())}
	if m := beacon.VitalIndex(spec.Metric); m >= 0 {
		q.P75 = a.now.total.vitals[m].Quantile(.75)
	}
	return compare.Differs(a.log, q)
}
