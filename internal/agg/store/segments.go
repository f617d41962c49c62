package store

import (
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Segments numbers the values of a dimension or a tag.
type Segments struct {
	log  *Log
	Dim  beacon.Dim // beacon.NumDims: a tag
	Tag  string     // name of the tag
	Keys []uint32   // by segment: the value, in Log.Strings

	byString map[uint32]uint16
	byID     []uint16 // by page or by origin: segment + 1, 0 if not assigned yet
}

// OtherSegment holds the values over the limit of segments.
const OtherSegment = 0

// NewSegments returns the segments of a dimension's name, or of a tag's, with or
// without the prefix "tag.".
func NewSegments(l *Log, by string) Segments {
	s := Segments{log: l, Dim: beacon.NumDims, Keys: []uint32{OtherString}, byString: map[uint32]uint16{OtherString: OtherSegment}}
	if d, ok := beacon.DimByName(by); ok {
		s.Dim = d
	} else {
		s.Tag = strings.TrimPrefix(by, "tag.")
	}
	return s
}

// OfRow returns the segment of a row.
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

// assign numbers the value of an origin or a page.
func (s *Segments) assign(id uint32) uint16 {
	if int(id) >= len(s.byID) {
		s.byID = append(s.byID, make([]uint16, int(id)+1-len(s.byID))...)
	}
	value := s.Value(id)
	seg, ok := s.byString[value]
	if !ok && len(s.Keys) <= MaxSegments {
		seg = uint16(len(s.Keys))
		s.Keys = append(s.Keys, value)
		s.byString[value] = seg
	}
	s.byID[id] = seg + 1
	return seg
}

// Value returns the value of an origin, or of a page if Dim is the page, as a
// string of the log.
func (s *Segments) Value(id uint32) uint32 {
	switch s.Dim {
	case beacon.Page:
		return s.log.Pages.Text[id]
	case beacon.NumDims:
		key, ok := s.log.Strings.ByText[s.Tag]
		if !ok {
			return NoString
		}
		return s.log.Origins.tagString(id, key)
	default:
		return s.log.Origins.List[id].Dims[s.Dim]
	}
}

// Field returns the name of the dimension or tag, as filters have it.
func (s *Segments) Field() string {
	if s.Dim == beacon.NumDims {
		return "tag." + s.Tag
	}
	return s.Dim.String()
}

// Key returns the name of a segment's row.
func (s *Segments) Key(seg int) string {
	return KeyOf(s.log.Strings.Text[s.Keys[seg]])
}

// Find returns the segment with a key, -1 if there is none.
func (s *Segments) Find(key string) int {
	return slices.IndexFunc(s.Keys, func(value uint32) bool { return KeyOf(s.log.Strings.Text[value]) == key })
}
