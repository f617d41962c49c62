package agg

import (
	"cmp"
	"math"
	"slices"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// Times of the silence detector.
const (
	silenceStep   = 10 * store.SlotMS
	silenceWindow = 6   // steps that are looked at
	silenceBlock  = 30  // steps of the past whose mean is one observation of the rate
	silenceSteps  = 396 // steps that are remembered: more than an hour
	leastBlocks   = 3   // of the past, for there to be a rate at all
	// settled is how long after its end a step is counted: collectors gather
	// beacons for a moment.
	settled = 5 * store.SlotMS
)

const (
	// silent is the share of the expected under which a segment may be silent.
	silent = 0.5
	// surely is how many standard deviations it must be missing. Some hundred
	// segments are looked at 8,640 times a day; six leave hardly one alarm a year to chance,
	// and room for traffic that is burstier than it was.
	surely = 6
	// bursts widens the deviation: neighbouring steps share their sessions.
	bursts = 1.5

	maxSilences      = 5
	maxSilenceSeries = 4000
)

// silenceDims are the dimensions whose values have an expected volume.
var silenceDims = beacon.DimsWith(func(d *beacon.Dimension) bool { return d.Expected })

// silences keeps what each segment sent, by steps of ten seconds.
type silences struct {
	log    *store.Log
	next   int64 // number of the step that is counted next; 0: none yet
	series map[silenceKey]*silenceSeries
	full   bool // a segment was left out

	judged int64 // the step up to which found is
	found  []frame.Silence

	byOrigin, byPage []sent // of the step being counted
}

type silenceKey struct {
	dim  beacon.Dim // beacon.NumDims: everyone
	text uint32
}

// sent is beacons, scaled by their sampling, and the sum of the squares of what they
// are scaled by: few beacons that stand for many vary more.
type sent struct{ n, squares float32 }

// silenceSeries is a ring: step n stands at n % silenceSteps.
type silenceSeries struct {
	first, last int64 // steps; before first nothing is known of it
	steps       [silenceSteps]sent
}

// catchUp counts the steps that are over, by the newest beacon: what is still to be
// read is no silence.
func (s *silences) catchUp(newest int64) {
	l := s.log
	oldest, any := l.Oldest()
	if !any {
		return
	}
	done := (newest - settled) / silenceStep // the first step that is not over
	if s.next == 0 {
		s.series = map[silenceKey]*silenceSeries{}
		s.next = oldest/silenceStep + 1 // its first step may lack its beginning
	}
	s.next = max(s.next, done-silenceSteps)
	for ; s.next < done; s.next++ {
		s.count(s.next)
	}
}

// count counts one step.
func (s *silences) count(step int64) {
	l := s.log
	s.byOrigin = store.Filled(s.byOrigin, len(l.Origins.List), sent{})
	s.byPage = store.Filled(s.byPage, len(l.Pages.Text), sent{})
	var all sent
	l.Each(step*silenceStep, (step+1)*silenceStep, func(c *store.Chunk, i int) {
		if c.Flags[i]&beacon.FlagUnsampled != 0 {
			return
		}
		weight := float32(l.Origins.Weights[c.Origin[i]]) / store.One
		b := sent{weight, weight * weight}
		s.byOrigin[c.Origin[i]].add(b)
		s.byPage[c.Page[i]].add(b)
		all.add(b)
	})
	s.add(silenceKey{dim: beacon.NumDims}, step, all)
	for page, n := range s.byPage {
		if n.n != 0 {
			s.add(silenceKey{beacon.Page, l.Pages.Text[page]}, step, n)
		}
	}
	for origin, n := range s.byOrigin {
		if n.n == 0 {
			continue
		}
		dims := &l.Origins.List[origin].Dims
		for _, d := range silenceDims {
			if d != beacon.Page && dims[d] != store.NoString {
				s.add(silenceKey{d, dims[d]}, step, n)
			}
		}
	}
}

func (s *sent) add(b sent) {
	s.n += b.n
	s.squares += b.squares
}

func (s *silences) add(k silenceKey, step int64, n sent) {
	r := s.series[k]
	if r == nil {
		if len(s.series) >= maxSilenceSeries && !s.forget(step) {
			s.full = true
			return
		}
		r = &silenceSeries{first: step, last: step}
		s.series[k] = r
	}
	r.reach(step)
	r.steps[step%silenceSteps].add(n)
}

// forget drops the segments that have not sent for as long as is remembered.
func (s *silences) forget(step int64) (any bool) {
	for k, r := range s.series {
		if step-r.last > silenceSteps {
			delete(s.series, k)
			any = true
		}
	}
	return any
}

// reach clears what the ring held before the steps up to this one.
func (r *silenceSeries) reach(step int64) {
	if step-r.last >= silenceSteps {
		r.steps = [silenceSteps]sent{}
		r.first = step
	}
	for n := r.last + 1; n <= step && step-r.last < silenceSteps; n++ {
		r.steps[n%silenceSteps] = sent{}
	}
	r.last = max(r.last, step)
	r.first = max(r.first, step-silenceSteps+1)
}

// bytes is the memory that the segments take.
func (s *silences) bytes() int { return len(s.series) * (8*silenceSteps + 100) }

// at is what was sent in a step.
func (r *silenceSeries) at(step int64) sent {
	if step < r.first || step > r.last {
		return sent{}
	}
	return r.steps[step%silenceSteps]
}

// judge holds the window that ends before a step against the time before it. The rate
// is the upper quartile of five-minute means: a silence that lasts does not
// become what is expected.
func (r *silenceSeries) judge(end int64) (expected, received float64, quiet bool) {
	from := end - silenceWindow
	var means []float64
	var past, now sent
	variance := 0.0
	for to := from - silenceWindow; to-silenceBlock >= r.first; to -= silenceBlock {
		mean, square := 0.0, 0.0
		for n := to - silenceBlock; n < to; n++ {
			past.add(r.at(n))
			v := float64(r.at(n).n)
			mean += v / silenceBlock
			square += v * v / silenceBlock
		}
		means = append(means, mean)
		variance += square - mean*mean
	}
	if len(means) < leastBlocks {
		return 0, 0, false
	}
	slices.Sort(means)
	rate := means[len(means)*3/4]
	variance = max(variance/float64(len(means)), rate)
	for n := from; n < end; n++ {
		now.add(r.at(n))
	}
	expected, received = rate*silenceWindow, float64(now.n)
	deviation := math.Sqrt(bursts * silenceWindow * variance * max(1, now.weight()/past.weight()))
	return expected, received, received < silent*expected && expected-received > surely*deviation
}

// weight is what a beacon stands for, on the whole.
func (s sent) weight() float64 {
	if s.n == 0 {
		return 1
	}
	return float64(s.squares / s.n)
}

// since is the step in which it fell.
func (r *silenceSeries) since(end int64, expected float64) int64 {
	const again = 3 // steps in a row that were as they should be
	step, well := end-silenceWindow, 0
	for n := end - 1; n >= r.first && well < again; n-- {
		if float64(r.at(n).n) >= silent*expected/silenceWindow {
			well++
		} else {
			step, well = n, 0
		}
	}
	return step
}

// silent tells who sends less than they should at a time, Unix milliseconds, those
// first who are missed most.
func (a *Aggregator) silent(to int64) []frame.Silence {
	s := &a.silences
	s.log = a.log
	s.catchUp(min(a.newest, to))
	end := min(s.next, (to-settled)/silenceStep)
	if end == s.judged {
		return s.found
	}
	s.judged = end
	type found struct {
		frame.Silence
		missing float64
	}
	var all []found
	for k, r := range s.series {
		expected, received, quiet := r.judge(end)
		if !quiet {
			continue
		}
		f := found{missing: expected - received, Silence: frame.Silence{
			Expected: expected, Received: received, Since: at(r.since(end, expected) * silenceStep),
		}}
		if k.dim != beacon.NumDims {
			f.Term = frame.Term{Field: k.dim.String(), Value: a.log.Strings.Text[k.text]}
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(x, y found) int {
		return cmp.Or(cmp.Compare(y.missing, x.missing), cmp.Compare(x.Field, y.Field), cmp.Compare(x.Value, y.Value))
	})
	s.found = nil
	for _, f := range all[:min(len(all), maxSilences)] {
		s.found = append(s.found, f.Silence)
	}
	return s.found
}
