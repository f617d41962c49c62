package detect

import (
	"cmp"
	"math"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Times of the detection, in steps of ten seconds.
const (
	silenceWindow = 6   // steps that are compared
	silenceBlock  = 30  // steps of the past whose mean is one observation of the rate
	silenceSteps  = 396 // steps that are kept: more than an hour
	minBlocks     = 3   // of the past, to have a rate at all
	// minRecovered is the number of steps in a row with the expected volume that
	// separate a silence from what came before.
	minRecovered = 3
)

const (
	// silentShare is the share of the expected volume below which a segment may
	// be silent.
	silentShare = 0.5
	// minDeviations is how many standard deviations must be missing. Some
	// hundred segments are compared 8,640 times a day; six leave hardly one
	// false silence a year to chance, and room for traffic that got burstier.
	minDeviations = 6
	// burstFactor widens the deviation: neighbouring steps share sessions.
	burstFactor = 1.5

	maxSilences      = 5
	maxSilenceSeries = 4000
)

// expectedDims are the dimensions whose values have an expected volume.
var expectedDims = beacon.DimsWith(func(d *beacon.Dimension) bool { return d.Expected })

// Silences finds segments whose people send far fewer beacons than expected. It counts
// what each segment sends in steps of ten seconds.
type Silences struct {
	log    *store.Log
	next   int64 // number of the step to count next; 0: none counted yet
	series map[silenceKey]*silenceSeries
	left   map[silenceKey]struct{} // segments over maxSilenceSeries; the log's dictionaries bound them

	foundAt int64 // the step up to which found is
	found   []frame.Silence

	byOrigin, byPage []volume // of the step being counted
}

type silenceKey struct {
	dim  beacon.Dim // beacon.NumDims: the total
	text uint32
}

// volume is a number of beacons, scaled by their sampling, and the sum of the
// squares of these weights: few beacons that stand for many vary more.
type volume struct{ n, squares float32 }

// silenceSeries is a ring: step n is at n % silenceSteps.
type silenceSeries struct {
	first, last int64 // steps; before first nothing is known
	steps       [silenceSteps]volume
}

// NewSilences makes a detector that has counted nothing of a log.
func NewSilences(l *store.Log) *Silences {
	return &Silences{log: l, series: map[silenceKey]*silenceSeries{}, left: map[silenceKey]struct{}{}}
}

// LeftOut returns how many segments are not watched because there are too many.
func (s *Silences) LeftOut() int64 { return int64(len(s.left)) }

// countSteps counts the steps that are over by the newest beacon: what is still
// to be read is not missing.
func (s *Silences) countSteps(newest int64) {
	l := s.log
	oldest, hasRows := l.Oldest()
	if !hasRows {
		return
	}
	done := (newest - stepDelay) / StepMS // the first step that is not over
	if s.next == 0 {
		s.next = oldest/StepMS + 1 // the first step may be cut
	}
	s.next = max(s.next, done-silenceSteps)
	for ; s.next < done; s.next++ {
		s.countStep(s.next)
	}
}

// countStep counts one step.
func (s *Silences) countStep(step int64) {
	l := s.log
	s.byOrigin = store.Filled(s.byOrigin, len(l.Origins.List), volume{})
	s.byPage = store.Filled(s.byPage, len(l.Pages.Text), volume{})
	var all volume
	l.Each(step*StepMS, (step+1)*StepMS, func(c *store.Chunk, i int) {
		if c.Flags[i]&beacon.FlagUnsampled != 0 || l.Origins.Traffic[c.Origin[i]] != beacon.People {
			return
		}
		weight := float32(l.Origins.Weights[c.Origin[i]]) / store.One
		b := volume{weight, weight * weight}
		s.byOrigin[c.Origin[i]].plus(b)
		s.byPage[c.Page[i]].plus(b)
		all.plus(b)
	})
	s.addVolume(silenceKey{dim: beacon.NumDims}, step, all)
	for page, n := range s.byPage {
		if n.n != 0 {
			s.addVolume(silenceKey{beacon.Page, l.Pages.Text[page]}, step, n)
		}
	}
	for origin, n := range s.byOrigin {
		if n.n == 0 {
			continue
		}
		dims := &l.Origins.List[origin].Dims
		for _, d := range expectedDims {
			if d != beacon.Page && dims[d] != store.NoString {
				s.addVolume(silenceKey{d, dims[d]}, step, n)
			}
		}
	}
}

func (v *volume) plus(w volume) {
	v.n += w.n
	v.squares += w.squares
}

// addVolume adds to a step of a segment.
func (s *Silences) addVolume(k silenceKey, step int64, n volume) {
	r := s.series[k]
	if r == nil {
		if len(s.series) >= maxSilenceSeries && !s.dropUnused(step) {
			s.left[k] = struct{}{}
			return
		}
		r = &silenceSeries{first: step, last: step}
		s.series[k] = r
	}
	r.extend(step)
	r.steps[step%silenceSteps].plus(n)
}

// dropUnused drops the segments that sent nothing in the steps that are kept.
func (s *Silences) dropUnused(step int64) (dropped bool) {
	for k, r := range s.series {
		if step-r.last > silenceSteps {
			delete(s.series, k)
			dropped = true
		}
	}
	return dropped
}

// extend makes a step the last one, with those up to it empty.
func (r *silenceSeries) extend(step int64) {
	if step-r.last >= silenceSteps {
		r.steps = [silenceSteps]volume{}
		r.first = step
	}
	for n := r.last + 1; n <= step && step-r.last < silenceSteps; n++ {
		r.steps[n%silenceSteps] = volume{}
	}
	r.last = max(r.last, step)
	r.first = max(r.first, step-silenceSteps+1)
}

// Bytes returns the memory that the segments take.
func (s *Silences) Bytes() int { return len(s.series) * (8*silenceSteps + 100) }

// sent is the volume of a step.
func (r *silenceSeries) sent(step int64) volume {
	if step < r.first || step > r.last {
		return volume{}
	}
	return r.steps[step%silenceSteps]
}

// compare compares the window that ends before a step with the time before it.
// The expected rate is the upper quartile of five-minute means: a silence that
// lasts does not become the expected volume.
func (r *silenceSeries) compare(end int64) (expected, received float64, silent bool) {
	from := end - silenceWindow
	var means []float64
	var past, now volume
	variance := 0.0
	for to := from - silenceWindow; to-silenceBlock >= r.first; to -= silenceBlock {
		mean, square := 0.0, 0.0
		for n := to - silenceBlock; n < to; n++ {
			past.plus(r.sent(n))
			v := float64(r.sent(n).n)
			mean += v / silenceBlock
			square += v * v / silenceBlock
		}
		means = append(means, mean)
		variance += square - mean*mean
	}
	if len(means) < minBlocks {
		return 0, 0, false
	}
	slices.Sort(means)
	rate := means[len(means)*3/4]
	variance = max(variance/float64(len(means)), rate)
	for n := from; n < end; n++ {
		now.plus(r.sent(n))
	}
	expected, received = rate*silenceWindow, float64(now.n)
	deviation := math.Sqrt(burstFactor * silenceWindow * variance * max(1, now.weight()/past.weight()))
	return expected, received, received < silentShare*expected && expected-received > minDeviations*deviation
}

// weight is the mean weight of a beacon, by weight.
func (v volume) weight() float64 {
	if v.n == 0 {
		return 1
	}
	return float64(v.squares / v.n)
}

// onset is the step in which the volume fell.
func (r *silenceSeries) onset(end int64, expected float64) int64 {
	step, recovered := end-silenceWindow, 0
	for n := end - 1; n >= r.first && recovered < minRecovered; n-- {
		if float64(r.sent(n).n) >= silentShare*expected/silenceWindow {
			recovered++
		} else {
			step, recovered = n, 0
		}
	}
	return step
}

// At returns the silent segments at a time, Unix milliseconds, those with most
// missing beacons first. newest is the receive time of the newest beacon.
func (s *Silences) At(to, newest int64) []frame.Silence {
	s.countSteps(min(newest, to))
	end := min(s.next, (to-stepDelay)/StepMS)
	if end == s.foundAt {
		return s.found
	}
	s.foundAt = end
	var all []frame.Silence
	for k, r := range s.series {
		expected, received, silent := r.compare(end)
		if !silent {
			continue
		}
		f := frame.Silence{Expected: expected, Received: received, Since: stepTime(r.onset(end, expected))}
		if k.dim != beacon.NumDims {
			f.Term = frame.Term{Field: k.dim.String(), Value: s.log.Strings.Text[k.text]}
		}
		all = append(all, f)
	}
	missing := func(f frame.Silence) float64 { return f.Expected - f.Received }
	slices.SortFunc(all, func(x, y frame.Silence) int {
		return cmp.Or(cmp.Compare(missing(y), missing(x)), cmp.Compare(x.Field, y.Field), cmp.Compare(x.Value, y.Value))
	})
	s.found = slices.Clip(all[:min(len(all), maxSilences)])
	return s.found
}
