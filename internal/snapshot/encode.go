package snapshot

import (
	"cmp"
	"encoding/json"
	"math"
	"os"
	"slices"
	"sync/atomic"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
)

// tables are all tables of a snapshot that is being written.
type tables struct {
	beacons  *table[beaconRow]
	views    *table[viewRow]
	visitors *table[visitorRow]
	errors   *table[errorRow]
	kinds    *table[errorKindRow]
	requests *table[requestRow]
	events   *table[namedRow]
	measures *table[namedRow]
}

// spooled is a table whatever its rows.
type spooled interface {
	member() string
	spooled() *os.File
	size() int64
	finish() error
	close()
}

func (t *table[R]) member() string    { return t.name }
func (t *table[R]) spooled() *os.File { return t.file }

func newTables(dir string) (t tables, err error) {
	t.beacons, err = newTable[beaconRow]("beacons.parquet", dir)
	if err == nil {
		t.views, err = newTable[viewRow]("views.parquet", dir)
	}
	if err == nil {
		t.visitors, err = newTable[visitorRow]("visitors.parquet", dir)
	}
	if err == nil {
		t.errors, err = newTable[errorRow]("errors.parquet", dir)
	}
	if err == nil {
		t.kinds, err = newTable[errorKindRow]("error_kinds.parquet", dir)
	}
	if err == nil {
		t.requests, err = newTable[requestRow]("requests.parquet", dir)
	}
	if err == nil {
		t.events, err = newTable[namedRow]("events.parquet", dir)
	}
	if err == nil {
		t.measures, err = newTable[namedRow]("measures.parquet", dir)
	}
	return t, err
}

func (t *tables) all() []spooled {
	return []spooled{t.beacons, t.views, t.visitors, t.errors, t.kinds, t.requests, t.events, t.measures}
}

func (t *tables) finish() error {
	var err error
	for _, s := range t.all() {
		err = cmp.Or(err, s.finish())
	}
	return err
}

func (t *tables) close() {
	for _, s := range t.all() {
		s.close()
	}
}

// encoder turns batches into rows.
type encoder struct {
	tables      *tables
	anonymised  bool
	views       numbers // by the page view's hash
	visitors    numbers // by visitorHash
	users       numbers // by what users are counted by
	sessions    numbers
	visitorOf   []int32 // by number of view: the visitor of its first beacon
	kinds       map[errorKind]int32
	first, last int64        // receive times, Unix milliseconds
	began       atomic.Int64 // first, for other goroutines
	counts      Counts

	view, visitor int32 // of the beacon before
	newViews      []viewRow
	newVisitors   []visitorRow

	tags []string // of the current batch, by set of tags; "" is not yet known
}

type errorKind struct {
	typ, message, stack string
	handled             bool
}

func newEncoder(t *tables, anonymised bool) *encoder {
	return &encoder{
		tables: t, anonymised: anonymised,
		visitorOf: []int32{0}, kinds: map[errorKind]int32{},
		first: math.MaxInt64, last: math.MinInt64,
	}
}

// maxBeacons is how many beacons a file can number.
const maxBeacons = math.MaxInt32

func (e *encoder) add(b *beacon.Batch) error {
	if e.counts.Beacons+int64(b.Len()) > maxBeacons {
		return errTooMany
	}
	first := int32(e.counts.Beacons) + 1 // the number of row 0
	e.counts.Beacons += int64(b.Len())
	if err := e.beacons(b, first); err != nil {
		return err
	}
	e.errors(b, first)
	e.requests(b, first)
	e.named(b, first)
	return nil
}

func (e *encoder) beacons(b *beacon.Batch, first int32) error {
	e.tags = append(e.tags[:0], make([]string, len(b.TagSets))...)
	rows := slices.Grow(e.tables.beacons.block(), b.Len())[:b.Len()]
	skews, who := make([]int32, b.Len()), make([]int32, b.Len())
	for i, received := range b.Received {
		e.first, e.last = min(e.first, received), max(e.last, received)
		r := &rows[i]
		r.Beacon, r.Received = first+int32(i), received
		r.Navigation, r.Unsampled = b.Flags[i]&beacon.FlagNavigation != 0, b.Flags[i]&beacon.FlagUnsampled != 0
		r.SampleRate = b.SampleRate[i]
		r.View, who[i] = e.identify(b, i)
		if who[i] != e.visitorOf[r.View] {
			r.Visitor = &who[i]
		}
		for d, field := range r.dims() {
			*field = b.Strings[b.Dims[d][i]]
		}
		var err error
		if r.Tags, err = e.tagSet(b, b.TagSet[i]); err != nil {
			return err
		}
		if b.Time[i] != 0 {
			skews[i] = int32(min(max(b.Time[i]-received, math.MinInt32), math.MaxInt32))
			r.SkewMS = &skews[i]
		}
		if b.Trace[i] != 0 {
			e.counts.Traces++
			r.Trace = &b.Strings[b.Trace[i]]
		}
	}
	if e.counts.Beacons > 0 {
		e.began.Store(e.first)
	}
	e.vitals(b, rows)
	e.tables.beacons.put(rows)
	e.tables.views.put(e.newViews)
	e.tables.visitors.put(e.newVisitors)
	e.newViews, e.newVisitors = e.tables.views.block(), e.tables.visitors.block()
	e.counts.Views, e.counts.Users, e.counts.Sessions = int64(e.views.n), int64(e.users.n), int64(e.sessions.n)
	return nil
}

// identify numbers the view and the visitor of a beacon.
func (e *encoder) identify(b *beacon.Batch, i int) (view, visitor int32) {
	user, session, id := b.User[i], b.Session[i], b.View[i]
	if i > 0 && id != 0 && id == b.View[i-1] && user == b.User[i-1] && session == b.Session[i-1] {
		return e.view, e.visitor // neighbours are of one page view more often than not
	}
	visitor, fresh := e.visitors.add(uint64(user)*spread ^ uint64(session))
	if fresh {
		if !e.anonymised {
			e.newVisitors = append(e.newVisitors, visitorRow{visitor, uint64(user), uint64(session)})
		}
		e.sessions.add(uint64(session))
		e.users.add(uint64(cmp.Or(user, session)))
	} else if visitor == 0 {
		e.users.add(uint64(id))
	}
	view, fresh = e.views.add(uint64(id))
	if fresh {
		row := viewRow{view, visitor, uint64(id)}
		if e.anonymised {
			row = viewRow{View: view}
		}
		e.newViews = append(e.newViews, row)
		e.visitorOf = append(e.visitorOf, row.Visitor)
	}
	if e.anonymised {
		visitor = 0
	}
	e.view, e.visitor = view, visitor
	return view, visitor
}

// tagSet is a set of tags as a JSON object, its keys sorted.
func (e *encoder) tagSet(b *beacon.Batch, set uint32) (string, error) {
	if e.tags[set] == "" {
		tags := make(map[string]string, len(b.TagSets[set]))
		for _, t := range b.TagSets[set] {
			if _, twice := tags[b.Strings[t.Key]]; !twice {
				tags[b.Strings[t.Key]] = b.Strings[t.Value]
			}
		}
		text, err := json.Marshal(tags)
		if err != nil {
			return "", err
		}
		e.tags[set] = string(text)
	}
	return e.tags[set], nil
}

// vitals puts those metrics into the rows that have a column of their own, and
// all others into a table.
func (e *encoder) vitals(b *beacon.Batch, rows []beaconRow) {
	values := make([]float32, len(b.MetricValue))
	copy(values, b.MetricValue)
	measures := e.tables.measures.block()
	for k, row := range b.MetricRow {
		r := &rows[row]
		name := b.Strings[b.MetricName[k]]
		if m := beacon.VitalIndex(name); m >= 0 {
			*r.vitals()[m] = &values[k]
		} else {
			measures = append(measures, namedRow{r.Beacon, name, values[k]})
		}
	}
	e.counts.Measures += int64(len(measures))
	e.tables.measures.put(measures)
}

func (e *encoder) errors(b *beacon.Batch, first int32) {
	rows := e.tables.errors.block()
	kinds := e.tables.kinds.block()
	for k, row := range b.ErrorRow {
		kind := errorKind{b.Strings[b.ErrorType[k]], b.Strings[b.ErrorMessage[k]], b.Strings[b.ErrorStack[k]], b.ErrorHandled[k]}
		number, known := e.kinds[kind]
		if !known {
			number = int32(len(e.kinds) + 1)
			e.kinds[kind] = number
			kinds = append(kinds, errorKindRow{
				Kind: number, Fingerprint: agg.Fingerprint(kind.typ, kind.message, kind.stack),
				Type: kind.typ, Message: kind.message, Stack: kind.stack, Handled: kind.handled,
			})
		}
		rows = append(rows, errorRow{first + int32(row), number})
	}
	e.counts.Errors += int64(len(rows))
	e.tables.errors.put(rows)
	e.tables.kinds.put(kinds)
}

func (e *encoder) requests(b *beacon.Batch, first int32) {
	rows := e.tables.requests.block()
	for k, row := range b.RequestRow {
		r := requestRow{
			Beacon: first + int32(row), URL: b.Strings[b.RequestURL[k]], Method: b.Strings[b.RequestMethod[k]],
			Status: int32(b.RequestStatus[k]), Duration: b.RequestDuration[k],
		}
		if at := b.RequestTrace[k]; at != 0 {
			e.counts.Traces++
			r.Trace = &b.Strings[at]
		}
		rows = append(rows, r)
	}
	e.counts.Requests += int64(len(rows))
	e.tables.requests.put(rows)
}

func (e *encoder) named(b *beacon.Batch, first int32) {
	rows := e.tables.events.block()
	for k, row := range b.EventRow {
		rows = append(rows, namedRow{first + int32(row), b.Strings[b.EventName[k]], b.EventValue[k]})
	}
	e.counts.Events += int64(len(rows))
	e.tables.events.put(rows)
}
