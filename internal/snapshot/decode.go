package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/rumtop/rumtop/internal/beacon"
)

// rowsPerBatch is how many beacons Batches hands over at a time.
const rowsPerBatch = 8192

// Batches hands every beacon of the snapshot over, in the order in which they
// were added, and ends early with yield's error. The batch is yield's until it returns.
func (s *File) Batches(yield func(*beacon.Batch) error) (err error) {
	// The tables have been inspected; what the library still trips over is damage.
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the file is damaged: its tables cannot be read, copy it again")
		}
	}()
	d, err := s.decoder()
	if err != nil {
		return err
	}
	defer d.close()
	b := &beacon.Batch{}
	for {
		b.Reset()
		b.Site = s.meta.Site
		if err := d.next(b); err != nil || b.Len() == 0 {
			return err
		}
		if err := yield(b); err != nil {
			return err
		}
	}
}

// rowsOf reads a table's rows in order.
type rowsOf[R any] struct {
	name   string
	reader *parquet.GenericReader[R]
	rows   []R
	at     int
	ended  bool
}

func readRows[R any](s *File, name string) (*rowsOf[R], error) {
	section, err := s.table(name)
	if err != nil {
		return nil, err
	}
	if err := inspect(name, section, section.Size()); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(section, section.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, errDamaged(name)
	}
	return &rowsOf[R]{name: name, reader: parquet.NewGenericReader[R](f), rows: make([]R, rowsPerBatch), at: rowsPerBatch}, nil
}

// peek is the next row, nil at the end.
func (t *rowsOf[R]) peek() (*R, error) {
	for t.at == len(t.rows) {
		if t.ended {
			return nil, nil
		}
		t.rows = t.rows[:cap(t.rows)]
		n, err := t.reader.Read(t.rows)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, errDamaged(t.name)
		}
		t.ended = err != nil
		t.rows, t.at = t.rows[:n], 0
	}
	return &t.rows[t.at], nil
}

func (t *rowsOf[R]) close() { _ = t.reader.Close() }

// all reads a table whole, of at most so many rows.
func all[R any](s *File, name string, most int64) ([]R, error) {
	t, err := readRows[R](s, name)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if n := t.reader.NumRows(); n > most {
		return nil, fmt.Errorf("the file is damaged: %s has %d rows, %d are the most", name, n, most)
	}
	var out []R
	for {
		r, err := t.peek()
		if err != nil || r == nil {
			return out, err
		}
		out = append(out, *r)
		t.at++
	}
}

// decoder makes batches of the tables.
type decoder struct {
	beacons  *rowsOf[beaconRow]
	errors   *rowsOf[errorRow]
	requests *rowsOf[requestRow]
	events   *rowsOf[namedRow]
	measures *rowsOf[namedRow]

	views      []viewRow
	visitors   []visitorRow
	kinds      []errorKindRow
	anonymised bool

	batch   *beacon.Batch
	strings map[string]uint32
	tagSets map[string]uint32
	last    int32 // number of the last beacon
}

// The most of the tables that are held in memory whole.
const (
	maxViews    = 1 << 25
	maxVisitors = 1 << 25
	maxKinds    = 1 << 20
)

func (s *File) decoder() (d *decoder, err error) {
	d = &decoder{anonymised: s.meta.Anonymised, strings: map[string]uint32{}, tagSets: map[string]uint32{}}
	if d.views, err = all[viewRow](s, "views.parquet", maxViews); err != nil {
		return nil, err
	}
	if d.visitors, err = all[visitorRow](s, "visitors.parquet", maxVisitors); err != nil {
		return nil, err
	}
	if d.kinds, err = all[errorKindRow](s, "error_kinds.parquet", maxKinds); err != nil {
		return nil, err
	}
	if d.beacons, err = readRows[beaconRow](s, "beacons.parquet"); err != nil {
		return nil, err
	}
	if d.errors, err = readRows[errorRow](s, "errors.parquet"); err != nil {
		return nil, err
	}
	if d.requests, err = readRows[requestRow](s, "requests.parquet"); err != nil {
		return nil, err
	}
	if d.events, err = readRows[namedRow](s, "events.parquet"); err != nil {
		return nil, err
	}
	d.measures, err = readRows[namedRow](s, "measures.parquet")
	return d, err
}

func (d *decoder) close() {
	d.beacons.close()
	d.errors.close()
	d.requests.close()
	d.events.close()
	d.measures.close()
}

// next fills a batch; it stays empty at the end.
func (d *decoder) next(b *beacon.Batch) error {
	d.batch = b
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	clear(d.strings)
	clear(d.tagSets)
	d.strings[""] = 0
	for b.Len() < rowsPerBatch {
		r, err := d.beacons.peek()
		if err != nil || r == nil {
			return err
		}
		d.beacons.at++
		if r.Beacon != d.last+1 {
			return errDamaged("beacons.parquet")
		}
		d.last = r.Beacon
		if err := d.beacon(r); err != nil {
			return err
		}
	}
	return nil
}

// string is a string of the batch.
func (d *decoder) string(s string) uint32 {
	i, ok := d.strings[s]
	if !ok {
		i = uint32(len(d.batch.Strings))
		d.batch.Strings = append(d.batch.Strings, s)
		d.strings[s] = i
	}
	return i
}

// oneOf is the element of a table that a number from 1 names, nil for 0.
func oneOf[R any](list []R, number int32, name string) (*R, error) {
	switch {
	case number == 0:
		return nil, nil
	case number < 0 || int(number) > len(list):
		return nil, errDamaged(name)
	}
	return &list[number-1], nil
}

func (d *decoder) beacon(r *beaconRow) error {
	b := d.batch
	row := uint32(b.Len())
	view, err := oneOf(d.views, r.View, "views.parquet")
	if err != nil {
		return err
	}
	visitor := int32(0)
	if r.Visitor != nil {
		visitor = *r.Visitor
	} else if view != nil {
		visitor = view.Visitor
	}
	who, err := oneOf(d.visitors, visitor, "visitors.parquet")
	if err != nil {
		return err
	}
	if r.Received < 0 || r.Received > maxTime {
		return errDamaged("beacons.parquet")
	}
	b.Received = append(b.Received, r.Received)
	var clock int64
	if r.SkewMS != nil {
		clock = max(r.Received+int64(*r.SkewMS), 1) // 0 is unknown
	}
	b.Time = append(b.Time, clock)
	b.ID = append(b.ID, 0)
	var id, session, user beacon.ID
	if view != nil {
		if id = beacon.ID(view.Hash); d.anonymised || id == 0 {
			id = beacon.ID(r.View)
		}
	}
	if who != nil {
		session, user = beacon.ID(who.Session), beacon.ID(who.User)
	}
	b.View, b.Session, b.User = append(b.View, id), append(b.Session, session), append(b.User, user)
	for i, field := range r.dims() {
		if last := len(b.Dims[i]) - 1; last >= 0 && b.Strings[b.Dims[i][last]] == *field {
			b.Dims[i] = append(b.Dims[i], b.Dims[i][last])
			continue
		}
		b.Dims[i] = append(b.Dims[i], d.string(*field))
	}
	tags, err := d.tags(r.Tags)
	if err != nil {
		return err
	}
	b.TagSet = append(b.TagSet, tags)
	var flags uint8
	if r.Navigation {
		flags |= beacon.FlagNavigation
	}
	if r.Unsampled {
		flags |= beacon.FlagUnsampled
	}
	b.Flags = append(b.Flags, flags)
	if !(r.SampleRate > 0 && r.SampleRate <= 1) {
		return errDamaged("beacons.parquet")
	}
	b.SampleRate = append(b.SampleRate, r.SampleRate)
	trace := uint32(0)
	if r.Trace != nil {
		trace = d.string(*r.Trace)
	}
	b.Trace = append(b.Trace, trace)
	for m, v := range r.vitals() {
		if *v != nil {
			d.metric(row, beacon.Vitals[m], **v)
		}
	}
	return d.side(r.Beacon, row)
}

// maxTime is the end of the year 9999, Unix milliseconds.
const maxTime = 253_402_300_799_999

func (d *decoder) metric(row uint32, name string, v float32) {
	b := d.batch
	if !(v >= 0 && v <= math.MaxFloat32) {
		b.Rejected++
		return
	}
	b.MetricRow = append(b.MetricRow, row)
	b.MetricName = append(b.MetricName, d.string(name))
	b.MetricValue = append(b.MetricValue, v)
}

// tags is a set of tags of the batch.
func (d *decoder) tags(text string) (uint32, error) {
	if text == "" || text == "{}" {
		return 0, nil
	}
	if set, ok := d.tagSets[text]; ok {
		return set, nil
	}
	var tags map[string]string
	if err := json.Unmarshal([]byte(text), &tags); err != nil || len(tags) > beacon.MaxBatchTags {
		return 0, errDamaged("beacons.parquet")
	}
	refs := make([]beacon.TagRef, 0, len(tags))
	for k, v := range tags {
		refs = append(refs, beacon.TagRef{Key: d.string(k), Value: d.string(v)})
	}
	slices.SortFunc(refs, func(a, b beacon.TagRef) int { return int(a.Key) - int(b.Key) })
	set := uint32(len(d.batch.TagSets))
	d.batch.TagSets = append(d.batch.TagSets, refs)
	d.tagSets[text] = set
	return set, nil
}

// side adds what the other tables have of a beacon.
func (d *decoder) side(number int32, row uint32) error {
	b := d.batch
	err := of(d.errors, number, func(r *errorRow) int32 { return r.Beacon }, func(r *errorRow) error {
		kind, err := oneOf(d.kinds, r.Kind, "error_kinds.parquet")
		if err != nil || kind == nil {
			return errDamaged("errors.parquet")
		}
		b.ErrorRow = append(b.ErrorRow, row)
		b.ErrorType = append(b.ErrorType, d.string(kind.Type))
		b.ErrorMessage = append(b.ErrorMessage, d.string(kind.Message))
		b.ErrorStack = append(b.ErrorStack, d.string(kind.Stack))
		b.ErrorHandled = append(b.ErrorHandled, kind.Handled)
		return nil
	})
	if err != nil {
		return err
	}
	err = of(d.requests, number, func(r *requestRow) int32 { return r.Beacon }, func(r *requestRow) error {
		b.RequestRow = append(b.RequestRow, row)
		b.RequestURL = append(b.RequestURL, d.string(r.URL))
		b.RequestMethod = append(b.RequestMethod, d.string(r.Method))
		b.RequestStatus = append(b.RequestStatus, uint16(min(max(r.Status, 0), 999)))
		b.RequestDuration = append(b.RequestDuration, r.Duration)
		trace := uint32(0)
		if r.Trace != nil {
			trace = d.string(*r.Trace)
		}
		b.RequestTrace = append(b.RequestTrace, trace)
		return nil
	})
	if err != nil {
		return err
	}
	err = of(d.events, number, func(r *namedRow) int32 { return r.Beacon }, func(r *namedRow) error {
		b.EventRow = append(b.EventRow, row)
		b.EventName = append(b.EventName, d.string(r.Name))
		b.EventValue = append(b.EventValue, r.Value)
		return nil
	})
	if err != nil {
		return err
	}
	return of(d.measures, number, func(r *namedRow) int32 { return r.Beacon }, func(r *namedRow) error {
		d.metric(row, r.Name, r.Value)
		return nil
	})
}

// of visits the rows of a beacon, which come in the order of beacons.
func of[R any](t *rowsOf[R], number int32, beacon func(*R) int32, visit func(*R) error) error {
	for {
		r, err := t.peek()
		if err != nil || r == nil || beacon(r) > number {
			return err
		}
		if beacon(r) < number {
			return errDamaged(t.name)
		}
		if err := visit(r); err != nil {
			return err
		}
		t.at++
	}
}
