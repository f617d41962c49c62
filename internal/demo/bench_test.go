package demo

import (
	"testing"
	"time"
)

// BenchmarkGenerate generates the half hour of history of the demo's start, with
// the replayed six minutes before it.
func BenchmarkGenerate(b *testing.B) {
	s := newSim(b, Config{Seed: 1})
	beacons, bytes := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		err := s.Generate(s.start.Add(-30*time.Minute), s.start, func(r Request) error {
			beacons += r.Beacons
			bytes += len(r.Body)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(beacons)/b.Elapsed().Seconds(), "beacons/s")
	b.ReportMetric(float64(bytes)/float64(beacons), "B/beacon")
}

// BenchmarkReplay measures a cursor's start.
func BenchmarkReplay(b *testing.B) {
	s := newSim(b, Config{Seed: 1})
	for b.Loop() {
		if _, ok := s.cursorAt(0).next(1000); !ok {
			b.Fatal("a second without a request")
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newSim(b, Config{Seed: 1})
	}
}
