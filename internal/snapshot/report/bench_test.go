package report

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// BenchmarkBuild reports on a minute at 2,000 beacons a second.
func BenchmarkBuild(b *testing.B) {
	n := 120_000
	f := writeSnapshot(b, beacontest.Spread{Region: "eu-west", PerS: 2000, Visitors: 30_000}.Traffic(1, n), snapshot.Meta{Site: "shop"})
	for b.Loop() {
		build(b, f, Options{})
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "beacons/s")
}

func BenchmarkRender(b *testing.B) {
	r := build(b, writeSnapshot(b, traffic(), meta()), Options{})
	for b.Loop() {
		render(b, "html", r)
	}
}
