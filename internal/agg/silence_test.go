package agg

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// visits is bursty traffic: sessions come independently of each other, and each
// sends some eight beacons over two minutes.
type visits struct {
	*rand.Rand
	perS   float64 // beacons
	id     uint64
	due    map[int64][]beacon.Beacon // by second
	mutes  func(b *beacon.Beacon, second int64) bool
	sample func(second int64) float64
}

func newVisits(seed uint64, perS float64) *visits {
	return &visits{Rand: rand.New(rand.NewPCG(seed, 7)), perS: perS, due: map[int64][]beacon.Beacon{},
		mutes: func(*beacon.Beacon, int64) bool { return false }, sample: func(int64) float64 { return 1 }}
}

// second hands out what is sent in one second.
func (v *visits) second(n int64) []beacon.Beacon {
	const each = 8
	for arrivals := v.ExpFloat64() / (v.perS / each); arrivals < 1; arrivals += v.ExpFloat64() / (v.perS / each) {
		v.id++
		rate := v.sample(n)
		if v.Float64() >= rate {
			continue
		}
		b := beacon.Beacon{Session: beacon.ID(v.id), View: beacon.ID(v.id), Navigation: true, SampleRate: rate}
		b.Dims[beacon.Region] = []string{"eu-west", "eu-west", "eu-west", "us-east", "us-east", "ap-south"}[v.IntN(6)]
		b.Dims[beacon.BrowserVersion] = []string{"Chrome 142", "Chrome 142", "Chrome 142", "Chrome 142", "Safari 19", "Safari 19", "Safari 19", "Safari 18", "Firefox 145", "Edge 142"}[v.IntN(10)]
		b.Dims[beacon.Page] = fmt.Sprint("/", v.IntN(12))
		b.Dims[beacon.Release] = "2.4.0"
		for range each {
			at := n + int64(v.ExpFloat64()*40)
			v.due[at] = append(v.due[at], b)
			b.Navigation = false
		}
	}
	out := v.due[n]
	delete(v.due, n)
	kept := out[:0]
	for i := range out {
		if !v.mutes(&out[i], n) {
			kept = append(kept, out[i])
		}
	}
	return kept
}

// run feeds an aggregator and asks it every ten seconds.
func (v *visits) run(a *Aggregator, from, to int64, asked func(second int64, f *frame.Frame)) {
	for n := from; n < to; n++ {
		now := epoch.Add(time.Duration(n) * time.Second)
		var batch beacon.Batch
		for _, b := range v.second(n) {
			b.Received = now.UnixMilli() + int64(v.IntN(1000))
			batch.Append(&b)
		}
		now = now.Add(time.Second)
		a.Add(&batch, now)
		if n%10 == 9 {
			asked(n, a.Frame(frame.Query{By: "region", Window: time.Minute}, SourceStatus{}, now))
		}
	}
}

func TestWhitePageIsSilence(t *testing.T) {
	const onset = 1500
	a := New(Config{Retain: time.Hour})
	v := newVisits(1, 60)
	v.mutes = func(b *beacon.Beacon, second int64) bool {
		return second >= onset && second < onset+1800 && b.Dims[beacon.BrowserVersion] == "Safari 18"
	}
	noticed, forgotten := int64(0), int64(0)
	v.run(a, 0, onset+2400, func(second int64, f *frame.Frame) {
		switch {
		case second < onset && len(f.Silences) > 0:
			t.Fatalf("at %d s, before anything: %+v", second, f.Silences)
		case len(f.Silences) == 0:
			if noticed > 0 && forgotten == 0 {
				forgotten = second
			}
			return
		}
		if noticed == 0 {
			noticed = second
		}
		s := f.Silences[0]
		if s.Term != (frame.Term{Field: "browser_version", Value: "Safari 18"}) || len(f.Silences) > 1 {
			t.Fatalf("at %d s: %+v", second, f.Silences)
		}
		if off := s.Since.Sub(epoch.Add(onset * time.Second)).Abs(); off > 30*time.Second || s.Received > s.Expected/2 || s.Expected < 200 {
			t.Fatalf("at %d s: %+v", second, s)
		}
	})
	if noticed == 0 || noticed > onset+90 {
		t.Errorf("noticed after %d s", noticed-onset)
	}
	// It is said for as long as it lasts, not only until the windows have got used to it.
	if forgotten < onset+1800 || forgotten > onset+1900 {
		t.Errorf("forgotten after %d s, of 1800", forgotten-onset)
	}
}

// Fewer sessions that stand for more each are no silence.
func TestSamplingIsNoSilence(t *testing.T) {
	const change = 1500
	a := New(Config{Retain: time.Hour})
	v := newVisits(2, 200)
	v.sample = func(second int64) float64 {
		if second >= change {
			return 0.1
		}
		return 1
	}
	v.run(a, 0, change+900, func(second int64, f *frame.Frame) {
		if len(f.Silences) > 0 {
			t.Fatalf("at %d s: %+v", second, f.Silences)
		}
		if second == change+239 && (f.Health.SampleRate != 0.1 || f.Health.SampleBefore != 0.1) || second == change+39 && (f.Health.SampleRate != 0.1 || f.Health.SampleBefore != 1) {
			t.Errorf("at %d s the sampling is %v, before %v", second, f.Health.SampleRate, f.Health.SampleBefore)
		}
	})
}

func TestQuietHoursAreNotSilent(t *testing.T) {
	for seed, perS := range []float64{0.2, 5, 40} {
		a := New(Config{Retain: time.Hour})
		newVisits(uint64(seed), perS).run(a, 0, 2*3600, func(second int64, f *frame.Frame) {
			if len(f.Silences) > 0 {
				t.Fatalf("%v beacons/s: at %d s %+v", perS, second, f.Silences)
			}
		})
	}
}

// A day of quiet traffic, to be run by hand: how often silence is called.
func BenchmarkQuietDaySilences(b *testing.B) {
	for b.Loop() {
		alarms, in := 0, false
		a := New(Config{Retain: 70 * time.Minute})
		newVisits(9, 60).run(a, 0, 24*3600, func(_ int64, f *frame.Frame) {
			if len(f.Silences) > 0 && !in {
				alarms++
			}
			in = len(f.Silences) > 0
		})
		b.ReportMetric(float64(alarms), "alarms/day")
	}
}
