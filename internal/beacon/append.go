package beacon

import (
	"encoding/binary"
	"math"
)

// A column is written with one entry a row, or with a single entry if all rows
// are equal. It is omitted if they all equal the reader's default.

func appendColumn[T uint8 | uint16 | uint32](dst []byte, field int, column []T) []byte {
	if len(column) == 0 {
		return dst
	}
	if uniform(column) {
		if column[0] == 0 {
			return dst
		}
		dst = appendTag(dst, field, wireVarint)
		return binary.AppendUvarint(dst, uint64(column[0]))
	}
	dst, at := openField(dst, field)
	for _, v := range column {
		if v < 0x80 {
			dst = append(dst, byte(v))
			continue
		}
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return closeField(dst, at)
}

// appendFloats writes a column as float. absent is the reader's default.
func appendFloats(dst []byte, field int, column []float32, absent float32) []byte {
	if len(column) == 0 {
		return dst
	}
	if uniform(column) {
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

// appendNumbers writes a column of measurements.
func appendNumbers(dst []byte, field int, column []float32) []byte {
	if len(column) == 0 {
		return dst
	}
	if uniform(column) {
		if column[0] == 0 {
			return dst
		}
		dst = appendTag(dst, field, wireVarint)
		return binary.AppendUvarint(dst, packNumber(column[0]))
	}
	dst, at := openField(dst, field)
	for _, v := range column {
		dst = binary.AppendUvarint(dst, packNumber(v))
	}
	return closeField(dst, at)
}

// appendRows writes the beacon of each entry of a table, as the difference from
// the previous entry. Its length is that of the table, so it is always written
// in full.
func appendRows(dst []byte, field int, rows []uint32) []byte {
	if len(rows) == 0 {
		return dst
	}
	dst, at := openField(dst, field)
	last := uint32(0)
	for _, r := range rows {
		dst = binary.AppendUvarint(dst, uint64(r-last))
		last = r
	}
	return closeField(dst, at)
}

// appendList writes a column whose length is that of its table.
func appendList(dst []byte, field int, column []uint32) []byte {
	dst, at := openField(dst, field)
	for _, v := range column {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return closeField(dst, at)
}

// appendIDs writes ids uncompressed, because hashes cannot be compressed.
func appendIDs(dst []byte, field int, ids []ID) []byte {
	if len(ids) == 0 || ids[0] == 0 && uniform(ids) {
		return dst
	}
	dst = appendTag(dst, field, wireBytes)
	dst = binary.AppendUvarint(dst, uint64(8*len(ids)))
	for _, id := range ids {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(id))
	}
	return dst
}

func uniform[T comparable](column []T) bool {
	for _, v := range column {
		if v != column[0] {
			return false
		}
	}
	return true
}

func appendTag(dst []byte, field, wire int) []byte {
	return binary.AppendUvarint(dst, uint64(field)<<3|uint64(wire))
}

// openField starts a packed field. closeField sets its length.
func openField(dst []byte, field int) ([]byte, int) {
	dst = append(appendTag(dst, field, wireBytes), 0)
	return dst, len(dst)
}

// closeField sets the field's length, and makes room if it needs more than the
// one byte that openField reserved.
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
