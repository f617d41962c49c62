package columns

import (
	"hash/crc32"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// packer makes pages.
type packer struct {
	zstd   *zstd.Encoder
	levels []byte
	plain  []byte // values, as an encoding has them
	packed []byte
	out    []byte
	saved  int // bytes saved by compressing the last page; can be negative
}

// appendPage appends a page of the encoded values in p.plain to the column.
func (p *packer) appendPage(s *chunk) error {
	var nulls int
	p.levels = p.levels[:0]
	if s.optional() {
		for _, l := range s.levels {
			nulls += 1 - int(l)
		}
		var err error
		if p.levels, err = (&rle.Encoding{BitWidth: 1}).EncodeLevels(p.levels, s.levels); err != nil {
			return err
		}
	}
	body, packed := p.compress()
	h := format.PageHeader{
		Type:                 format.DataPageV2,
		UncompressedPageSize: int32(len(p.levels) + len(p.plain)), CompressedPageSize: int32(len(p.levels) + len(body)),
		CRC: int32(crc32.Update(crc32.ChecksumIEEE(p.levels), crc32.IEEETable, body)),
		DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
			NumValues: int32(s.pending), NumNulls: int32(nulls), NumRows: int32(s.pending), Encoding: s.encoding,
			DefinitionLevelsByteLength: int32(len(p.levels)), IsCompressed: thrift.New(packed),
		}),
	}
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		return err
	}
	s.pages = append(append(append(s.pages, head...), p.levels...), body...)
	s.plain += int64(len(head) + len(p.levels) + len(p.plain))
	s.rows += int64(s.pending)
	s.nulls += int64(nulls)
	s.pending, s.bytes, s.levels = 0, 0, s.levels[:0]
	return nil
}

// compress returns p.plain compressed, or as it is if that is not smaller.
func (p *packer) compress() (body []byte, packed bool) {
	p.packed = p.zstd.EncodeAll(p.plain, p.packed[:0])
	if len(p.packed) < len(p.plain) {
		return p.packed, true
	}
	return p.plain, false
}

// dictionaryPage is a page of a dictionary's entries. It is valid until the
// next page.
func (p *packer) dictionaryPage(plain []byte, entries int) ([]byte, error) {
	p.packed = p.zstd.EncodeAll(plain, p.packed[:0]) // a dictionary page is always compressed
	p.saved = len(plain) - len(p.packed)
	h := format.PageHeader{
		Type:                 format.DictionaryPage,
		UncompressedPageSize: int32(len(plain)), CompressedPageSize: int32(len(p.packed)),
		CRC:                  int32(crc32.ChecksumIEEE(p.packed)),
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(entries), Encoding: format.Plain}),
	}
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	p.out = append(append(p.out[:0], head...), p.packed...)
	return p.out, err
}
