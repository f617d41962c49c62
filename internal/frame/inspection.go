package frame

import "time"

// InspectSpec asks for a close look at one segment, or at all that passes the
// filter. The zero value asks nothing.
type InspectSpec struct {
	On    bool
	Key   string // of the segment; see Whole
	Whole bool   // not one segment, but all
	Vital int    // whose distribution is wanted, by place in beacon.Vitals
	Steps int    // of the map over time, at most
	// Funnel is names of events in the order in which they should follow one
	// another within a session, separated by ">".
	Funnel string
}

// Inspection is a close look at a segment over the window.
type Inspection struct {
	Key   string
	Vital string // name of the metric
	Dist  Dist
	// Good and Poor are the bounds of the metric: up to Good is good, above Poor
	// is poor (web.dev, Web Vitals thresholds). The shares are of page views, 0..1.
	Good, Poor           float64
	GoodShare, PoorShare float64
	Spectrum             []Quantile // from the median to the extreme
	Bins                 []Bin      // in ascending order, without gaps
	Map                  HeatMap
	Phases               []Phase // of a page load, in order
	Pages                []PageRow
	Endpoints            []EndpointRow
	Customs              []CustomRow
	Events               []EventRow
	Funnel               []FunnelStep
}

// Quantile is a value that a share of the values does not exceed.
type Quantile struct{ Share, Value float64 }

// Bin is how many values are in [Lo, Hi).
type Bin struct {
	Lo, Hi float64
	N      int
}

// HeatMap is how the metric was distributed over time: Counts[step][bin].
type HeatMap struct {
	From   time.Time
	Step   time.Duration
	Bins   []float64 // lower bounds
	Counts [][]int
}

// Phase is what one stage of loading takes at the median, milliseconds, over
// the page views that report it, with its n.
type Phase struct {
	Name  string
	P50   float64
	Since bool // counted from the navigation's begin, as ttfb, fcp and lcp are
	N     int
}

// PageRow is a page by the metric.
type PageRow struct {
	Page string
	Dist Dist
}

// EndpointRow is requests of one URL template and method.
type EndpointRow struct {
	URL, Method string
	N, Failed   Count
	Statuses    []StatusCount // failed ones, most first
	P75         float64       // duration, ms
	Timed       int           // requests that the percentile rests on
}

// StatusCount is how many requests failed with a status; 0 is no connection.
type StatusCount struct {
	Status int
	N      Count
}

// CustomRow is a measure of the site's own.
type CustomRow struct {
	Name string
	Dist Dist
}

// EventRow is an event of the site's own. Users are those who sent it.
type EventRow struct {
	Name  string
	N     Count
	Users int
}

// FunnelStep is how many sessions got as far as an event.
type FunnelStep struct {
	Name     string
	Sessions int
}
