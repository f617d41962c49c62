package snapshot

import (
	"fmt"
	"math"

	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// tableReader is a table that is being read.
type tableReader struct {
	name   string
	reader *columns.Reader
	rows   int // of the last Next
	at     int // the next one of them to read
}

func (s *File) openTable(name string) (*tableReader, error) {
	section, err := s.section(name)
	if err != nil {
		return nil, err
	}
	r, err := columns.NewReader(section, section.Size())
	if err != nil {
		return nil, errTable(name, err)
	}
	return &tableReader{name: name, reader: r}, nil
}

func errTable(name string, err error) error {
	return fmt.Errorf("file is damaged: cannot read %s: %w: copy it again", name, err)
}

// hasRows reads up to most rows if all of the last ones are read, and reports
// whether there are any.
func (t *tableReader) hasRows(most int) (bool, error) {
	if t.at < t.rows {
		return true, nil
	}
	n, err := t.reader.Next(most)
	if err != nil {
		return false, errTable(t.name, err)
	}
	t.rows, t.at = n, 0
	return n > 0, nil
}

// eachRun reads a table to its end and calls each for every run of rows.
func (t *tableReader) eachRun(most int64, each func()) error {
	defer t.reader.Close()
	if n := t.reader.Rows(); n > most {
		return fmt.Errorf("file is damaged: %s has %d rows, at most %d", t.name, n, most)
	}
	for {
		if more, err := t.hasRows(math.MaxInt32); err != nil || !more {
			return err
		}
		each()
		t.at = t.rows
	}
}

// wordColumn is a column of strings with their indexes in the batch.
type wordColumn struct {
	*columns.WordsInput
	lists int
	of    []batchString // by index in the column's list
}

// batchString is the index of a string in the batch of a round.
type batchString struct{ round, at uint32 }

// followList adapts to a list that has grown or been replaced.
func (w *wordColumn) followList() {
	if w.lists != w.Lists {
		w.of, w.lists = w.of[:0], w.Lists
	}
	w.of = append(w.of, make([]batchString, len(w.List)-len(w.of))...)
}

// sparseReader reads a column in which values may be missing.
type sparseReader[T int32 | float32 | string] struct {
	levels []byte
	values []T
}

func newSparseReader[T int32 | float32 | string](c *columns.Input[T]) sparseReader[T] {
	return sparseReader[T]{c.Levels, c.Values}
}

// next is the value of a row, if it has one. It must be called once for each
// row, in order.
func (o *sparseReader[T]) next(row int) (v T, ok bool) {
	if o.levels != nil && o.levels[row] == 0 {
		return v, false
	}
	v, o.values = o.values[0], o.values[1:]
	return v, true
}

// sideRows is how many rows of errors, requests, events or measures are read at
// a time.
const sideRows = 1 << 14

// visitUpTo visits the rows of beacons up to last, which are in the order of
// beacons: with the row's index, and its beacon's offset from first.
func (t *tableReader) visitUpTo(last, first int32, number *columns.Input[int32], visit func(k int, of uint32) error, strings ...*wordColumn) error {
	for least := first; ; {
		more, err := t.hasRows(sideRows)
		if err != nil || !more {
			return err
		}
		for _, w := range strings {
			w.followList()
		}
		for ; t.at < t.rows; t.at++ {
			of := number.Values[t.at]
			if of > last {
				return nil
			}
			if of < least {
				return errDamaged(t.name)
			}
			least = of
			if err := visit(t.at, uint32(of-first)); err != nil {
				return err
			}
		}
	}
}
