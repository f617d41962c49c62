package snapshot

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// rowsPerBatch is how many beacons Batches hands over at a time: what a batch
// costs beside its beacons, its strings above all, is paid once for that many.
const rowsPerBatch = 1 << 14

// Batches hands every beacon of the snapshot over, in the order in which they
// were added, and ends early with yield's error. The batch is yield's until it
// returns; the next one is read meanwhile.
func (s *File) Batches(yield func(*beacon.Batch) error) error {
	full, spare, failed := make(chan *beacon.Batch, 1), make(chan *beacon.Batch, 2), make(chan error, 1)
	spare <- &beacon.Batch{}
	spare <- &beacon.Batch{}
	go func() {
		failed <- s.read(full, spare)
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

// read fills spare batches until the file ends or spare is closed.
func (s *File) read(full chan<- *beacon.Batch, spare <-chan *beacon.Batch) (err error) {
	// What the tables say is compared with what they hold; what decoders still
	// trip over is damage.
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
	for b := range spare {
		b.Reset()
		b.Site = s.meta.Site
		if err := d.next(b); err != nil || b.Len() == 0 {
			return err
		}
		full <- b
	}
	return nil
}

// source is a table that is being read.
type source struct {
	name   string
	reader *columns.Reader
	rows   int // that Next told of
	at     int // of them, the one to read
}

func (s *File) source(name string) (*source, error) {
	section, err := s.table(name)
	if err != nil {
		return nil, err
	}
	r, err := columns.NewReader(section, section.Size())
	if err != nil {
		return nil, errTable(name, err)
	}
	return &source{name: name, reader: r}, nil
}

func errTable(name string, err error) error {
	return fmt.Errorf("the file is damaged: %s cannot be read (%w), copy it again", name, err)
}

// more makes sure that there are rows to read, at most so many are asked for; it
// tells whether there are.
func (t *source) more(most int) (bool, error) {
	if t.at < t.rows {
		return true, nil
	}
	n, err := t.reader.Next(most)
	if err != nil {
		return false, errTable(t.name, err)
	}
	t.rows, t.at = n, 0
	return n > 0, nil
}

// The most of the tables that are held in memory whole.
const (
	maxViews    = 1 << 25
	maxVisitors = 1 << 25
	maxKinds    = 1 << 20
)

// whole reads a table to its end; each is called for every run of rows.
func (t *source) whole(most int64, each func()) error {
	defer t.reader.Close()
	if n := t.reader.Rows(); n > most {
		return fmt.Errorf("the file is damaged: %s has %d rows, %d are the most", t.name, n, most)
	}
	for {
		if more, err := t.more(math.MaxInt32); err != nil || !more {
			return err
		}
		each()
		t.at = t.rows
	}
}

// decoder makes batches of the tables.
type decoder struct {
	beacons  *beaconSource
	errors   *errorSource
	requests *requestSource
	events   *namedSource
	measures *namedSource

	views      viewBlock
	visitors   visitorBlock
	kinds      kindBlock
	anonymised bool

	batch   *beacon.Batch
	round   uint32            // of batch
	strings map[string]uint32 // its, where they come from
	tagSets map[string]uint32
	last    int32 // number of the last beacon
}

func (s *File) decoder() (d *decoder, err error) {
	d = &decoder{anonymised: s.meta.Anonymised, strings: map[string]uint32{}, tagSets: map[string]uint32{}}
	for _, read := range []func(*File) error{d.readViews, d.readVisitors, d.readKinds} {
		if err := read(s); err != nil {
			return nil, err
		}
	}
	if d.beacons, err = s.beaconSource(); err != nil {
		return nil, err
	}
	if d.errors, err = s.errorSource(); err != nil {
		return nil, err
	}
	if d.requests, err = s.requestSource(); err != nil {
		return nil, err
	}
	if d.events, err = s.namedSource("events.parquet"); err != nil {
		return nil, err
	}
	d.measures, err = s.namedSource("measures.parquet")
	return d, err
}

func (d *decoder) close() {
	for _, t := range []*source{d.beacons.source, d.errors.source, d.requests.source, d.events.source, d.measures.source} {
		t.reader.Close()
	}
}

func (d *decoder) readViews(s *File) error {
	t, err := s.source("views.parquet")
	if err != nil {
		return err
	}
	visitor, hash := columns.Read[int32](t.reader, "visitor"), columns.Read[uint64](t.reader, "hash")
	return t.whole(maxViews, func() {
		d.views.visitor, d.views.hash = append(d.views.visitor, visitor.Values...), append(d.views.hash, hash.Values...)
	})
}

func (d *decoder) readVisitors(s *File) error {
	t, err := s.source("visitors.parquet")
	if err != nil {
		return err
	}
	user, session := columns.Read[uint64](t.reader, "user_hash"), columns.Read[uint64](t.reader, "session_hash")
	return t.whole(maxVisitors, func() {
		d.visitors.user, d.visitors.session = append(d.visitors.user, user.Values...), append(d.visitors.session, session.Values...)
	})
}

func (d *decoder) readKinds(s *File) error {
	t, err := s.source("error_kinds.parquet")
	if err != nil {
		return err
	}
	typ, message := columns.Read[string](t.reader, "type"), columns.Read[string](t.reader, "message")
	stack, handled := columns.Read[string](t.reader, "stack"), columns.Read[bool](t.reader, "handled")
	return t.whole(maxKinds, func() {
		k := &d.kinds
		k.typ, k.message = append(k.typ, typ.Values...), append(k.message, message.Values...)
		k.stacks, k.handled = append(k.stacks, stack.Values...), append(k.handled, handled.Values...)
	})
}

// next fills a batch; it stays empty at the end.
func (d *decoder) next(b *beacon.Batch) error {
	d.batch = b
	d.round++
	b.Strings = append(b.Strings, "")
	b.TagSets = append(b.TagSets, nil)
	clear(d.strings)
	clear(d.tagSets)
	d.strings[""] = 0
	for b.Len() < rowsPerBatch {
		more, err := d.beacons.more(rowsPerBatch - b.Len())
		if err != nil || !more {
			return err
		}
		if err := d.rows(); err != nil {
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

// words is a column of strings and where they stand in the batch.
type words struct {
	*columns.WordsInput
	lists int
	of    []placed // by number in the list
}

// placed is where a string stands in the batch of a round.
type placed struct{ round, at uint32 }

// begin follows the list.
func (w *words) begin() {
	if w.lists != w.Lists {
		w.of, w.lists = w.of[:0], w.Lists
	}
	w.of = append(w.of, make([]placed, len(w.List)-len(w.of))...)
}

// at is the string of a row in the batch.
func (d *decoder) at(w *words, row int) uint32 {
	n := w.Numbers[row]
	p := &w.of[n]
	if p.round != d.round {
		*p = placed{d.round, d.string(w.List[n])}
	}
	return p.at
}

// maxTime is the end of the year 9999, Unix milliseconds.
const maxTime = 253_402_300_799_999

func (d *decoder) metric(row, name uint32, v float32) {
	b := d.batch
	if !(v >= 0 && v <= math.MaxFloat32) {
		b.Rejected++
		return
	}
	b.MetricRow = append(b.MetricRow, row)
	b.MetricName = append(b.MetricName, name)
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
