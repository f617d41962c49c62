package wire

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// name is a member's name in the text, without its quotes.
type name struct {
	signature  uint64
	begin, end uint32
}

// signature is the same for names that are the same. It holds all of a name of
// up to seven bytes.
func signature(text []byte, begin, end int) uint64 {
	n := end - begin
	if begin+8 > len(text) {
		var last [16]byte
		copy(last[:], text[begin:end])
		text, begin = last[:], 0
	}
	first := binary.LittleEndian.Uint64(text[begin:])
	if n < 8 {
		return first&(1<<(8*n)-1) | uint64(n)<<56
	}
	return first ^ bits.RotateLeft64(binary.LittleEndian.Uint64(text[end-8:]), 29) ^ uint64(n)<<56
}

// fewNames can be held against each other one by one.
const fewNames = 64

// unique says whether no two names are the same. odd says that some have escapes.
func unique(text []byte, names []name, odd bool) bool {
	if odd || len(names) > fewNames {
		return uniqueOfMany(text, names)
	}
	for i := 1; i < len(names); i++ {
		n := &names[i]
		for j := range names[:i] {
			if m := &names[j]; m.signature == n.signature && bytes.Equal(text[m.begin:m.end], text[n.begin:n.end]) {
				return false
			}
		}
	}
	return true
}

// uniqueOfMany sorts the names, their escapes taken out: an object of any size
// takes no more than n log n.
func uniqueOfMany(text []byte, names []name) bool {
	plain := make([][]byte, len(names))
	for i, n := range names {
		plain[i] = text[n.begin:n.end]
		if bytes.IndexByte(plain[i], '\\') >= 0 {
			plain[i], _ = jsontext.AppendUnquote(nil, text[n.begin-1:n.end+1]) // which has been checked
		}
	}
	slices.SortFunc(plain, bytes.Compare)
	for i := 1; i < len(plain); i++ {
		if bytes.Equal(plain[i-1], plain[i]) {
			return false
		}
	}
	return true
}
