package ui

import (
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// column is one column of the segment table. Its width includes the gap to the
// column before it.
type column struct {
	name  string // in the order of need
	title string
	sort  string // Query.Sort, "" if the rows cannot be ordered by it
	width int
	mark  bool // the last cell of the width is for a mark
	cell  func(c *cellContext) (draw.Style, string)
}

// noSortName is the sort of a column that rows cannot be ordered by.
const noSortName = ""

// extras are columns that only some sites have.
type extras struct {
	objectives bool
	custom     string // name of a custom measure
	worse      string // key of the measure that got worse
}

// The names of columns that are not named after a measure.
const (
	viewsColumn    = "views"
	burnColumn     = "burn"
	customColumn   = "custom"
	usersColumn    = "users"
	affectedColumn = "affected"
	shareColumn    = "affected share"
)

// vitalWidths are the widths of a vital's columns; 0 leaves one out. A p95 needs
// no gap: the p75 before it ends with the cell of its mark.
type vitalWidths struct{ p75, p95, delta int }

var vitalColumns = map[string]vitalWidths{
	beacon.LCP:  {9, 7, 6},
	beacon.INP:  {8, 6, 6},
	beacon.CLS:  {7, 0, 0},
	beacon.FCP:  {9, 0, 0},
	beacon.TTFB: {9, 0, 0},
}

// tailOf and deltaOf name the columns beside that of a measure.
func tailOf(name string) string  { return name + " p95" }
func deltaOf(name string) string { return name + " delta" }

// tableColumns are the columns between the key and the sparkline, in the order
// shown.
func tableColumns(with extras) []column {
	rate, failed := measure.All[measure.ErrorRate], measure.All[measure.FailedRequests]
	cols := []column{
		{viewsColumn, "views/m", "views", 8, true, (*cellContext).views},
		{rate.Name, "err %", rate.Name, 8, true, (*cellContext).errorRate},
		deltaColumn(&rate, percents, 6),
	}
	if with.objectives {
		cols = append(cols, column{burnColumn, "burn", noSortName, 7, false, (*cellContext).burn})
	}
	if with.custom != "" {
		cols = append(cols, column{customColumn, draw.Clean(with.custom, 7) + " p75", noSortName, 12, false, (*cellContext).custom})
	}
	cols = append(cols, percentileColumns...)
	return append(cols,
		column{failed.Name, "failed req", noSortName, 12, false, func(c *cellContext) (draw.Style, string) {
			return c.failedRequests(with.worse == failed.Key)
		}},
		column{usersColumn, "users", "users", 8, false, (*cellContext).users},
		column{affectedColumn, "affected", "affected", 11, false, (*cellContext).affected},
		column{shareColumn, "", noSortName, 5, false, (*cellContext).affectedShare},
	)
}

// percentileColumns are the columns of all vitals.
var percentileColumns = func() (cols []column) {
	for i := range measure.Vitals {
		cols = append(cols, columnsOfVital(i)...)
	}
	return cols
}()

// columnsOfVital are the percentiles of a vital and, if it is compared, the
// delta of its p75.
func columnsOfVital(i int) (cols []column) {
	v := &measure.Vitals[i]
	widths, ok := vitalColumns[v.Name]
	if !ok {
		widths.p75 = 9
	}
	m, compared := measureOfVital(i)
	title := v.Title + " p75"
	if draw.Cells(title) >= widths.p75 {
		title = v.Title
	}
	p75 := column{v.Name, title, noSortName, widths.p75, true, func(c *cellContext) (draw.Style, string) {
		return c.percentile(*c.row.Vital(i), v.Unit)
	}}
	if compared {
		p75.sort = m.Name
		p75.cell = func(c *cellContext) (draw.Style, string) {
			return c.compared(*c.row.Vital(i), v.Unit, c.row.Delta.Of(m.ID))
		}
	}
	cols = append(cols, p75)
	if widths.p95 > 0 {
		cols = append(cols, column{tailOf(v.Name), "p95", noSortName, widths.p95, false, func(c *cellContext) (draw.Style, string) {
			return c.tail(*c.row.Vital(i), v)
		}})
	}
	if compared && widths.delta > 0 {
		cols = append(cols, deltaColumn(&m, scaleOf(v), widths.delta))
	}
	return cols
}

// measureOfVital is the measure that compares the i-th vital, false if none
// does.
func measureOfVital(i int) (measure.Measure, bool) {
	for _, m := range measure.All {
		if m.Vital == i {
			return m, true
		}
	}
	return measure.Measure{}, false
}

func deltaColumn(m *measure.Measure, s scale, width int) column {
	id := m.ID
	return column{deltaOf(m.Name), titled("Δ", s.difference), noSortName, width, false, func(c *cellContext) (draw.Style, string) {
		return c.delta(c.row.Delta.Of(id), s.value)
	}}
}

// cellContext is what the cells of one row are made from.
type cellContext struct {
	row        *frame.Row
	theme      draw.Theme
	minutes    float64 // length of the window
	comparable bool    // the baseline is complete
	sparkTop   float64
}

// isWorse reports whether a delta is significantly worse.
func (c *cellContext) isWorse(d frame.Delta) bool { return c.comparable && d.Known && d.Sign > 0 }

func (c *cellContext) views() (draw.Style, string) {
	return c.theme.Text, c.estimate(measure.Count(float64(c.row.Views)/c.minutes)) + " "
}

func (c *cellContext) errorRate() (draw.Style, string) {
	if c.row.Views == 0 {
		return c.theme.Dim, measure.Unknown + "   "
	}
	s := c.theme.Text
	if c.isWorse(c.row.Delta.ErrorRate) {
		s = c.theme.Bad
	}
	return s, alignPoint(measure.Percent(c.row.ErrorRate)) + thinMark(float64(c.row.Views) < frame.Thin)
}

// failedRequests is the share of failed requests.
func (c *cellContext) failedRequests(worse bool) (draw.Style, string) {
	s := c.theme.Dim
	if worse {
		s = c.theme.Text
	}
	if c.row.Requests == 0 {
		return s, measure.Unknown
	}
	return s, measure.Share.Format(float64(c.row.FailedRequests) / float64(c.row.Requests))
}

func (c *cellContext) users() (draw.Style, string) { return c.theme.Text, c.countUsers(c.row.Users) }

func (c *cellContext) affected() (draw.Style, string) {
	if c.row.Affected == 0 {
		return c.theme.Dim, "0"
	}
	return c.theme.Strong, c.countUsers(c.row.Affected)
}

func (c *cellContext) affectedShare() (draw.Style, string) {
	if c.row.Affected == 0 || c.row.Users == 0 || c.row.Estimated {
		return c.theme.Text, ""
	}
	return c.theme.Dim, measure.WholePercent(float64(c.row.Affected) / float64(c.row.Users))
}

// custom is the p75 of a custom measure, in its own unit.
func (c *cellContext) custom() (draw.Style, string) {
	d := c.row.Measure
	if d == nil {
		return c.theme.Dim, measure.Unknown + " "
	}
	return c.percentile(*d, measure.Number)
}

// fastBurn is the burn rate from which a row is marked.
const fastBurn = 3

// burn is the burn rate of the row's error budget.
func (c *cellContext) burn() (draw.Style, string) {
	switch b := c.row.Burn; {
	case c.row.Views == 0:
		return c.theme.Dim, measure.Unknown
	case b > fastBurn && float64(c.row.Views) >= frame.Thin:
		return c.theme.Warn, measure.Times(b)
	default:
		return c.theme.Dim, measure.Times(b)
	}
}

// percentile is a p75, with a mark if it is thin.
func (c *cellContext) percentile(d frame.Dist, unit measure.Unit) (draw.Style, string) {
	if d.N == 0 || !draw.Finite(d.P75) {
		return c.theme.Dim, measure.Unknown + " "
	}
	if d.Thin() {
		return c.theme.Dim, unit.Format(d.P75) + thinMark(true)
	}
	return c.theme.Text, unit.Format(d.P75) + thinMark(false)
}

// compared is a p75 in the colour of its delta.
func (c *cellContext) compared(d frame.Dist, unit measure.Unit, delta frame.Delta) (draw.Style, string) {
	s, text := c.percentile(d, unit)
	if c.isWorse(delta) && !d.Thin() {
		s = c.theme.Bad
	}
	return s, text
}

// tail is a p95; the p75 beside it has the mark of both.
func (c *cellContext) tail(d frame.Dist, v *measure.Vital) (draw.Style, string) {
	if d.N == 0 || d.Thin() || !draw.Finite(d.P95) {
		return c.theme.Dim, measure.Unknown
	}
	return c.theme.Dim, tailText(v, d.P95)
}

func (c *cellContext) delta(d frame.Delta, show func(float64) string) (draw.Style, string) {
	s := c.theme.Dim
	if c.comparable && d.Known && d.Sign != 0 {
		s = c.theme.Good
		if d.Sign > 0 {
			s = c.theme.Bad
		}
	}
	text := deltaText(d, c.comparable, show)
	if c.row.Against != "" && text != measure.Unknown {
		text += "*" // vs all traffic: the row has no baseline of its own
	}
	return s, text
}

// estimate marks a count that is scaled up from a sample.
func (c *cellContext) estimate(s string) string {
	if c.row.Estimated && s != measure.Unknown {
		return "≈" + s
	}
	return s
}

// countUsers marks a number of users that is not counted one by one.
func (c *cellContext) countUsers(n int) string {
	if c.row.Estimated || !c.row.Exact {
		return "≈" + measure.Count(float64(n))
	}
	return measure.Count(float64(n))
}

// alignPoint pads a number of at most two decimals so that the points of a
// column are above one another.
func alignPoint(s string) string {
	decimals := 0
	if i := strings.IndexByte(s, '.'); i >= 0 {
		decimals = len(s) - i
	}
	return s + "   "[:max(3-decimals, 0)]
}

// thinMark is the last cell of a number: a mark if it has under 20 values.
func thinMark(thin bool) string {
	if thin {
		return "~"
	}
	return " "
}
