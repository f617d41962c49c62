package columns

import (
	"encoding/binary"
	"errors"
)

// skimmer checks a message in Thrift's compact protocol without decoding it. A
// decoder allocates as many elements as a list states, and a few bytes can
// state any number.
type skimmer struct {
	data     []byte
	elements int // of lists, so far
}

const (
	maxElements = 100_000
	maxNesting  = 32
)

var errSkim = errors.New("damaged metadata")

// skim is the length of the message at the start of data.
func skim(data []byte) (int, error) {
	s := skimmer{data: data}
	err := s.skipStruct(0)
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

func (s *skimmer) skipStruct(depth int) error {
	if depth > maxNesting {
		return errSkim
	}
	for {
		head, err := s.readByte()
		if err != nil || head&15 == 0 {
			return err
		}
		if head>>4 == 0 {
			if _, err := s.readVarint(); err != nil {
				return err
			}
		}
		if t := head & 15; t != thriftTrue && t != thriftFalse { // a bool is in its field header alone
			if err := s.skipValue(t, depth+1); err != nil {
				return err
			}
		}
	}
}

func (s *skimmer) skipValue(t byte, depth int) error {
	switch t {
	case thriftTrue, thriftFalse, thriftByte:
		return s.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := s.readVarint()
		return err
	case thriftDouble:
		return s.skip(8)
	case thriftBinary:
		n, err := s.readVarint()
		if err != nil {
			return err
		}
		return s.skip(n)
	case thriftList, thriftSet:
		return s.skipList(depth)
	case thriftStruct:
		return s.skipStruct(depth)
	}
	return errSkim // maps among them: Parquet has none
}

func (s *skimmer) skipList(depth int) error {
	head, err := s.readByte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = s.readVarint(); err != nil {
			return err
		}
	}
	if depth > maxNesting || n > uint64(len(s.data)) || n > uint64(maxElements-s.elements) {
		return errSkim
	}
	s.elements += int(n)
	for range n {
		if err := s.skipValue(head&15, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *skimmer) readByte() (byte, error) {
	if len(s.data) == 0 {
		return 0, errSkim
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b, nil
}

func (s *skimmer) readVarint() (uint64, error) {
	v, n := binary.Uvarint(s.data)
	if n <= 0 {
		return 0, errSkim
	}
	s.data = s.data[n:]
	return v, nil
}

func (s *skimmer) skip(n uint64) error {
	if n > uint64(len(s.data)) {
		return errSkim
	}
	s.data = s.data[n:]
	return nil
}
