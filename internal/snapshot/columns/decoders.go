package columns

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
)

// The library's decoders allocate as many values as their input states. The
// functions here first compare that with the number of values of the page.

// decodeLevels decodes the levels of n rows, each 0 or 1.
func decodeLevels(dst, src []byte, n int) ([]byte, error) {
	if !validRuns(src, 1, n) {
		return nil, errDamaged
	}
	dst, err := (&rle.Encoding{BitWidth: 1}).DecodeLevels(dst, src)
	if err != nil || len(dst) < n {
		return nil, errDamaged
	}
	for _, l := range dst[:n] {
		if l > 1 {
			return nil, errDamaged
		}
	}
	return dst[:n], nil
}

// decodeIndexes decodes n indexes of a dictionary, without a check of their
// range.
func decodeIndexes(dst []int32, src []byte, n int) ([]int32, error) {
	if n == 0 {
		return dst, nil
	}
	if len(src) == 0 || src[0] > 32 || !validRuns(src[1:], int(src[0]), n) {
		return nil, errDamaged
	}
	dst, err := new(rle.DictionaryEncoding).DecodeInt32(dst, src)
	if err != nil || len(dst) < n {
		return nil, errDamaged
	}
	return dst[:n], nil
}

// validRuns reports whether src is whole runs of values of width bits that hold
// n values, the last run padded to eight.
func validRuns(src []byte, width, n int) bool {
	var held uint64
	for len(src) > 0 {
		head, k := binary.Uvarint(src)
		if k <= 0 || head>>1 == 0 {
			return false
		}
		src = src[k:]
		count, size := head>>1, uint64(width+7)/8
		if head&1 == 1 { // groups of eight, bit-packed
			if count > uint64(len(src)) && width > 0 || count > uint64(n)/8+1 {
				return false
			}
			count, size = 8*count, count*uint64(width)
		}
		if size > uint64(len(src)) || count > uint64(n)+7 {
			return false
		}
		src = src[size:]
		if held += count; held > uint64(n)+7 {
			return false
		}
	}
	return held >= uint64(n)
}

func decodeDelta32(dst []int32, src []byte, n int) ([]int32, error) {
	if !validDelta(src, n) {
		return nil, errDamaged
	}
	dst, err := new(delta.BinaryPackedEncoding).DecodeInt32(dst, src)
	if err != nil || len(dst) != n {
		return nil, errDamaged
	}
	return dst, nil
}

func decodeDelta64(dst []int64, src []byte, n int) ([]int64, error) {
	if !validDelta(src, n) {
		return nil, errDamaged
	}
	dst, err := new(delta.BinaryPackedEncoding).DecodeInt64(dst, src)
	if err != nil || len(dst) != n {
		return nil, errDamaged
	}
	return dst, nil
}

// validDelta reports whether the header of deltas states n values in blocks of
// a usual size.
func validDelta(src []byte, n int) bool {
	var head [3]uint64 // size of a block, its parts, values
	for i := range head {
		v, k := binary.Uvarint(src)
		if k <= 0 {
			return false
		}
		head[i], src = v, src[k:]
	}
	block, parts, values := head[0], head[1], head[2]
	return values == uint64(n) && block > 0 && block <= 1<<16 && bits.OnesCount64(block) == 1 &&
		parts > 0 && parts <= block && block%parts == 0
}

func decodeLengths(dst []string, src []byte, n int) ([]string, error) {
	if !validDelta(src, n) {
		return nil, errDamaged
	}
	text, offsets, err := new(delta.LengthByteArrayEncoding).DecodeByteArray(nil, src, nil)
	if err != nil || len(offsets) != n+1 {
		return nil, errDamaged
	}
	all := string(text)
	for i := range n {
		from, to := offsets[i], offsets[i+1]
		if from > to || int(to) > len(all) {
			return nil, errDamaged
		}
		dst = append(dst, all[from:to])
	}
	return dst, nil
}
