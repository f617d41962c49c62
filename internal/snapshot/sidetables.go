package snapshot

import (
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// appendSideTables appends measures, errors, requests and events of the beacons
// just appended: those from a number on, from a row of the batch on.
func (d *decoder) appendSideTables(number int32, row uint32) error {
	for _, appendRows := range []func(int32, uint32) error{d.appendMetrics, d.appendErrors, d.appendRequests, d.appendEvents} {
		if err := appendRows(number, row); err != nil {
			return err
		}
	}
	return nil
}

// errorReader reads the table of errors.
type errorReader struct {
	*tableReader
	number, kind *columns.Input[int32]
}

func (s *File) openErrors() (*errorReader, error) {
	t, err := s.openTable("errors.parquet")
	if err != nil {
		return nil, err
	}
	return &errorReader{t, columns.Read[int32](t.reader, "beacon"), columns.Read[int32](t.reader, "kind")}, nil
}

func (d *decoder) appendErrors(number int32, row uint32) error {
	t, b, kinds := d.errors, d.batch, &d.kinds
	return t.visitUpTo(d.last, number, t.number, func(k int, of uint32) error {
		kind := int(t.kind.Values[k]) - 1
		if kind < 0 || kind >= len(kinds.typ) {
			return errDamaged(t.name)
		}
		b.ErrorRow = append(b.ErrorRow, row+of)
		b.ErrorType = append(b.ErrorType, d.intern(kinds.typ[kind]))
		b.ErrorMessage = append(b.ErrorMessage, d.intern(kinds.message[kind]))
		b.ErrorStack = append(b.ErrorStack, d.intern(kinds.stacks[kind]))
		b.ErrorHandled = append(b.ErrorHandled, kinds.handled[kind])
		return nil
	})
}

// requestReader reads the table of requests.
type requestReader struct {
	*tableReader
	number, status *columns.Input[int32]
	url, method    wordColumn
	duration       *columns.Input[float32]
	trace          *columns.Input[string]
	traces         sparseReader[string] // of the current rows not visited yet
}

func (s *File) openRequests() (*requestReader, error) {
	t, err := s.openTable("requests.parquet")
	if err != nil {
		return nil, err
	}
	r := t.reader
	return &requestReader{
		tableReader: t, number: columns.Read[int32](r, "beacon"), status: columns.Read[int32](r, "status"),
		url: wordColumn{WordsInput: columns.ReadWords(r, "url")}, method: wordColumn{WordsInput: columns.ReadWords(r, "method")},
		duration: columns.Read[float32](r, "duration_ms"), trace: columns.Read[string](r, "trace"),
	}, nil
}

func (d *decoder) appendRequests(number int32, row uint32) error {
	t, b := d.requests, d.batch
	return t.visitUpTo(d.last, number, t.number, func(k int, of uint32) error {
		if k == 0 {
			t.traces = newSparseReader(t.trace)
		}
		var trace uint32
		if v, ok := t.traces.next(k); ok {
			trace = d.intern(v)
		}
		b.RequestRow = append(b.RequestRow, row+of)
		b.RequestURL = append(b.RequestURL, d.wordAt(&t.url, k))
		b.RequestMethod = append(b.RequestMethod, d.wordAt(&t.method, k))
		b.RequestStatus = append(b.RequestStatus, uint16(min(max(t.status.Values[k], 0), 999)))
		b.RequestDuration = append(b.RequestDuration, t.duration.Values[k])
		b.RequestTrace = append(b.RequestTrace, trace)
		return nil
	}, &t.url, &t.method)
}

// namedReader reads the table of events, or of measures that are not vitals.
type namedReader struct {
	*tableReader
	number *columns.Input[int32]
	name   wordColumn
	value  *columns.Input[float32]
}

func (s *File) openNamed(member string) (*namedReader, error) {
	t, err := s.openTable(member)
	if err != nil {
		return nil, err
	}
	r := t.reader
	return &namedReader{
		tableReader: t, number: columns.Read[int32](r, "beacon"),
		name: wordColumn{WordsInput: columns.ReadWords(r, "name")}, value: columns.Read[float32](r, "value"),
	}, nil
}

func (d *decoder) appendEvents(number int32, row uint32) error {
	t, b := d.events, d.batch
	return t.visitUpTo(d.last, number, t.number, func(k int, of uint32) error {
		b.EventRow = append(b.EventRow, row+of)
		b.EventName = append(b.EventName, d.wordAt(&t.name, k))
		b.EventValue = append(b.EventValue, t.value.Values[k])
		return nil
	}, &t.name)
}

// appendMetrics appends the vitals of each beacon and then its other measures.
func (d *decoder) appendMetrics(number int32, row uint32) error {
	t := d.beacons
	var vitals [len(beacon.Vitals)]sparseReader[float32]
	var names [len(beacon.Vitals)]uint32
	for m, c := range t.vitals {
		vitals[m], names[m] = newSparseReader(c), d.intern(beacon.Vitals[m])
	}
	upTo := func(of int) {
		for ; t.at < of; t.at++ {
			for m := range vitals {
				if v, ok := vitals[m].next(t.at); ok {
					d.appendMetric(row+uint32(t.at), names[m], v)
				}
			}
		}
	}
	o := d.measures
	err := o.visitUpTo(d.last, number, o.number, func(k int, of uint32) error {
		upTo(int(of) + 1)
		d.appendMetric(row+of, d.wordAt(&o.name, k), o.value.Values[k])
		return nil
	}, &o.name)
	upTo(t.rows)
	return err
}
