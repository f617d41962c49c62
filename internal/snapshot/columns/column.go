package columns

import (
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// Values is a column without a dictionary.
type Values[T int32 | int64 | uint64 | bool | string] struct {
	chunk
	values []T
	encode func(dst []byte, values []T) ([]byte, error)
	bounds func(s *chunk, values []T)
	size   func(T) int // nil: fixed size
}

// Rising is a column of numbers that mostly rise, stored as differences.
func Rising(name string) *Values[int32] {
	return &Values[int32]{
		chunk:  chunk{element: kindInt32().element(name, false), encoding: format.DeltaBinaryPacked},
		encode: new(delta.BinaryPackedEncoding).EncodeInt32,
	}
}

// Times is a column of Unix milliseconds, most of them in order. Its bounds are
// stored, so that readers can select a time range.
func Times(name string) *Values[int64] {
	return &Values[int64]{
		chunk:  chunk{element: kindTime().element(name, false), encoding: format.DeltaBinaryPacked},
		encode: new(delta.BinaryPackedEncoding).EncodeInt64,
		bounds: func(s *chunk, values []int64) {
			low, high := int64(math.MaxInt64), int64(math.MinInt64)
			if s.low != nil {
				low, high = int64(binary.LittleEndian.Uint64(s.low)), int64(binary.LittleEndian.Uint64(s.high))
			}
			for _, v := range values {
				low, high = min(low, v), max(high, v)
			}
			s.low, s.high = plain.Int64(low), plain.Int64(high)
		},
	}
}

// Rare is a column of numbers of which most are missing.
func Rare(name string) *Values[int32] {
	return &Values[int32]{
		chunk: chunk{element: kindInt32().element(name, true), encoding: format.Plain},
		encode: func(dst []byte, values []int32) ([]byte, error) {
			for _, v := range values {
				dst = plain.AppendInt32(dst, v)
			}
			return dst, nil
		},
	}
}

// Hashes is a column of values that do not repeat.
func Hashes(name string) *Values[uint64] {
	return &Values[uint64]{
		chunk: chunk{element: kindHash().element(name, false), encoding: format.Plain},
		encode: func(dst []byte, values []uint64) ([]byte, error) {
			for _, v := range values {
				dst = binary.LittleEndian.AppendUint64(dst, v)
			}
			return dst, nil
		},
	}
}

// Flags is a column of booleans.
func Flags(name string) *Values[bool] {
	return &Values[bool]{
		chunk: chunk{element: kind{physical: format.Boolean}.element(name, false), encoding: format.Plain},
		encode: func(dst []byte, values []bool) ([]byte, error) {
			for i, v := range values {
				if i%8 == 0 {
					dst = append(dst, 0)
				}
				if v {
					dst[len(dst)-1] |= 1 << (i % 8)
				}
			}
			return dst, nil
		},
	}
}

// Texts is a column of strings that rarely repeat.
func Texts(name string, optional bool) *Values[string] {
	return &Values[string]{
		chunk: chunk{element: kindText().element(name, optional), encoding: format.DeltaLengthByteArray},
		encode: func(dst []byte, values []string) ([]byte, error) {
			var text []byte
			offsets := []uint32{0}
			for _, v := range values {
				text = append(text, v...)
				offsets = append(offsets, uint32(len(text)))
			}
			return new(delta.LengthByteArrayEncoding).EncodeByteArray(dst, text, offsets)
		},
		size: func(v string) int { return len(v) },
	}
}

// Append adds a row for each value.
func (c *Values[T]) Append(values []T) {
	c.values = append(c.values, values...)
	c.pending += len(values)
	c.countBytes(values)
}

// AppendOptional adds a row for each level: with the next value if it is 1,
// without one if it is 0.
func (c *Values[T]) AppendOptional(levels []byte, values []T) {
	c.values, c.levels = append(c.values, values...), append(c.levels, levels...)
	c.pending += len(levels)
	c.countBytes(values)
}

func (c *Values[T]) countBytes(values []T) {
	if c.size != nil {
		for _, v := range values {
			c.bytes += c.size(v)
		}
	}
}

func (c *Values[T]) flush(p *packer) (err error) {
	if c.bounds != nil {
		c.bounds(&c.chunk, c.values)
	}
	if p.plain, err = c.encode(p.plain[:0], c.values); err != nil {
		return err
	}
	clear(c.values) // releases strings
	c.values = c.values[:0]
	return p.appendPage(&c.chunk)
}

func (c *Values[T]) dictionary() ([]byte, int) { return nil, -1 }
func (c *Values[T]) entryCount() int           { return 0 }

// Repeated is a column of often repeated numbers, with a dictionary.
type Repeated[T int32 | float32] struct {
	chunk
	entries []T
	numbers Numbers // of bits+1
	bits    func(T) uint32
	indexes []int32
}

// Metrics is a column of measured values. Few are distinct: browsers round
// them.
func Metrics(name string, optional bool) *Repeated[float32] {
	return &Repeated[float32]{chunk: indexedChunk(kind{physical: format.Float}, name, optional), bits: math.Float32bits}
}

// Codes is a column of numbers with few distinct values.
func Codes(name string, optional bool) *Repeated[int32] {
	return &Repeated[int32]{chunk: indexedChunk(kindInt32(), name, optional), bits: func(v int32) uint32 { return uint32(v) }}
}

func indexedChunk(k kind, name string, optional bool) chunk {
	return chunk{element: k.element(name, optional), encoding: format.RLEDictionary, indexed: true}
}

// Append adds a row for each value.
func (c *Repeated[T]) Append(values []T) {
	c.pending += len(values)
	c.index(values)
}

// AppendOptional adds a row for each level: with the next value if it is 1,
// without one if it is 0.
func (c *Repeated[T]) AppendOptional(levels []byte, values []T) {
	c.levels = append(c.levels, levels...)
	c.pending += len(levels)
	c.index(values)
}

func (c *Repeated[T]) index(values []T) {
	for _, v := range values {
		n, fresh := c.numbers.Add(uint64(c.bits(v)) + 1)
		if fresh {
			c.entries = append(c.entries, v)
		}
		c.indexes = append(c.indexes, n-1)
	}
}

func (c *Repeated[T]) flush(p *packer) error { return p.appendIndexPage(&c.chunk, &c.indexes) }

func (c *Repeated[T]) dictionary() (out []byte, entries int) {
	for _, v := range c.entries {
		out = binary.LittleEndian.AppendUint32(out, c.bits(v))
	}
	entries = len(c.entries)
	c.entries, c.numbers = c.entries[:0], Numbers{}
	return out, entries
}

func (c *Repeated[T]) entryCount() int { return len(c.entries) }

// Strings is a column of often repeated strings, with a dictionary.
type Strings struct {
	chunk
	entries []string
	known   map[string]int32
	indexOf []int32 // by number in the current list: index + 1
	indexes []int32
}

// Words is a column of strings with few distinct values.
func Words(name string) *Strings {
	return &Strings{chunk: indexedChunk(kindText(), name, false), known: map[string]int32{}}
}

// Objects is a column of JSON objects with few distinct values.
func Objects(name string) *Strings {
	return &Strings{chunk: indexedChunk(kindJSON(), name, false), known: map[string]int32{}}
}

// Append adds a row for each number, an index in list. The list's strings are
// kept until the row group ends.
func (c *Strings) Append(list []string, numbers []uint32) {
	c.pending += len(numbers)
	c.indexOf = append(c.indexOf[:0], make([]int32, len(list))...)
	for _, n := range numbers {
		at := c.indexOf[n]
		if at == 0 {
			at = c.index(list[n]) + 1
			c.indexOf[n] = at
		}
		c.indexes = append(c.indexes, at-1)
	}
}

func (c *Strings) index(s string) int32 {
	at, ok := c.known[s]
	if !ok {
		at = int32(len(c.entries))
		c.entries = append(c.entries, s)
		c.known[s] = at
	}
	return at
}

func (c *Strings) flush(p *packer) error { return p.appendIndexPage(&c.chunk, &c.indexes) }

func (c *Strings) dictionary() (out []byte, entries int) {
	for _, s := range c.entries {
		out = plain.AppendByteArrayString(out, s)
	}
	entries = len(c.entries)
	clear(c.entries)
	clear(c.known)
	c.entries = c.entries[:0]
	return out, entries
}

func (c *Strings) entryCount() int { return len(c.entries) }

// appendIndexPage appends a page of dictionary indexes.
func (p *packer) appendIndexPage(s *chunk, indexes *[]int32) (err error) {
	if p.plain, err = new(rle.DictionaryEncoding).EncodeInt32(p.plain[:0], *indexes); err != nil {
		return err
	}
	*indexes = (*indexes)[:0]
	return p.appendPage(s)
}
