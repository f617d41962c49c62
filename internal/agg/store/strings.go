package store

import (
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/plain"
)

// The first strings of every log. The names of traffic follow, so that they
// always fit.
const (
	NoString    = 0 // ""
	OtherString = 1 // OtherKey

	firstTraffic = 2 // beacon.People
)

// Names of the rows for beacons without a value, and for values over a limit.
const (
	NoneKey  = "(none)"
	OtherKey = "(other)"
)

// KeyOf returns the name of the row for a value.
func KeyOf(value string) string {
	if value == "" {
		return NoneKey
	}
	return value
}

// StringTable is the dictionary of all strings of the log. Each has passed the
// sanitiser.
type StringTable struct {
	Text   []string // by id
	ByText map[string]uint32
	Bytes  int // memory
}

func (s *StringTable) init() {
	s.Text = []string{"", OtherKey}
	s.ByText = map[string]uint32{"": NoString, OtherKey: OtherString}
	for c := range beacon.NumTraffic {
		s.internClean(c.String())
	}
}

// internLine returns the id of a single line of text, OtherString if it is new
// and the dictionary is full.
func (s *StringTable) internLine(text string) uint32 {
	if id, ok := s.ByText[text]; ok {
		return id
	}
	return s.internClean(plain.Line(text, MaxLine))
}

// internStack does the same for several lines.
func (s *StringTable) internStack(text string) uint32 {
	if id, ok := s.ByText[text]; ok {
		return id
	}
	return s.internClean(plain.Text(text, maxStack))
}

func (s *StringTable) internClean(clean string) uint32 {
	if id, ok := s.ByText[clean]; ok {
		return id
	}
	if s.Bytes > MaxStringBytes {
		return OtherString
	}
	clean = strings.Clone(clean) // it may be a part of a whole batch
	id := uint32(len(s.Text))
	s.Text = append(s.Text, clean)
	s.ByText[clean] = id
	s.Bytes += len(clean) + 64
	return id
}

// HexID formats an id as filters and screens show it: 16 digits.
func HexID(id uint64) string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = digits[id>>(60-4*i)&15]
	}
	return string(b[:])
}
