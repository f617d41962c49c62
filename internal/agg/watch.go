package agg

import (
	"math"
	"math/bits"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// watch looks out for what got worse, by itself, in the total and in every
// segment of every dimension at once. It reads the log in steps of ten seconds
// once they are over, and judges after each. What it finds is a function of the
// log alone: after a new filter it reads the log again, and finds what it
// would have found had it been asked from the beginning.
type watch struct {
	log *store.Log

	steps   []*watchStep // the newest last
	counted int          // bytes of steps
	next    int64        // number of the step to read next, since 1970; 0: none read yet
	last    int64        // and of the last one that is over
	visited int          // rows, by the steps that readOn is at

	segments []watchSegment
	byValue  map[frame.Term]uint16
	perField map[string]int
	fields   []watchField
	order    map[string]int // of fields, as explanations name them
	ofOrigin [][]uint16     // the segments of an origin
	ofPage   []uint16       // the segment of a page; 0: not known yet; unwatched

	seen store.Paged[[numMeasures]uint16] // by user: the step in which a measure last counted for them

	base, long, short []watchSum // by segment: the past; the last five minutes; the last one
	hot               [numMeasures]int
	episodes          []*episode // the oldest first
	leads             string     // the measure of the gravest finding
}

const (
	watchMS    = 10_000
	shortSteps = 6
	longSteps  = 30
	keepSteps  = 240 // forty minutes
	skipSteps  = 3   // at the beginning of history page views are cut in two

	maxWatched = 400
	maxOfField = 40
	unwatched  = math.MaxUint16
)

// A watched is a measure that is looked at.
type watched uint8

const (
	ofErrors watched = iota
	ofLCP
	ofINP
	ofCLS
	ofRequests
	numMeasures
)

var measureNames = [numMeasures]string{"error_rate", "lcp_p75", "inp_p75", "cls_p75", "failed_requests"}

// vital is the measure's place in beacon.Vitals, -1 for a rate.
func (m watched) vital() int {
	if m >= ofLCP && m <= ofCLS {
		return int(m - ofLCP)
	}
	return -1
}

type watchField struct {
	name     string
	segments store.Segments
}

type watchSegment struct {
	frame.Term
	text uint32
}

// watchStep is ten seconds.
type watchStep struct {
	cells    []*watchCell // by segment
	bytes    int
	excluded uint8 // measures for which it is no past to compare with: an incident was on
}

// watchCell is what is counted of a segment in a step. People are counted once
// in five minutes for every measure, so that what is counted is independent:
// one person whose page fails at every click is one person.
type watchCell struct {
	trials [2]float32         // page views, requests; scaled
	raw    [2]uint32          // the same as seen
	hurt   [2]float32         // people with an error, with a failed request; scaled
	square [2]float32         // sums of the squared weights of these
	vitals *[3][levels]uint16 // people by the level of their value
}

// What a cell takes on the heap, and its vitals.
const (
	cellBytes   = 48
	vitalsBytes = 288
)

// watchSum is the sum of cells.
type watchSum struct {
	trials, raw, hurt, square [2]float64
	vitals                    [3][levels]int32
	n                         [3]int32
}

// mantissaBits is the number of bits of a float32 after its exponent.
const mantissaBits = 23

// levels of a vital are quarters of octaves, from the one that lowest is in.
const levels = 44

var lowest = [3]float32{32, 4, 1.0 / 2048}

func levelOf(vital int, v float32) int {
	const sub = mantissaBits - 2
	return min(max(int(math.Float32bits(v)>>sub)-int(math.Float32bits(lowest[vital])>>sub), 0), levels-1)
}

// levelEdge is the lower edge of a level.
func levelEdge(vital, level int) float64 {
	const sub = mantissaBits - 2
	return float64(math.Float32frombits((math.Float32bits(lowest[vital])>>sub + uint32(level)) << sub))
}

func newWatch(l *store.Log) *watch {
	w := &watch{log: l, byValue: map[frame.Term]uint16{}, perField: map[string]int{}}
	w.segments = []watchSegment{{}}
	w.grow()
	return w
}

// know takes up dimensions and tags; those that came later are watched from then on.
func (w *watch) know(fields []string) {
	if len(fields) == len(w.order) {
		return
	}
	known := map[string]bool{}
	for _, f := range w.fields {
		known[f.name] = true
	}
	w.order = map[string]int{}
	for i, name := range fields {
		w.order[name] = i
		if d, ok := beacon.DimByName(name); !known[name] && (!ok || beacon.Dimensions[d].Watched) {
			w.fields = append(w.fields, watchField{name, store.NewSegments(w.log, name)})
			w.ofOrigin = nil
		}
	}
}

func (w *watch) grow() {
	n := len(w.segments)
	for _, s := range [...]*[]watchSum{&w.base, &w.long, &w.short} {
		*s = append(*s, make([]watchSum, n-len(*s))...)
	}
}

// segment is the number of a value, unwatched where there are too many.
func (w *watch) segment(f *watchField, id uint32) uint16 {
	text := f.segments.Value(id)
	if text == store.NoString || text == store.OtherString {
		return unwatched
	}
	t := frame.Term{Field: f.name, Value: w.log.Strings.Text[text]}
	if seg, ok := w.byValue[t]; ok {
		return seg
	}
	if len(w.segments) > maxWatched || w.perField[f.name] >= maxOfField {
		return unwatched
	}
	w.perField[f.name]++
	seg := uint16(len(w.segments))
	w.segments = append(w.segments, watchSegment{t, text})
	w.byValue[t] = seg
	w.grow()
	return seg
}

func (w *watch) segmentsOf(origin uint32) []uint16 {
	if int(origin) >= len(w.ofOrigin) {
		w.ofOrigin = append(w.ofOrigin, make([][]uint16, len(w.log.Origins.List)-len(w.ofOrigin))...)
	}
	if w.ofOrigin[origin] == nil {
		list := []uint16{0}
		for k := range w.fields {
			if f := &w.fields[k]; f.segments.Dim != beacon.Page {
				if seg := w.segment(f, origin); seg != unwatched {
					list = append(list, seg)
				}
			}
		}
		w.ofOrigin[origin] = list
	}
	return w.ofOrigin[origin]
}

func (w *watch) pageSegment(page uint16) uint16 {
	if int(page) >= len(w.ofPage) {
		w.ofPage = append(w.ofPage, make([]uint16, len(w.log.Pages.Text)-len(w.ofPage))...)
	}
	if w.ofPage[page] == 0 {
		w.ofPage[page] = unwatched
		for k := range w.fields {
			if f := &w.fields[k]; f.segments.Dim == beacon.Page {
				w.ofPage[page] = w.segment(f, uint32(page))
			}
		}
	}
	return w.ofPage[page]
}

// aim says up to when, in Unix milliseconds, the log is complete: the steps that
// are over by then are to be read.
func (w *watch) aim(now int64) {
	if w.log.Rows == 0 {
		return
	}
	if w.next == 0 {
		w.next = w.log.FirstSlot()*store.SlotMS/watchMS + skipSteps
	}
	w.last = (now-sealDelay)/watchMS - 1
	if w.last-w.next > 2*keepSteps { // nothing was heard for longer than is kept
		w.next = max(w.next, min(w.last-2*keepSteps, w.log.LastSlot()*store.SlotMS/watchMS-keepSteps))
	}
}

// behind reports whether there are steps to be read.
func (w *watch) behind() bool { return w != nil && w.next <= w.last && w.next != 0 }

// readOn reads and judges steps until it has visited so many rows, or there are no more.
func (w *watch) readOn(rows int) {
	for w.visited = 0; w.behind() && w.visited < rows; {
		s := w.read(w.next)
		w.next++
		w.advance(s)
		w.judge()
	}
}

// each visits the rows of steps [from, to].
func (w *watch) each(from, to int64, visit func(c *store.Chunk, i int)) {
	n, _ := w.log.CountRows(from*watchMS, (to+1)*watchMS)
	w.visited += n
	w.log.Each(from*watchMS, (to+1)*watchMS, visit)
}

// bytes is about the memory that the watch takes.
func (w *watch) bytes() int {
	if w == nil {
		return 0
	}
	const sum, segment, vitals = 700, 64, 2 * int(numMeasures)
	n := w.counted + (3*sum+segment)*len(w.segments) + vitals*w.seen.Room()
	for _, e := range w.episodes {
		n += 32 * cap(e.points)
	}
	return n
}

// read counts a step.
func (w *watch) read(number int64) *watchStep {
	s := &watchStep{cells: make([]*watchCell, len(w.segments))}
	at := uint16(number)
	w.each(number, number, func(c *store.Chunk, i int) {
		if c.TotalRoles[i]&store.RolePasses == 0 {
			return
		}
		var d watchDelta
		if d.of(w, c, i, at) {
			for _, seg := range w.segmentsOf(c.Origin[i]) {
				s.add(w, seg, &d)
			}
			if seg := w.pageSegment(c.Page[i]); seg != unwatched {
				s.add(w, seg, &d)
			}
		}
	})
	s.bytes += 8 * cap(s.cells)
	w.counted += s.bytes
	return s
}

// watchDelta is what one row adds.
type watchDelta struct {
	weight float32
	trials [2]uint32
	hurt   [2]bool
	vitals uint8
	level  [3]uint8
}

// of reports whether the row adds anything.
func (d *watchDelta) of(w *watch, c *store.Chunk, i int, step uint16) bool {
	flags := c.Flags[i]
	user := w.log.Identities.UserOf(c.Identity[i])
	d.weight = float32(w.log.Origins.Weights[c.Origin[i]]) / store.One
	some := false
	if c.TotalRoles[i]&store.RoleView != 0 {
		d.trials[0], some = 1, true
	}
	if flags&store.HasErrors != 0 && w.fresh(user, ofErrors, step) {
		d.hurt[0], some = true, true
	}
	if flags&store.HasRequests != 0 {
		n, failed := c.RequestCounts(i)
		d.trials[1], some = uint32(n), true
		d.hurt[1] = failed > 0 && w.fresh(user, ofRequests, step)
	}
	if flags&beacon.FlagUnsampled == 0 {
		for m := c.VitalMask[i] & (1<<len(d.level) - 1); m != 0; m &= m - 1 {
			k := bits.TrailingZeros8(m)
			if w.fresh(user, ofLCP+watched(k), step) {
				d.vitals |= 1 << k
				d.level[k] = uint8(levelOf(k, c.Vital(i, k)))
				some = true
			}
		}
	}
	return some
}

// fresh reports whether a person counts for a measure, and takes note of it.
func (w *watch) fresh(user uint32, m watched, step uint16) bool {
	if user == 0 {
		return true
	}
	w.seen.Grow(int(user) + 1)
	last := &w.seen.Elem(user)[m]
	if *last != 0 && step-*last < longSteps {
		return false
	}
	*last = step
	return true
}

func (s *watchStep) add(w *watch, seg uint16, d *watchDelta) {
	if int(seg) >= len(s.cells) {
		s.cells = append(s.cells, make([]*watchCell, len(w.segments)-len(s.cells))...)
	}
	c := s.cells[seg]
	if c == nil {
		c = &watchCell{}
		s.cells[seg] = c
		s.bytes += cellBytes
	}
	for k := range d.trials {
		c.trials[k] += float32(d.trials[k]) * d.weight
		c.raw[k] += d.trials[k]
		if d.hurt[k] {
			c.hurt[k] += d.weight
			c.square[k] += d.weight * d.weight
		}
	}
	if d.vitals != 0 && c.vitals == nil {
		c.vitals = new([3][levels]uint16)
		s.bytes += vitalsBytes
	}
	for m := d.vitals; m != 0; m &= m - 1 {
		k := bits.TrailingZeros8(m)
		c.vitals[k][d.level[k]]++
	}
}

// all are all measures, as bits.
const allMeasures = 1<<numMeasures - 1

// add adds a cell, or takes it away where by is -1, for those of measures.
func (s *watchSum) add(c *watchCell, by float64, measures uint8) {
	for k, m := range [...]watched{ofErrors, ofRequests} {
		if measures>>m&1 == 1 {
			s.trials[k] += by * float64(c.trials[k])
			s.raw[k] += by * float64(c.raw[k])
			s.hurt[k] += by * float64(c.hurt[k])
			s.square[k] += by * float64(c.square[k])
		}
	}
	if c.vitals == nil {
		return
	}
	for k := range c.vitals {
		if measures>>(int(ofLCP)+k)&1 == 0 {
			continue
		}
		for level, n := range c.vitals[k] {
			s.vitals[k][level] += int32(by) * int32(n)
			s.n[k] += int32(by) * int32(n)
		}
	}
}

// clear forgets a measure.
func (s *watchSum) clear(m watched) {
	switch m {
	case ofErrors, ofRequests:
		k := 0
		if m == ofRequests {
			k = 1
		}
		s.trials[k], s.raw[k], s.hurt[k], s.square[k] = 0, 0, 0, 0
	default:
		s.vitals[m.vital()], s.n[m.vital()] = [levels]int32{}, 0
	}
}

// advance takes in a step, and lets those before it become the past.
func (w *watch) advance(s *watchStep) {
	frozen := w.frozen()
	s.excluded = frozen
	w.steps = append(w.steps, s)
	move := func(sums []watchSum, s *watchStep, by float64, measures uint8) {
		for seg, c := range s.cells {
			if c != nil {
				sums[seg].add(c, by, measures)
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
		move(w.base, old, 1, allMeasures&^(old.excluded|frozen))
	}
	if n > keepSteps {
		gone := w.steps[0]
		move(w.base, gone, -1, allMeasures&^(gone.excluded|frozen))
		w.counted -= gone.bytes
		w.steps[0] = nil
		w.steps = w.steps[1:]
	}
}

// restore counts the past of a measure anew: everything before a step, from the
// newest, that no incident of the measure was in.
func (w *watch) restore(m watched, before int) {
	for seg := range w.base {
		w.base[seg].clear(m)
	}
	for _, s := range w.steps[:max(min(before, len(w.steps)), 0)] {
		if s.excluded>>m&1 == 1 {
			continue
		}
		for seg, c := range s.cells {
			if c != nil {
				w.base[seg].add(c, 1, 1<<m)
			}
		}
	}
}

// newest is the number of the newest step.
func (w *watch) newest() int64 { return w.next - 1 }

// index is the place of a step in steps; it may lie before the first.
func (w *watch) index(number int64) int { return len(w.steps) - 1 - int(w.newest()-number) }
