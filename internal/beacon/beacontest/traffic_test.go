package beacontest

import (
	"reflect"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestTraffic(t *testing.T) {
	const n = 20_000
	beacons := Subject.Traffic(1, n)
	if !reflect.DeepEqual(beacons, Subject.Traffic(1, n)) {
		t.Fatal("same seed: different beacons")
	}
	ids, views := map[beacon.ID]bool{}, map[beacon.ID]bool{}
	errored, loggedIn := 0, 0
	for i, b := range beacons {
		ids[b.ID], views[b.View] = true, true
		errored += len(b.Errors)
		if b.User != 0 {
			loggedIn++
		}
		if i > 0 && b.Received < beacons[i-1].Received {
			t.Fatal("beacons are not in order of receipt")
		}
	}
	perS := float64(n) / float64(beacons[n-1].Received-beacons[0].Received) * 1000
	for name, c := range map[string]struct{ got, least, most float64 }{
		"distinct ids":       {float64(len(ids)), n, n},
		"beacons a view":     {n / float64(len(views)), 2.5, 3},
		"beacons a second":   {perS, Subject.PerS * .9, Subject.PerS * 1.1},
		"errors a view":      {float64(errored) / float64(len(views)), .01, .03},
		"logged in":          {float64(loggedIn) / n, .45, .55},
		"batches of a dozen": {float64(len(Batches(beacons, 12))), 1667, 1667},
	} {
		if c.got < c.least || c.got > c.most {
			t.Errorf("%s: %v, want %v to %v", name, c.got, c.least, c.most)
		}
	}
}
