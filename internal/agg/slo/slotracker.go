package slo

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// stepMS is the length of the steps in which objectives are counted.
const stepMS = 10 * store.SlotMS

const (
	// maxSteps is how many steps the longest history has: 14 days.
	maxSteps = 14 * 24 * 60 * 60 * 1000 / stepMS
	// maxStepsBack is how many steps a row may be before all others: a clock
	// that went back by more is wrong.
	maxStepsBack = 1000
)

// sloTracker counts one objective over the retained history, by the same rules
// as a frame: a view errs once, with its first error, and a view's last value
// counts.
type sloTracker struct {
	Objective
	log     *store.Log
	matcher *store.Matcher
	vital   int        // place in beacon.Vitals, -1: none
	counted store.Memo // of endpoints or names: those that the objective is about
	trials  store.Memo // of names: those of Of

	views store.Paged[sloView] // by log.Views
	first int64                // number of steps[0]
	steps []sloStep
}

// sloView is what is known of a page view.
type sloView struct {
	counted, errored bool
	last             store.Ref // the row of its last value
}

// sloStep is what was counted in one step.
type sloStep struct {
	all, bad int64 // fixed-point
	n        int   // of all, not scaled
}

func newSLOTracker(l *store.Log, o Objective) *sloTracker {
	t := &sloTracker{Objective: o, log: l, matcher: store.NewMatcher(l, o.Filter), vital: beacon.VitalIndex(o.Measure)}
	named := func(want string) func(uint32) bool { return func(id uint32) bool { return l.Strings.Text[id] == want } }
	switch o.Measure {
	case "requests":
		term := &filter.Term{Kind: filter.KindRequest, Op: filter.Eq, Values: []string{o.Request}}
		t.counted.Ask = func(endpoint uint32) bool { return o.Request == "" || term.MatchString(l.EndpointURL(endpoint)) }
	case "event":
		t.counted.Ask, t.trials.Ask = named(o.Event), named(o.Of)
	default:
		t.counted.Ask = named(o.Measure)
	}
	return t
}

// countRow counts the newest row of the log.
func (t *sloTracker) countRow(c *store.Chunk, i int, r store.Ref) {
	if !t.matcher.Passes(c, i) {
		return
	}
	switch {
	case t.Measure == "views":
		t.countView(c, i)
	case t.vital >= 0:
		t.countVital(c, i, r)
	case t.Measure == "requests":
		for _, e := range c.RowRequests(i) {
			if t.counted.Holds(uint32(e.Endpoint)) {
				t.addTrial(c, i, 1, e.Failed())
			}
		}
	case t.Measure == "event":
		for _, e := range c.RowEvents(i) {
			if t.trials.Holds(e.Name) {
				t.addTrial(c, i, 1, true)
			}
			if t.counted.Holds(e.Name) {
				t.removeBad(c, i)
			}
		}
	default:
		for _, e := range c.RowCustoms(i) {
			if t.counted.Holds(e.Name) {
				t.addTrial(c, i, 1, float64(e.Value) > t.Bound)
			}
		}
	}
}

func (t *sloTracker) countView(c *store.Chunk, i int) {
	flags, v := c.Flags[i], c.View[i]
	if v == 0 {
		roles := store.StandaloneRoles(flags, 0)
		if roles&store.RoleView != 0 {
			t.addTrial(c, i, 1, false)
		}
		if roles&store.RoleErrored != 0 {
			t.addBad(c, i)
		}
		return
	}
	t.views.Grow(int(v) + 1)
	view := t.views.Elem(v)
	if !view.counted && flags&beacon.FlagUnsampled == 0 {
		view.counted = true
		t.addTrial(c, i, 1, false)
	}
	if !view.errored && flags&store.HasErrors != 0 {
		view.errored = true
		t.addBad(c, i)
	}
}

func (t *sloTracker) countVital(c *store.Chunk, i int, r store.Ref) {
	if c.VitalMask[i]&(1<<t.vital) == 0 || c.Flags[i]&beacon.FlagUnsampled != 0 {
		return
	}
	if v := c.View[i]; v != 0 {
		t.views.Grow(int(v) + 1)
		view := t.views.Elem(v)
		if t.log.Has(view.last) {
			before, j := t.log.Row(view.last)
			if before.ReceivedAt(j) > c.ReceivedAt(i) {
				return // it was sent before the one that counts
			}
			t.addTrial(before, j, -1, t.isPoor(before, j))
		}
		view.last = r
	}
	t.addTrial(c, i, 1, t.isPoor(c, i))
}

func (t *sloTracker) isPoor(c *store.Chunk, i int) bool {
	return float64(c.Vital(i, t.vital)) > t.Bound
}

// step returns the step in which a row counts.
func (t *sloTracker) step(c *store.Chunk, i int) *sloStep {
	number := c.ReceivedAt(i) / stepMS
	if len(t.steps) == 0 {
		t.first = number
	}
	if number < t.first {
		if t.first-number > maxStepsBack {
			return &sloStep{}
		}
		t.steps = append(make([]sloStep, t.first-number), t.steps...)
		t.first = number
	}
	if gap := number - t.first - int64(len(t.steps)) + 1; gap > 0 {
		if gap > maxSteps {
			return &sloStep{}
		}
		t.steps = append(t.steps, make([]sloStep, gap)...)
	}
	return &t.steps[number-t.first]
}

// addTrial counts one that is good or bad; by is −1 to remove it.
func (t *sloTracker) addTrial(c *store.Chunk, i, by int, bad bool) {
	s := t.step(c, i)
	weight := int64(by) * t.log.Origins.Weights[c.Origin[i]]
	s.all += weight
	s.n += by
	if bad {
		s.bad += weight
	}
}

// addBad makes one of the trials a bad one.
func (t *sloTracker) addBad(c *store.Chunk, i int) {
	t.step(c, i).bad += t.log.Origins.Weights[c.Origin[i]]
}

// removeBad makes one of the trials a good one.
func (t *sloTracker) removeBad(c *store.Chunk, i int) {
	t.step(c, i).bad -= t.log.Origins.Weights[c.Origin[i]]
}

func (t *sloTracker) releaseView(view uint32) {
	if int(view) < t.views.Len() {
		*t.views.Elem(view) = sloView{}
	}
}

func (t *sloTracker) dropBefore(oldest int64) {
	if gone := min(oldest/stepMS-t.first, int64(len(t.steps))); gone > 0 {
		t.steps = t.steps[gone:]
		t.first += gone
	}
}

// sum adds up the steps that end in (to−span, to].
func (t *sloTracker) sum(span time.Duration, to int64) (sum sloStep) {
	from := (to - span.Milliseconds()) / stepMS
	for k := max(from, t.first); k < min((to+stepMS-1)/stepMS, t.first+int64(len(t.steps))); k++ {
		s := t.steps[k-t.first]
		sum.all += s.all
		sum.bad += s.bad
		sum.n += s.n
	}
	return sum
}

func (t *sloTracker) bytes() int { return 8*t.views.Room() + 24*cap(t.steps) }

func (s sloStep) badShare() float64 {
	if s.all <= 0 {
		return 0
	}
	return min(1, max(0, float64(s.bad)/float64(s.all)))
}
