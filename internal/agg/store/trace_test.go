package store

import (
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

// appendAll adds beacons to a log and returns how many of them did not fit its
// dictionaries.
func appendAll(l *Log, beacons []beacon.Beacon) (incomplete int) {
	var b beacon.Batch
	for i := range beacons {
		b.Append(&beacons[i])
	}
	var in Intake
	var t Translation
	rows := in.LookUp(l, []*beacon.Batch{&b}, 0)
	t.Start(l, &b)
	for i := range rows {
		if _, _, _, complete := t.AppendRow(i, b.Received[i], &rows[i]); !complete {
			incomplete++
		}
	}
	return incomplete
}

func TestTraceStringsOverCap(t *testing.T) {
	var all []beacon.Beacon
	for i := range maxTraceTexts + 10 {
		all = append(all, beacon.Beacon{Received: 1, Trace: strings.Repeat("x", i%50) + HexID(uint64(i)),
			Errors: []beacon.Error{{Type: "TypeError"}}})
	}
	l := NewLog()
	if incomplete := appendAll(l, all); len(l.traceStrings) != maxTraceTexts || incomplete != 10 {
		t.Errorf("%d strings, %d beacons over the cap; want %d and 10", len(l.traceStrings), incomplete, maxTraceTexts)
	}
}
