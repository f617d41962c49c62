package agg

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/plain"
)

// maxMarkers bounds the markers that are kept; the oldest go first.
const maxMarkers = 200

// markers are what people and pipelines said about moments, in order of time.
type markers struct {
	list      []beacon.Marker
	ids       map[string]bool // of list and of forgotten
	forgotten []string        // the last IDs that left list: a reader sends them again after a lost connection
	left      int64
}

// maxForgotten bounds the IDs of forgotten markers.
const maxForgotten = 2000

// Mark takes a marker in. The same ID twice is one marker.
func (a *Aggregator) Mark(m beacon.Marker) {
	k := &a.markers
	for _, s := range [...]*string{&m.ID, &m.Kind, &m.Text, &m.By, &m.Filter} {
		*s = plain.Line(*s, store.MaxLine)
	}
	if k.ids == nil {
		k.ids = map[string]bool{}
	}
	if m.ID != "" && k.ids[m.ID] {
		return
	}
	at, _ := slices.BinarySearchFunc(k.list, m, inTime)
	k.list = slices.Insert(k.list, at, m)
	k.ids[m.ID] = true
	if len(k.list) > maxMarkers {
		k.left++
		k.forgotten = append(k.forgotten, k.list[0].ID)
		k.list = slices.Delete(k.list, 0, 1)
	}
	if len(k.forgotten) > maxForgotten {
		delete(k.ids, k.forgotten[0])
		k.forgotten = k.forgotten[1:]
	}
}

func inTime(a, b beacon.Marker) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
}

// markersTo gives the markers of the retained history up to a time, releases
// that appeared in it among them.
func (a *Aggregator) markersTo(to int64) []beacon.Marker {
	oldest, any := a.log.Oldest()
	if !any {
		oldest = math.MaxInt64
	}
	out := slices.DeleteFunc(a.appeared.markers(a.log, a.newest), a.markers.announced)
	for _, m := range a.markers.list {
		if m.At >= min(oldest, to) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, inTime)
	out = slices.DeleteFunc(out, func(m beacon.Marker) bool { return m.At > to })
	return out[max(0, len(out)-maxMarkers):]
}

// announced reports whether somebody has said that a release came, and so needs
// no marker of its own.
func (k *markers) announced(r beacon.Marker) bool {
	name := strings.TrimPrefix(r.ID, releaseID)
	const near = 15 * time.Minute
	return slices.ContainsFunc(k.list, func(m beacon.Marker) bool {
		return m.Kind == beacon.MarkerDeploy && strings.Contains(m.Text, name) && max(m.At-r.At, r.At-m.At) <= near.Milliseconds()
	})
}

// releaseID begins the IDs of markers of releases that appeared.
const releaseID = "release/"

// releases notes when each release was first seen, and how often since.
type releases struct {
	of    []uint32       // by origin: place in list + 1
	place map[uint32]int // of a release, by log.texts
	list  []releaseSeen  // as they came

	left map[uint32]struct{} // over maxAppeared, by log.texts, which bounds them
}

type releaseSeen struct {
	text  uint32
	first int64
	n     int
}

// maxAppeared bounds how many releases are watched for.
const maxAppeared = 500

// count notes a row.
func (r *releases) count(l *store.Log, origin uint32, received int64) {
	if int(origin) >= len(r.of) {
		r.of = append(r.of, make([]uint32, len(l.Origins.List)-len(r.of))...)
	}
	k := r.of[origin]
	if k == 0 {
		text := l.Origins.List[origin].Dims[beacon.Release]
		if text == store.NoString || text == store.OtherString {
			return
		}
		at, known := r.place[text]
		if !known {
			if len(r.list) >= maxAppeared {
				if r.left == nil {
					r.left = map[uint32]struct{}{}
				}
				r.left[text] = struct{}{}
				return
			}
			if r.place == nil {
				r.place = map[uint32]int{}
			}
			at = len(r.list)
			r.place[text] = at
			r.list = append(r.list, releaseSeen{text: text, first: received})
		}
		k = uint32(at + 1)
		r.of[origin] = k
	}
	s := &r.list[k-1]
	s.n++
	s.first = min(s.first, received)
}

// enoughToMiss is how many beacons of a release there should have been before
// its first, had it been there all the time, for it to count as new.
const enoughToMiss = 8

// markers are the releases that appeared while the history was being kept. One that is
// merely rare is not new: at its rate it may have been missed by chance.
func (r *releases) markers(l *store.Log, newest int64) []beacon.Marker {
	if l.Rows == 0 {
		return nil
	}
	var out []beacon.Marker
	earliest, _ := l.Oldest()
	for _, s := range r.list {
		before, since := float64(s.first-earliest), float64(newest-s.first)
		if before < float64(time.Minute.Milliseconds()) || float64(s.n)/max(since, 1000)*before < enoughToMiss {
			continue
		}
		name := l.Strings.Text[s.text]
		out = append(out, beacon.Marker{ID: releaseID + name, At: s.first, Kind: beacon.MarkerRelease, Text: "release " + name + " first seen"})
	}
	return out
}
