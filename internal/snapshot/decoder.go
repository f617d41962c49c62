package snapshot

import (
	"cmp"
	"errors"
	"math"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// rowsPerBatch is the size of the batches of Batches: the cost of a batch
// beyond its beacons, mostly its strings, is shared by that many.
const rowsPerBatch = 1 << 14

// Batches yields all beacons of the snapshot in the order in which they were
// added, and stops at yield's first error. A batch is valid until yield
// returns; the next one is read meanwhile.
func (s *File) Batches(yield func(*beacon.Batch) error) error {
	full, spare, failed := make(chan *beacon.Batch, 1), make(chan *beacon.Batch, 2), make(chan error, 1)
	spare <- &beacon.Batch{}
	spare <- &beacon.Batch{}
	go func() {
		failed <- s.fillBatches(full, spare)
		close(full)
	}()
	var ended error
	for b := range full {
		if ended == nil {
			if ended = yield(b); ended != nil {
				close(spare)
			}
		}
		if ended == nil {
			spare <- b
		}
	}
	return cmp.Or(ended, <-failed)
}

// fillBatches fills spare batches until the file ends or spare is closed.
func (s *File) fillBatches(full chan<- *beacon.Batch, spare <-chan *beacon.Batch) (err error) {
	// Sizes in tables are checked before use; a decoder that panics
	// nevertheless has met damage.
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("file is damaged: cannot read its tables: copy it again")
		}
	}()
	d, err := s.newDecoder()
	if err != nil {
		return err
	}
	defer d.close()
	for b := range spare {
		b.Reset()
		b.Site = s.meta.Site
		if err := d.fill(b); err != nil || b.Len() == 0 {
			return err
		}
		full <- b
	}
	return nil
}

// Limits of the tables that are held in memory whole.
const (
	maxViews    = 1 << 25
	maxVisitors = 1 << 25
	maxKinds    = 1 << 20
)

// decoder makes batches from the tables.
type decoder struct {
	beacons  *beaconReader
	errors   *errorReader
	requests *requestReader
	events   *namedReader
	measures *namedReader

	views      viewBlock
	visitors   visitorBlock
	kinds      kindBlock
	anonymised bool

	batch   *beacon.Batch
	round   uint32            // of batch
	strings map[string]uint32 // indexes of its strings
	tagSets map[string]uint32
	last    int32 // number of the last beacon
}

func (s *File) newDecoder() (d *decoder, err error) {
	d = &decoder{anonymised: s.meta.Anonymised, strings: map[string]uint32{}, tagSets: map[string]uint32{}}
	for _, read := range []func(*File) error{d.readViews, d.readVisitors, d.readKinds} {
		if err := read(s); err != nil {
			return nil, err
		}
	}
	if d.beacons, err = s.openBeacons(); err != nil {
		return nil, err
	}
	if d.errors, err = s.openErrors(); err != nil {
		return nil, err
	}
	if d.requests, err = s.openRequests(); err != nil {
		return nil, err
	}
	if d.events, err = s.openNamed("events.parquet"); err != nil {
		return nil, err
	}
	d.measures, err = s.openNamed("measures.parquet")
	return d, err
}

func (d *decoder) close() {
	for _, t := range []*tableReader{d.beacons.tableReader, d.errors.tableReader, d.requests.tableReader, d.events.tableReader, d.measures.tableReader} {
		t.reader.Close()
	}
}

func (d *decoder) readViews(s *File) error {
	t, err := s.openTable("views.parquet")
	if err != nil {
		return err
	}
	visitor, hash := columns.Read[int32](t.reader, "visitor"), columns.Read[uint64](t.reader, "hash")
	return t.eachRun(maxViews, func() {
		d.views.visitor, d.views.hash = append(d.views.visitor, visitor.Values...), append(d.views.hash, hash.Values...)
	})
}

func (d *decoder) readVisitors(s *File) error {
	t, err := s.openTable("visitors.parquet")
	if err != nil {
		return err
	}
	user, session := columns.Read[uint64](t.reader, "user_hash"), columns.Read[uint64](t.reader, "session_hash")
	return t.eachRun(maxVisitors, func() {
		d.visitors.user, d.visitors.session = append(d.visitors.user, user.Values...), append(d.visitors.session, session.Values...)
	})
}

func (d *decoder) readKinds(s *File) error {
	t, err := s.openTable("error_kinds.parquet")
	if err != nil {
		return err
	}
	typ, message := columns.Read[string](t.reader, "type"), columns.Read[string](t.reader, "message")
	stack, handled := columns.Read[string](t.reader, "stack"), columns.Read[bool](t.reader, "handled")
	return t.eachRun(maxKinds, func() {
		k := &d.kinds
		k.typ, k.message = append(k.typ, typ.Values...), append(k.message, message.Values...)
		k.stacks, k.handled = append(k.stacks, stack.Values...), append(k.handled, handled.Values...)
	})
}

// fill fills a batch; at the end of the file it stays empty.
func (d *decoder) fill(b *beacon.Batch) error {
	d.batch = b
	d.round++
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	clear(d.strings)
	clear(d.tagSets)
	d.strings[""] = 0
	for b.Len() < rowsPerBatch {
		more, err := d.beacons.hasRows(rowsPerBatch - b.Len())
		if err != nil || !more {
			return err
		}
		if err := d.appendRows(); err != nil {
			return err
		}
	}
	return nil
}

// intern is the index of a string in the batch.
func (d *decoder) intern(s string) uint32 {
	i, ok := d.strings[s]
	if !ok {
		i = uint32(len(d.batch.Strings))
		d.batch.Strings = append(d.batch.Strings, s)
		d.strings[s] = i
	}
	return i
}

// wordAt is the index in the batch of a row's string.
func (d *decoder) wordAt(w *wordColumn, row int) uint32 {
	n := w.Numbers[row]
	p := &w.of[n]
	if p.round != d.round {
		*p = batchString{d.round, d.intern(w.List[n])}
	}
	return p.at
}

func (d *decoder) appendMetric(row, name uint32, v float32) {
	b := d.batch
	if !(v >= 0 && v <= math.MaxFloat32) {
		b.Rejected++
		return
	}
	b.MetricRow = append(b.MetricRow, row)
	b.MetricName = append(b.MetricName, name)
	b.MetricValue = append(b.MetricValue, v)
}
