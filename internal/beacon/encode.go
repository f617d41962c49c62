package beacon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/klauspost/compress/s2"
)

// Encode appends the batch in its wire format to dst. What it writes, [Decode]
// reads back as the same columns. It fails on a batch that is larger than
// Decode takes (see [MaxBeacons] and what stands beside it).
func (b *Batch) Encode(dst []byte) ([]byte, error) {
	if err := b.checkSize(); err != nil {
		return dst, fmt.Errorf("encode batch: %w", err)
	}
	b.scratch = b.appendMessage(b.scratch[:0])
	if len(b.scratch) > MaxMessage {
		return dst, fmt.Errorf("encode batch: %d bytes are more than %d; publish fewer beacons a batch", len(b.scratch), MaxMessage)
	}
	if len(b.scratch) >= minCompress {
		if out, ok := appendSnappy(dst, b.scratch); ok {
			return out, nil
		}
	}
	return append(append(dst, plainHeader), b.scratch...), nil
}

// appendSnappy compresses message, if that makes it shorter.
func appendSnappy(dst, message []byte) ([]byte, bool) {
	start := len(dst) + 1
	need := start + s2.MaxEncodedLen(len(message))
	if cap(dst) < need {
		dst = append(make([]byte, 0, need), dst...)
	}
	packed := s2.EncodeSnappy(dst[start:need:need], message)
	if len(packed) >= len(message) {
		return dst, false
	}
	dst = append(dst, snappyHeader)
	return dst[:start+len(packed)], true
}

func (b *Batch) checkSize() error {
	switch {
	case b.Len() > MaxBeacons:
		return fmt.Errorf("%d beacons are more than %d; publish fewer a batch", b.Len(), MaxBeacons)
	case len(b.Strings) > maxStrings:
		return fmt.Errorf("%d strings are more than %d; publish fewer beacons a batch", len(b.Strings), maxStrings)
	case len(b.TagSets) > maxTagSets,
		max(len(b.MetricRow), len(b.ErrorRow), len(b.RequestRow), len(b.EventRow)) > maxEntries:
		return errors.New("too many entries; publish fewer beacons a batch")
	}
	return nil
}

func (b *Batch) appendMessage(dst []byte) []byte {
	for _, s := range b.Strings[min(1, len(b.Strings)):] {
		dst = appendTag(dst, fieldStrings, wireBytes)
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	if b.Len() == 0 {
		return dst
	}
	dst = b.appendTimes(dst)
	dst = b.appendIDs(dst)
	dst = appendColumn(dst, fieldFlags, b.Flags, 0)
	dst = appendColumn(dst, fieldTagSet, b.TagSet, 0)
	dst = appendFloats(dst, fieldSampleRate, b.SampleRate, 1)
	dst = appendColumn(dst, fieldTrace, b.Trace, 0)
	for d := range b.Dims {
		dst = appendColumn(dst, fieldDims+d, b.Dims[d], 0)
	}
	dst = b.appendTagSets(dst)
	dst = b.appendMetrics(dst)

	dst = appendRows(dst, fieldErrorRow, b.ErrorRow)
	dst = appendColumn(dst, fieldErrorType, b.ErrorType, 0)
	dst = appendColumn(dst, fieldErrorMessage, b.ErrorMessage, 0)
	dst = appendColumn(dst, fieldErrorStack, b.ErrorStack, 0)
	dst = b.appendHandled(dst)

	dst = appendRows(dst, fieldRequestRow, b.RequestRow)
	dst = appendColumn(dst, fieldRequestURL, b.RequestURL, 0)
	dst = appendColumn(dst, fieldRequestMethod, b.RequestMethod, 0)
	dst = appendColumn(dst, fieldRequestStatus, b.RequestStatus, 0)
	dst = appendFloats(dst, fieldRequestDuration, b.RequestDuration, 0)
	dst = appendColumn(dst, fieldRequestTrace, b.RequestTrace, 0)

	dst = appendRows(dst, fieldEventRow, b.EventRow)
	dst = appendColumn(dst, fieldEventName, b.EventName, 0)
	return appendFloats(dst, fieldEventValue, b.EventValue, 0)
}

// appendTimes writes the receive times as differences, and how far each
// browser's clock was behind. A lag as large as the receive time itself says
// that the browser's time is unknown.
func (b *Batch) appendTimes(dst []byte) []byte {
	at := 0
	dst, at = open(dst, fieldReceived)
	last := int64(0)
	for _, t := range b.Received {
		dst = binary.AppendVarint(dst, t-last)
		last = t
	}
	dst = closeField(dst, at)

	known, same := false, true
	for i, t := range b.Time {
		known = known || t != 0
		same = same && b.Received[i]-t == b.Received[0]-b.Time[0]
	}
	if !known {
		return dst
	}
	lags := b.Time
	if same {
		lags = lags[:1]
	}
	dst, at = open(dst, fieldLag)
	for i, t := range lags {
		dst = binary.AppendVarint(dst, b.Received[i]-t)
	}
	return closeField(dst, at)
}

// appendIDs writes beacon ids as they are, since each is new, and the others,
// which repeat, as indices into a table.
func (b *Batch) appendIDs(dst []byte) []byte {
	dst = appendFixed64(dst, fieldID, b.ID)
	b.ids = b.ids[:0]
	if b.idIndex == nil {
		b.idIndex = map[ID]uint32{}
	}
	clear(b.idIndex)
	columns := [...]struct {
		field int
		ids   []ID
	}{{fieldView, b.View}, {fieldSession, b.Session}, {fieldUser, b.User}}
	for _, c := range columns {
		b.column = b.column[:0]
		for _, id := range c.ids {
			index := uint32(0)
			if id != 0 {
				var ok bool
				if index, ok = b.idIndex[id]; !ok {
					b.ids = append(b.ids, id)
					index = uint32(len(b.ids))
					b.idIndex[id] = index
				}
			}
			b.column = append(b.column, index)
		}
		dst = appendColumn(dst, c.field, b.column, 0)
	}
	return appendFixed64(dst, fieldIDs, b.ids)
}

func (b *Batch) appendTagSets(dst []byte) []byte {
	if len(b.TagSets) < 2 {
		return dst
	}
	sets := b.TagSets[1:]
	dst, at := open(dst, fieldTagSetSize)
	for _, set := range sets {
		dst = binary.AppendUvarint(dst, uint64(len(set)))
	}
	dst = closeField(dst, at)
	dst, at = open(dst, fieldTagKey)
	for _, set := range sets {
		for _, t := range set {
			dst = binary.AppendUvarint(dst, uint64(t.Key))
		}
	}
	dst = closeField(dst, at)
	dst, at = open(dst, fieldTagValue)
	for _, set := range sets {
		for _, t := range set {
			dst = binary.AppendUvarint(dst, uint64(t.Value))
		}
	}
	return closeField(dst, at)
}

// appendMetrics counts per beacon instead of naming rows: nearly every beacon
// has some.
func (b *Batch) appendMetrics(dst []byte) []byte {
	if len(b.MetricRow) == 0 {
		return dst
	}
	b.column = resize(b.column, b.Len())
	clear(b.column)
	for _, row := range b.MetricRow {
		b.column[row]++
	}
	dst = appendColumn(dst, fieldMetricCount, b.column, 0)
	dst = appendColumn(dst, fieldMetricName, b.MetricName, 0)
	return appendFloats(dst, fieldMetricValue, b.MetricValue, 0)
}

func (b *Batch) appendHandled(dst []byte) []byte {
	b.column = b.column[:0]
	for _, h := range b.ErrorHandled {
		v := uint32(0)
		if h {
			v = 1
		}
		b.column = append(b.column, v)
	}
	return appendColumn(dst, fieldErrorHandled, b.column, 0)
}

// appendColumn writes one entry a row; a single one if all are the same, and
// nothing at all if all are absent, which is what a reader takes for a column
// that is not there.
func appendColumn[T uint8 | uint16 | uint32](dst []byte, field int, column []T, absent T) []byte {
	if len(column) == 0 {
		return dst
	}
	first, same := column[0], true
	for _, v := range column {
		if v != first {
			same = false
			break
		}
	}
	if same {
		if first == absent {
			return dst
		}
		dst = appendTag(dst, field, wireVarint)
		return binary.AppendUvarint(dst, uint64(first))
	}
	dst, at := open(dst, field)
	for _, v := range column {
		if v < 0x80 {
			dst = append(dst, byte(v))
			continue
		}
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return closeField(dst, at)
}

// appendFloats is appendColumn for numbers.
func appendFloats(dst []byte, field int, column []float32, absent float32) []byte {
	if len(column) == 0 {
		return dst
	}
	same := true
	for _, v := range column {
		if v != column[0] {
			same = false
			break
		}
	}
	if same {
		if column[0] == absent {
			return dst
		}
		dst = appendTag(dst, field, wire32)
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(column[0]))
	}
	dst = appendTag(dst, field, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(4*len(column)))
	for _, v := range column {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// appendRows writes which beacon each entry belongs to, as differences.
func appendRows(dst []byte, field int, rows []uint32) []byte {
	if len(rows) == 0 {
		return dst
	}
	dst, at := open(dst, field)
	last := uint32(0)
	for _, r := range rows {
		dst = binary.AppendUvarint(dst, uint64(r-last))
		last = r
	}
	return closeField(dst, at)
}

func appendFixed64(dst []byte, field int, ids []ID) []byte {
	any := false
	for _, id := range ids {
		any = any || id != 0
	}
	if !any {
		return dst
	}
	dst = appendTag(dst, field, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(8*len(ids)))
	for _, id := range ids {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(id))
	}
	return dst
}

func appendTag(dst []byte, field, wire int) []byte {
	return binary.AppendUvarint(dst, uint64(field)<<3|uint64(wire))
}

// open begins a packed field whose length closeField fills in.
func open(dst []byte, field int) ([]byte, int) {
	dst = append(appendTag(dst, field, wireBytes), 0)
	return dst, len(dst)
}

// closeField makes room for a length that takes more than the one byte that
// was kept free.
func closeField(dst []byte, at int) []byte {
	n := len(dst) - at
	if n < 0x80 {
		dst[at-1] = byte(n)
		return dst
	}
	var length [binary.MaxVarintLen64]byte
	size := binary.PutUvarint(length[:], uint64(n))
	dst = append(dst, length[:size-1]...)
	copy(dst[at+size-1:], dst[at:at+n])
	copy(dst[at-1:], length[:size])
	return dst
}
