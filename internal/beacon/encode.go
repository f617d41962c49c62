package beacon

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// Encode appends the batch in its wire format to dst. [Decode] reads it back as
// the same columns. It fails on a batch over the limits of Decode, see
// [MaxBeacons].
func (b *Batch) Encode(dst []byte) ([]byte, error) {
	if err := b.checkSize(); err != nil {
		return dst, fmt.Errorf("encode batch: %w", err)
	}
	b.scratch = b.appendMessage(b.scratch[:0])
	if len(b.scratch) > MaxMessage {
		return dst, fmt.Errorf("encode batch: %d bytes are over the limit of %d: publish fewer beacons a batch", len(b.scratch), MaxMessage)
	}
	if len(b.scratch) >= minCompress {
		if out, ok := appendSnappy(dst, b.scratch); ok {
			return out, nil
		}
	}
	return append(append(dst, plainHeader), b.scratch...), nil
}

// appendSnappy appends message compressed, if that makes it shorter.
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
		return fmt.Errorf("%d beacons are over the limit of %d: publish fewer beacons a batch", b.Len(), MaxBeacons)
	case len(b.Strings) > maxStrings:
		return fmt.Errorf("%d strings are over the limit of %d: publish fewer beacons a batch", len(b.Strings), maxStrings)
	case max(len(b.MetricRow), len(b.ErrorRow), len(b.RequestRow), len(b.EventRow)) > maxEntries:
		return errors.New("too many entries: publish fewer beacons a batch")
	}
	return nil
}

func (b *Batch) appendMessage(dst []byte) []byte {
	if b.Len() == 0 {
		return dst
	}
	dst = b.appendStrings(dst)
	dst = b.appendTimes(dst)
	dst = appendIDs(dst, fieldID, b.ID)
	dst = b.appendViews(dst)
	dst = appendColumn(dst, fieldFlags, b.Flags)
	dst = b.appendMetrics(dst)
	dst = b.appendTagSets(dst)

	dst = appendRows(dst, fieldErrorRow, b.ErrorRow)
	dst = appendColumn(dst, fieldErrorType, b.ErrorType)
	dst = appendColumn(dst, fieldErrorMessage, b.ErrorMessage)
	dst = appendColumn(dst, fieldErrorStack, b.ErrorStack)
	dst = b.appendHandled(dst)

	dst = appendRows(dst, fieldRequestRow, b.RequestRow)
	dst = appendColumn(dst, fieldRequestURL, b.RequestURL)
	dst = appendColumn(dst, fieldRequestMethod, b.RequestMethod)
	dst = appendColumn(dst, fieldRequestStatus, b.RequestStatus)
	dst = appendNumbers(dst, fieldRequestDuration, b.RequestDuration)
	dst = appendColumn(dst, fieldRequestTrace, b.RequestTrace)

	dst = appendRows(dst, fieldEventRow, b.EventRow)
	dst = appendColumn(dst, fieldEventName, b.EventName)
	return appendFloats(dst, fieldEventValue, b.EventValue, 0)
}

// appendStrings writes all strings as one text, and their lengths.
func (b *Batch) appendStrings(dst []byte) []byte {
	strings := b.Strings[1:]
	if len(strings) == 0 {
		return dst
	}
	size := 0
	for _, s := range strings {
		size += len(s)
	}
	dst = appendTag(dst, fieldText, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(size))
	for _, s := range strings {
		dst = append(dst, s...)
	}
	dst, at := openField(dst, fieldTextLength)
	for _, s := range strings {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
	}
	return closeField(dst, at)
}

// appendTimes writes the receive times as differences, and how far each
// browser's clock was behind. A lag equal to the receive time means that the
// browser's time is unknown.
func (b *Batch) appendTimes(dst []byte) []byte {
	dst, at := openField(dst, fieldReceived)
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
	dst, at = openField(dst, fieldLag)
	for i, t := range lags {
		dst = binary.AppendVarint(dst, b.Received[i]-t)
	}
	return closeField(dst, at)
}

// appendViews writes what the beacons of a page view share, once a view.
func (b *Batch) appendViews(dst []byte) []byte {
	b.findViews()
	dst = appendColumn(dst, fieldView, b.views)

	b.viewIDs = b.viewIDs[:0]
	for _, row := range b.viewRow {
		b.viewIDs = append(b.viewIDs, b.View[row])
	}
	dst = appendIDs(dst, fieldViewID, b.viewIDs)

	b.ids = append(b.ids[:0], 0)
	b.idIndex = emptied(b.idIndex)
	b.idIndex[0] = 0
	dst = appendColumn(dst, fieldSession, b.lookUpIDs(b.Session))
	dst = appendColumn(dst, fieldUser, b.lookUpIDs(b.User))
	dst = appendIDs(dst, fieldIDs, b.ids[1:])

	dst = appendColumn(dst, fieldTagSet, b.perView(b.TagSet))
	dst = appendColumn(dst, fieldTrace, b.perView(b.Trace))
	for d := range b.Dims {
		dst = appendColumn(dst, Dimensions[d].Field, b.perView(b.Dims[d]))
	}
	b.numbers = b.numbers[:0]
	for _, row := range b.viewRow {
		b.numbers = append(b.numbers, b.SampleRate[row])
	}
	return appendFloats(dst, fieldSampleRate, b.numbers, 1)
}

// findViews numbers the page views. Beacons that differ in a column of views are
// of two views, even with the same id.
func (b *Batch) findViews() {
	b.lastView = emptied(b.lastView)
	b.views, b.viewRow = b.views[:0], b.viewRow[:0]
	for row := range b.Len() {
		view, ok := b.lastView[b.View[row]]
		if !ok || !b.sameView(int(b.viewRow[view]), row) {
			view = uint32(len(b.viewRow))
			b.viewRow = append(b.viewRow, uint32(row))
			b.lastView[b.View[row]] = view
		}
		b.views = append(b.views, view)
	}
}

func (b *Batch) sameView(i, j int) bool {
	for d := range b.Dims {
		if b.Dims[d][i] != b.Dims[d][j] {
			return false
		}
	}
	return b.View[i] == b.View[j] && b.Session[i] == b.Session[j] && b.User[i] == b.User[j] &&
		b.TagSet[i] == b.TagSet[j] && b.SampleRate[i] == b.SampleRate[j] && b.Trace[i] == b.Trace[j]
}

// perView returns a column with one entry a view.
func (b *Batch) perView(column []uint32) []uint32 {
	b.column = b.column[:0]
	for _, row := range b.viewRow {
		b.column = append(b.column, column[row])
	}
	return b.column
}

// lookUpIDs is perView for ids, as indices into b.ids.
func (b *Batch) lookUpIDs(column []ID) []uint32 {
	b.column = b.column[:0]
	for _, row := range b.viewRow {
		index, ok := b.idIndex[column[row]]
		if !ok {
			index = uint32(len(b.ids))
			b.idIndex[column[row]] = index
			b.ids = append(b.ids, column[row])
		}
		b.column = append(b.column, index)
	}
	return b.column
}

// appendMetrics writes the distinct lists of names (one of a loading page, one
// of a page being left), the list of each beacon, and then the values.
func (b *Batch) appendMetrics(dst []byte) []byte {
	if len(b.MetricRow) == 0 {
		return dst
	}
	b.setIndex = emptied(b.setIndex)
	b.setIndex[""] = 0
	b.setNames, b.setSizes, b.column = b.setNames[:0], b.setSizes[:0], b.column[:0]
	at := 0
	for row := range b.Len() {
		from := at
		b.setKey = b.setKey[:0]
		for ; at < len(b.MetricRow) && b.MetricRow[at] == uint32(row); at++ {
			b.setKey = binary.LittleEndian.AppendUint32(b.setKey, b.MetricName[at])
		}
		set, ok := b.setIndex[string(b.setKey)]
		if !ok {
			set = uint32(len(b.setIndex))
			b.setIndex[string(b.setKey)] = set
			b.setNames = append(b.setNames, b.MetricName[from:at]...)
			b.setSizes = append(b.setSizes, uint32(at-from))
		}
		b.column = append(b.column, set)
	}
	dst = appendColumn(dst, fieldMetricSet, b.column)
	dst = appendList(dst, fieldMetricSetSize, b.setSizes)
	dst = appendColumn(dst, fieldMetricName, b.setNames)
	return appendNumbers(dst, fieldMetricValue, b.MetricValue)
}

func (b *Batch) appendTagSets(dst []byte) []byte {
	if len(b.TagSets) < 2 {
		return dst
	}
	b.column, b.tagKeys, b.tagValues = b.column[:0], b.tagKeys[:0], b.tagValues[:0]
	for _, set := range b.TagSets[1:] {
		b.column = append(b.column, uint32(len(set)))
		for _, t := range set {
			b.tagKeys, b.tagValues = append(b.tagKeys, t.Key), append(b.tagValues, t.Value)
		}
	}
	dst = appendList(dst, fieldTagSetSize, b.column)
	dst = appendColumn(dst, fieldTagKey, b.tagKeys)
	return appendColumn(dst, fieldTagValue, b.tagValues)
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
	return appendColumn(dst, fieldErrorHandled, b.column)
}

// emptied returns the map without entries.
func emptied[K comparable](m map[K]uint32) map[K]uint32 {
	if m == nil {
		return map[K]uint32{}
	}
	clear(m)
	return m
}
