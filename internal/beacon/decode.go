package beacon

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// Errors that callers can distinguish.
var (
	// ErrVersion is returned for a batch of a version that is not [Version].
	ErrVersion = errors.New("unknown version of the batch format: upgrade rumtop")
	// ErrTooLarge is returned for a batch over a limit.
	ErrTooLarge = errors.New("batch is over the limit")
)

// Decode reads a batch into into. It reuses the memory of into and replaces its
// content, Site included. It copies strings, so data can be reused.
//
// Memory is bounded for any data. An inconsistent batch (columns of different
// lengths, indices out of range) is an error and leaves into empty. An invalid
// number (NaN, infinite, negative, a sample rate above 1) is dropped and counted
// in Rejected.
func Decode(data []byte, into *Batch) error {
	into.Reset()
	if err := into.decode(data); err != nil {
		into.Reset()
		return fmt.Errorf("decode batch: %w", err)
	}
	return nil
}

func (b *Batch) decode(data []byte) error {
	if len(data) == 0 {
		return errors.New("empty")
	}
	message := data[1:]
	switch data[0] {
	case plainHeader:
	case snappyHeader:
		n, err := s2.DecodedLen(message)
		if err != nil {
			return fmt.Errorf("snappy: %w", err)
		}
		if n > MaxMessage {
			return fmt.Errorf("%w: %d bytes decompressed", ErrTooLarge, n)
		}
		if cap(b.scratch) < n {
			b.scratch = make([]byte, n+n/4)
		}
		if message, err = s2.Decode(b.scratch[:cap(b.scratch)], message); err != nil {
			return fmt.Errorf("snappy: %w", err)
		}
	default:
		if data[0]>>4 != Version {
			return fmt.Errorf("%w (version %d, this reads %d)", ErrVersion, data[0]>>4, Version)
		}
		return fmt.Errorf("unknown compression %d: upgrade rumtop", data[0]&15)
	}
	if len(message) > MaxMessage {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(message))
	}
	r := reader{b: b}
	return r.read(message)
}
