package ui

import (
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/measure"
)

// Widths that every layout has: the cursor's margin, and the key at least.
const (
	margin  = 3
	minKey  = 10
	minPage = 22
	maxKey  = 44

	minSpark   = 6 // its gap included
	widerSpark = 7
	widerKey   = 5
	maxSpark   = 42
)

// Steps in the order of need that are not columns.
const (
	sparklineStep = "sparkline"
	widerStep     = "wider key and sparkline"
)

// columnOrder is what a row shows, most needed first. With objectives, the burn
// rate replaces CLS; a custom measure replaces the delta of the error rate, and
// that the tail of LCP. A measure that got worse replaces LCP.
func columnOrder(with extras) []string {
	rate := measure.All[measure.ErrorRate].Name
	order := []string{
		rate, affectedColumn, viewsColumn, beacon.LCP, deltaOf(rate), beacon.INP, shareColumn, deltaOf(beacon.LCP), sparklineStep,
		usersColumn, tailOf(beacon.LCP), tailOf(beacon.INP), beacon.CLS, widerStep, deltaOf(beacon.INP), beacon.FCP, beacon.TTFB,
		measure.All[measure.FailedRequests].Name,
	}
	if with.objectives {
		order[slices.Index(order, beacon.CLS)] = burnColumn
	}
	if with.custom != "" {
		order[slices.Index(order, deltaOf(rate))] = customColumn
		order[slices.Index(order, tailOf(beacon.LCP))] = deltaOf(rate)
	}
	for _, v := range measure.Vitals {
		if !slices.Contains(order, v.Name) {
			order = append(order, v.Name)
		}
	}
	if with.custom != "" {
		order = append(order, tailOf(beacon.LCP))
	}
	promote(order, with.worse)
	return order
}

// promote swaps the columns of the measure that got worse with those of LCP, if
// they are needed less: the rows must show what the first line says.
func promote(order []string, worse string) {
	m, ok := measure.ByKey(worse)
	if !ok || slices.Index(order, m.Name) <= slices.Index(order, beacon.LCP) {
		return
	}
	for _, pair := range [...][2]string{{m.Name, beacon.LCP}, {deltaOf(m.Name), deltaOf(beacon.LCP)}} {
		i, j := slices.Index(order, pair[0]), slices.Index(order, pair[1])
		if i >= 0 && j >= 0 {
			order[i], order[j] = order[j], order[i]
		}
	}
}

// columnPlan is which columns a width has room for.
type columnPlan struct {
	key   int // width of the key
	cols  []column
	spark int // width of the sparkline, its gap included; 0 for none
}

// planColumns takes the columns that are needed most, as long as the key keeps
// its least width, and gives the rest to the key and the sparkline.
func planColumns(w int, by string, with extras) columnPlan {
	least := minKey
	if by == beacon.Page.String() {
		least = minPage
	}
	all := tableColumns(with)
	left := w - margin - least
	chosen := make([]bool, len(all))
	p := columnPlan{}
choose:
	for _, name := range columnOrder(with) {
		switch name {
		case sparklineStep:
			if left < minSpark {
				break choose
			}
			p.spark = minSpark
			left -= minSpark
		case widerStep:
			if left >= widerSpark+widerKey {
				p.spark += widerSpark
				least += widerKey
				left -= widerSpark + widerKey
			}
		default:
			i := slices.IndexFunc(all, func(c column) bool { return c.name == name })
			if i < 0 {
				continue
			}
			if all[i].width > left {
				break choose
			}
			chosen[i] = true
			left -= all[i].width
		}
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

// sortAt is the sort of the table's column under a column of the screen; false
// if rows cannot be ordered by it.
func (p columnPlan) sortAt(x int) (string, bool) {
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

// sorts are the sorts of the visible columns, from left to right.
func (p columnPlan) sorts() []string {
	names := []string{"key"}
	for _, c := range p.cols {
		if c.sort != noSortName {
			names = append(names, c.sort)
		}
	}
	return names
}
