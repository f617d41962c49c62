package beacon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

var (
	errTruncated  = errors.New("ends in the middle of a number or a field")
	errWireType   = errors.New("has the wrong wire type or length")
	errLength     = errors.New("does not have one entry a beacon")
	errTime       = errors.New("is out of range")
	errTextLength = errors.New("does not split the text into strings")
)

// reader reads one message: first it finds all fields, then it reads the columns
// in an order in which each can be checked against those before.
type reader struct {
	b     *Batch
	field [numFields]field
	err   error // the first
}

// field is a column in the message.
type field struct {
	wire uint8
	data []byte // a packed field's content; the value itself for the other wire types
}

func (r *reader) fail(number int, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("field %d: %w", number, err)
	}
}

func (r *reader) read(message []byte) error {
	for len(message) > 0 {
		number, f, size := nextField(message)
		if size == 0 {
			return errTruncated
		}
		message = message[size:]
		if number >= numFields || knownFields>>number&1 == 0 {
			continue
		}
		if r.field[number].data != nil {
			return fmt.Errorf("field %d: duplicate", number)
		}
		r.field[number] = f
	}
	r.strings()
	r.times()
	r.tagSets()
	r.views()
	r.metrics()
	r.errors()
	r.requests()
	r.events()
	return r.err
}

// nextField parses the first field of a message. Its size is 0 if the field is
// invalid or the message ends within it.
func nextField(message []byte) (number uint64, f field, size int) {
	tag, at := binary.Uvarint(message)
	if at <= 0 || tag>>3 == 0 {
		return 0, f, 0
	}
	f.wire = uint8(tag & 7)
	var length int
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

// strings reads the string table into one piece of memory.
func (r *reader) strings() {
	b := r.b
	b.lengths = r.list(fieldTextLength, b.lengths, maxStrings-1)
	f := &r.field[fieldText]
	if f.data != nil && f.wire != wireBytes {
		r.fail(fieldText, errWireType)
		return
	}
	text := string(f.data)
	valid := utf8.ValidString(text)
	b.Strings = append(b.Strings, "")
	for _, n := range b.lengths {
		if int(n) > len(text) {
			r.fail(fieldTextLength, errTextLength)
			return
		}
		if n > MaxString {
			r.fail(fieldTextLength, ErrTooLarge)
			return
		}
		s := text[:n]
		text = text[n:]
		if !valid || len(text) > 0 && !utf8.RuneStart(text[0]) {
			s = strings.ToValidUTF8(s, "?")
			valid = false // the next string starts within a character
		}
		b.Strings = append(b.Strings, s)
	}
	if len(text) > 0 {
		r.fail(fieldTextLength, errTextLength)
	}
}

func (r *reader) times() {
	b, f := r.b, &r.field[fieldReceived]
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
			r.fail(fieldReceived, errTime)
			return
		}
		if len(b.Received) == MaxBeacons {
			r.fail(fieldReceived, ErrTooLarge)
			return
		}
		b.Received = append(b.Received, last)
	}
	b.ID = r.fixed64(fieldID, b.ID)
	if r.field[fieldID].data == nil {
		b.ID = resize(b.ID, b.Len())
		clear(b.ID)
	}
	if len(b.ID) != b.Len() {
		r.fail(fieldID, errLength)
	}
	b.Flags = column(r, fieldFlags, b.Flags, b.Len(), math.MaxUint8)
	r.lags()
}

// lags reads the browsers' times.
func (r *reader) lags() {
	b, f := r.b, &r.field[fieldLag]
	b.Time = resize(b.Time, b.Len())
	clear(b.Time)
	if f.data == nil {
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
		b.Time[read] = b.browserTime(b.Received[read] - lag)
	}
	switch {
	case len(data) > 0 || read != 1 && read < b.Len():
		r.fail(fieldLag, errLength)
	case read == 1:
		for i := 1; i < b.Len(); i++ {
			b.Time[i] = b.browserTime(b.Received[i] - lag)
		}
	}
}

// views reads what the beacons of a view share. The largest index gives the
// number of views.
func (r *reader) views() {
	b := r.b
	b.views = column(r, fieldView, b.views, b.Len(), uint32(max(b.Len(), 1)-1))
	n := 0
	for _, v := range b.views {
		n = max(n, int(v)+1)
	}
	b.viewIDs = r.fixed64(fieldViewID, b.viewIDs[:0])
	if r.field[fieldViewID].data == nil {
		b.viewIDs = resize(b.viewIDs, n)
		clear(b.viewIDs)
	}
	if len(b.viewIDs) != n {
		r.fail(fieldViewID, errLength)
	}
	b.ids = r.fixed64(fieldIDs, append(b.ids[:0], 0))
	if r.err != nil {
		return
	}
	b.View = spread(b.View, b.viewIDs, b.views)
	b.Session = r.perViewID(fieldSession, b.Session, n)
	b.User = r.perViewID(fieldUser, b.User, n)

	last := uint32(len(b.Strings) - 1)
	for d := range b.Dims {
		b.Dims[d] = r.perView(Dimensions[d].Field, b.Dims[d], n, last)
	}
	b.Trace = r.perView(fieldTrace, b.Trace, n, last)
	b.TagSet = r.perView(fieldTagSet, b.TagSet, n, uint32(len(b.TagSets)-1))

	b.numbers = r.floats(fieldSampleRate, b.numbers, n, 1)
	for i, v := range b.numbers {
		if !(v > 0 && v <= 1) {
			b.numbers[i] = 1
			b.Rejected++
		}
	}
	b.SampleRate = spread(b.SampleRate, b.numbers, b.views)
}

// perView reads a column of n views into one of the beacons.
func (r *reader) perView(number int, dst []uint32, n int, limit uint32) []uint32 {
	r.b.column = column(r, number, r.b.column, n, limit)
	return spread(dst, r.b.column, r.b.views)
}

// perViewID is perView for a column of indices into the table of ids.
func (r *reader) perViewID(number int, dst []ID, n int) []ID {
	b := r.b
	b.column = column(r, number, b.column, n, uint32(len(b.ids)-1))
	b.viewIDs = resize(b.viewIDs, n)
	for i, index := range b.column {
		b.viewIDs[i] = b.ids[index]
	}
	return spread(dst, b.viewIDs, b.views)
}

// spread expands a column of views to the beacons.
func spread[T any](dst, ofView []T, views []uint32) []T {
	dst = resize(dst, len(views))
	for i, v := range views {
		dst[i] = ofView[v]
	}
	return dst
}

func (r *reader) tagSets() {
	b := r.b
	b.TagSets = append(b.TagSets, nil)
	sizes, total := r.sizes(fieldTagSetSize, MaxBatchTags)
	last := uint32(len(b.Strings) - 1)
	b.tagKeys = column(r, fieldTagKey, b.tagKeys, total, last)
	b.tagValues = column(r, fieldTagValue, b.tagValues, total, last)
	b.tagRefs = resize(b.tagRefs, total)
	for i := range b.tagRefs {
		b.tagRefs[i] = TagRef{b.tagKeys[i], b.tagValues[i]}
	}
	refs := b.tagRefs
	for _, size := range sizes {
		b.TagSets = append(b.TagSets, refs[:size:size])
		refs = refs[size:]
	}
}

// sizes reads the size of each set, up to limit, and their total. There are at
// most MaxBeacons sets.
func (r *reader) sizes(number int, limit uint32) (sizes []uint32, total int) {
	r.b.setSizes = r.list(number, r.b.setSizes, MaxBeacons)
	for _, size := range r.b.setSizes {
		total += int(size)
		if size > limit || total > maxEntries {
			r.fail(number, ErrTooLarge)
			return nil, 0
		}
	}
	return r.b.setSizes, total
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
	b.RequestDuration = r.measurements(fieldRequestDuration, b.RequestDuration, n)
	b.RequestTrace = column(r, fieldRequestTrace, b.RequestTrace, n, last)
	for i, v := range b.RequestDuration {
		if !isMeasurement(v) {
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
		if !isMeasurement(v) && !isMeasurement(-v) {
			b.EventValue[i] = 0
			b.Rejected++
		}
	}
}
