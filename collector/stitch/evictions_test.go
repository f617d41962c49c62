package stitch

import (
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// A full table counts what it forgets, and an entry that is updated or removed is
// not forgotten.
func TestEvictionsOfFullTablesCounted(t *testing.T) {
	const more = 3
	now := time.Unix(1763647652, 0)
	sender := Sender{Site: "shop", SDK: "faro", Now: now, Addr: netip.MustParseAddr("192.0.2.1")}
	views, defaults, highest := NewViews(), NewViewDefaults(), NewViewMax()
	resends, reports, retold := NewResends(), NewDuplicateReports(), NewRetold()
	for _, table := range []struct {
		name    string
		size    int
		add     func(i int)
		evicted func() int64
		want    int64
	}{
		{"views", maxClients, func(i int) {
			views.Split(&wire.Beacon{Session: strconv.Itoa(i)}, Named{Session: beacon.ID(i)}, &sender)
		}, views.EvictedCount, more},
		{"view_defaults", maxDefaultViews, func(i int) {
			defaults.Fill(&beacon.Beacon{View: beacon.ID(i), Session: 1}, &sender)
		}, defaults.EvictedCount, more},
		{"view_max", maxViewMetrics, func(i int) { highest.Highest(beacon.ID(i), "lcp", 1) }, highest.EvictedCount, more},
		{"reports", maxReports, func(i int) {
			keys, _ := reports.Record(&sender, []Moment{{Content: strconv.Itoa(i), At: now}})
			if i == 1 {
				reports.Forget(keys)
				reports.Record(&sender, []Moment{{Content: "1", At: now}})
			}
		}, reports.EvictedCount, more},
		{"retold", maxRetold, func(i int) {
			retold.HasError(&sender, &wire.Error{Message: strconv.Itoa(i), Telling: wire.Telling{Scope: "load"}})
		}, retold.EvictedCount, more},
		// The older generation goes as a whole, when the second is full.
		{"resends", 2 * resendEntries, func(i int) {
			resends.Remember(uint64(i), wire.Result{}, now)
		}, resends.EvictedCount, resendEntries},
	} {
		for i := range table.size {
			table.add(i + 1)
		}
		table.add(table.size) // known
		if n := table.evicted(); n != 0 && table.name != "resends" {
			t.Errorf("%s: %d evicted when just full, want 0", table.name, n)
		}
		for i := range more {
			table.add(table.size + i + 1)
		}
		if n := table.evicted(); n != table.want {
			t.Errorf("%s: %d evicted, want %d", table.name, n, table.want)
		}
	}
}
