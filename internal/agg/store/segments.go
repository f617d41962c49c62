package store

import (
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Segments number the values of a dimension or a tag.
type Segments struct {
	log  *Log
	Dim  beacon.Dim
	Tag  string   // where dim is beacon.NumDims
	Keys []uint32 // log.texts, by segment

	byText map[uint32]uint16
	byID   []uint16 // segment + 1, by page or by origin
}

// OtherSegment gathers what is over the cap of segments.
const OtherSegment = 0

func NewSegments(l *Log, by string) Segments {
	s := Segments{log: l, Dim: beacon.NumDims, Keys: []uint32{OtherString}, byText: map[uint32]uint16{OtherString: OtherSegment}}
	if d, ok := beacon.DimByName(by); ok {
		s.Dim = d
	} else {
		s.Tag = strings.TrimPrefix(by, "tag.")
	}
	return s
}

// OfRow is the segment of a row.
func (s *Segments) OfRow(c *Chunk, i int) uint16 {
	id := c.Origin[i]
	if s.Dim == beacon.Page {
		id = uint32(c.Page[i])
	}
	if int(id) < len(s.byID) && s.byID[id] != 0 {
		return s.byID[id] - 1
	}
	return s.assign(id)
}

func (s *Segments) assign(id uint32) uint16 {
	if int(id) >= len(s.byID) {
		s.byID = append(s.byID, make([]uint16, int(id)+1-len(s.byID))...)
	}
	text := s.Value(id)
	seg, ok := s.byText[text]
	if !ok && len(s.Keys) <= MaxSegments {
		seg = uint16(len(s.Keys))
		s.Keys = append(s.Keys, text)
		s.byText[text] = seg
	}
	s.byID[id] = seg + 1
	return seg
}

// Value is the value that an origin, or a page, has.
func (s *Segments) Value(id uint32) uint32 {
	switch s.Dim {
	case beacon.Page:
		return s.log.Pages.Text[id]
	case beacon.NumDims:
		key, ok := s.log.Strings.ByText[s.Tag]
		if !ok {
			return NoString
		}
		return s.log.Origins.tagValue(id, key)
	}
	return s.log.Origins.List[id].Dims[s.Dim]
}

// Field is the dimension's or tag's name, as finding terms have it.
func (s *Segments) Field() string {
	if s.Dim == beacon.NumDims {
		return "tag." + s.Tag
	}
	return s.Dim.String()
}

// Key is what a segment is called.
func (s *Segments) Key(seg int) string {
	return KeyOf(s.log.Strings.Text[s.Keys[seg]])
}

func KeyOf(value string) string {
	if value == "" {
		return NoneKey
	}
	return value
}

// Find is the segment of a key, -1 if there is none.
func (s *Segments) Find(key string) int {
	return slices.IndexFunc(s.Keys, func(text uint32) bool { return KeyOf(s.log.Strings.Text[text]) == key })
}
