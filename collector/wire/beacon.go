package wire

import "sync"

// Beacon is one beacon as a page sent it: raw strings and unchecked numbers.
// Zero values mean "not sent".
type Beacon struct {
	ID          string
	Time        float64 // browser's clock, Unix milliseconds
	Release     string
	Environment string
	URL         string // of the page, with whatever it carries
	Route       string // of the page, where the application knows it
	View        string
	Session     string
	User        string
	Navigation  bool
	SampleRate  float64 // share of sessions sent; 0 is not sent
	Unsampled   bool    // session outside the sample, sent for its errors
	Consent     string
	Device      string
	Connection  string
	UserAgent   string // as the page reports it
	Trace       string
	SDK         string // what sent it, where the format alone does not say

	ViewHints ViewHints

	Tags     []Tag
	Metrics  []Metric
	Errors   []Error
	Requests []Fetch
	Events   []Event

	// Excess counts what was left out because the beacon was full.
	Excess int
}

// ViewHints is what SDKs without a view id say about the page view that a beacon
// belongs to. The collector finds the view, see its views.go.
type ViewHints struct {
	// Infer asks for a view to be found; without it an empty View stays empty.
	Infer bool
	// NavigationID is the SDK's id of the page load that this beacon reports.
	NavigationID string
	// Start is when that page load began by the browser's clock, Unix milliseconds.
	Start float64
	// LoadID is the SDK's id of the page load that its measurements belong to,
	// whatever route the page shows by now.
	LoadID string
	// Defaults asks for the page and the user that an earlier beacon of the same
	// view named, where this one names none.
	Defaults bool
	// Route says that Beacon.Navigation is a change of route within a page.
	Route bool
}

// Tag is a free-form dimension.
type Tag struct{ Key, Value string }

// Metric is one measurement, of any name and value.
type Metric struct {
	Name  string
	Value float64 // NaN where the page sent something that is no number
	ID    string  // the SDK's id of this measurement: the same again is a correction
	// Restored says that it was measured after the page came back from the
	// back/forward cache: loading then means nothing.
	Restored bool
	// First says that nothing of it was reported before, where it has no ID: the
	// same again from one page load was measured after a restore.
	First bool
	// Max says that it is the highest since the SDK's last report: what counts
	// is the highest of a page view, not the last.
	Max bool
}

// Error is one error event.
type Error struct {
	Type, Message, Stack string
	Handled              bool
}

// Fetch is one request that the page made.
type Fetch struct {
	URL, Method string
	Status      float64
	Duration    float64 // milliseconds
	Trace       string
}

// Event is something that the page reported by name.
type Event struct {
	Name  string
	Value float64
}

// What one beacon can hold. Real ones stay far below.
const (
	maxTags    = 32
	maxMetrics = 64
	maxErrors  = 50
	maxFetches = 100
	maxEvents  = 100
)

// AddTag adds a tag unless the beacon is full. The other Add methods do likewise.
func (b *Beacon) AddTag(t Tag) { add(&b.Tags, t, maxTags, &b.Excess) }

// AddMetric adds a measurement.
func (b *Beacon) AddMetric(m Metric) { add(&b.Metrics, m, maxMetrics, &b.Excess) }

// AddError adds an error.
func (b *Beacon) AddError(e Error) { add(&b.Errors, e, maxErrors, &b.Excess) }

// AddFetch adds a request that the page made.
func (b *Beacon) AddFetch(f Fetch) { add(&b.Requests, f, maxFetches, &b.Excess) }

// AddEvent adds an event.
func (b *Beacon) AddEvent(e Event) { add(&b.Events, e, maxEvents, &b.Excess) }

func add[T any](list *[]T, item T, limit int, excess *int) {
	if len(*list) >= limit {
		*excess++
		return
	}
	*list = append(*list, item)
}

var spare = sync.Pool{New: func() any { return new(Beacon) }}

// borrow gives an empty beacon. Give it back after its last use.
func borrow() *Beacon { return spare.Get().(*Beacon) }

// giveBack forgets what the beacon said, whatever its lists have room for.
func giveBack(b *Beacon) {
	b.Reset()
	clear(b.Tags[:cap(b.Tags)])
	clear(b.Metrics[:cap(b.Metrics)])
	clear(b.Errors[:cap(b.Errors)])
	clear(b.Requests[:cap(b.Requests)])
	clear(b.Events[:cap(b.Events)])
	spare.Put(b)
}

// Reset empties the beacon and keeps the memory of its slices.
func (b *Beacon) Reset() {
	*b = Beacon{
		Tags: b.Tags[:0], Metrics: b.Metrics[:0], Errors: b.Errors[:0],
		Requests: b.Requests[:0], Events: b.Events[:0],
	}
}

// Empty says whether the beacon reports nothing at all.
func (b *Beacon) Empty() bool {
	return !b.Navigation && len(b.Metrics) == 0 && len(b.Errors) == 0 && len(b.Requests) == 0 && len(b.Events) == 0
}
