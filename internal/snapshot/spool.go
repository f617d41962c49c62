package snapshot

import (
	"bufio"
	"errors"
	"os"
	"sync/atomic"

	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// queued is how many blocks may wait for a table's encoder.
const queued = 4

// table encodes blocks into a temporary file on a goroutine of its own.
type table[B any] struct {
	name   string
	file   *os.File
	out    *bufio.Writer
	writer *columns.Writer
	add    func(*B) int // appends a block to the columns and tells its rows
	blocks chan *B
	spare  chan *B
	done   chan struct{}
	err    error        // once done is closed
	bytes  atomic.Int64 // encoded so far
}

func newTable[B any](name, dir string, add func(*B) int, all ...columns.Column) (*table[B], error) {
	f, err := createTemp(dir)
	if err != nil {
		return nil, err
	}
	// Where the system allows it, the file has no name while it is written, and
	// goes with the process.
	_ = os.Remove(f.Name())
	t := &table[B]{
		name: name, file: f, out: bufio.NewWriterSize(f, 256<<10), add: add,
		blocks: make(chan *B, queued), spare: make(chan *B, queued+2), done: make(chan struct{}),
	}
	if t.writer, err = columns.NewWriter(t.out, name, all...); err != nil {
		_ = f.Close()
		return nil, err
	}
	go t.encode()
	return t, nil
}

func (t *table[B]) encode() {
	defer close(t.done)
	for b := range t.blocks {
		if t.err == nil {
			t.err = t.writer.Wrote(t.add(b))
			t.bytes.Store(t.writer.Size())
		}
		select {
		case t.spare <- b:
		default:
		}
	}
	t.err = errors.Join(t.err, t.writer.Close(), t.out.Flush())
}

func (t *table[B]) size() int64 { return t.bytes.Load() }

// block is a block to fill in. It may hold what it was used for before.
func (t *table[B]) block() *B {
	select {
	case b := <-t.spare:
		return b
	default:
		return new(B)
	}
}

// put hands a block over, and waits while too many are before it.
func (t *table[B]) put(b *B) { t.blocks <- b }

// finish ends the table and gives its file, to be read from the beginning.
func (t *table[B]) finish() error {
	close(t.blocks)
	<-t.done
	return t.err
}

// close lets go of the temporary file.
func (t *table[B]) close() {
	_ = t.file.Close()
	_ = os.Remove(t.file.Name()) // where it could not be removed while open
}
