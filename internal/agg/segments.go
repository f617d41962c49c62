package agg

import (
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Segments number the values of a dimension or a tag.
type Segments struct {
	log  *Log
	dim  beacon.Dim
	tag  string   // where dim is beacon.NumDims
	keys []uint32 // log.texts, by segment

	byText map[uint32]uint16
	byID   []uint16 // segment + 1, by page or by origin
}

// otherSegment gathers what is over the cap of segments.
const otherSegment = 0

func newSegments(l *Log, by string) Segments {
	s := Segments{log: l, dim: beacon.NumDims, keys: []uint32{otherString}, byText: map[uint32]uint16{otherString: otherSegment}}
	if d, ok := beacon.DimByName(by); ok {
		s.dim = d
	} else {
		s.tag = strings.TrimPrefix(by, "tag.")
	}
	return s
}

// ofRow is the segment of a row.
func (s *Segments) ofRow(c *Chunk, i int) uint16 {
	id := c.origin[i]
	if s.dim == beacon.Page {
		id = uint32(c.page[i])
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
	text := s.value(id)
	seg, ok := s.byText[text]
	if !ok && len(s.keys) <= maxSegments {
		seg = uint16(len(s.keys))
		s.keys = append(s.keys, text)
		s.byText[text] = seg
	}
	s.byID[id] = seg + 1
	return seg
}

// value is the value that an origin, or a page, has.
func (s *Segments) value(id uint32) uint32 {
	switch s.dim {
	case beacon.Page:
		return s.log.pages.text[id]
	case beacon.NumDims:
		key, ok := s.log.strings.byText[s.tag]
		if !ok {
			return noString
		}
		return s.log.origins.tagValue(id, key)
	}
	return s.log.origins.list[id].dims[s.dim]
}

// field is the dimension's or tag's name, as finding terms have it.
func (s *Segments) field() string {
	if s.dim == beacon.NumDims {
		return "tag." + s.tag
	}
	return s.dim.String()
}

// key is what a segment is called.
func (s *Segments) key(seg int) string {
	return keyOf(s.log.strings.text[s.keys[seg]])
}

func keyOf(value string) string {
	if value == "" {
		return noneKey
	}
	return value
}

// find is the segment of a key, -1 if there is none.
func (s *Segments) find(key string) int {
	return slices.IndexFunc(s.keys, func(text uint32) bool { return keyOf(s.log.strings.text[text]) == key })
}
