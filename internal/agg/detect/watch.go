// Package detect finds what got worse: measures of segments, as episodes with an
// onset and an explanation, and segments that fall silent.
package detect

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
)

// Watch looks for measures that got worse, in the total and in every segment of
// every watched dimension at once. It reads the log in steps of ten seconds once
// they are over, and compares after each. What it finds depends on the log
// alone: after a new filter it reads the log again, and finds what it would have
// found with this filter from the start.
type Watch struct {
	log *store.Log

	steps   []*step // the newest last
	counted int     // bytes of steps
	next    int64   // number of the step to read next, since 1970; 0: none read yet
	last    int64   // number of the last step that is over
	visited int     // rows, by the current ReadSteps

	segments   []segment
	byValue    map[frame.Term]uint16
	perField   map[string]int
	unwatched  map[frame.Term]struct{} // values over the caps; the log's dictionaries bound them
	fields     []field
	fieldOrder map[string]int // of fields, as explanations name them
	ofOrigin   [][]uint16     // the segments of an origin
	ofPage     []uint16       // the segment of a page; 0: not known yet; unwatched

	counts store.Paged[[measure.Num]uint16] // by user: the step in which each measure last counted

	past, long, short []sum // by segment: the past; the last five minutes; the last one
	streak            [measure.Num]int
	episodes          []*episode // the oldest first
	forgotten         int64      // episodes, over maxEpisodes
	leader            string     // the measure of the most severe finding
}

// StepMS is the length of a step in milliseconds.
const StepMS = 10_000

const (
	shortSteps = 6
	longSteps  = 30
	keepSteps  = 240 // forty minutes
	skipSteps  = 3   // at the start of history page views are cut in two

	// stepDelay is how long after its end a step may still receive beacons:
	// collectors gather them for a moment, and their clocks differ a little.
	stepDelay = 5 * store.SlotMS
)

// allMeasures has the bits of all measures.
const allMeasures = 1<<measure.Num - 1

// NewWatch makes a watch that has read nothing of a log.
func NewWatch(l *store.Log) *Watch {
	w := &Watch{log: l, byValue: map[frame.Term]uint16{}, perField: map[string]int{}, unwatched: map[frame.Term]struct{}{}}
	w.segments = []segment{{}}
	w.growSums()
	return w
}

// LeftOut returns how many values are not watched, and how many episodes were
// forgotten, because there are too many.
func (w *Watch) LeftOut() (values, episodes int64) { return int64(len(w.unwatched)), w.forgotten }

// SetFields sets the dimensions and tags to watch, in the order of explanations.
// New ones are watched from now on.
func (w *Watch) SetFields(fields []string) {
	if len(fields) == len(w.fieldOrder) {
		return
	}
	known := map[string]bool{}
	for _, f := range w.fields {
		known[f.name] = true
	}
	w.fieldOrder = map[string]int{}
	for i, name := range fields {
		w.fieldOrder[name] = i
		if d, ok := beacon.DimByName(name); !known[name] && (!ok || beacon.Dimensions[d].Watched) {
			w.fields = append(w.fields, field{name, store.NewSegments(w.log, name)})
			w.ofOrigin = nil
		}
	}
}

// SetEnd sets the time, Unix milliseconds, up to which the log is complete. The
// steps that are over by then can be read.
func (w *Watch) SetEnd(now int64) {
	if w.log.Rows == 0 {
		return
	}
	if w.next == 0 {
		w.next = w.log.FirstSlot()*store.SlotMS/StepMS + skipSteps
	}
	w.last = lastStep(now)
	if w.last-w.next > 2*keepSteps { // nothing was received for longer than is kept
		w.next = max(w.next, min(w.last-2*keepSteps, w.log.LastSlot()*store.SlotMS/StepMS-keepSteps))
	}
}

// lastStep is the number of the last step that is over at a time.
func lastStep(now int64) int64 { return (now-stepDelay)/StepMS - 1 }

// IsBehind reports whether there are steps to read.
func (w *Watch) IsBehind() bool { return w != nil && w.next <= w.last && w.next != 0 }

// ReadSteps reads steps and compares after each, until it has visited so many
// rows or is not behind any more.
func (w *Watch) ReadSteps(rows int) {
	for w.visited = 0; w.IsBehind() && w.visited < rows; {
		s := w.readStep(w.next)
		w.next++
		w.advance(s)
		w.followEpisodes()
		w.findEpisodes()
	}
}

// each visits the rows of steps [from, to].
func (w *Watch) each(from, to int64, visit func(c *store.Chunk, i int)) {
	n, _ := w.log.CountRows(from*StepMS, (to+1)*StepMS)
	w.visited += n
	w.log.Each(from*StepMS, (to+1)*StepMS, visit)
}

// Bytes returns about the memory that the watch takes.
func (w *Watch) Bytes() int {
	if w == nil {
		return 0
	}
	const sumBytes, segmentBytes, userBytes = 700, 64, 2 * int(measure.Num)
	n := w.counted + (3*sumBytes+segmentBytes)*len(w.segments) + userBytes*w.counts.Room()
	for _, e := range w.episodes {
		n += 32 * cap(e.points)
	}
	return n
}

// advance adds the newest step; those that leave the windows become the past.
func (w *Watch) advance(s *step) {
	active := w.activeMeasures()
	s.excluded = active
	w.steps = append(w.steps, s)
	move := func(sums []sum, s *step, by float64, measures uint8) {
		for seg, c := range s.cells {
			if c != nil {
				sums[seg].addCell(c, by, measures)
			}
		}
	}
	move(w.long, s, 1, allMeasures)
	move(w.short, s, 1, allMeasures)
	n := len(w.steps)
	if n > shortSteps {
		move(w.short, w.steps[n-1-shortSteps], -1, allMeasures)
	}
	if n > longSteps {
		old := w.steps[n-1-longSteps]
		move(w.long, old, -1, allMeasures)
		move(w.past, old, 1, allMeasures&^(old.excluded|active))
	}
	if n > keepSteps {
		gone := w.steps[0]
		move(w.past, gone, -1, allMeasures&^(gone.excluded|active))
		w.counted -= gone.bytes
		w.steps[0] = nil
		w.steps = w.steps[1:]
	}
}

// recountPast counts the past of a measure again: all steps before one, by its
// place in steps, in which no episode of the measure was active.
func (w *Watch) recountPast(m measure.ID, before int) {
	for seg := range w.past {
		w.past[seg].clearMeasure(m)
	}
	for _, s := range w.steps[:max(min(before, len(w.steps)), 0)] {
		if s.excluded>>m&1 == 1 {
			continue
		}
		for seg, c := range s.cells {
			if c != nil {
				w.past[seg].addCell(c, 1, 1<<m)
			}
		}
	}
}

// newest is the number of the newest step that was read.
func (w *Watch) newest() int64 { return w.next - 1 }

// index is the place of a step in steps; it may be before the first.
func (w *Watch) index(number int64) int { return len(w.steps) - 1 - int(w.newest()-number) }

// stepTime is when a step starts.
func stepTime(number int64) time.Time { return time.UnixMilli(number * StepMS).UTC() }
