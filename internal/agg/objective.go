package agg

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// Objective is a service level objective: which share of what users do should
// be good. The rest of it is the error budget.
type Objective struct {
	Name   string
	Target float64 // share that should be good, (0, 1)

	// Measure is what is looked at: "views" (good without an error), a metric
	// (good up to Bound), "requests" (good if they do not fail) or "event"
	// (Event is good, per Of).
	Measure string
	Bound   float64 // milliseconds, of CLS and custom metrics their own unit
	Request string  // URL of the requests, * globs; "": all
	Event   string
	Of      string

	Filter filter.Expr // whose

	MutedUntil time.Time // until then it wakes nobody
}

// Span is a stretch of time.
type Span struct{ From, To time.Time }

func (s Span) contains(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Alert says when an objective's budget burns so fast that somebody should be
// woken: at more than Above times the speed at which it would last exactly its
// period, over all of For, and over Still, so that it is over soon after its cause.
type Alert struct {
	BurnFactor              float64
	LongWindow, ShortWindow time.Duration
}

// MaxObjectives bounds how many are kept count of.
const MaxObjectives = 16

// objectiveText is the grammar of ParseObjective, up to where.
var objectiveText = regexp.MustCompile(`^\s*([0-9.]+)\s*%\s*of\s+([^\s<]+)(?:\s*<=\s*([0-9.]+)(ms|s)?)?(?:\s+per\s+(\S+))?\s*$`)

// ParseObjective reads an objective as people write it:
//
//	99.5% of views                          page views without an error
//	75% of lcp<=2500                        a vital or any other metric
//	99% of requests:*/api/payment           requests that do not fail
//	90% of checkout_completed per checkout  events, by name
//
// and after each, if it is about some only, where and a filter:
//
//	99% of views where region=eu-* page=/checkout
func ParseObjective(name, text string) (Objective, error) {
	what, whose, _ := strings.Cut(text, " where ")
	m := objectiveText.FindStringSubmatch(what)
	if m == nil {
		return Objective{}, fmt.Errorf("objective %q is not understood: %s", text, objectiveHint)
	}
	o := Objective{Name: name, Measure: strings.ToLower(m[2])}
	percent, err := strconv.ParseFloat(m[1], 64)
	if err != nil || !(percent > 0 && percent < 100) {
		return Objective{}, fmt.Errorf("objective %q: the share is above 0%% and below 100%%", text)
	}
	o.Target = percent / 100
	if o.Filter, err = filter.Parse(whose); err != nil {
		return Objective{}, fmt.Errorf("objective %q: %w", text, err)
	}
	requests, which, _ := strings.Cut(m[2], ":")
	switch {
	case m[5] != "":
		o.Measure, o.Event, o.Of = "event", m[2], m[5]
	case m[3] != "":
		if o.Bound, err = strconv.ParseFloat(m[3], 64); err != nil {
			return Objective{}, fmt.Errorf("objective %q: %q is no number", text, m[3])
		}
		if m[4] == "s" {
			o.Bound *= 1000
		}
	case o.Measure == "views":
	case strings.EqualFold(requests, "requests"):
		o.Measure, o.Request = "requests", which
	default:
		return Objective{}, fmt.Errorf("objective %q: up to which %s is it good? %s", text, m[2], objectiveHint)
	}
	return o, nil
}

const objectiveHint = `write it as "99.5% of views", "75% of lcp<=2500", "99% of requests:*/api/payment" or ` +
	`"90% of checkout_completed per checkout", and "where FILTER" after it`

// String is the objective as [ParseObjective] reads it.
func (o Objective) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%% of ", strconv.FormatFloat(100*o.Target, 'f', -1, 32))
	switch o.Measure {
	case "views":
		b.WriteString("views")
	case "requests":
		b.WriteString("requests")
		if o.Request != "" {
			b.WriteString(":" + o.Request)
		}
	case "event":
		b.WriteString(o.Event + " per " + o.Of)
	default:
		b.WriteString(o.Measure + "<=" + strconv.FormatFloat(o.Bound, 'f', -1, 64))
	}
	if o.Filter.Root != nil {
		b.WriteString(" where " + o.Filter.String())
	}
	return b.String()
}

// objectiveStep is the length of the slots in which objectives are counted.
const objectiveStep = 10 * store.SlotMS

// promise keeps count of one objective over the retained history. Its counts
// are by the same rules as a frame's: a view errs once, when it errs first, and
// a view's last value is the one that counts.
type promise struct {
	Objective
	log     *store.Log
	matcher *store.Matcher
	vital   int        // place in beacon.Vitals, -1: none
	which   store.Memo // of endpoints or names, those that the objective is about
	whole   store.Memo // of names, those that Of is about

	views store.Paged[kept] // by log.views
	first int64             // number of steps[0]
	steps []kept10s
}

// kept is what is known of a page view.
type kept struct {
	counted, failed bool
	last            store.Ref // the row of its last value
}

// kept10s is what was counted in one step.
type kept10s struct {
	all, bad int64 // fixed-point
	n        int   // of all, not scaled
}

func newPromise(l *store.Log, o Objective) *promise {
	p := &promise{Objective: o, log: l, matcher: store.NewMatcher(l, o.Filter), vital: beacon.VitalIndex(o.Measure)}
	named := func(want string) func(uint32) bool { return func(id uint32) bool { return l.Strings.Text[id] == want } }
	switch o.Measure {
	case "requests":
		term := &filter.Term{Kind: filter.KindRequest, Op: filter.Eq, Values: []string{o.Request}}
		p.which.Ask = func(endpoint uint32) bool { return o.Request == "" || term.MatchString(l.EndpointURL(endpoint)) }
	case "event":
		p.which.Ask, p.whole.Ask = named(o.Event), named(o.Of)
	default:
		p.which.Ask = named(o.Measure)
	}
	return p
}

// count takes in a row that has just come last.
func (p *promise) count(c *store.Chunk, i int, r store.Ref) {
	if !p.matcher.Passes(c, i) {
		return
	}
	switch {
	case p.Measure == "views":
		p.countView(c, i)
	case p.vital >= 0:
		p.countVital(c, i, r)
	case p.Measure == "requests":
		for _, e := range c.RowRequests(i) {
			if p.which.Holds(uint32(e.Endpoint)) {
				p.add(c, i, 1, e.Failed())
			}
		}
	case p.Measure == "event":
		for _, e := range c.RowEvents(i) {
			if p.whole.Holds(e.Name) {
				p.add(c, i, 1, true)
			}
			if p.which.Holds(e.Name) {
				p.forgive(c, i)
			}
		}
	default:
		for _, e := range c.RowCustoms(i) {
			if p.which.Holds(e.Name) {
				p.add(c, i, 1, float64(e.Value) > p.Bound)
			}
		}
	}
}

func (p *promise) countView(c *store.Chunk, i int) {
	flags, v := c.Flags[i], c.View[i]
	if v == 0 {
		verdict := store.StandaloneRoles(flags, 0)
		if verdict&store.RoleView != 0 {
			p.add(c, i, 1, false)
		}
		if verdict&store.RoleErrored != 0 {
			p.spoil(c, i)
		}
		return
	}
	p.views.Grow(int(v) + 1)
	k := p.views.Elem(v)
	if !k.counted && flags&beacon.FlagUnsampled == 0 {
		k.counted = true
		p.add(c, i, 1, false)
	}
	if !k.failed && flags&store.HasErrors != 0 {
		k.failed = true
		p.spoil(c, i)
	}
}

func (p *promise) countVital(c *store.Chunk, i int, r store.Ref) {
	if c.VitalMask[i]&(1<<p.vital) == 0 || c.Flags[i]&beacon.FlagUnsampled != 0 {
		return
	}
	if v := c.View[i]; v != 0 {
		p.views.Grow(int(v) + 1)
		k := p.views.Elem(v)
		if p.log.Has(k.last) {
			before, j := p.log.Row(k.last)
			if before.ReceivedAt(j) > c.ReceivedAt(i) {
				return // it was sent before the one we know
			}
			p.add(before, j, -1, p.poor(before, j))
		}
		k.last = r
	}
	p.add(c, i, 1, p.poor(c, i))
}

func (p *promise) poor(c *store.Chunk, i int) bool { return float64(c.Vital(i, p.vital)) > p.Bound }

// step is where a row is counted.
func (p *promise) step(c *store.Chunk, i int) *kept10s {
	number := c.ReceivedAt(i) / objectiveStep
	if len(p.steps) == 0 {
		p.first = number
	}
	if number < p.first {
		if p.first-number > 1000 {
			return &kept10s{} // a clock that went back by hours
		}
		p.steps = append(make([]kept10s, p.first-number), p.steps...)
		p.first = number
	}
	if gap := number - p.first - int64(len(p.steps)) + 1; gap > 0 {
		if gap > maxRetain.Milliseconds()/objectiveStep {
			return &kept10s{}
		}
		p.steps = append(p.steps, make([]kept10s, gap)...)
	}
	return &p.steps[number-p.first]
}

// add counts one more that is good or bad; by is −1 to take one back.
func (p *promise) add(c *store.Chunk, i, by int, bad bool) {
	s := p.step(c, i)
	weight := int64(by) * p.log.Origins.Weights[c.Origin[i]]
	s.all += weight
	s.n += by
	if bad {
		s.bad += weight
	}
}

// spoil makes one of those counted a bad one.
func (p *promise) spoil(c *store.Chunk, i int) {
	p.step(c, i).bad += p.log.Origins.Weights[c.Origin[i]]
}

// forgive makes one of those counted a good one.
func (p *promise) forgive(c *store.Chunk, i int) {
	p.step(c, i).bad -= p.log.Origins.Weights[c.Origin[i]]
}

// release forgets a view that has no row left.
func (p *promise) release(view uint32) {
	if int(view) < p.views.Len() {
		*p.views.Elem(view) = kept{}
	}
}

// expire forgets the steps before a time, Unix milliseconds.
func (p *promise) expire(before int64) {
	if gone := min(before/objectiveStep-p.first, int64(len(p.steps))); gone > 0 {
		p.steps = p.steps[gone:]
		p.first += gone
	}
}

// over sums the steps that end in (to−span, to].
func (p *promise) over(span time.Duration, to int64) (sum kept10s) {
	from := (to - span.Milliseconds()) / objectiveStep
	for k := max(from, p.first); k < min((to+objectiveStep-1)/objectiveStep, p.first+int64(len(p.steps))); k++ {
		s := p.steps[k-p.first]
		sum.all += s.all
		sum.bad += s.bad
		sum.n += s.n
	}
	return sum
}

// promised is the memory that objectives take.
func (a *Aggregator) promised() (n int) {
	for _, p := range a.promises {
		n += p.bytes()
	}
	return n
}

func (p *promise) bytes() int { return 8*p.views.Room() + 24*cap(p.steps) }
