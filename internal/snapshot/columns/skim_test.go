package columns

import (
	"bytes"
	"testing"
)

// A list that states more elements than there are bytes is invalid.
func TestSkimInvalidMetadataFails(t *testing.T) {
	for _, data := range [][]byte{
		{0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00}, // a list of 2^31 structures
		{0x18, 0xff, 0xff, 0xff, 0xff, 0x07},             // a string of as many bytes
		{0x1b, 0x01},                                     // a map
		bytes.Repeat([]byte{0x1c}, 100),                  // structures in structures
		{},
	} {
		if n, err := skim(data); err == nil {
			t.Errorf("% x is taken for a message of %d bytes", data, n)
		}
	}
	if n, err := skim([]byte{0x15, 0x02, 0x00, 0xff}); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
