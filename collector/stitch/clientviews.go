package stitch

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

const (
	maxClientViews = 6 // views remembered per client

	// How far apart measurements of one page load start, milliseconds: layout
	// shifts are only measured from the first paint on.
	loadSpan  = 30_000
	loadEarly = 5_000
)

// client is one client's latest views, the oldest first.
type client struct {
	named Named
	last  time.Time // of its latest beacon
	views []pageView
}

// shows reports whether the client's latest view is of a page. Without a page it
// may be any.
func (c *client) shows(page uint64) bool {
	v := c.latest()
	return page != 0 && v != nil && v.page == page
}

// pageView is one view of a client.
type pageView struct {
	id           beacon.ID
	page         uint64  // hash of the URL without query
	navigation   uint64  // hash of the SDK's id of the navigation
	start        float64 // milliseconds, when measuring began; 0: no measurement yet
	restore      bool
	route        bool // began without a page load
	measurements [6]measurement
}

// measurement is the hashes of a measurement's name and id.
type measurement struct{ name, id uint64 }

// addView adds a view, under a new id, and returns the id.
func (c *client) addView(v pageView) beacon.ID {
	v.id = beacon.ID(rand.Uint64() | 1<<63) // never 0
	if len(c.views) == maxClientViews {
		c.views = append(c.views[:0], c.views[1:]...)
	}
	c.views = append(c.views, v)
	return v.id
}

// latest is the client's latest view, nil if it has none.
func (c *client) latest() *pageView {
	if len(c.views) == 0 {
		return nil
	}
	return &c.views[len(c.views)-1]
}

// startedView finds or adds the view whose start a beacon reports.
func (c *client) startedView(raw *wire.Beacon, page, navigation uint64, now float64) beacon.ID {
	if raw.ViewHints.Route {
		// If beacons of the new route arrived before its start was reported, it
		// is the latest view and has no navigation yet.
		if v := c.latest(); v != nil && v.page == page && v.route && v.navigation == 0 {
			v.navigation = 1
			return v.id
		}
		return c.addView(pageView{page: page, route: true, navigation: 1})
	}
	start := raw.ViewHints.Start
	if start == 0 {
		start = now
	}
	for i := len(c.views) - 1; i >= 0; i-- {
		v := &c.views[i]
		if v.restore || v.page != page {
			continue
		}
		known := navigation != 0 && v.navigation == navigation
		fits := v.navigation == 0 && (v.start == 0 || abs(start-v.start) <= loadSpan)
		if known || fits {
			if v.start == 0 {
				v.start = start
			}
			v.navigation, v.route = navigation, false
			return v.id
		}
	}
	return c.addView(pageView{page: page, start: start, navigation: navigation})
}

// viewOfPage is the latest view of a page, or a new one. A beacon without a page
// belongs to the latest view.
func (c *client) viewOfPage(page uint64) beacon.ID {
	if v := c.latest(); page == 0 && v != nil {
		return v.id
	}
	for i := len(c.views) - 1; i >= 0; i-- {
		if c.views[i].page == page {
			return c.views[i].id
		}
	}
	return c.addView(pageView{page: page, route: true})
}

// viewOfLoad is the view of a page load that the SDK names, and whether it was
// restored from the back/forward cache since: then it begins to measure again.
func (c *client) viewOfLoad(load, page, name uint64, first bool) (beacon.ID, bool) {
	var v *pageView
	for i := range c.views {
		if c.views[i].navigation == load {
			v = &c.views[i]
		}
	}
	m := measurement{name, load}
	switch {
	case v == nil:
		c.addView(pageView{page: page, navigation: load})
		v = c.latest()
	case first && v.lookup(m) == sameID:
		c.addView(pageView{page: page, navigation: load, restore: true})
		v = c.latest()
	}
	if first {
		v.remember(m)
	}
	return v.id, v.restore
}

// viewOfMeasurement finds the view of a measurement that began at start, or adds
// one.
func (c *client) viewOfMeasurement(m measurement, page uint64, start float64, restore bool) beacon.ID {
	var best *pageView
	for i := range c.views {
		v := &c.views[i]
		switch v.lookup(m) {
		case sameID:
			return v.id
		case otherID:
			continue
		}
		if v.restore == restore && v.mayHold(page, start) && (best == nil || v.fitsBetter(page, start, best)) {
			best = v
		}
	}
	if best == nil {
		c.addView(pageView{page: page, start: start, restore: restore})
		best = c.latest()
	}
	if best.start == 0 {
		best.start = start
	}
	best.remember(m)
	return best.id
}

func (v *pageView) remember(m measurement) {
	for i := range v.measurements {
		if v.measurements[i] == (measurement{}) {
			v.measurements[i] = m
			return
		}
	}
}

// mayHold says whether a measurement that began at start can be this view's. A
// view without measurements may be a load whose errors arrived first.
func (v *pageView) mayHold(page uint64, start float64) bool {
	if v.start == 0 {
		return v.page == page
	}
	return start >= v.start-loadEarly && start <= v.start+loadSpan
}

// fitsBetter says whether a measurement fits v better than best. Loads that are
// known to be near in time come first, since an SPA reports its load under a
// later URL; then those of the page, since two tabs may load at one time; then
// the nearest.
func (v *pageView) fitsBetter(page uint64, start float64, best *pageView) bool {
	if (v.start == 0) != (best.start == 0) {
		return v.start != 0
	}
	if (v.page == page) != (best.page == page) {
		return v.page == page
	}
	return abs(start-v.start) <= abs(start-best.start)
}

func abs(v float64) float64 { return max(v, -v) }

// What a view has of a measurement's name.
const (
	noID = iota
	sameID
	otherID
)

func (v *pageView) lookup(m measurement) int {
	for _, old := range v.measurements {
		if old == m {
			return sameID
		}
		if old.name == m.name {
			return otherID
		}
	}
	return noID
}

// measuredAt reads the time out of a measurement's id, "v5-1763647652123-…". An
// id without a time gives now.
func measuredAt(id string, now float64) float64 {
	_, rest, ok := strings.Cut(id, "-")
	if !ok {
		return now
	}
	digits, _, ok := strings.Cut(rest, "-")
	if !ok || len(digits) != 13 {
		return now
	}
	ms, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return now
	}
	return float64(ms)
}
