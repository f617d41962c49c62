package frame

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/measure"
)

// AllTraffic asks for the page views of everybody, and for all errors.
const AllTraffic = "all"

// TrafficChoices are the values of Query.Traffic, the default first.
func TrafficChoices() []string {
	names := make([]string, 0, beacon.NumTraffic+1)
	for c := range beacon.NumTraffic {
		names = append(names, c.String())
	}
	return append(names, AllTraffic)
}

// CountedTraffic is the traffic that counts: all of it if the filter or the
// grouping names traffic, or the filter picks the device bot; else what Traffic
// asks for, people if that is empty or unknown.
func (q *Query) CountedTraffic() string {
	switch {
	case slices.Contains(strings.Split(q.By, ","), beacon.Traffic.String()) || q.Filter.NamesTraffic():
		return AllTraffic
	case slices.Contains(TrafficChoices(), q.Traffic):
		return q.Traffic
	}
	return beacon.People.String()
}

// Excluded is what Query.Traffic left out of the window, of what passes the
// filter: page views, and errors of extensions.
type Excluded struct {
	People    Count `json:"people,omitempty"`
	Bots      Count `json:"bot"`
	Synthetic Count `json:"synthetic"`
	Errors    Count `json:"extension"`
}

// Views is the number of page views that were left out.
func (e *Excluded) Views() Count { return e.People + e.Bots + e.Synthetic }

// ManyExcluded is the share of page views left out above which the trust line
// says so.
const ManyExcluded = 0.2

// AreMany reports whether a large share of the page views was left out.
func (e *Excluded) AreMany(counted Count) bool {
	left := e.Views()
	return left > 0 && float64(left) > ManyExcluded*float64(left+counted)
}

// String is what was left out in words, "" for nothing: 12 bot views, 3
// extension errors.
func (e *Excluded) String() string {
	var parts []string
	for _, c := range [...]struct {
		n         Count
		one, many string
	}{
		{e.People, "people's view", "people's views"}, {e.Bots, "bot view", "bot views"},
		{e.Synthetic, "synthetic view", "synthetic views"}, {e.Errors, "extension error", "extension errors"},
	} {
		if c.n > 0 {
			parts = append(parts, measure.Quantity(float64(c.n), c.one, c.many))
		}
	}
	return strings.Join(parts, ", ")
}

// TrafficRow is one class of traffic on a page, or in another segment.
type TrafficRow struct {
	Views     Count
	Seen      int // not scaled
	ErrorRate float64
	LCP       Dist
}

// TrafficComparison is people beside monitors and tests.
type TrafficComparison struct {
	People, Synthetic TrafficRow
	Errors, LCP       Delta // people minus monitors; unknown if one side is thin
}

// Comparable reports whether both sides have enough views.
func (c *TrafficComparison) Comparable() bool {
	return c.People.Seen >= Thin && c.Synthetic.Seen >= Thin
}

// minErrorGap is the difference of two error rates below which neither people
// nor monitors are said to be worse off.
const minErrorGap = 0.01

// Sentence says whether monitors see what people see. A monitor is usually
// faster: a difference of LCP matters where one side is good and the other not.
func (c *TrafficComparison) Sentence() string {
	const fine, rate = "%s are fine, %s are not: %s %s vs %s", "error rate"
	switch {
	case c.Synthetic.Seen == 0:
		return "no monitor visits here"
	case c.People.Seen == 0:
		return "only monitors visit here"
	case !c.Comparable():
		return fmt.Sprintf("too few views to compare: %d of people, %d of monitors, at least %d each", c.People.Seen, c.Synthetic.Seen, Thin)
	}
	people, synthetic := &c.People, &c.Synthetic
	good, unit := measure.Vitals[measure.All[measure.LCP].Vital].Good, measure.All[measure.LCP].Unit
	switch e, l := c.Errors, c.LCP; {
	case e.Sign > 0 && e.Diff >= minErrorGap:
		return fmt.Sprintf(fine, "monitors", "people", rate, measure.Share.Format(people.ErrorRate), measure.Share.Format(synthetic.ErrorRate))
	case e.Sign < 0 && -e.Diff >= minErrorGap:
		return fmt.Sprintf(fine, "people", "monitors", rate, measure.Share.Format(synthetic.ErrorRate), measure.Share.Format(people.ErrorRate))
	case l.Sign > 0 && people.LCP.P75 > good && synthetic.LCP.P75 <= good:
		return fmt.Sprintf(fine, "monitors", "people", "LCP p75", unit.Format(people.LCP.P75), unit.Format(synthetic.LCP.P75))
	case l.Sign < 0 && synthetic.LCP.P75 > good && people.LCP.P75 <= good:
		return fmt.Sprintf(fine, "people", "monitors", "LCP p75", unit.Format(synthetic.LCP.P75), unit.Format(people.LCP.P75))
	}
	return "monitors see what people see"
}
