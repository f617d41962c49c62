package agg_test

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// Four users visit a shop, two on each release, and the checkout of the newer
// release fails. An aggregator stores their beacons and answers a query: which
// release has errors?
func Example() {
	now := time.Date(2026, 11, 20, 14, 7, 0, 0, time.UTC)
	a := agg.New(agg.Config{})

	var batch beacon.Batch
	for user, release := range []string{"2.4.0", "2.4.0", "2.4.1", "2.4.1"} {
		b := beacon.Beacon{
			ID: beacon.ID(user + 1), View: beacon.ID(user + 1), User: beacon.ID(user + 1),
			Received: now.Add(-time.Minute).UnixMilli(), Navigation: true,
			Metrics: []beacon.Metric{{Name: beacon.LCP, Value: 1800}},
		}
		b.Dims[beacon.Release], b.Dims[beacon.Page] = release, "/checkout"
		if user == 3 {
			b.Errors = []beacon.Error{{Type: "TypeError", Message: "reading 'total'"}}
		}
		batch.Append(&b)
	}
	a.Add(&batch, now)

	checkout, err := filter.Parse("page=/checkout")
	if err != nil {
		fmt.Println(err)
		return
	}
	f := a.Frame(frame.Query{Filter: checkout, By: "release", Window: 5 * time.Minute}, agg.SourceStatus{}, now)
	for _, row := range f.Segments {
		fmt.Printf("%s: %v views, error rate %.0f%%, %d of %d users affected\n",
			row.Key, row.Views, 100*row.ErrorRate, row.Affected, row.Users)
	}
	fmt.Println(f.Errors[0].Type, f.Errors[0].Message)
	// Output:
	// 2.4.1: 2 views, error rate 50%, 1 of 2 users affected
	// 2.4.0: 2 views, error rate 0%, 0 of 2 users affected
	// TypeError reading 'total'
}
