package frame

import "time"

// InspectSpec asks for the inspection of one segment, or of all traffic that
// matches the filter. The zero value asks for nothing.
type InspectSpec struct {
	On    bool
	Key   string // of the segment; see Whole
	Whole bool   // all traffic, not one segment
	Vital int    // place in beacon.Vitals of the vital to show the distribution of
	Steps int    // upper limit of the heat map's steps
	// Funnel is the names of events in their order within a session, separated by
	// ">".
	Funnel string
}

// Inspection is the detail of a segment over the window.
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
	CustomMeasures       []CustomMeasureRow
	Events               []EventRow
	Funnel               []FunnelStep
	Traffic              *TrafficComparison
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

// Phase is the median duration of one stage of loading in milliseconds, over the
// page views that report it.
type Phase struct {
	Name  string
	P50   float64
	Since bool // counted from the start of the navigation, like ttfb, fcp and lcp
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
	Timed       int           // n of the percentile
}

// StatusCount is how many requests failed with a status; 0 is no connection.
type StatusCount struct {
	Status int
	N      Count
}

// CustomMeasureRow is a custom measure.
type CustomMeasureRow struct {
	Name string
	Dist Dist
}

// EventRow is a custom event. Users are those with the event.
type EventRow struct {
	Name  string
	N     Count
	Users int
}

// FunnelStep is the number of sessions that reached an event.
type FunnelStep struct {
	Name     string
	Sessions int
}
