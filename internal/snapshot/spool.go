package snapshot

import (
	"bufio"
	"errors"
	"os"
	"sync/atomic"

	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// maxQueued is the most blocks that wait for a spool's goroutine.
const maxQueued = 4

// spool encodes the blocks of a table into a temporary file, on a goroutine of
// its own.
type spool[B any] struct {
	name        string
	file        *os.File
	out         *bufio.Writer
	writer      *columns.Writer
	appendBlock func(*B) int // appends a block to the columns and returns its rows
	blocks      chan *B
	spare       chan *B
	done        chan struct{}
	err         error        // valid once done is closed
	encoded     atomic.Int64 // encoded so far
}

func newSpool[B any](name, dir string, add func(*B) int, all ...columns.Column) (*spool[B], error) {
	f, err := createTemp(dir)
	if err != nil {
		return nil, err
	}
	// If the system permits, the file has no name while it is written, and
	// disappears with the process.
	_ = os.Remove(f.Name())
	t := &spool[B]{
		name: name, file: f, out: bufio.NewWriterSize(f, 256<<10), appendBlock: add,
		blocks: make(chan *B, maxQueued), spare: make(chan *B, maxQueued+2), done: make(chan struct{}),
	}
	if t.writer, err = columns.NewWriter(t.out, name, all...); err != nil {
		_ = f.Close()
		return nil, err
	}
	go t.run()
	return t, nil
}

func (t *spool[B]) run() {
	defer close(t.done)
	for b := range t.blocks {
		if t.err == nil {
			t.err = t.writer.EndBlock(t.appendBlock(b))
			t.encoded.Store(t.writer.Size())
		}
		select {
		case t.spare <- b:
		default:
		}
	}
	t.err = errors.Join(t.err, t.writer.Close(), t.out.Flush())
}

func (t *spool[B]) size() int64 { return t.encoded.Load() }

// spareBlock is a block to fill. It may hold the values of its last use.
func (t *spool[B]) spareBlock() *B {
	select {
	case b := <-t.spare:
		return b
	default:
		return new(B)
	}
}

// send queues a block, and waits while the queue is full.
func (t *spool[B]) send(b *B) { t.blocks <- b }

// finish waits until all blocks are encoded, and ends the table.
func (t *spool[B]) finish() error {
	close(t.blocks)
	<-t.done
	return t.err
}

// close removes the temporary file.
func (t *spool[B]) close() {
	_ = t.file.Close()
	_ = os.Remove(t.file.Name()) // if it could not be removed while open
}
