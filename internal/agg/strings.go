package agg

import (
	"strings"

	"github.com/rumtop/rumtop/internal/plain"
)

// The first strings of the log.
const (
	noString    = 0 // ""
	otherString = 1 // "(other)"
)

// What rows are called that gather what has no value, and what is over a cap.
const (
	noneKey  = "(none)"
	otherKey = "(other)"
)

// StringTable are the log's texts. Each has passed the sanitiser.
type StringTable struct {
	byText map[string]uint32
	text   []string
	bytes  int
}

func (s *StringTable) init() {
	s.text = []string{"", otherKey}
	s.byText = map[string]uint32{"": noString, otherKey: otherString}
}

// internLine gives a single line of text its id, or otherString where the dictionary
// is full.
func (s *StringTable) internLine(text string) uint32 {
	if id, ok := s.byText[text]; ok {
		return id
	}
	return s.internClean(plain.Line(text, maxLine))
}

// internStack is line for several lines.
func (s *StringTable) internStack(text string) uint32 {
	if id, ok := s.byText[text]; ok {
		return id
	}
	return s.internClean(plain.Text(text, maxStack))
}

func (s *StringTable) internClean(clean string) uint32 {
	if id, ok := s.byText[clean]; ok {
		return id
	}
	if s.bytes > maxStringBytes {
		return otherString
	}
	clean = strings.Clone(clean) // it may be a part of a whole batch
	id := uint32(len(s.text))
	s.text = append(s.text, clean)
	s.byText[clean] = id
	s.bytes += len(clean) + 64
	return id
}
