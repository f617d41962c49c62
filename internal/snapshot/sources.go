package snapshot

import (
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// beaconSource is the table of beacons as it is read.
type beaconSource struct {
	*source
	number   *columns.Input[int32]
	received *columns.Input[int64]
	view     *columns.Input[int32]
	visitor  *columns.Input[int32]

	dims [beacon.NumDims]words
	tags words

	navigation, unsampled *columns.Input[bool]

	rate   *columns.Input[float32]
	skew   *columns.Input[int32]
	vitals [len(beacon.Vitals)]*columns.Input[float32]
	trace  *columns.Input[string]
}

func (s *File) beaconSource() (*beaconSource, error) {
	t, err := s.source("beacons.parquet")
	if err != nil {
		return nil, err
	}
	r := t.reader
	b := &beaconSource{
		source: t, number: columns.Read[int32](r, "beacon"), received: columns.Read[int64](r, "received"),
		view: columns.Read[int32](r, "view"), visitor: columns.Read[int32](r, "visitor"),
		tags:       words{WordsInput: columns.ReadWords(r, "tags")},
		navigation: columns.Read[bool](r, "navigation"), unsampled: columns.Read[bool](r, "unsampled"),
		rate: columns.Read[float32](r, "sample_rate"), skew: columns.Read[int32](r, "skew_ms"),
		trace: columns.Read[string](r, "trace"),
	}
	for i, name := range beacon.DimNames() {
		b.dims[i].WordsInput = columns.ReadWords(r, name)
	}
	for m, name := range beacon.Vitals {
		b.vitals[m] = columns.Read[float32](r, name)
	}
	return b, nil
}

// optional walks through a column in which values may be missing.
type optional[T int32 | float32 | string] struct {
	levels []byte
	values []T
}

func optionalOf[T int32 | float32 | string](c *columns.Input[T]) optional[T] {
	return optional[T]{c.Levels, c.Values}
}

// next is the value of a row, if it has one. Every row is asked for once, in order.
func (o *optional[T]) next(row int) (v T, ok bool) {
	if o.levels != nil && o.levels[row] == 0 {
		return v, false
	}
	v, o.values = o.values[0], o.values[1:]
	return v, true
}

// rows adds the rows at hand to the batch.
func (d *decoder) rows() error {
	t, b := d.beacons, d.batch
	first, n := b.Len(), t.rows
	b.Received = append(b.Received, t.received.Values...)
	b.SampleRate = append(b.SampleRate, t.rate.Values...)
	b.ID = append(b.ID, make([]beacon.ID, n)...)
	for i := range t.dims {
		w := &t.dims[i]
		w.begin()
		for row := range n {
			b.Dims[i] = append(b.Dims[i], d.at(w, row))
		}
	}
	t.tags.begin()
	skew, trace, visitor := optionalOf(t.skew), optionalOf(t.trace), optionalOf(t.visitor)
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
			at = d.string(v)
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
		who, known := visitor.next(row)
		if err := d.who(t.view.Values[row], who, known); err != nil {
			return err
		}
		set, err := d.tagSet(row)
		if err != nil {
			return err
		}
		b.TagSet = append(b.TagSet, set)
	}
	from := d.last + 1
	d.last += int32(n)
	return d.side(from, uint32(first))
}

// tagSet is a row's set of tags in the batch.
func (d *decoder) tagSet(row int) (uint32, error) {
	w := &d.beacons.tags
	n := w.Numbers[row]
	p := &w.of[n]
	if p.round != d.round {
		set, err := d.tags(w.List[n])
		if err != nil {
			return 0, err
		}
		*p = placed{d.round, set}
	}
	return p.at, nil
}

// who adds whose a beacon is. Without a visitor it is its view's.
func (d *decoder) who(view, visitor int32, known bool) error {
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

// side adds what the tables have of the beacons from a number on that have just
// been added, from a row of the batch on.
func (d *decoder) side(number int32, row uint32) error {
	for _, add := range []func(int32, uint32) error{d.metricRows, d.errorRows, d.requestRows, d.eventRows} {
		if err := add(number, row); err != nil {
			return err
		}
	}
	return nil
}

// sideRows is how many rows of a table beside that of beacons are read at a time.
const sideRows = 1 << 14

// upTo visits the rows of beacons up to last: with each row's place and which
// beacon from the first on it is of. They come in the order of beacons.
func (t *source) upTo(last, first int32, number *columns.Input[int32], visit func(k int, of uint32) error, strings ...*words) error {
	for least := first; ; {
		more, err := t.more(sideRows)
		if err != nil || !more {
			return err
		}
		for _, w := range strings {
			w.begin()
		}
		for ; t.at < t.rows; t.at++ {
			of := number.Values[t.at]
			if of > last {
				return nil
			}
			if of < least {
				return errDamaged(t.name)
			}
			least = of
			if err := visit(t.at, uint32(of-first)); err != nil {
				return err
			}
		}
	}
}

// errorSource is the table of errors as it is read.
type errorSource struct {
	*source
	number, kind *columns.Input[int32]
}

func (s *File) errorSource() (*errorSource, error) {
	t, err := s.source("errors.parquet")
	if err != nil {
		return nil, err
	}
	return &errorSource{t, columns.Read[int32](t.reader, "beacon"), columns.Read[int32](t.reader, "kind")}, nil
}

func (d *decoder) errorRows(number int32, row uint32) error {
	t, b, kinds := d.errors, d.batch, &d.kinds
	return t.upTo(d.last, number, t.number, func(k int, of uint32) error {
		kind := int(t.kind.Values[k]) - 1
		if kind < 0 || kind >= len(kinds.typ) {
			return errDamaged(t.name)
		}
		b.ErrorRow = append(b.ErrorRow, row+of)
		b.ErrorType = append(b.ErrorType, d.string(kinds.typ[kind]))
		b.ErrorMessage = append(b.ErrorMessage, d.string(kinds.message[kind]))
		b.ErrorStack = append(b.ErrorStack, d.string(kinds.stacks[kind]))
		b.ErrorHandled = append(b.ErrorHandled, kinds.handled[kind])
		return nil
	})
}

// requestSource is the table of requests as it is read.
type requestSource struct {
	*source
	number, status *columns.Input[int32]
	url, method    words
	duration       *columns.Input[float32]
	trace          *columns.Input[string]
	traces         optional[string] // of the rows at hand that are still to be visited
}

func (s *File) requestSource() (*requestSource, error) {
	t, err := s.source("requests.parquet")
	if err != nil {
		return nil, err
	}
	r := t.reader
	return &requestSource{
		source: t, number: columns.Read[int32](r, "beacon"), status: columns.Read[int32](r, "status"),
		url: words{WordsInput: columns.ReadWords(r, "url")}, method: words{WordsInput: columns.ReadWords(r, "method")},
		duration: columns.Read[float32](r, "duration_ms"), trace: columns.Read[string](r, "trace"),
	}, nil
}

func (d *decoder) requestRows(number int32, row uint32) error {
	t, b := d.requests, d.batch
	return t.upTo(d.last, number, t.number, func(k int, of uint32) error {
		if k == 0 {
			t.traces = optionalOf(t.trace)
		}
		var trace uint32
		if v, ok := t.traces.next(k); ok {
			trace = d.string(v)
		}
		b.RequestRow = append(b.RequestRow, row+of)
		b.RequestURL = append(b.RequestURL, d.at(&t.url, k))
		b.RequestMethod = append(b.RequestMethod, d.at(&t.method, k))
		b.RequestStatus = append(b.RequestStatus, uint16(min(max(t.status.Values[k], 0), 999)))
		b.RequestDuration = append(b.RequestDuration, t.duration.Values[k])
		b.RequestTrace = append(b.RequestTrace, trace)
		return nil
	}, &t.url, &t.method)
}

// namedSource is the table of events, or of measures beside the vitals, as it is read.
type namedSource struct {
	*source
	number *columns.Input[int32]
	name   words
	value  *columns.Input[float32]
}

func (s *File) namedSource(member string) (*namedSource, error) {
	t, err := s.source(member)
	if err != nil {
		return nil, err
	}
	r := t.reader
	return &namedSource{
		source: t, number: columns.Read[int32](r, "beacon"),
		name: words{WordsInput: columns.ReadWords(r, "name")}, value: columns.Read[float32](r, "value"),
	}, nil
}

func (d *decoder) eventRows(number int32, row uint32) error {
	t, b := d.events, d.batch
	return t.upTo(d.last, number, t.number, func(k int, of uint32) error {
		b.EventRow = append(b.EventRow, row+of)
		b.EventName = append(b.EventName, d.at(&t.name, k))
		b.EventValue = append(b.EventValue, t.value.Values[k])
		return nil
	}, &t.name)
}

// metricRows adds the vitals of each beacon and then its other measures.
func (d *decoder) metricRows(number int32, row uint32) error {
	t := d.beacons
	var vitals [len(beacon.Vitals)]optional[float32]
	var names [len(beacon.Vitals)]uint32
	for m, c := range t.vitals {
		vitals[m], names[m] = optionalOf(c), d.string(beacon.Vitals[m])
	}
	upTo := func(of int) {
		for ; t.at < of; t.at++ {
			for m := range vitals {
				if v, ok := vitals[m].next(t.at); ok {
					d.metric(row+uint32(t.at), names[m], v)
				}
			}
		}
	}
	o := d.measures
	err := o.upTo(d.last, number, o.number, func(k int, of uint32) error {
		upTo(int(of) + 1)
		d.metric(row+of, d.at(&o.name, k), o.value.Values[k])
		return nil
	}, &o.name)
	upTo(t.rows)
	return err
}
