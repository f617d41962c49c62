package snapshot

import (
	"encoding/json"
	"math"
	"slices"
	"sync/atomic"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// encoder makes blocks from batches.
type encoder struct {
	tables         *tables
	anonymised     bool
	views          columns.Numbers // by the page view's hash
	visitors       columns.Numbers // by user and session
	users          columns.Numbers // by user, or by view if that is all that is named
	sessions       columns.Numbers
	isNamed        []bool  // by number of session: a user was named in it
	unnamed        int64   // sessions without a user
	visitorOf      []int32 // by number of view: the visitor of its first beacon
	kinds          map[errorKind]int32
	first, last    int64        // receive times, Unix ms
	firstReceived  atomic.Int64 // first, for other goroutines
	counts         Counts
	viewsWithoutID int64 // page views without an id, by their start

	view, visitor int32 // of the previous beacon
	newViews      *viewBlock
	newVisitors   *visitorBlock
}

type errorKind struct {
	typ, message, stack string
	handled             bool
}

func newEncoder(t *tables, anonymised bool) *encoder {
	return &encoder{
		tables: t, anonymised: anonymised,
		visitorOf: []int32{0}, isNamed: []bool{true}, kinds: map[errorKind]int32{},
		first: math.MaxInt64, last: math.MinInt64,
	}
}

// maxBeacons is the most beacons that a file can number.
const maxBeacons = math.MaxInt32

func (e *encoder) encode(b *beacon.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	if e.counts.Beacons+int64(b.Len()) > maxBeacons {
		return errTooMany
	}
	first := int32(e.counts.Beacons) + 1 // the number of row 0
	e.counts.Beacons += int64(b.Len())
	words := slices.Clone(b.Strings) // read by the tables' goroutines later
	if err := e.beacons(b, first, words); err != nil {
		return err
	}
	e.errors(b, first)
	e.requests(b, first, words)
	e.events(b, first, words)
	return nil
}

func (e *encoder) beacons(b *beacon.Batch, first int32, words []string) error {
	n := b.Len()
	t := e.tables.beacons.spareBlock()
	t.words = words
	t.beacon, t.view = resized(t.beacon, n), resized(t.view, n)
	t.navigation, t.unsampled = resized(t.navigation, n), resized(t.unsampled, n)
	t.received = append(t.received[:0], b.Received...)
	t.rate = append(t.rate[:0], b.SampleRate...)
	for d := range t.dims {
		t.dims[d] = append(t.dims[d][:0], b.Dims[d]...)
	}
	var err error
	if t.tags, err = tagSets(b); err != nil {
		return err
	}
	t.tagSet = append(t.tagSet[:0], b.TagSet...)
	t.visitor.reset(n)
	t.skew.reset(n)
	t.trace.reset(n)
	e.newViews, e.newVisitors = e.tables.views.spareBlock().reset(), e.tables.visitors.spareBlock().reset()
	for i, received := range b.Received {
		e.first, e.last = min(e.first, received), max(e.last, received)
		t.beacon[i] = first + int32(i)
		t.navigation[i], t.unsampled[i] = b.Flags[i]&beacon.FlagNavigation != 0, b.Flags[i]&beacon.FlagUnsampled != 0
		if t.navigation[i] && b.View[i] == 0 {
			e.viewsWithoutID++
		}
		view, visitor := e.identify(b, i)
		if t.view[i] = view; visitor != e.visitorOf[view] {
			t.visitor.set(i, visitor)
		}
		if b.Time[i] != 0 {
			t.skew.set(i, int32(min(max(b.Time[i]-received, math.MinInt32), math.MaxInt32)))
		}
		if b.Trace[i] != 0 {
			e.counts.Traces++
			t.trace.set(i, b.Strings[b.Trace[i]])
		}
	}
	e.firstReceived.Store(e.first)
	e.metrics(b, t, words)
	e.tables.beacons.send(t)
	e.tables.views.send(e.newViews)
	e.tables.visitors.send(e.newVisitors)
	e.counts.Views, e.counts.Users, e.counts.Sessions = int64(e.views.Len())+e.viewsWithoutID, int64(e.users.Len())+e.unnamed, int64(e.sessions.Len())
	return nil
}

func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

func (t *viewBlock) reset() *viewBlock {
	t.view, t.visitor, t.hash = t.view[:0], t.visitor[:0], t.hash[:0]
	return t
}

func (t *visitorBlock) reset() *visitorBlock {
	t.visitor, t.user, t.session = t.visitor[:0], t.user[:0], t.session[:0]
	return t
}

// identify numbers the view and the visitor of a beacon.
func (e *encoder) identify(b *beacon.Batch, i int) (view, visitor int32) {
	user, session, id := b.User[i], b.Session[i], b.View[i]
	if i > 0 && id != 0 && id == b.View[i-1] && user == b.User[i-1] && session == b.Session[i-1] {
		return e.view, e.visitor // most neighbours are of one page view
	}
	visitor, fresh := e.visitors.Add(uint64(user)*columns.HashMultiplier ^ uint64(session))
	if fresh {
		if t := e.newVisitors; !e.anonymised {
			t.visitor, t.user, t.session = append(t.visitor, visitor), append(t.user, uint64(user)), append(t.session, uint64(session))
		}
		e.users.Add(uint64(user))
		e.nameSession(session, user)
	} else if visitor == 0 {
		e.users.Add(uint64(id))
	}
	if e.anonymised {
		visitor = 0
	}
	view, fresh = e.views.Add(uint64(id))
	if fresh {
		if e.anonymised {
			id = 0
		}
		t := e.newViews
		t.view, t.visitor, t.hash = append(t.view, view), append(t.visitor, visitor), append(t.hash, uint64(id))
		e.visitorOf = append(e.visitorOf, visitor)
	}
	e.view, e.visitor = view, visitor
	return view, visitor
}

// nameSession counts a session, as a user of its own until one is named in it.
func (e *encoder) nameSession(session, user beacon.ID) {
	number, fresh := e.sessions.Add(uint64(session))
	if number == 0 {
		return
	}
	if fresh {
		e.isNamed = append(e.isNamed, false)
		e.unnamed++
	}
	if user != 0 && !e.isNamed[number] {
		e.isNamed[number] = true
		e.unnamed--
	}
}

// tagSets are the batch's sets of tags as JSON objects, their keys sorted.
func tagSets(b *beacon.Batch) ([]string, error) {
	sets := make([]string, len(b.TagSets))
	for i, refs := range b.TagSets {
		tags := make(map[string]string, len(refs))
		for _, t := range refs {
			if _, twice := tags[b.Strings[t.Key]]; !twice {
				tags[b.Strings[t.Key]] = b.Strings[t.Value]
			}
		}
		text, err := json.Marshal(tags)
		if err != nil {
			return nil, err
		}
		sets[i] = string(text)
	}
	return sets, nil
}

// metrics appends vitals to the block of beacons, and other measures to their
// own table.
func (e *encoder) metrics(b *beacon.Batch, t *beaconBlock, words []string) {
	for m := range t.vitals {
		t.vitals[m].reset(b.Len())
	}
	others := e.tables.measures.spareBlock().reset(words)
	vitals := make([]int, len(words))
	for i, name := range words {
		vitals[i] = beacon.VitalIndex(name)
	}
	for k, row := range b.MetricRow {
		name := b.MetricName[k]
		if m := vitals[name]; m >= 0 {
			t.vitals[m].set(int(row), b.MetricValue[k])
		} else {
			others.appendRow(t.beacon[row], name, b.MetricValue[k])
		}
	}
	e.counts.Measures += int64(len(others.beacon))
	e.tables.measures.send(others)
}

func (t *namedBlock) reset(words []string) *namedBlock {
	t.words, t.beacon, t.name, t.value = words, t.beacon[:0], t.name[:0], t.value[:0]
	return t
}

func (t *namedBlock) appendRow(beacon int32, name uint32, value float32) {
	t.beacon, t.name, t.value = append(t.beacon, beacon), append(t.name, name), append(t.value, value)
}

func (e *encoder) errors(b *beacon.Batch, first int32) {
	if len(b.ErrorRow) == 0 {
		return
	}
	t, kinds := e.tables.errors.spareBlock(), &kindBlock{}
	t.beacon, t.kind = t.beacon[:0], t.kind[:0]
	for k, row := range b.ErrorRow {
		kind := errorKind{b.Strings[b.ErrorType[k]], b.Strings[b.ErrorMessage[k]], b.Strings[b.ErrorStack[k]], b.ErrorHandled[k]}
		number, known := e.kinds[kind]
		if !known {
			number = int32(len(e.kinds) + 1)
			e.kinds[kind] = number
			kinds.appendKind(number, kind)
		}
		t.beacon, t.kind = append(t.beacon, first+int32(row)), append(t.kind, number)
	}
	e.counts.Errors += int64(len(t.beacon))
	e.tables.errors.send(t)
	e.tables.kinds.send(kinds)
}

func (t *kindBlock) appendKind(number int32, kind errorKind) {
	t.kind = append(t.kind, number)
	t.fingerprint = append(t.fingerprint, fingerprint.Of(kind.typ, kind.message, kind.stack))
	t.typ, t.message, t.stacks = append(t.typ, kind.typ), append(t.message, kind.message), append(t.stacks, kind.stack)
	t.handled = append(t.handled, kind.handled)
}

func (e *encoder) requests(b *beacon.Batch, first int32, words []string) {
	t := e.tables.requests.spareBlock()
	t.words = words
	t.url, t.method = append(t.url[:0], b.RequestURL...), append(t.method[:0], b.RequestMethod...)
	t.duration = append(t.duration[:0], b.RequestDuration...)
	t.beacon, t.status = resized(t.beacon, len(b.RequestRow)), resized(t.status, len(b.RequestRow))
	t.trace.reset(len(b.RequestRow))
	for k, row := range b.RequestRow {
		t.beacon[k], t.status[k] = first+int32(row), int32(b.RequestStatus[k])
		if at := b.RequestTrace[k]; at != 0 {
			e.counts.Traces++
			t.trace.set(k, b.Strings[at])
		}
	}
	e.counts.Requests += int64(len(t.beacon))
	e.tables.requests.send(t)
}

func (e *encoder) events(b *beacon.Batch, first int32, words []string) {
	t := e.tables.events.spareBlock().reset(words)
	for k, row := range b.EventRow {
		t.appendRow(first+int32(row), b.EventName[k], b.EventValue[k])
	}
	e.counts.Events += int64(len(t.beacon))
	e.tables.events.send(t)
}
