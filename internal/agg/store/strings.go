package store

import (
	"strings"

	"github.com/rumtop/rumtop/internal/plain"
)

// The first strings of the log.
const (
	NoString    = 0 // ""
	OtherString = 1 // "(other)"
)

// What rows are called that gather what has no value, and what is over a cap.
const (
	NoneKey  = "(none)"
	otherKey = "(other)"
)

// StringTable are the log's texts. Each has passed the sanitiser.
type StringTable struct {
	ByText map[string]uint32
	Text   []string
	Bytes  int
}

func (s *StringTable) init() {
	s.Text = []string{"", otherKey}
	s.ByText = map[string]uint32{"": NoString, otherKey: OtherString}
}

// internLine gives a single line of text its id, or otherString where the dictionary
// is full.
func (s *StringTable) internLine(text string) uint32 {
	if id, ok := s.ByText[text]; ok {
		return id
	}
	return s.internClean(plain.Line(text, MaxLine))
}

// internStack is line for several lines.
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
