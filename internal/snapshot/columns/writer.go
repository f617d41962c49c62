package columns

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// rowsPerGroup is the size of a row group: large enough for dictionaries to
	// pay, small enough to hold in memory.
	rowsPerGroup = 1 << 21
	// rowsPerPage is the same in all columns, so that a reader can read whole
	// pages of all columns side by side.
	rowsPerPage  = 1 << 16
	bytesPerPage = 1 << 20 // of text without a dictionary
	// maxGroupEntries is the number of entries of a dictionary that ends a row
	// group.
	maxGroupEntries = 1 << 20
)

const magic = "PAR1"

// Column is one column of a table that is being written.
type Column interface {
	chunkOf() *chunk
	// flush makes a page of what was appended since the last one.
	flush(p *packer) error
	// dictionary returns and resets the group's dictionary in Parquet's
	// encoding; entries is -1 for a column without one.
	dictionary() (plain []byte, entries int)
	// entryCount is how many entries the dictionary has so far.
	entryCount() int
}

// Writer writes a table in blocks: append the same number of rows to each
// column, then call EndBlock. EndBlock and Close return errors.
type Writer struct {
	out       io.Writer
	name      string
	columns   []Column
	packer    packer
	groups    []format.RowGroup
	groupRows int64 // of the current group
	size      int64 // written to out
}

// NewWriter starts a table with columns in this order.
func NewWriter(out io.Writer, name string, columns ...Column) (*Writer, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	w := &Writer{out: out, name: name, columns: columns, packer: packer{zstd: z}}
	return w, w.write([]byte(magic))
}

func (w *Writer) write(data []byte) error {
	n, err := w.out.Write(data)
	w.size += int64(n)
	return err
}

// Size is the number of bytes encoded so far.
func (w *Writer) Size() int64 {
	size := w.size
	for _, c := range w.columns {
		size += int64(len(c.chunkOf().pages))
	}
	return size
}

// EndBlock ends a block of rows, which must have been appended to every column.
func (w *Writer) EndBlock(rows int) error {
	w.groupRows += int64(rows)
	full := w.groupRows >= rowsPerGroup
	for _, c := range w.columns {
		s := c.chunkOf()
		if s.rows+int64(s.pending) != w.groupRows {
			return fmt.Errorf("column %s of %s has %d rows, want %d", s.element.Name, w.name, s.rows+int64(s.pending), w.groupRows)
		}
		if s.pending >= rowsPerPage || s.bytes >= bytesPerPage {
			if err := c.flush(&w.packer); err != nil {
				return err
			}
		}
		full = full || c.entryCount() >= maxGroupEntries
	}
	if full {
		return w.writeGroup()
	}
	return nil
}

// writeGroup writes the row group that the columns hold.
func (w *Writer) writeGroup() error {
	if w.groupRows == 0 {
		return nil
	}
	g := format.RowGroup{NumRows: w.groupRows, FileOffset: w.size, Ordinal: int16(len(w.groups))}
	for _, c := range w.columns {
		s := c.chunkOf()
		if s.pending > 0 {
			if err := c.flush(&w.packer); err != nil {
				return err
			}
		}
		m := s.meta()
		if plain, entries := c.dictionary(); entries >= 0 {
			page, err := w.packer.dictionaryPage(plain, entries)
			if err != nil {
				return err
			}
			m.DictionaryPageOffset = w.size
			m.TotalCompressedSize += int64(len(page))
			m.TotalUncompressedSize += int64(len(page) + w.packer.saved)
			if err := w.write(page); err != nil {
				return err
			}
		}
		m.DataPageOffset = w.size
		if err := w.write(s.pages); err != nil {
			return err
		}
		g.Columns = append(g.Columns, format.ColumnChunk{MetaData: m})
		g.TotalByteSize += m.TotalUncompressedSize
		g.TotalCompressedSize += m.TotalCompressedSize
		s.reset()
	}
	w.groups = append(w.groups, g)
	w.groupRows = 0
	return nil
}

// Close writes the last group and the metadata. It does not close out.
func (w *Writer) Close() error {
	if err := w.writeGroup(); err != nil {
		return err
	}
	m := format.FileMetaData{Version: 2, CreatedBy: "rumtop", RowGroups: w.groups}
	root := format.SchemaElement{Name: w.name, NumChildren: thrift.New(int32(len(w.columns)))}
	m.Schema = append(m.Schema, root)
	for _, c := range w.columns {
		m.Schema = append(m.Schema, c.chunkOf().element)
		m.ColumnOrders = append(m.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	for _, g := range w.groups {
		m.NumRows += g.NumRows
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &m)
	if err != nil {
		return err
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return w.write(append(footer, magic...))
}

// chunk is a column of a row group.
type chunk struct {
	element  format.SchemaElement
	encoding format.Encoding // of its data pages
	indexed  bool

	pending int    // rows not in a page yet
	bytes   int    // of pending values of variable size
	levels  []byte // of pending rows of an optional column: 1 if there is a value

	pages     []byte // headers and all
	rows      int64  // in pages
	nulls     int64
	plain     int64 // bytes of pages before compression
	low, high []byte
}

func (s *chunk) chunkOf() *chunk { return s }

func (s *chunk) optional() bool { return s.element.RepetitionType.V == format.Optional }

// reset starts a new group.
func (s *chunk) reset() {
	s.pages, s.rows, s.nulls, s.plain, s.low, s.high = s.pages[:0], 0, 0, 0, nil, nil
}

func (s *chunk) meta() format.ColumnMetaData {
	m := format.ColumnMetaData{
		Type: s.element.Type.V, Codec: format.Zstd, PathInSchema: []string{s.element.Name}, NumValues: s.rows,
		Encoding:            []format.Encoding{s.encoding},
		TotalCompressedSize: int64(len(s.pages)), TotalUncompressedSize: s.plain,
		Statistics: format.Statistics{NullCount: s.nulls, MinValue: s.low, MaxValue: s.high},
	}
	if s.indexed {
		m.Encoding = append(m.Encoding, format.Plain)
	}
	if s.optional() {
		m.Encoding = append(m.Encoding, format.RLE)
	}
	slices.Sort(m.Encoding)
	m.Encoding = slices.Compact(m.Encoding)
	return m
}
