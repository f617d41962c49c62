package stitch_test

import (
	"fmt"
	"time"

	"github.com/rumtop/rumtop/collector/stitch"
	"github.com/rumtop/rumtop/collector/wire"
)

// The web-vitals library sends each measurement by itself and names no page
// view. Measurements of one load share a view; another id for a name is another
// load.
func ExampleViews() {
	views := stitch.NewViews()
	sender := &stitch.Sender{Site: "shop", Now: time.UnixMilli(1763647652000)}
	numbers := map[any]int{}
	for _, m := range []wire.Metric{
		{Name: "LCP", Value: 2412, ID: "v5-1763647652000-1"},
		{Name: "INP", Value: 184, ID: "v5-1763647652100-2"},
		{Name: "LCP", Value: 901, ID: "v5-1763647672000-3"},
	} {
		for _, part := range views.Split(&wire.Beacon{Session: "s", URL: "/cart", Metrics: []wire.Metric{m}}, stitch.Named{Session: 7}, sender) {
			if numbers[part.View] == 0 {
				numbers[part.View] = len(numbers) + 1
			}
			fmt.Printf("%s %v is of view %d\n", m.Name, m.Value, numbers[part.View])
		}
	}
	// Output:
	// LCP 2412 is of view 1
	// INP 184 is of view 1
	// LCP 901 is of view 2
}
