package ui

import (
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// promoted are the needs that change places where something got worse in a measure: what
// the first line says must be seen in the rows.
var promoted = map[string][][2]int{
	"inp_p75":         {{4, 6}, {8, 15}},
	"cls_p75":         {{4, 13}, {4, 19}},
	"failed_requests": {{4, 18}},
}

// column is one column of the segment table. Its width includes the gap to the
// column before it.
type column struct {
	title string
	sort  string // Query.Sort, "" where the rows cannot be ordered by it
	width int
	need  int // columns with the lowest need go last
	cell  func(c *cellContext) (draw.Style, string)
}

// cellContext is what the cells of one row are made from.
type cellContext struct {
	row        *frame.Row
	theme      draw.Theme
	minutes    float64 // length of the window
	comparable bool    // the baseline is complete
	sparkTop   float64
}

// Widths that every layout has: the cursor's margin, and the key at least.
const (
	margin     = 3
	minKey     = 10
	minPage    = 22
	maxKey     = 44
	sparkNeed  = 9
	minSpark   = 6 // its gap included
	widerNeed  = 14
	widerSpark = 7
	widerKey   = 5
	maxSpark   = 42
	noSortName = ""
)

// measures are the columns between the key and the sparkline, in the order
// shown. Where there are objectives, how fast they burn takes the place of CLS
// among what is needed, and a measure of the site's own that of the tail of LCP.
func measures(with extras) []column {
	needBurn, needCLS, needMeasure, needTail := 0, 13, 0, 11
	if with.objectives {
		needBurn, needCLS = 13, 19
	}
	if with.measure != "" {
		needMeasure, needTail = 5, 20
	}
	cols := []column{
		{"views/m", "views", 8, 3, func(c *cellContext) (draw.Style, string) {
			return c.theme.Text, c.estimate(count(float64(c.row.Views)/c.minutes)) + " "
		}},
		{"err %", "error_rate", 8, 1, (*cellContext).errorRate},
		{"Δ", noSortName, 6, afterMeasure(with, 5), func(c *cellContext) (draw.Style, string) {
			return c.delta(c.row.Delta.ErrorRate, percent)
		}},
		{"burn", noSortName, 7, needBurn, (*cellContext).burn},
		{draw.Clean(with.measure, 7) + " p75", noSortName, 12, needMeasure, (*cellContext).measure},
		{"lcp p75", "lcp", 9, 4, func(c *cellContext) (draw.Style, string) { return c.vital(c.row.LCP, c.row.Delta.LCP, seconds, " s") }},
		{"p95", noSortName, 7, needTail, func(c *cellContext) (draw.Style, string) {
			return c.tail(c.row.LCP, c.row.LCP.P95, coarseSeconds, " s")
		}},
		{"Δ", noSortName, 6, 8, func(c *cellContext) (draw.Style, string) { return c.delta(c.row.Delta.LCP, seconds) }},
		{"inp p75", "inp", 8, 6, func(c *cellContext) (draw.Style, string) { return c.vital(c.row.INP, c.row.Delta.INP, millis, "") }},
		{"p95", noSortName, 6, 12, func(c *cellContext) (draw.Style, string) { return c.tail(c.row.INP, c.row.INP.P95, millis, "") }},
		{"Δ", noSortName, 6, 15, func(c *cellContext) (draw.Style, string) { return c.delta(c.row.Delta.INP, millis) }},
		{"cls", "cls", 7, needCLS, func(c *cellContext) (draw.Style, string) { return c.vital(c.row.CLS, c.row.Delta.CLS, unitless, "") }},
		{"fcp", noSortName, 8, 16, func(c *cellContext) (draw.Style, string) { return c.dist(c.row.FCP, c.row.FCP.P75, seconds, " s") }},
		{"ttfb", noSortName, 7, 17, func(c *cellContext) (draw.Style, string) { return c.dist(c.row.TTFB, c.row.TTFB.P75, millis, "") }},
		{"failed req", noSortName, 12, 18, func(c *cellContext) (draw.Style, string) {
			return c.dimUnless(with.worse == "failed_requests"), c.share(float64(c.row.FailedRequests), float64(c.row.Requests))
		}},
		{"users", "users", 8, 10, func(c *cellContext) (draw.Style, string) { return c.theme.Text, c.people(c.row.Users) }},
		{"affected", "affected", 11, 2, func(c *cellContext) (draw.Style, string) {
			if c.row.Affected == 0 {
				return c.theme.Dim, "0"
			}
			return c.theme.Strong, c.people(c.row.Affected)
		}},
		{"", noSortName, 5, 7, func(c *cellContext) (draw.Style, string) {
			if c.row.Affected == 0 || c.row.Users == 0 || c.row.Estimated {
				return c.theme.Text, ""
			}
			return c.theme.Dim, wholePercent(float64(c.row.Affected) / float64(c.row.Users))
		}},
	}
	for _, swap := range promoted[with.worse] {
		i, j := indexOfNeed(cols, swap[0]), indexOfNeed(cols, swap[1])
		if i >= 0 && j >= 0 {
			cols[i].need, cols[j].need = cols[j].need, cols[i].need
		}
	}
	return cols
}

func (c *cellContext) errorRate() (draw.Style, string) {
	if c.row.Views == 0 {
		return c.theme.Dim, unknown + "   "
	}
	s := c.theme.Text
	if d := c.row.Delta.ErrorRate; c.comparable && d.Known && d.Sign > 0 {
		s = c.theme.Bad
	}
	return s, alignPoint(percent(c.row.ErrorRate)) + mark(float64(c.row.Views) < frame.Thin)
}

// dimUnless is how a number is shown that is of interest at times.
func (c *cellContext) dimUnless(ofInterest bool) draw.Style {
	if ofInterest {
		return c.theme.Text
	}
	return c.theme.Dim
}

// extras are columns that only some have.
type extras struct {
	objectives bool
	measure    string // of the site's own
	worse      string // what something got worse in
}

// afterMeasure makes room for the site's own measure before a need of others.
func afterMeasure(with extras, need int) int {
	if with.measure != "" {
		return 11
	}
	return need
}

// measure is the p75 of the site's own, in the site's own unit.
func (c *cellContext) measure() (draw.Style, string) {
	d := c.row.Measure
	if d == nil {
		return c.theme.Dim, unknown + " "
	}
	return c.dist(*d, d.P75, plainNumber, "")
}

// burn is how many times too fast the row burns an error budget.
func (c *cellContext) burn() (draw.Style, string) {
	switch b := c.row.Burn; {
	case c.row.Views == 0:
		return c.theme.Dim, unknown
	case b > 3 && float64(c.row.Views) >= frame.Thin:
		return c.theme.Warn, times(b)
	default:
		return c.theme.Dim, times(b)
	}
}

// alignPoint pads a number of at most two decimals so that the points of a
// column stand above one another.
func alignPoint(s string) string {
	decimals := 0
	if i := strings.IndexByte(s, '.'); i >= 0 {
		decimals = len(s) - i
	}
	return s + "   "[:max(3-decimals, 0)]
}

func mark(thin bool) string {
	if thin {
		return "~"
	}
	return " "
}

func (c *cellContext) dist(d frame.Dist, v float64, show func(float64) string, unit string) (draw.Style, string) {
	if d.N == 0 || !draw.Finite(v) {
		return c.theme.Dim, unknown + " "
	}
	if d.Thin() {
		return c.theme.Dim, show(v) + unit + "~"
	}
	return c.theme.Text, show(v) + unit + " "
}

// vital is a p75, marked where it is distinguishably worse.
func (c *cellContext) vital(d frame.Dist, change frame.Delta, show func(float64) string, unit string) (draw.Style, string) {
	s, text := c.dist(d, d.P75, show, unit)
	if c.comparable && change.Known && change.Sign > 0 && !d.Thin() {
		s = c.theme.Bad
	}
	return s, text
}

// tail is a percentile that the mark of the one before it speaks for.
func (c *cellContext) tail(d frame.Dist, v float64, show func(float64) string, unit string) (draw.Style, string) {
	if d.N == 0 || d.Thin() || !draw.Finite(v) {
		return c.theme.Dim, unknown
	}
	return c.theme.Dim, show(v) + unit
}

func (c *cellContext) delta(d frame.Delta, show func(float64) string) (draw.Style, string) {
	s := c.theme.Dim
	if c.comparable && d.Known && d.Sign != 0 {
		s = c.theme.Good
		if d.Sign > 0 {
			s = c.theme.Bad
		}
	}
	text := change(d, c.comparable, show)
	if c.row.Against != "" && text != unknown {
		text += "*" // against everyone: the row has no baseline of its own
	}
	return s, text
}

func (c *cellContext) share(part, whole float64) string {
	if whole == 0 {
		return unknown
	}
	return percent(part/whole) + "%"
}

// estimate marks a count that is scaled up from a sample.
func (c *cellContext) estimate(s string) string {
	if c.row.Estimated && s != unknown {
		return "≈" + s
	}
	return s
}

// people marks a number of users that is not counted one by one.
func (c *cellContext) people(n int) string {
	if c.row.Estimated || !c.row.Exact {
		return "≈" + count(float64(n))
	}
	return count(float64(n))
}

// columnPlan is which columns a width has room for.
type columnPlan struct {
	key   int // width of the key
	cols  []column
	spark int // width of the sparkline, its gap included; 0 for none
}

// planColumns takes the columns that are needed most, as long as the key keeps
// its least width, and gives what is left to the key and the sparkline.
func planColumns(w int, by string, with extras) columnPlan {
	all := measures(with)
	least := minKey
	if by == beacon.Page.String() {
		least = minPage
	}
	left := w - margin - least
	chosen := make([]bool, len(all))
	p := columnPlan{}
	for need := 1; need <= 20; need++ {
		if need == sparkNeed {
			if left < minSpark {
				break
			}
			p.spark = minSpark
			left -= minSpark
			continue
		}
		if need == widerNeed && left >= widerSpark+widerKey {
			p.spark += widerSpark
			least += widerKey
			left -= widerSpark + widerKey
			continue
		}
		i := indexOfNeed(all, need)
		if i < 0 {
			continue
		}
		if all[i].width > left {
			break
		}
		chosen[i] = true
		left -= all[i].width
	}
	for i, c := range all {
		if chosen[i] {
			p.cols = append(p.cols, c)
		}
	}
	left = max(left, 0)
	toKey := min(left*2/3, maxKey-least)
	if p.spark == 0 {
		toKey = min(left, maxKey-least)
	}
	p.key = max(min(least+toKey, w-margin), 0)
	if p.spark > 0 {
		p.spark = min(p.spark+left-toKey, maxSpark)
	}
	return p
}

func indexOfNeed(cols []column, need int) int {
	for i, c := range cols {
		if c.need == need {
			return i
		}
	}
	return -1
}

// at names the sort column under a column of the screen; false where there is
// none to sort by.
func (p columnPlan) at(x int) (string, bool) {
	x -= margin + p.key
	if x < 0 {
		return "key", true
	}
	for _, c := range p.cols {
		if x < c.width {
			return c.sort, c.sort != noSortName
		}
		x -= c.width
	}
	return "", false
}

// sorts lists the names by which the visible columns can be sorted, from left to right.
func (p columnPlan) sorts() []string {
	names := []string{"key"}
	for _, c := range p.cols {
		if c.sort != noSortName {
			names = append(names, c.sort)
		}
	}
	return names
}
