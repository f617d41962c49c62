package agg

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
	"github.com/rumtop/rumtop/internal/frame"
)

// oracleParts is a beacon without the errors of extensions, and a beacon of its
// own with them, if it has any.
func oracleParts(b *beacon.Beacon) []*beacon.Beacon {
	extensions := beacon.Extensions.String()
	own := *b
	own.Errors = nil
	part := beacon.Beacon{Received: b.Received, Dims: b.Dims, Tags: b.Tags, View: b.View, Session: b.Session, User: b.User,
		SampleRate: b.SampleRate, Unsampled: b.Unsampled, Trace: b.Trace}
	part.Dims[beacon.Traffic] = extensions
	for _, e := range b.Errors {
		if b.Dims[beacon.Traffic] != extensions && fingerprint.IsExtension(e.Message, e.Stack) {
			part.Errors = append(part.Errors, e)
		} else {
			own.Errors = append(own.Errors, e)
		}
	}
	if len(part.Errors) == 0 {
		return []*beacon.Beacon{&own}
	}
	return []*beacon.Beacon{&own, &part}
}

// oracleExcluded is what is missing in [lo, hi) with the beacons left out: the
// page views that began, and the errors of extensions.
func oracleExcluded(leftOut []*beacon.Beacon, lo, hi int64) frame.Excluded {
	var out frame.Excluded
	isIn := func(b *beacon.Beacon) bool { return b.Received >= lo && b.Received < hi }
	var views []*beacon.Beacon
	for _, b := range leftOut {
		if b.DimText(beacon.Traffic) != beacon.Extensions.String() {
			views = append(views, b)
		} else if isIn(b) {
			out.Errors += frame.Count(b.Weight() * float64(len(b.Errors)))
		}
	}
	of := map[string]*frame.Count{"people": &out.People, "bot": &out.Bots, "synthetic": &out.Synthetic}
	for _, b := range oracleViewsOf(views).start {
		if isIn(b) {
			*of[b.DimText(beacon.Traffic)] += frame.Count(b.Weight())
		}
	}
	return out
}

func compareExcluded(t *testing.T, got, want frame.Excluded) {
	t.Helper()
	if !near(got.People, want.People) || !near(got.Bots, want.Bots) || !near(got.Synthetic, want.Synthetic) || !near(got.Errors, want.Errors) {
		t.Fatalf("excluded %+v, want %+v", got, want)
	}
}
