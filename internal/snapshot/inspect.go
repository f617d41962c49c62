package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// What one table may be, so that reading it takes a bounded part of the memory:
// the Parquet library believes what pages say about themselves.
const (
	maxPage     = 4 << 20 // bytes, unpacked; ours have 256 KiB
	maxFooter   = 4 << 20
	maxHeader   = 4 << 10
	maxGroups   = 10_000
	maxColumns  = 200
	maxRows     = maxBeacons
	maxDictPage = 64 << 20 // a dictionary has the distinct values of a row group
)

// maxValues is how many values one page may have: an encoded run of any number
// of equal ones takes a few bytes.
const maxValues = 2 << 20

// inspect reads what a table says of itself and unpacks each page into nothing,
// before the library is given it.
func inspect(name string, r io.ReaderAt, size int64) error {
	footer, err := readFooter(r, size)
	if err != nil {
		return errDamaged(name)
	}
	if footer.NumRows < 0 || footer.NumRows > maxRows || len(footer.RowGroups) > maxGroups || len(footer.Schema) > maxColumns {
		return fmt.Errorf("the file is damaged: %s says it has %d rows in %d groups", name, footer.NumRows, len(footer.RowGroups))
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDictPage))
	if err != nil {
		return err
	}
	defer unpack.Close()
	p := pages{r: r, size: size, unpack: unpack}
	var rows int64
	for i := range footer.RowGroups {
		g := &footer.RowGroups[i]
		rows += g.NumRows
		if g.NumRows < 0 || len(g.Columns) > maxColumns {
			return errDamaged(name)
		}
		for k := range g.Columns {
			c := &g.Columns[k].MetaData
			if g.Columns[k].FilePath != "" || c.NumValues != g.NumRows || c.Codec != format.Zstd && c.Codec != format.Uncompressed {
				return errDamaged(name)
			}
			if err := p.column(c); err != nil {
				return errDamaged(name)
			}
		}
	}
	if rows != footer.NumRows {
		return errDamaged(name)
	}
	return nil
}

var errPage = errors.New("a page is not what it says")

// readFooter reads the end of a table: its metadata, their length, and PAR1.
func readFooter(r io.ReaderAt, size int64) (*format.FileMetaData, error) {
	var tail [8]byte
	if size < 12 {
		return nil, errPage
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	if string(tail[4:]) != "PAR1" || n > maxFooter || n > size-12 {
		return nil, errPage
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

// pages walks through the pages of columns.
type pages struct {
	r      io.ReaderAt
	size   int64
	unpack *zstd.Decoder
	head   [maxHeader]byte
	packed []byte
	plain  []byte
}

// column checks each page: that it lies in the file, unpacks to as much as it
// says, and that the pages have as many values as the column.
func (p *pages) column(c *format.ColumnMetaData) error {
	from := c.DataPageOffset
	if c.DictionaryPageOffset > 0 {
		from = min(from, c.DictionaryPageOffset)
	}
	if from < 0 || c.TotalCompressedSize < 0 || c.TotalCompressedSize > p.size || from > p.size-c.TotalCompressedSize {
		return errPage
	}
	var values int64
	for at, end := from, from+c.TotalCompressedSize; at < end; {
		head := p.head[:min(maxHeader, end-at)]
		if _, err := p.r.ReadAt(head, at); err != nil {
			return err
		}
		n, err := skim(head)
		if err != nil {
			return err
		}
		var h format.PageHeader
		if err := thrift.Unmarshal(new(thrift.CompactProtocol), head[:n], &h); err != nil {
			return err
		}
		at += int64(n)
		if packed := int64(h.CompressedPageSize); packed < 0 || packed > end-at {
			return errPage
		}
		v, err := p.page(c, &h, at)
		if err != nil {
			return err
		}
		values += v
		at += int64(h.CompressedPageSize)
	}
	if values != c.NumValues {
		return errPage
	}
	return nil
}

// page checks one and tells how many values of the column it has.
func (p *pages) page(c *format.ColumnMetaData, h *format.PageHeader, at int64) (values int64, err error) {
	packed, plain := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	most, levels, compressed := int64(maxPage), int64(0), c.Codec == format.Zstd
	var n int64
	switch h.Type {
	case format.DictionaryPage:
		if !h.DictionaryPageHeader.Valid {
			return 0, errPage
		}
		most, n = maxDictPage, int64(h.DictionaryPageHeader.V.NumValues)
	case format.DataPageV2:
		if !h.DataPageHeaderV2.Valid {
			return 0, errPage
		}
		d := &h.DataPageHeaderV2.V
		n = int64(d.NumValues)
		values = n
		levels = int64(d.DefinitionLevelsByteLength) + int64(d.RepetitionLevelsByteLength)
		compressed = compressed && (!d.IsCompressed.Valid || d.IsCompressed.V)
		if d.DefinitionLevelsByteLength < 0 || d.RepetitionLevelsByteLength < 0 || d.NumNulls < 0 || d.NumNulls > d.NumValues || d.NumRows != d.NumValues {
			return 0, errPage
		}
	default:
		return 0, errPage
	}
	if n < 0 || n > maxValues && h.Type != format.DictionaryPage || n > plain && h.Type == format.DictionaryPage ||
		packed < levels || plain < levels || packed > most || plain > most {
		return 0, errPage
	}
	p.packed = slices.Grow(p.packed[:0], int(packed))[:packed]
	if _, err := p.r.ReadAt(p.packed, at); err != nil {
		return 0, err
	}
	if !compressed {
		if packed != plain {
			return 0, errPage
		}
		return values, nil
	}
	if len(p.packed) > int(levels) {
		p.plain, err = p.unpack.DecodeAll(p.packed[levels:], p.plain[:0])
	} else {
		p.plain = p.plain[:0]
	}
	if err == nil && int64(len(p.plain))+levels != plain {
		err = errPage
	}
	return values, err
}
