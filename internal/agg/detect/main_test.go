package detect

import (
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// appendAll appends beacons without page views to a log, each with the roles
// that it has on its own.
func appendAll(t *testing.T, l *store.Log, beacons []beacon.Beacon) {
	t.Helper()
	var batch beacon.Batch
	for i := range beacons {
		batch.Append(&beacons[i])
	}
	var intake store.Intake
	var translation store.Translation
	rows := intake.LookUp(l, []*beacon.Batch{&batch}, 0)
	translation.Start(l, &batch)
	for i := range rows {
		c, row, _, complete := translation.AppendRow(i, batch.Received[i], &rows[i])
		if !complete {
			t.Fatal("a dictionary of the log is full")
		}
		c.TotalRoles[row] = store.StandaloneRoles(c.Flags[row], c.VitalMask[row])
	}
}
