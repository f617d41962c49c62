package snapshot

import (
	"bufio"
	"errors"
	"os"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"
)

// rowsPerGroup is how many rows make a row group: enough for compression, few
// enough for what one holds in memory.
const rowsPerGroup = 1 << 21

// queued is how many blocks of rows may wait for a table's encoder.
const queued = 4

// table encodes rows into a temporary file on a goroutine of its own.
type table[R any] struct {
	name  string
	file  *os.File
	rows  chan []R
	spare chan []R
	done  chan struct{}
	err   error        // once done is closed
	bytes atomic.Int64 // encoded so far
}

func newTable[R any](name, dir string) (*table[R], error) {
	f, err := createTemp(dir)
	if err != nil {
		return nil, err
	}
	// Where the system allows it, the file has no name while it is written, and
	// goes with the process.
	_ = os.Remove(f.Name())
	t := &table[R]{name: name, file: f, rows: make(chan []R, queued), spare: make(chan []R, queued+2), done: make(chan struct{})}
	go t.encode()
	return t, nil
}

func (t *table[R]) encode() {
	defer close(t.done)
	out := bufio.NewWriterSize(t.file, 256<<10)
	options := []parquet.WriterOption{
		parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowsPerGroup), parquet.DataPageStatistics(false),
		parquet.CreatedBy("rumtop", "", ""),
	}
	for _, c := range parquet.SchemaOf(new(R)).Columns() {
		if c[0] != "received" { // nobody looks for a range of anything else
			options = append(options, parquet.SkipPageBounds(c...))
		}
	}
	w := parquet.NewGenericWriter[R](out, options...)
	for rows := range t.rows {
		if t.err == nil {
			_, t.err = w.Write(rows)
			t.bytes.Store(w.Size())
		}
		clear(rows) // lets go of strings
		select {
		case t.spare <- rows[:0]:
		default:
		}
	}
	t.err = errors.Join(t.err, w.Close(), out.Flush())
}

func (t *table[R]) size() int64 { return t.bytes.Load() }

// block is an empty block of rows to fill in.
func (t *table[R]) block() []R {
	select {
	case rows := <-t.spare:
		return rows
	default:
		return nil
	}
}

// put hands a block over, and waits while too many are before it.
func (t *table[R]) put(rows []R) {
	if len(rows) > 0 {
		t.rows <- rows
	}
}

// finish ends the table and gives its file, to be read from the beginning.
func (t *table[R]) finish() error {
	close(t.rows)
	<-t.done
	return t.err
}

// close lets go of the temporary file.
func (t *table[R]) close() {
	_ = t.file.Close()
	_ = os.Remove(t.file.Name()) // where it could not be removed while open
}
