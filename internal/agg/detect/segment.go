package detect

import (
	"math"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

const (
	maxWatched  = 400 // segments
	maxPerField = 40
	unwatched   = math.MaxUint16
)

// field is a watched dimension or tag.
type field struct {
	name     string
	segments store.Segments
}

// segment is a watched value. Segment 0 is the total.
type segment struct {
	frame.Term
	text uint32
}

// growSums makes room for the sums of all segments.
func (w *Watch) growSums() {
	n := len(w.segments)
	for _, s := range [...]*[]sum{&w.past, &w.long, &w.short} {
		*s = append(*s, make([]sum, n-len(*s))...)
	}
}

// assignSegment returns the number of the value that an origin or a page has of a
// field, unwatched if there are too many.
func (w *Watch) assignSegment(f *field, id uint32) uint16 {
	text := f.segments.Value(id)
	if text == store.NoString || text == store.OtherString {
		return unwatched
	}
	t := frame.Term{Field: f.name, Value: w.log.Strings.Text[text]}
	if seg, ok := w.byValue[t]; ok {
		return seg
	}
	if len(w.segments) > maxWatched || w.perField[f.name] >= maxPerField {
		w.unwatched[t] = struct{}{}
		return unwatched
	}
	w.perField[f.name]++
	seg := uint16(len(w.segments))
	w.segments = append(w.segments, segment{t, text})
	w.byValue[t] = seg
	w.growSums()
	return seg
}

// segmentsOf returns the segments of an origin, but for its page.
func (w *Watch) segmentsOf(origin uint32) []uint16 {
	if int(origin) >= len(w.ofOrigin) {
		w.ofOrigin = append(w.ofOrigin, make([][]uint16, len(w.log.Origins.List)-len(w.ofOrigin))...)
	}
	if w.ofOrigin[origin] == nil {
		list := []uint16{0}
		for k := range w.fields {
			if f := &w.fields[k]; f.segments.Dim != beacon.Page {
				if seg := w.assignSegment(f, origin); seg != unwatched {
					list = append(list, seg)
				}
			}
		}
		w.ofOrigin[origin] = list
	}
	return w.ofOrigin[origin]
}

// pageSegment returns the segment of a page, or unwatched.
func (w *Watch) pageSegment(page uint16) uint16 {
	if int(page) >= len(w.ofPage) {
		w.ofPage = append(w.ofPage, make([]uint16, len(w.log.Pages.Text)-len(w.ofPage))...)
	}
	if w.ofPage[page] == 0 {
		w.ofPage[page] = unwatched
		for k := range w.fields {
			if f := &w.fields[k]; f.segments.Dim == beacon.Page {
				w.ofPage[page] = w.assignSegment(f, uint32(page))
			}
		}
	}
	return w.ofPage[page]
}
