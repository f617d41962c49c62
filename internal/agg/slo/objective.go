// Package slo tracks service level objectives over the log: how fast each burns
// its error budget, and whether it is in breach.
package slo

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/filter"
)

// Objective is a service level objective: the share of page views, values,
// requests or events that should be good. The rest is the error budget.
type Objective struct {
	Name   string
	Target float64 // share that should be good, (0, 1)

	// Measure is what counts: "views" (good without an error), a metric (good
	// up to Bound), "requests" (good if they do not fail) or "event" (Event is
	// good, per Of).
	Measure string
	Bound   float64 // milliseconds; that of CLS and custom metrics in their unit
	Request string  // URL of the requests, * globs; "": all
	Event   string
	Of      string

	Filter filter.Expr // which page views

	MutedUntil time.Time // before that it is not in breach
}

// Span is a range of time, without its end.
type Span struct{ From, To time.Time }

func (s Span) contains(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Alert is the limit of a burn rate: an objective is in breach while it exceeds
// BurnFactor over LongWindow, and over ShortWindow, so that the breach ends soon
// after its cause. At a burn rate of 1 the budget lasts exactly its period.
type Alert struct {
	BurnFactor              float64
	LongWindow, ShortWindow time.Duration
}

// withDefaults fills in what an alert leaves open: a burn rate of 3 over a
// quarter of an hour, and over the last third of it.
func (a Alert) withDefaults() Alert {
	if a.BurnFactor <= 0 {
		a.BurnFactor = 3
	}
	if a.LongWindow <= 0 {
		a.LongWindow = 15 * time.Minute
	}
	if a.ShortWindow <= 0 || a.ShortWindow > a.LongWindow {
		a.ShortWindow = a.LongWindow / 3
	}
	return a
}

// MaxObjectives bounds the objectives that are tracked.
const MaxObjectives = 16

// objectivePattern is the grammar of [ParseObjective], up to "where".
var objectivePattern = regexp.MustCompile(`^\s*([0-9.]+)\s*%\s*of\s+([^\s<]+)(?:\s*<=\s*([0-9.]+)(ms|s)?)?(?:\s+per\s+(\S+))?\s*$`)

// ParseObjective reads an objective as people write it:
//
//	99.5% of views                          page views without an error
//	75% of lcp<=2500                        a vital or any other metric
//	99% of requests:*/api/payment           requests that do not fail
//	90% of checkout_completed per checkout  events, by name
//
// each followed by "where" and a filter if it is about some page views only:
//
//	99% of views where region=eu-* page=/checkout
func ParseObjective(name, text string) (Objective, error) {
	target, filterText, _ := strings.Cut(text, " where ")
	m := objectivePattern.FindStringSubmatch(target)
	if m == nil {
		return Objective{}, fmt.Errorf("objective %q: invalid syntax: %s", text, syntaxHint)
	}
	percent, of, bound, unit, per := m[1], m[2], m[3], m[4], m[5]
	o := Objective{Name: name, Measure: strings.ToLower(of)}
	share, err := strconv.ParseFloat(percent, 64)
	if err != nil || !(share > 0 && share < 100) {
		return Objective{}, fmt.Errorf("objective %q: invalid share: use one above 0%% and below 100%%", text)
	}
	o.Target = share / 100
	if o.Filter, err = filter.Parse(filterText); err != nil {
		return Objective{}, fmt.Errorf("objective %q: %w", text, err)
	}
	requests, url, _ := strings.Cut(of, ":")
	switch {
	case per != "":
		o.Measure, o.Event, o.Of = "event", of, per
	case bound != "":
		if o.Bound, err = strconv.ParseFloat(bound, 64); err != nil {
			return Objective{}, fmt.Errorf("objective %q: invalid bound %q: use a number such as 2500, 2500ms or 2.5s", text, bound)
		}
		if unit == "s" {
			o.Bound *= 1000
		}
	case o.Measure == "views":
	case strings.EqualFold(requests, "requests"):
		o.Measure, o.Request = "requests", url
	default:
		return Objective{}, fmt.Errorf("objective %q: no bound of %s: %s", text, of, syntaxHint)
	}
	return o, nil
}

const syntaxHint = `write it as "99.5% of views", "75% of lcp<=2500", "99% of requests:*/api/payment" or ` +
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
