package columns

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// row has every type of column, in the notation of the Parquet library.
type row struct {
	Number  int32    `parquet:"number,delta"`
	At      int64    `parquet:"at,delta,timestamp(millisecond)"`
	Rare    *int32   `parquet:"rare,optional"`
	Hash    uint64   `parquet:"hash"`
	Flag    bool     `parquet:"flag"`
	Word    string   `parquet:"word,dict"`
	Object  string   `parquet:"object,dict,json"`
	Metric  *float32 `parquet:"metric,optional,dict"`
	Rate    float32  `parquet:"rate,dict"`
	Code    int32    `parquet:"code,dict"`
	Text    string   `parquet:"text"`
	Traced  *string  `parquet:"traced,optional"`
	Nothing *float32 `parquet:"nothing,optional,dict"`
}

func randomRows(n int) []row {
	r := rand.New(rand.NewPCG(1, 1))
	out := make([]row, n)
	for i := range out {
		v := &out[i]
		v.Number, v.At, v.Hash, v.Flag = int32(i+1), 1_763_647_200_000+int64(i)*3-int64(r.IntN(9)), r.Uint64(), r.IntN(3) == 0
		v.Word, v.Object = "word "+strconv.Itoa(r.IntN(40)), fmt.Sprintf(`{"a":"%d"}`, r.IntN(3))
		v.Rate, v.Code, v.Text = []float32{1, .1}[r.IntN(2)], int32(r.IntN(600)), "text "+strconv.Itoa(r.IntN(1e6))
		if r.IntN(100) == 0 {
			rare, traced := int32(r.IntN(1e9)), strconv.Itoa(r.Int())
			v.Rare, v.Traced = &rare, &traced
		}
		if r.IntN(2) == 0 {
			metric := float32(r.IntN(30_000)) / 10
			v.Metric = &metric
		}
	}
	return out
}

// optionalColumn splits an optional column into levels and values.
func optionalColumn[T any](rows []row, of func(*row) *T) (levels []byte, values []T) {
	for i := range rows {
		v := of(&rows[i])
		levels = append(levels, 0)
		if v != nil {
			levels[i] = 1
			values = append(values, *v)
		}
	}
	return levels, values
}

func column[T any](rows []row, of func(*row) T) []T {
	out := make([]T, len(rows))
	for i := range rows {
		out[i] = of(&rows[i])
	}
	return out
}

// writeRows writes a table of rows in blocks.
func writeRows(t testing.TB, all []row, block int) []byte {
	t.Helper()
	var out bytes.Buffer
	number, at, rare, hash, flag := Rising("number"), Times("at"), Rare("rare"), Hashes("hash"), Flags("flag")
	word, object, metric, rate := Words("word"), Objects("object"), Metrics("metric", true), Metrics("rate", false)
	code, text, traced, nothing := Codes("code", false), Texts("text", false), Texts("traced", true), Metrics("nothing", true)
	w, err := NewWriter(&out, "row", number, at, rare, hash, flag, word, object, metric, rate, code, text, traced, nothing)
	if err != nil {
		t.Fatal(err)
	}
	for b := range slices.Chunk(all, block) {
		number.Append(column(b, func(r *row) int32 { return r.Number }))
		at.Append(column(b, func(r *row) int64 { return r.At }))
		rare.AppendOptional(optionalColumn(b, func(r *row) *int32 { return r.Rare }))
		hash.Append(column(b, func(r *row) uint64 { return r.Hash }))
		flag.Append(column(b, func(r *row) bool { return r.Flag }))
		for c, of := range map[*Strings]func(*row) string{word: func(r *row) string { return r.Word }, object: func(r *row) string { return r.Object }} {
			var list []string
			var numbers []uint32
			for i := range b {
				n := slices.Index(list, of(&b[i]))
				if n < 0 {
					n, list = len(list), append(list, of(&b[i]))
				}
				numbers = append(numbers, uint32(n))
			}
			c.Append(list, numbers)
		}
		metric.AppendOptional(optionalColumn(b, func(r *row) *float32 { return r.Metric }))
		rate.Append(column(b, func(r *row) float32 { return r.Rate }))
		code.Append(column(b, func(r *row) int32 { return r.Code }))
		text.Append(column(b, func(r *row) string { return r.Text }))
		traced.AppendOptional(optionalColumn(b, func(r *row) *string { return r.Traced }))
		nothing.AppendOptional(optionalColumn(b, func(r *row) *float32 { return r.Nothing }))
		if err := w.EndBlock(len(b)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Size() != int64(out.Len()) {
		t.Errorf("%d bytes are written, it says %d", out.Len(), w.Size())
	}
	return out.Bytes()
}

// readRows reads a table, most rows at a time.
func readRows(data []byte, most int) (out []row, err error) {
	r, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	number, at, rare, hash, flag := Read[int32](r, "number"), Read[int64](r, "at"), Read[int32](r, "rare"), Read[uint64](r, "hash"), Read[bool](r, "flag")
	word, object, metric, rate := ReadWords(r, "word"), ReadWords(r, "object"), Read[float32](r, "metric"), Read[float32](r, "rate")
	code, text, traced, nothing := Read[int32](r, "code"), Read[string](r, "text"), Read[string](r, "traced"), Read[float32](r, "nothing")
	for {
		n, err := r.Next(most)
		if err != nil || n == 0 {
			return out, err
		}
		var rares, metrics, traces, nothings int
		for i := range n {
			v := row{
				Number: number.Values[i], At: at.Values[i], Hash: hash.Values[i], Flag: flag.Values[i],
				Word: word.List[word.Numbers[i]], Object: object.List[object.Numbers[i]],
				Rate: rate.Values[i], Code: code.Values[i], Text: text.Values[i],
			}
			v.Rare, v.Metric = nextOptional(rare, i, &rares), nextOptional(metric, i, &metrics)
			v.Traced, v.Nothing = nextOptional(traced, i, &traces), nextOptional(nothing, i, &nothings)
			out = append(out, v)
		}
	}
}

func nextOptional[T int32 | float32 | string](c *Input[T], i int, at *int) *T {
	if c.Levels != nil && c.Levels[i] == 0 {
		return nil
	}
	v := c.Values[*at]
	*at++
	return &v
}

// Reader and Parquet library read the rows that Writer wrote, whatever the
// sizes of blocks and pages.
func TestRowsRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 1000, rowsPerPage + 1, 140_000} {
		want := randomRows(n)
		data := writeRows(t, want, 4099)
		got, err := readRows(data, 5000)
		if err != nil || len(got) != n || n > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%d rows: %d are read, %v", n, len(got), err)
		}
		theirs, err := parquet.Read[row](bytes.NewReader(data), int64(len(data)))
		if err != nil || len(theirs) != n || n > 0 && !reflect.DeepEqual(theirs, want) {
			t.Fatalf("%d rows: the library reads %d, %v", n, len(theirs), err)
		}
	}
}

// Reader reads tables of the library, whatever its pages.
func TestReaderLibraryTables(t *testing.T) {
	want := randomRows(50_000)
	for _, options := range [][]parquet.WriterOption{
		nil,
		{parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(4000), parquet.MaxRowsPerRowGroup(20_000)},
		{parquet.DictionaryMaxBytes(64)}, // after which pages have none
	} {
		var out bytes.Buffer
		w := parquet.NewGenericWriter[row](&out, options...)
		if _, err := w.Write(want); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := readRows(out.Bytes(), 1<<20); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d of %d rows, %v", len(got), len(want), err)
		}
	}
}

// The schema equals the library's for the same columns.
func TestSchemaEqualsLibrary(t *testing.T) {
	data := writeRows(t, randomRows(10), 10)
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if want := parquet.SchemaOf(row{}); !parquet.EqualNodes(want, f.Schema()) {
		t.Errorf("%v\nis not\n%v", f.Schema(), want)
	}
	at := f.Metadata().RowGroups[0].Columns[1].MetaData.Statistics
	if len(at.MinValue) != 8 || len(at.MaxValue) != 8 {
		t.Errorf("no bounds of times: %+v", at)
	}
}

// A row group ends before a dictionary exceeds the limit of readers.
func TestWriterDictionaryFullEndsGroup(t *testing.T) {
	var out bytes.Buffer
	c := Codes("code", false)
	w, err := NewWriter(&out, "codes", c)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]int32, maxGroupEntries/2+1)
	for b := range 4 {
		for i := range values {
			values[i] = int32(b*len(values) + i)
		}
		c.Append(values)
		if err := w.EndBlock(len(values)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in := Read[int32](r, "code")
	var n int32
	for {
		more, err := r.Next(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		if more == 0 {
			break
		}
		for _, v := range in.Values {
			if v != n {
				t.Fatalf("%d is read as %d", n, v)
			}
			n++
		}
	}
	if int(n) != 4*len(values) || len(r.footer.RowGroups) != 2 {
		t.Errorf("%d values in %d groups", n, len(r.footer.RowGroups))
	}
}

// Columns of unequal length are an error.
func TestWriterUnequalColumnsFail(t *testing.T) {
	a, b := Rising("a"), Rising("b")
	w, err := NewWriter(&bytes.Buffer{}, "t", a, b)
	if err != nil {
		t.Fatal(err)
	}
	a.Append([]int32{1, 2})
	b.Append([]int32{1})
	if err := w.EndBlock(2); err == nil {
		t.Error("EndBlock: no error")
	}
}

func TestReaderMissingColumnFails(t *testing.T) {
	data := writeRows(t, randomRows(10), 10)
	r, err := NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	Read[int32](r, "of another version")
	if _, err := r.Next(10); err == nil {
		t.Error("missing column: no error")
	}
}

// FuzzTable changes two bytes of a table. The reader may fail, but never reads
// more rows than there are.
func FuzzTable(f *testing.F) {
	good := writeRows(f, randomRows(300), 300)
	f.Add(uint(4), byte(255), uint(900), byte(3))
	f.Fuzz(func(t *testing.T, at uint, v byte, and uint, w byte) {
		data := bytes.Clone(good)
		data[at%uint(len(data))], data[and%uint(len(data))] = v, w
		if got, err := readRows(data, 1000); err == nil && len(got) > 300 {
			t.Errorf("%d rows of 300", len(got))
		}
	})
}

// FuzzDecode decodes arbitrary bytes with an arbitrary number of values.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x03, 0xff}, uint16(8))
	f.Add([]byte{1, 0x03, 0xff}, uint16(8))
	f.Add([]byte{0x80, 0x01, 4, 3, 2, 0, 0, 0, 0, 0, 0}, uint16(3))
	f.Fuzz(func(t *testing.T, src []byte, n uint16) {
		src = append(make([]byte, 0, len(src)+spareBytes), src...)
		for name, decode := range map[string]func() (int, error){
			"levels":  func() (int, error) { v, err := decodeLevels(nil, src, int(n)); return len(v), err },
			"indexes": func() (int, error) { v, err := decodeIndexes(nil, src, int(n)); return len(v), err },
			"32":      func() (int, error) { v, err := decodeDelta32(nil, src, int(n)); return len(v), err },
			"64":      func() (int, error) { v, err := decodeDelta64(nil, src, int(n)); return len(v), err },
			"lengths": func() (int, error) { v, err := decodeLengths(nil, src, int(n)); return len(v), err },
		} {
			got, err := decode()
			if err != nil && !errors.Is(err, errDamaged) || err == nil && got != int(n) {
				t.Errorf("%s: %d of %d values, %v", name, got, n, err)
			}
		}
	})
}
