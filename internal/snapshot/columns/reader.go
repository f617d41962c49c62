package columns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Limits of a table, so that reading it takes bounded memory.
const (
	maxPage    = 4 << 20 // bytes, unpacked
	maxFooter  = 4 << 20
	maxHeader  = 4 << 10
	maxGroups  = 10_000
	maxColumns = 200
	maxRows    = 1<<31 - 1
	maxValues  = 2 << 20 // of one page: any number of equal ones take a few bytes
	// maxDictionaries is the most that all dictionaries of a row group take,
	// unpacked.
	maxDictionaries = 128 << 20
	maxEntries      = 2 << 20
)

var errDamaged = errors.New("damaged table")

// Reader reads the columns of a table that are added with [Read] and
// [ReadWords].
type Reader struct {
	r              io.ReaderAt
	size           int64
	footer         *format.FileMetaData
	unpack         *zstd.Decoder
	columns        []input
	group          int   // the next one
	left           int64 // rows of the one that is being read
	dictionaryRoom int   // for its dictionaries
}

// input is a column that is read.
type input interface {
	name() string
	// open goes to the start of a row group.
	open(r *Reader, c *format.ColumnMetaData) error
	// ready reads a page if all of the last one has been taken, and returns how
	// many of its rows are left.
	ready(r *Reader) (int, error)
	// take makes the next rows the column's values.
	take(rows int)
}

// NewReader reads the metadata of a table. Close it after use.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	footer, err := readFooter(r, size)
	if err != nil {
		return nil, errDamaged
	}
	if footer.NumRows < 0 || footer.NumRows > maxRows || len(footer.RowGroups) > maxGroups || len(footer.Schema) > maxColumns {
		return nil, fmt.Errorf("%d rows in %d groups: over the limits of a table", footer.NumRows, len(footer.RowGroups))
	}
	var rows int64
	for i := range footer.RowGroups {
		g := &footer.RowGroups[i]
		if rows += g.NumRows; g.NumRows < 0 || len(g.Columns) > maxColumns {
			return nil, errDamaged
		}
	}
	if rows != footer.NumRows {
		return nil, errDamaged
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDictionaries))
	if err != nil {
		return nil, err
	}
	return &Reader{r: r, size: size, footer: footer, unpack: unpack}, nil
}

// readFooter reads the end of a table: its metadata, their length, and PAR1.
func readFooter(r io.ReaderAt, size int64) (*format.FileMetaData, error) {
	var tail [8]byte
	if size < 12 {
		return nil, errDamaged
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	if string(tail[4:]) != magic || n > maxFooter || n > size-12 {
		return nil, errDamaged
	}
	data := make([]byte, n)
	if _, err := r.ReadAt(data, size-8-n); err != nil {
		return nil, err
	}
	if _, err := skim(data); err != nil {
		return nil, err
	}
	var footer format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), data, &footer); err != nil {
		return nil, err
	}
	return &footer, nil
}

// Rows is the number of rows by the table's metadata.
func (r *Reader) Rows() int64 { return r.footer.NumRows }

// Close releases the reader's memory.
func (r *Reader) Close() { r.unpack.Close() }

// Next sets the values of all columns to the next rows: at most most, fewer at
// the end of a page or a row group, 0 at the end of the table. They are valid
// until the next call.
func (r *Reader) Next(most int) (int, error) {
	for r.left == 0 {
		if r.group == len(r.footer.RowGroups) {
			return 0, nil
		}
		if err := r.openGroup(&r.footer.RowGroups[r.group]); err != nil {
			return 0, err
		}
		r.group++
	}
	n := int(min(int64(most), r.left))
	for _, c := range r.columns {
		rows, err := c.ready(r)
		if err != nil {
			return 0, fmt.Errorf("column %s: %w", c.name(), err)
		}
		n = min(n, rows)
	}
	for _, c := range r.columns {
		c.take(n)
	}
	r.left -= int64(n)
	return n, nil
}

// Has reports whether the file has a column.
func (r *Reader) Has(name string) bool {
	for _, g := range r.footer.RowGroups {
		for i := range g.Columns {
			if path := g.Columns[i].MetaData.PathInSchema; len(path) == 1 && path[0] == name {
				return true
			}
		}
	}
	return false
}

// openGroup starts a row group.
func (r *Reader) openGroup(g *format.RowGroup) error {
	r.left, r.dictionaryRoom = g.NumRows, maxDictionaries
	for _, c := range r.columns {
		found := false
		for i := range g.Columns {
			m := &g.Columns[i].MetaData
			if len(m.PathInSchema) != 1 || m.PathInSchema[0] != c.name() {
				continue
			}
			if g.Columns[i].FilePath != "" || m.NumValues != g.NumRows || m.Codec != format.Zstd && m.Codec != format.Uncompressed {
				return errDamaged
			}
			if err := c.open(r, m); err != nil {
				return err
			}
			found = true
			break
		}
		if !found {
			return fmt.Errorf("no column %s", c.name())
		}
	}
	return nil
}

// pages reads the pages of a column chunk.
type pages struct {
	at, end    int64
	compressed bool
	head       []byte
	packed     []byte
	plain      []byte
}

// locate finds the pages of a chunk in the file.
func (p *pages) locate(r *Reader, m *format.ColumnMetaData) error {
	p.at = m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		p.at = min(p.at, m.DictionaryPageOffset)
	}
	if p.at < 0 || m.TotalCompressedSize < 0 || m.TotalCompressedSize > r.size || p.at > r.size-m.TotalCompressedSize {
		return errDamaged
	}
	p.end, p.compressed = p.at+m.TotalCompressedSize, m.Codec == format.Zstd
	return nil
}

// page is one page: its header, its levels and its values, unpacked.
type page struct {
	format.PageHeader
	levels []byte
	values []byte // cap reaches beyond, for decoders that read ahead
}

// readPage reads a page. It is valid until the next one.
func (p *pages) readPage(r *Reader) (*page, error) {
	if p.at >= p.end {
		return nil, errDamaged
	}
	p.head = padded(p.head, int(min(maxHeader, p.end-p.at)))
	if _, err := r.r.ReadAt(p.head, p.at); err != nil {
		return nil, err
	}
	n, err := skim(p.head)
	if err != nil {
		return nil, err
	}
	g := &page{}
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), p.head[:n], &g.PageHeader); err != nil {
		return nil, err
	}
	p.at += int64(n)
	packed, plain, compressed, levels := int64(g.CompressedPageSize), int64(g.UncompressedPageSize), p.compressed, int64(0)
	most := int64(maxPage)
	switch {
	case g.Type == format.DictionaryPage && g.DictionaryPageHeader.Valid:
		d := &g.DictionaryPageHeader.V
		if most = int64(r.dictionaryRoom); d.NumValues < 0 || d.NumValues > maxEntries || int64(d.NumValues) > plain {
			return nil, errDamaged
		}
		r.dictionaryRoom -= int(max(plain, 0))
	case g.Type == format.DataPageV2 && g.DataPageHeaderV2.Valid:
		d := &g.DataPageHeaderV2.V
		levels = int64(d.DefinitionLevelsByteLength)
		compressed = compressed && (!d.IsCompressed.Valid || d.IsCompressed.V)
		if d.NumValues < 0 || d.NumValues > maxValues || d.NumNulls < 0 || d.NumNulls > d.NumValues || d.NumRows != d.NumValues ||
			levels < 0 || d.RepetitionLevelsByteLength != 0 {
			return nil, errDamaged
		}
	default:
		return nil, errDamaged
	}
	if packed < levels || plain < levels || packed > p.end-p.at || packed > most || plain > most {
		return nil, errDamaged
	}
	p.packed = padded(p.packed, int(packed))
	if _, err := r.r.ReadAt(p.packed, p.at); err != nil {
		return nil, err
	}
	p.at += packed
	g.levels, g.values = p.packed[:levels], p.packed[levels:]
	if compressed && packed > levels {
		if p.plain, err = r.unpack.DecodeAll(g.values, padded(p.plain, int(plain-levels))[:0]); err != nil {
			return nil, err
		}
		g.values = p.plain
	}
	if int64(len(g.values))+levels != plain {
		return nil, errDamaged
	}
	return g, nil
}

// spareBytes is how far decoders may read beyond their input.
const spareBytes = 64

// padded is a slice of n bytes with spareBytes more in its capacity.
func padded(b []byte, n int) []byte {
	if cap(b) < n+spareBytes {
		b = make([]byte, n+spareBytes)
	}
	return b[:n]
}
