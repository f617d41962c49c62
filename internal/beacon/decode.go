package beacon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/s2"
)

// Errors that callers may want to tell apart.
var (
	// ErrVersion is returned for a batch of a version that is not [Version].
	ErrVersion = errors.New("unknown version of the batch format; upgrade rumtop")
	// ErrTooLarge is returned for a batch that holds more than it may.
	ErrTooLarge = errors.New("batch is larger than allowed")

	errTruncated = errors.New("ends in the middle of a number or a field")
	errWireType  = errors.New("has the wrong wire type or length")
	errLength    = errors.New("does not have one entry a beacon")
	errNoTime    = errors.New("is not a time")
)

// Decode reads a batch into into, whose memory it reuses and whose former
// content it drops, Site included. Strings are copied: data may be reused.
//
// A batch from outside costs bounded memory whatever is in it. One that
// contradicts itself (columns of different lengths, indices that lead
// nowhere) is an error as a whole, and leaves into empty. A number that can
// not be (NaN, infinite, negative, a sample rate above 1) is left out alone,
// and counted in Rejected.
func Decode(data []byte, into *Batch) error {
	into.Reset()
	if err := into.decode(data); err != nil {
		into.Reset()
		return fmt.Errorf("decode batch: %w", err)
	}
	return nil
}

func (b *Batch) decode(data []byte) error {
	if len(data) == 0 {
		return errors.New("empty")
	}
	message := data[1:]
	switch data[0] {
	case plainHeader:
	case snappyHeader:
		n, err := s2.DecodedLen(message)
		if err != nil {
			return fmt.Errorf("snappy: %w", err)
		}
		if n > MaxMessage {
			return fmt.Errorf("%w: %d bytes decompressed", ErrTooLarge, n)
		}
		if cap(b.scratch) < n {
			b.scratch = make([]byte, n+n/4)
		}
		if message, err = s2.Decode(b.scratch[:cap(b.scratch)], message); err != nil {
			return fmt.Errorf("snappy: %w", err)
		}
	default:
		if data[0]>>4 != Version {
			return fmt.Errorf("%w (version %d, this reads %d)", ErrVersion, data[0]>>4, Version)
		}
		return fmt.Errorf("unknown compression %d; upgrade rumtop", data[0]&15)
	}
	if len(message) > MaxMessage {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(message))
	}
	r := reader{b: b}
	if err := r.fields(message); err != nil {
		return err
	}
	r.times()
	r.ids()
	r.dims()
	r.tagSets()
	r.metrics()
	r.errors()
	r.requests()
	r.events()
	return r.err
}

// reader reads one message: first it notes where each field lies, then it
// reads the columns in the order in which they check each other.
type reader struct {
	b     *Batch
	field [numFields]field
	err   error // the first
}

// field is a column as it lies in the message.
type field struct {
	wire uint8
	data []byte // a packed field's content; the value itself for the other wire types
}

func (r *reader) fail(number int, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("field %d: %w", number, err)
	}
}

// fields notes where each column lies, and gathers the strings.
func (r *reader) fields(message []byte) error {
	b := r.b
	b.text, b.ends = b.text[:0], b.ends[:0]
	for len(message) > 0 {
		number, f, size := nextField(message)
		if size == 0 {
			return errTruncated
		}
		message = message[size:]
		switch {
		case number == fieldStrings:
			if f.wire != wireBytes {
				return fmt.Errorf("field %d: %w", number, errWireType)
			}
			if len(f.data) > MaxString || len(b.ends) >= maxStrings {
				return fmt.Errorf("%w: strings", ErrTooLarge)
			}
			b.text = append(b.text, f.data...)
			b.ends = append(b.ends, uint32(len(b.text)))
		case number < numFields:
			if r.field[number].data != nil {
				return fmt.Errorf("field %d stands there twice", number)
			}
			r.field[number] = f
		}
	}
	r.strings()
	return nil
}

// nextField takes the first field of a message apart. Its size is 0 if the
// message ends within it or it is none.
func nextField(message []byte) (number uint64, f field, size int) {
	tag, at := binary.Uvarint(message)
	if at <= 0 || tag>>3 == 0 {
		return 0, f, 0
	}
	f.wire = uint8(tag & 7)
	length := 0
	switch rest := message[at:]; f.wire {
	case wireVarint:
		if _, length = binary.Uvarint(rest); length <= 0 {
			return 0, f, 0
		}
	case wire64:
		length = 8
	case wire32:
		length = 4
	case wireBytes:
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)) {
			return 0, f, 0
		}
		at, length = at+size, int(n)
	default:
		return 0, f, 0
	}
	if length > len(message)-at {
		return 0, f, 0
	}
	f.data = message[at : at+length]
	return tag >> 3, f, at + length
}

// strings makes the string table, all of it in one piece of memory.
func (r *reader) strings() {
	b := r.b
	text := string(b.text)
	b.Strings = append(b.Strings, "")
	from := uint32(0)
	for _, end := range b.ends {
		s := text[from:end]
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "?")
		}
		b.Strings = append(b.Strings, s)
		from = end
	}
}

func (r *reader) times() {
	b, f := r.b, r.field[fieldReceived]
	if f.data == nil {
		return // an empty batch
	}
	if f.wire != wireBytes && f.wire != wireVarint {
		r.fail(fieldReceived, errWireType)
		return
	}
	last := int64(0)
	for data := f.data; len(data) > 0; {
		d, n := binary.Varint(data)
		if n <= 0 {
			r.fail(fieldReceived, errTruncated)
			return
		}
		data = data[n:]
		last += d
		if last < 0 || last > maxTime {
			r.fail(fieldReceived, errNoTime)
			return
		}
		if len(b.Received) == MaxBeacons {
			r.fail(fieldReceived, ErrTooLarge)
			return
		}
		b.Received = append(b.Received, last)
	}
	r.lags()
}

func (r *reader) lags() {
	b, f := r.b, r.field[fieldLag]
	b.Time = resize(b.Time, b.Len())
	if f.data == nil {
		clear(b.Time)
		return
	}
	if f.wire != wireBytes && f.wire != wireVarint {
		r.fail(fieldLag, errWireType)
		return
	}
	var lag int64
	read, data := 0, f.data
	for ; len(data) > 0 && read < b.Len(); read++ {
		d, n := binary.Varint(data)
		if n <= 0 {
			r.fail(fieldLag, errTruncated)
			return
		}
		data, lag = data[n:], d
		b.Time[read] = b.clock(b.Received[read] - lag)
	}
	switch {
	case len(data) == 0 && read == 1:
		for i := range b.Time {
			b.Time[i] = b.clock(b.Received[i] - lag)
		}
	case len(data) > 0 || read < b.Len():
		r.fail(fieldLag, errLength)
	}
}

func (r *reader) ids() {
	b := r.b
	b.ID = r.fixed64(fieldID, b.ID)
	if len(b.ID) == 0 {
		b.ID = resize(b.ID, b.Len())
		clear(b.ID)
	}
	if len(b.ID) != b.Len() {
		r.fail(fieldID, errLength)
		return
	}
	b.ids = append(b.ids[:0], 0)
	b.ids = r.fixed64(fieldIDs, b.ids)
	b.View = r.lookUp(fieldView, b.View)
	b.Session = r.lookUp(fieldSession, b.Session)
	b.User = r.lookUp(fieldUser, b.User)
}

func (r *reader) lookUp(number int, dst []ID) []ID {
	b := r.b
	b.column = column(r, number, b.column, b.Len(), uint32(len(b.ids)-1))
	dst = resize(dst, len(b.column))
	for i, index := range b.column {
		dst[i] = b.ids[index]
	}
	return dst
}

func (r *reader) dims() {
	b := r.b
	n, last := b.Len(), uint32(len(b.Strings)-1)
	for d := range b.Dims {
		b.Dims[d] = column(r, fieldDims+d, b.Dims[d], n, last)
	}
	b.Trace = column(r, fieldTrace, b.Trace, n, last)
	b.Flags = column(r, fieldFlags, b.Flags, n, math.MaxUint32)
	b.SampleRate = r.floats(fieldSampleRate, b.SampleRate, n, 1)
	for i, v := range b.SampleRate {
		if !(v > 0 && v <= 1) {
			b.SampleRate[i] = 1
			b.Rejected++
		}
	}
}

func (r *reader) tagSets() {
	b := r.b
	b.TagSets = append(b.TagSets, nil)
	b.column = r.list(fieldTagSetSize, b.column, maxTagSets-1)
	total := 0
	for _, size := range b.column {
		if size > MaxBatchTags {
			r.fail(fieldTagSetSize, ErrTooLarge)
			return
		}
		total += int(size)
	}
	if total > maxEntries {
		r.fail(fieldTagSetSize, ErrTooLarge)
		return
	}
	last := uint32(len(b.Strings) - 1)
	b.tagKeys = column(r, fieldTagKey, b.tagKeys, total, last)
	b.tagValues = column(r, fieldTagValue, b.tagValues, total, last)
	if r.err != nil {
		return
	}
	b.tagRefs = resize(b.tagRefs, total)
	for i := range b.tagRefs {
		b.tagRefs[i] = TagRef{b.tagKeys[i], b.tagValues[i]}
	}
	refs := b.tagRefs
	for _, size := range b.column {
		b.TagSets = append(b.TagSets, refs[:size:size])
		refs = refs[size:]
	}
	b.TagSet = column(r, fieldTagSet, b.TagSet, b.Len(), uint32(len(b.TagSets)-1))
}

func (r *reader) metrics() {
	b := r.b
	b.column = column(r, fieldMetricCount, b.column, b.Len(), maxPerBeacon)
	total := 0
	for _, n := range b.column {
		total += int(n)
	}
	if total > maxEntries {
		r.fail(fieldMetricCount, ErrTooLarge)
		return
	}
	b.MetricRow = resize(b.MetricRow, total)
	at := 0
	for row, n := range b.column {
		for range n {
			b.MetricRow[at] = uint32(row)
			at++
		}
	}
	b.MetricName = column(r, fieldMetricName, b.MetricName, total, uint32(len(b.Strings)-1))
	b.MetricValue = r.floats(fieldMetricValue, b.MetricValue, total, 0)
	if r.err != nil {
		return
	}
	for _, v := range b.MetricValue {
		if !measurement(v) {
			b.dropMetrics()
			return
		}
	}
}

// dropMetrics leaves out the metrics whose value cannot be.
func (b *Batch) dropMetrics() {
	kept := 0
	for i, v := range b.MetricValue {
		if measurement(v) {
			b.MetricRow[kept], b.MetricName[kept], b.MetricValue[kept] = b.MetricRow[i], b.MetricName[i], v
			kept++
		}
	}
	b.Rejected += len(b.MetricValue) - kept
	b.MetricRow, b.MetricName, b.MetricValue = b.MetricRow[:kept], b.MetricName[:kept], b.MetricValue[:kept]
}

func (r *reader) errors() {
	b, last := r.b, uint32(len(r.b.Strings)-1)
	b.ErrorRow = r.rows(fieldErrorRow, b.ErrorRow)
	n := len(b.ErrorRow)
	b.ErrorType = column(r, fieldErrorType, b.ErrorType, n, last)
	b.ErrorMessage = column(r, fieldErrorMessage, b.ErrorMessage, n, last)
	b.ErrorStack = column(r, fieldErrorStack, b.ErrorStack, n, last)
	b.column = column(r, fieldErrorHandled, b.column, n, 1)
	b.ErrorHandled = resize(b.ErrorHandled, len(b.column))
	for i, v := range b.column {
		b.ErrorHandled[i] = v != 0
	}
}

func (r *reader) requests() {
	b, last := r.b, uint32(len(r.b.Strings)-1)
	b.RequestRow = r.rows(fieldRequestRow, b.RequestRow)
	n := len(b.RequestRow)
	b.RequestURL = column(r, fieldRequestURL, b.RequestURL, n, last)
	b.RequestMethod = column(r, fieldRequestMethod, b.RequestMethod, n, last)
	b.RequestStatus = column(r, fieldRequestStatus, b.RequestStatus, n, maxStatusCode)
	b.RequestDuration = r.floats(fieldRequestDuration, b.RequestDuration, n, 0)
	b.RequestTrace = column(r, fieldRequestTrace, b.RequestTrace, n, last)
	for i, v := range b.RequestDuration {
		if !measurement(v) {
			b.RequestDuration[i] = 0
			b.Rejected++
		}
	}
}

func (r *reader) events() {
	b := r.b
	b.EventRow = r.rows(fieldEventRow, b.EventRow)
	b.EventName = column(r, fieldEventName, b.EventName, len(b.EventRow), uint32(len(b.Strings)-1))
	b.EventValue = r.floats(fieldEventValue, b.EventValue, len(b.EventRow), 0)
	for i, v := range b.EventValue {
		if !measurement(v) && !measurement(-v) {
			b.EventValue[i] = 0
			b.Rejected++
		}
	}
}
