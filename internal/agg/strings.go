package agg

import (
	"strings"

	"github.com/rumtop/rumtop/internal/plain"
)

// What the dictionaries may hold. Whatever does not fit is counted under
// (other), and in Health.Overflow.
const (
	maxStringBytes = 32 << 20
	maxPages       = 20_000
	maxOrigins     = 1 << 19
	maxTagSets     = 100_000
	maxErrorKinds  = 20_000
	maxErrorGroups = 5_000
	maxEndpoints   = 50_000
	maxSegments    = 2_000

	maxLine  = 300     // cells of a dimension's value, a name, a URL
	maxStack = 8 << 10 // bytes
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

// stringTable are the log's texts. Each has passed the sanitiser.
type stringTable struct {
	ids   map[string]uint32
	text  []string
	bytes int
}

func (s *stringTable) init() {
	s.text = []string{"", otherKey}
	s.ids = map[string]uint32{"": noString, otherKey: otherString}
}

// internLine gives a single line of text its id, or otherString where the dictionary
// is full.
func (s *stringTable) internLine(text string) uint32 {
	if id, ok := s.ids[text]; ok {
		return id
	}
	return s.internClean(plain.Line(text, maxLine))
}

// internStack is line for several lines.
func (s *stringTable) internStack(text string) uint32 {
	if id, ok := s.ids[text]; ok {
		return id
	}
	return s.internClean(plain.Text(text, maxStack))
}

func (s *stringTable) internClean(clean string) uint32 {
	if id, ok := s.ids[clean]; ok {
		return id
	}
	if s.bytes > maxStringBytes {
		return otherString
	}
	clean = strings.Clone(clean) // it may be a part of a whole batch
	id := uint32(len(s.text))
	s.text = append(s.text, clean)
	s.ids[clean] = id
	s.bytes += len(clean) + 64
	return id
}

// pageTable are the values of the dimension page. There are many in a site, so that
// a page is not a part of the origin.
type pageTable struct {
	ids  map[uint32]uint16
	text []uint32 // log.texts
}

// The first pages of the log.
const (
	noPage    = 0
	otherPage = 1
)

func (p *pageTable) init() {
	p.text = []uint32{noString, otherString}
	p.ids = map[uint32]uint16{noString: noPage, otherString: otherPage}
}

func (p *pageTable) intern(text uint32) uint16 {
	id, ok := p.ids[text]
	if !ok {
		if len(p.text) >= maxPages {
			return otherPage
		}
		id = uint16(len(p.text))
		p.text = append(p.text, text)
		p.ids[text] = id
	}
	return id
}
