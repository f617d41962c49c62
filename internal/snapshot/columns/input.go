package columns

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/format"
)

// Input is a column that is read: the values of the rows of the last Next.
type Input[T int32 | int64 | uint64 | float32 | bool | string] struct {
	Values []T    // of rows that have one
	Levels []byte // of an optional column: 1 where a row has a value

	column  string
	decoder decoder[T]
	pages   pages
	entries []T // the row group's dictionary
	wanted  int64

	values, from int // of the page: all, and how many are taken
	rows, row    int
	page         []T
	levels       []byte
	indexes      []int32
}

// decoder decodes a page without a dictionary. It appends at most n values to
// dst.
type decoder[T any] func(dst []T, src []byte, n int, encoding format.Encoding) ([]T, error)

// Read adds a column to those that the reader reads. Call it before the first
// Next.
func Read[T int32 | int64 | uint64 | float32 | bool | string](r *Reader, name string) *Input[T] {
	c := &Input[T]{column: name}
	switch d := any(&c.decoder).(type) {
	case *decoder[int32]:
		*d = decodeInt32
	case *decoder[int64]:
		*d = decodeInt64
	case *decoder[uint64]:
		*d = decodeHash
	case *decoder[float32]:
		*d = decodeFloat
	case *decoder[bool]:
		*d = decodeBool
	case *decoder[string]:
		*d = decodeText
	}
	r.columns = append(r.columns, c)
	return c
}

func (c *Input[T]) name() string { return c.column }

func (c *Input[T]) open(r *Reader, m *format.ColumnMetaData) error {
	c.wanted, c.rows, c.row = m.NumValues, 0, 0
	c.entries = c.entries[:0]
	return c.pages.locate(r, m)
}

func (c *Input[T]) ready(r *Reader) (int, error) {
	for c.row == c.rows {
		if err := c.readPage(r); err != nil {
			return 0, err
		}
	}
	return c.rows - c.row, nil
}

// readPage reads a page.
func (c *Input[T]) readPage(r *Reader) error {
	p, err := c.pages.readPage(r)
	if err != nil {
		return err
	}
	if p.Type == format.DictionaryPage {
		n := int(p.DictionaryPageHeader.V.NumValues)
		c.entries, err = c.decoder(c.entries[:0], p.values, n, format.Plain)
		if err == nil && len(c.entries) != n {
			err = errDamaged
		}
		return err
	}
	h := &p.DataPageHeaderV2.V
	c.rows, c.row, c.from, c.values = int(h.NumValues), 0, 0, int(h.NumValues)
	if c.wanted -= int64(c.rows); c.wanted < 0 || c.rows == 0 {
		return errDamaged
	}
	if c.levels = c.levels[:0]; len(p.levels) > 0 {
		if c.levels, err = decodeLevels(c.levels, p.levels, c.rows); err != nil {
			return err
		}
		c.values = 0
		for _, l := range c.levels {
			c.values += int(l)
		}
	}
	if h.Encoding == format.RLEDictionary {
		return c.lookUp(p.values)
	}
	if c.page, err = c.decoder(c.page[:0], p.values, c.values, h.Encoding); err == nil && len(c.page) != c.values {
		err = errDamaged
	}
	return err
}

// lookUp decodes a page of dictionary indexes.
func (c *Input[T]) lookUp(src []byte) (err error) {
	if c.indexes, err = decodeIndexes(c.indexes[:0], src, c.values); err != nil {
		return err
	}
	if cap(c.page) < c.values {
		c.page = make([]T, c.values)
	}
	c.page = c.page[:c.values]
	for i, at := range c.indexes {
		if uint(at) >= uint(len(c.entries)) {
			return errDamaged
		}
		c.page[i] = c.entries[at]
	}
	return nil
}

func (c *Input[T]) take(rows int) {
	n := rows
	if len(c.levels) > 0 {
		c.Levels = c.levels[c.row : c.row+rows]
		n = 0
		for _, l := range c.Levels {
			n += int(l)
		}
	} else {
		c.Levels = nil
	}
	c.Values = c.page[c.from : c.from+n]
	c.from += n
	c.row += rows
}

// WordsInput is a column of often repeated strings: the indexes in List of the
// rows of the last Next. All rows have a value.
type WordsInput struct {
	Numbers []int32
	List    []string
	// Lists counts the lists so far: if it changes, List is a new one. A list
	// may grow.
	Lists int

	column    string
	pages     pages
	wanted    int64
	rows, row int
	indexes   []int32
}

// ReadWords adds a column of strings to those that the reader reads.
func ReadWords(r *Reader, name string) *WordsInput {
	c := &WordsInput{column: name}
	r.columns = append(r.columns, c)
	return c
}

func (c *WordsInput) name() string { return c.column }

func (c *WordsInput) open(r *Reader, m *format.ColumnMetaData) error {
	c.wanted, c.rows, c.row = m.NumValues, 0, 0
	c.List = nil
	c.Lists++
	return c.pages.locate(r, m)
}

func (c *WordsInput) ready(r *Reader) (int, error) {
	for c.row == c.rows {
		if err := c.readPage(r); err != nil {
			return 0, err
		}
	}
	return c.rows - c.row, nil
}

func (c *WordsInput) readPage(r *Reader) error {
	p, err := c.pages.readPage(r)
	if err != nil {
		return err
	}
	if p.Type == format.DictionaryPage {
		n := int(p.DictionaryPageHeader.V.NumValues)
		c.List, err = decodeText(nil, p.values, n, format.Plain)
		if err == nil && len(c.List) != n {
			err = errDamaged
		}
		return err
	}
	h := &p.DataPageHeaderV2.V
	c.rows, c.row = int(h.NumValues), 0
	if c.wanted -= int64(c.rows); c.wanted < 0 || c.rows == 0 || h.NumNulls != 0 || len(p.levels) > 0 {
		return errDamaged
	}
	if h.Encoding != format.RLEDictionary {
		return c.appendPlain(p, h.Encoding)
	}
	if c.indexes, err = decodeIndexes(c.indexes[:0], p.values, c.rows); err != nil {
		return err
	}
	for _, at := range c.indexes {
		if uint(at) >= uint(len(c.List)) {
			return errDamaged
		}
	}
	return nil
}

// appendPlain reads a page without a dictionary, which writers make when the
// dictionary becomes too large.
func (c *WordsInput) appendPlain(p *page, encoding format.Encoding) error {
	first := len(c.List)
	if first > maxEntries {
		return errDamaged
	}
	var err error
	if c.List, err = decodeText(c.List, p.values, c.rows, encoding); err != nil || len(c.List) != first+c.rows {
		return errDamaged
	}
	c.indexes = c.indexes[:0]
	for i := range c.rows {
		c.indexes = append(c.indexes, int32(first+i))
	}
	return nil
}

func (c *WordsInput) take(rows int) {
	c.Numbers = c.indexes[c.row : c.row+rows]
	c.row += rows
}

func decodeInt32(dst []int32, src []byte, n int, encoding format.Encoding) ([]int32, error) {
	switch encoding {
	case format.Plain:
		if len(src) != 4*n {
			return nil, errDamaged
		}
		for ; len(src) > 0; src = src[4:] {
			dst = append(dst, int32(binary.LittleEndian.Uint32(src)))
		}
		return dst, nil
	case format.DeltaBinaryPacked:
		return decodeDelta32(dst, src, n)
	default:
		return nil, errEncoding(encoding)
	}
}

func errEncoding(e format.Encoding) error {
	return fmt.Errorf("unsupported encoding %s", e)
}

func decodeInt64(dst []int64, src []byte, n int, encoding format.Encoding) ([]int64, error) {
	switch encoding {
	case format.Plain:
		if len(src) != 8*n {
			return nil, errDamaged
		}
		for ; len(src) > 0; src = src[8:] {
			dst = append(dst, int64(binary.LittleEndian.Uint64(src)))
		}
		return dst, nil
	case format.DeltaBinaryPacked:
		return decodeDelta64(dst, src, n)
	default:
		return nil, errEncoding(encoding)
	}
}

func decodeHash(dst []uint64, src []byte, n int, encoding format.Encoding) ([]uint64, error) {
	if encoding != format.Plain {
		return nil, errEncoding(encoding)
	}
	if len(src) != 8*n {
		return nil, errDamaged
	}
	for ; len(src) > 0; src = src[8:] {
		dst = append(dst, binary.LittleEndian.Uint64(src))
	}
	return dst, nil
}

func decodeFloat(dst []float32, src []byte, n int, encoding format.Encoding) ([]float32, error) {
	if encoding != format.Plain {
		return nil, errEncoding(encoding)
	}
	if len(src) != 4*n {
		return nil, errDamaged
	}
	for ; len(src) > 0; src = src[4:] {
		dst = append(dst, math.Float32frombits(binary.LittleEndian.Uint32(src)))
	}
	return dst, nil
}

func decodeBool(dst []bool, src []byte, n int, encoding format.Encoding) ([]bool, error) {
	if encoding != format.Plain {
		return nil, errEncoding(encoding)
	}
	if len(src) != (n+7)/8 {
		return nil, errDamaged
	}
	for i := range n {
		dst = append(dst, src[i/8]>>(i%8)&1 == 1)
	}
	return dst, nil
}

func decodeText(dst []string, src []byte, n int, encoding format.Encoding) ([]string, error) {
	switch encoding {
	case format.Plain:
		text := string(src) // once, not for every value
		most := len(dst) + n
		for at := 0; at < len(src); {
			if len(src)-at < plain.ByteArrayLengthSize || len(dst) == most {
				return nil, errDamaged
			}
			size := plain.ByteArrayLength(src[at:])
			if at += plain.ByteArrayLengthSize; size < 0 || size > len(src)-at {
				return nil, errDamaged
			}
			dst = append(dst, text[at:at+size])
			at += size
		}
		return dst, nil
	case format.DeltaLengthByteArray:
		return decodeLengths(dst, src, n)
	default:
		return nil, errEncoding(encoding)
	}
}
