package snapshot

import (
	"encoding/json"
	"slices"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// maxTime is the end of the year 9999, Unix milliseconds.
const maxTime = 253_402_300_799_999

// internTags is the index in the batch of a set of tags.
func (d *decoder) internTags(text string) (uint32, error) {
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
		refs = append(refs, beacon.TagRef{Key: d.intern(k), Value: d.intern(v)})
	}
	slices.SortFunc(refs, func(a, b beacon.TagRef) int { return int(a.Key) - int(b.Key) })
	set := uint32(len(d.batch.TagSets))
	d.batch.TagSets = append(d.batch.TagSets, refs)
	d.tagSets[text] = set
	return set, nil
}

// beaconReader reads the table of beacons.
type beaconReader struct {
	*tableReader
	number   *columns.Input[int32]
	received *columns.Input[int64]
	view     *columns.Input[int32]
	visitor  *columns.Input[int32]

	dims [beacon.NumDims]wordColumn
	tags wordColumn

	navigation, unsampled *columns.Input[bool]

	rate   *columns.Input[float32]
	skew   *columns.Input[int32]
	vitals [len(beacon.Vitals)]*columns.Input[float32]
	trace  *columns.Input[string]
}

func (s *File) openBeacons() (*beaconReader, error) {
	t, err := s.openTable("beacons.parquet")
	if err != nil {
		return nil, err
	}
	r := t.reader
	b := &beaconReader{
		tableReader: t, number: columns.Read[int32](r, "beacon"), received: columns.Read[int64](r, "received"),
		view: columns.Read[int32](r, "view"), visitor: columns.Read[int32](r, "visitor"),
		tags:       wordColumn{WordsInput: columns.ReadWords(r, "tags")},
		navigation: columns.Read[bool](r, "navigation"), unsampled: columns.Read[bool](r, "unsampled"),
		rate: columns.Read[float32](r, "sample_rate"), skew: columns.Read[int32](r, "skew_ms"),
		trace: columns.Read[string](r, "trace"),
	}
	for i := range beacon.Dimensions {
		d := &beacon.Dimensions[i]
		if !d.Recent || r.Rows() == 0 || r.Has(d.Name) {
			b.dims[i].WordsInput = columns.ReadWords(r, d.Name)
		}
	}
	for m, name := range beacon.Vitals {
		b.vitals[m] = columns.Read[float32](r, name)
	}
	return b, nil
}

// appendRows appends the current rows to the batch.
func (d *decoder) appendRows() error {
	t, b := d.beacons, d.batch
	first, n := b.Len(), t.rows
	b.Received = append(b.Received, t.received.Values...)
	b.SampleRate = append(b.SampleRate, t.rate.Values...)
	b.ID = append(b.ID, make([]beacon.ID, n)...)
	for i := range t.dims {
		w := &t.dims[i]
		if w.WordsInput == nil {
			b.Dims[i] = append(b.Dims[i], make([]uint32, n)...)
			continue
		}
		w.followList()
		for row := range n {
			b.Dims[i] = append(b.Dims[i], d.wordAt(w, row))
		}
	}
	t.tags.followList()
	skew, trace, visitor := newSparseReader(t.skew), newSparseReader(t.trace), newSparseReader(t.visitor)
	for row := range n {
		received := t.received.Values[row]
		if rate := t.rate.Values[row]; t.number.Values[row] != d.last+1+int32(row) || received < 0 || received > maxTime || !(rate > 0 && rate <= 1) {
			return errDamaged(t.name)
		}
		var clock int64
		if v, ok := skew.next(row); ok {
			clock = max(received+int64(v), 1) // 0 is unknown
		}
		b.Time = append(b.Time, clock)
		var at uint32
		if v, ok := trace.next(row); ok {
			at = d.intern(v)
		}
		b.Trace = append(b.Trace, at)
		var flags uint8
		if t.navigation.Values[row] {
			flags |= beacon.FlagNavigation
		}
		if t.unsampled.Values[row] {
			flags |= beacon.FlagUnsampled
		}
		b.Flags = append(b.Flags, flags)
		v, known := visitor.next(row)
		if err := d.appendIdentity(t.view.Values[row], v, known); err != nil {
			return err
		}
		set, err := d.tagSetAt(row)
		if err != nil {
			return err
		}
		b.TagSet = append(b.TagSet, set)
	}
	from := d.last + 1
	d.last += int32(n)
	return d.appendSideTables(from, uint32(first))
}

// tagSetAt is the index in the batch of a row's set of tags.
func (d *decoder) tagSetAt(row int) (uint32, error) {
	w := &d.beacons.tags
	n := w.Numbers[row]
	p := &w.of[n]
	if p.round != d.round {
		set, err := d.internTags(w.List[n])
		if err != nil {
			return 0, err
		}
		*p = batchString{d.round, set}
	}
	return p.at, nil
}

// appendIdentity appends view, session and user. A beacon without a visitor has
// its view's.
func (d *decoder) appendIdentity(view, visitor int32, known bool) error {
	b := d.batch
	var id, session, user beacon.ID
	switch {
	case view < 0 || int(view) > len(d.views.hash):
		return errDamaged("views.parquet")
	case view > 0:
		if id = beacon.ID(d.views.hash[view-1]); d.anonymised || id == 0 {
			id = beacon.ID(view)
		}
		if !known {
			visitor = d.views.visitor[view-1]
		}
	}
	switch {
	case visitor < 0 || int(visitor) > len(d.visitors.user):
		return errDamaged("visitors.parquet")
	case visitor > 0:
		session, user = beacon.ID(d.visitors.session[visitor-1]), beacon.ID(d.visitors.user[visitor-1])
	}
	b.View, b.Session, b.User = append(b.View, id), append(b.Session, session), append(b.User, user)
	return nil
}
