package beacon

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// column reads a column of n rows with entries up to limit. A missing column is
// all 0; a single entry is that of every row. After an error the column is all 0
// too, so that indices in it stay in range.
func column[T uint8 | uint16 | uint32](r *reader, number int, dst []T, n int, limit uint32) []T {
	dst = resize(dst, n)
	f := &r.field[number]
	if f.data == nil || r.err != nil {
		clear(dst)
		return dst
	}
	if err := readColumn(f, dst, min(limit, uint32(^T(0)))); err != nil {
		r.fail(number, err)
		clear(dst)
	}
	return dst
}

func readColumn[T uint8 | uint16 | uint32](f *field, dst []T, limit uint32) error {
	if f.wire != wireBytes && f.wire != wireVarint {
		return errWireType
	}
	data, n := f.data, len(dst)
	if len(data) == n { // usually every entry is one byte
		var most byte
		for i, c := range data {
			dst[i] = T(c)
			most = max(most, c)
		}
		if most < 0x80 && uint32(most) <= limit {
			return nil
		}
	}
	read := 0
	for ; len(data) > 0 && read < n; read++ {
		v, size := uint64(data[0]), 1
		if v >= 0x80 {
			if v, size = binary.Uvarint(data); size <= 0 {
				return errTruncated
			}
		}
		if v > uint64(limit) {
			return fmt.Errorf("entry %d is %d, more than %d", read, v, limit)
		}
		data, dst[read] = data[size:], T(v)
	}
	if len(data) == 0 && read == 1 {
		for i := range dst {
			dst[i] = dst[0]
		}
		return nil
	}
	if len(data) > 0 || read < n {
		return fmt.Errorf("does not have %d entries", n)
	}
	return nil
}

// floats reads a column of floats. absent is the value of a missing one.
func (r *reader) floats(number int, dst []float32, n int, absent float32) []float32 {
	f := &r.field[number]
	dst = resize(dst, n)
	switch {
	case f.data == nil:
		for i := range dst {
			dst[i] = absent
		}
	case f.wire != wireBytes && f.wire != wire32:
		r.fail(number, errWireType)
	case len(f.data) == 4*n:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(f.data[4*i:]))
		}
	case len(f.data) == 4 && n > 0:
		v := math.Float32frombits(binary.LittleEndian.Uint32(f.data))
		for i := range dst {
			dst[i] = v
		}
	default:
		r.fail(number, fmt.Errorf("does not have %d entries", n))
	}
	return dst
}

// measurements reads a column of packed numbers, see packNumber.
func (r *reader) measurements(number int, dst []float32, n int) []float32 {
	f := &r.field[number]
	dst = resize(dst, n)
	if f.data == nil || r.err != nil {
		clear(dst)
		return dst
	}
	if f.wire != wireBytes && f.wire != wireVarint {
		r.fail(number, errWireType)
		return dst
	}
	data, read := f.data, 0
	for ; len(data) > 0 && read < n; read++ {
		v, size := binary.Uvarint(data)
		if size <= 0 {
			r.fail(number, errTruncated)
			return dst
		}
		data, dst[read] = data[size:], unpackNumber(v)
	}
	switch {
	case len(data) > 0 || read != 1 && read < n:
		r.fail(number, fmt.Errorf("does not have %d entries", n))
	case read == 1:
		for i := range dst {
			dst[i] = dst[0]
		}
	}
	return dst
}

// fixed64 appends a column of ids of any length.
func (r *reader) fixed64(number int, dst []ID) []ID {
	f := &r.field[number]
	if f.data == nil {
		return dst
	}
	switch {
	case f.wire != wireBytes && f.wire != wire64 || len(f.data)%8 != 0:
		r.fail(number, errWireType)
		return dst
	case len(f.data)/8 > 3*MaxBeacons:
		r.fail(number, ErrTooLarge)
		return dst
	}
	dst = slices.Grow(dst, len(f.data)/8)
	for data := f.data; len(data) >= 8; data = data[8:] {
		dst = append(dst, ID(binary.LittleEndian.Uint64(data)))
	}
	return dst
}

// list reads a packed field of any length up to limit entries.
func (r *reader) list(number int, dst []uint32, limit int) []uint32 {
	f := &r.field[number]
	dst = dst[:0]
	if f.data == nil || r.err != nil {
		return dst
	}
	if f.wire != wireBytes && f.wire != wireVarint {
		r.fail(number, errWireType)
		return dst
	}
	for data := f.data; len(data) > 0; {
		v, n := binary.Uvarint(data)
		if n <= 0 || v > math.MaxUint32 {
			r.fail(number, errTruncated)
			return dst[:0]
		}
		if len(dst) == limit {
			r.fail(number, ErrTooLarge)
			return dst[:0]
		}
		data, dst = data[n:], append(dst, uint32(v))
	}
	return dst
}

// rows reads the beacon of each entry of a table.
func (r *reader) rows(number int, dst []uint32) []uint32 {
	dst = r.list(number, dst, maxEntries)
	at := uint64(0)
	for i, step := range dst {
		if at += uint64(step); at >= uint64(r.b.Len()) {
			r.fail(number, fmt.Errorf("belongs to beacon %d of %d", at, r.b.Len()))
			return dst[:0]
		}
		dst[i] = uint32(at)
	}
	return dst
}

// resize returns a slice of length n with arbitrary content.
func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }
