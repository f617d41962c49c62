package beacon

import (
	"encoding/binary"
	"math"
)

// The columns of a message as they are written: with one entry a row, with a
// single one if all are the same, and not at all if that is what a reader takes
// for a column that is not there.

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

// appendFloats writes a column as float; absent stands for one that is not there.
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
	dst, at := open(dst, field)
	for _, v := range column {
		dst = binary.AppendUvarint(dst, packNumber(v))
	}
	return closeField(dst, at)
}

// appendRows writes which beacon each entry of a table belongs to, as the
// difference from the entry before. It says how long the table is, so it is
// always written whole.
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

// appendList writes a column that says how long its table is.
func appendList(dst []byte, field int, column []uint32) []byte {
	dst, at := open(dst, field)
	for _, v := range column {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return closeField(dst, at)
}

// appendIDs writes ids as they are; hashes do not get shorter.
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
