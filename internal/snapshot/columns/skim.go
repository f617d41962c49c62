package columns

import (
	"encoding/binary"
	"errors"
)

// skimmer walks over a message in Thrift's compact protocol without keeping
// anything of it: a decoder makes room for as many elements as a list says it has,
// and a few bytes can say any number.
type skimmer struct {
	data     []byte
	elements int // of lists, so far
}

const (
	maxElements = 100_000
	maxNesting  = 32
)

var errSkim = errors.New("metadata are not what they say")

// skim is the length of the message that data begins with.
func skim(data []byte) (int, error) {
	s := skimmer{data: data}
	err := s.structure(0)
	return len(data) - len(s.data), err
}

// The types of the compact protocol.
const (
	thriftTrue, thriftFalse, thriftByte = 1, 2, 3
	thriftI16, thriftI32, thriftI64     = 4, 5, 6
	thriftDouble, thriftBinary          = 7, 8
	thriftList, thriftSet               = 9, 10
	thriftStruct                        = 12
)

func (s *skimmer) structure(depth int) error {
	if depth > maxNesting {
		return errSkim
	}
	for {
		head, err := s.byte()
		if err != nil || head&15 == 0 {
			return err
		}
		if head>>4 == 0 {
			if _, err := s.varint(); err != nil {
				return err
			}
		}
		if t := head & 15; t != thriftTrue && t != thriftFalse { // which is all of a field that is a bool
			if err := s.value(t, depth+1); err != nil {
				return err
			}
		}
	}
}

func (s *skimmer) value(t byte, depth int) error {
	switch t {
	case thriftTrue, thriftFalse, thriftByte:
		return s.drop(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := s.varint()
		return err
	case thriftDouble:
		return s.drop(8)
	case thriftBinary:
		n, err := s.varint()
		if err != nil {
			return err
		}
		return s.drop(n)
	case thriftList, thriftSet:
		return s.list(depth)
	case thriftStruct:
		return s.structure(depth)
	}
	return errSkim // maps among them, which Parquet has none of
}

func (s *skimmer) list(depth int) error {
	head, err := s.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = s.varint(); err != nil {
			return err
		}
	}
	if depth > maxNesting || n > uint64(len(s.data)) || n > uint64(maxElements-s.elements) {
		return errSkim
	}
	s.elements += int(n)
	for range n {
		if err := s.value(head&15, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *skimmer) byte() (byte, error) {
	if len(s.data) == 0 {
		return 0, errSkim
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b, nil
}

func (s *skimmer) varint() (uint64, error) {
	v, n := binary.Uvarint(s.data)
	if n <= 0 {
		return 0, errSkim
	}
	s.data = s.data[n:]
	return v, nil
}

func (s *skimmer) drop(n uint64) error {
	if n > uint64(len(s.data)) {
		return errSkim
	}
	s.data = s.data[n:]
	return nil
}
