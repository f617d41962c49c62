package wire

import "sync"

// Beacon is one beacon as a page sent it: raw strings and unchecked numbers.
// Zero values mean "not sent".
type Beacon struct {
	ID          string
	Time        float64 // browser's clock, Unix milliseconds
	Release     string
	Environment string
	URL         string // of the page, with query and fragment
	Route       string // of the page, if the application knows it
	View        string
	Session     string
	User        string
	Navigation  bool
	SampleRate  float64 // share of sessions sent; 0: not sent
	Unsampled   bool    // of a session outside the sample, sent for its errors
	Consent     string
	Device      string
	OS          string // as an app's SDK reports it
	Connection  string
	UserAgent   string // as reported by the page
	Traffic     string // who came, in the SDK's words: bot, synthetic, …
	Trace       string
	SDK         string // what sent it, if the format does not imply it

	ViewHints ViewHints

	Tags     []Tag
	Metrics  []Metric
	Errors   []Error
	Requests []Fetch
	Events   []Event

	// Excess counts items dropped because the beacon was full.
	Excess int
}

// ViewHints are what an SDK without view ids reports about the page view of a
// beacon. Package stitch infers the view from them.
type ViewHints struct {
	// Infer asks for the view to be inferred; without it an empty View stays
	// empty.
	Infer bool
	// NavigationID is the SDK's id of the page load that this beacon reports.
	NavigationID string
	// Start is the start of that page load on the browser's clock, Unix
	// milliseconds.
	Start float64
	// LoadID is the SDK's id of the page load that its measurements belong to,
	// even if the page shows another route by now.
	LoadID string
	// Defaults asks for the page, session and user of an earlier beacon of the
	// same view if this one has none.
	Defaults bool
	// Route says that Beacon.Navigation means a change of route within a page.
	Route bool
}

// Tag is a free-form dimension.
type Tag struct{ Key, Value string }

// Metric is one measurement, of any name and value.
type Metric struct {
	Name  string
	Value float64 // NaN if the page sent something that is not a number
	ID    string  // the SDK's id of this measurement: the same id again is a correction
	// Restored says that it was measured after a restore from the back/forward
	// cache: loading vitals are then meaningless.
	Restored bool
	// First says that a metric without ID was not reported before. If another
	// First of the same page load follows, that one was measured after a restore.
	First bool
	// Max says that Value is the highest since the SDK's last report: the highest
	// of a page view counts, not the last.
	Max bool
}

// Error is one error event.
type Error struct {
	Type, Message, Stack string
	Handled              bool
	Telling              Telling
}

// Fetch is one request that the page made.
type Fetch struct {
	URL, Method string
	Status      float64
	Duration    float64 // milliseconds; 0: not known
	Trace       string
	Telling     Telling
}

// Telling marks a report of an event that the SDK may report twice, in different
// beacons: a failed request as a request and in an error, an exception as a log
// record and in a span. The event counts once. Zero: it is reported only once.
type Telling struct {
	// Scope is an id that both reports have: of the page load, or of a trace.
	Scope string
	// Secondhand is false in one of the two reports and true in the other. Two
	// reports with the same value are two events.
	Secondhand bool
}

// Event is something that the page reported by name.
type Event struct {
	Name  string
	Value float64
}

// Limits of one beacon. Real ones stay far below.
const (
	maxTags    = 32
	maxMetrics = 64
	maxErrors  = 50
	maxFetches = 100
	maxEvents  = 100
)

// AddTag adds a tag unless the beacon is full. The other Add methods do likewise.
func (b *Beacon) AddTag(t Tag) { appendBounded(&b.Tags, t, maxTags, &b.Excess) }

// AddMetric adds a measurement.
func (b *Beacon) AddMetric(m Metric) { appendBounded(&b.Metrics, m, maxMetrics, &b.Excess) }

// AddError adds an error.
func (b *Beacon) AddError(e Error) { appendBounded(&b.Errors, e, maxErrors, &b.Excess) }

// AddFetch adds a request that the page made.
func (b *Beacon) AddFetch(f Fetch) { appendBounded(&b.Requests, f, maxFetches, &b.Excess) }

// AddEvent adds an event.
func (b *Beacon) AddEvent(e Event) { appendBounded(&b.Events, e, maxEvents, &b.Excess) }

func appendBounded[T any](list *[]T, item T, limit int, excess *int) {
	if len(*list) >= limit {
		*excess++
		return
	}
	*list = append(*list, item)
}

var beaconPool = sync.Pool{New: func() any { return new(Beacon) }}

// getBeacon returns an empty beacon. Call putBeacon after its last use.
func getBeacon() *Beacon { return beaconPool.Get().(*Beacon) }

// putBeacon clears a beacon, with the whole capacity of its lists, and returns
// it to the pool.
func putBeacon(b *Beacon) {
	b.Reset()
	clear(b.Tags[:cap(b.Tags)])
	clear(b.Metrics[:cap(b.Metrics)])
	clear(b.Errors[:cap(b.Errors)])
	clear(b.Requests[:cap(b.Requests)])
	clear(b.Events[:cap(b.Events)])
	beaconPool.Put(b)
}

// Reset empties the beacon and keeps the memory of its slices.
func (b *Beacon) Reset() {
	*b = Beacon{
		Tags: b.Tags[:0], Metrics: b.Metrics[:0], Errors: b.Errors[:0],
		Requests: b.Requests[:0], Events: b.Events[:0],
	}
}

// Empty reports whether the beacon has nothing to report.
func (b *Beacon) Empty() bool {
	return !b.Navigation && len(b.Metrics) == 0 && len(b.Errors) == 0 && len(b.Requests) == 0 && len(b.Events) == 0
}

// CleanIDs removes ids that name nothing: see [Identifier].
func (b *Beacon) CleanIDs() {
	for _, id := range [...]*string{&b.ID, &b.View, &b.Session, &b.User, &b.ViewHints.NavigationID, &b.ViewHints.LoadID} {
		*id = Identifier(*id)
	}
	for i := range b.Metrics {
		b.Metrics[i].ID = Identifier(b.Metrics[i].ID)
	}
}

// mergeMetric adds a metric; the same metric again is a correction.
func (b *Beacon) mergeMetric(m Metric) {
	for i := range b.Metrics {
		if old := &b.Metrics[i]; old.Name == m.Name && old.ID == m.ID {
			m.First = m.First || old.First
			*old = m
			return
		}
	}
	b.AddMetric(m)
}

// setTag adds a tag or updates its value.
func (b *Beacon) setTag(t Tag) {
	for i := range b.Tags {
		if b.Tags[i].Key == t.Key {
			b.Tags[i] = t
			return
		}
	}
	b.AddTag(t)
}

// updateTime sets the beacon's time to that of its latest item, Unix seconds.
func (b *Beacon) updateTime(seconds float64) { b.Time = max(b.Time, seconds*1000) }

// setIfEmpty sets a string that is not set yet.
func setIfEmpty(dst *string, text string) {
	if *dst == "" {
		*dst = text
	}
}
