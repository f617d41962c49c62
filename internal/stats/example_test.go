package stats_test

import (
	"fmt"

	"github.com/rumtop/rumtop/internal/stats"
)

// 8 of 50 page views have an error now, 100 of 5,000 had one before.
func ExampleRateTest() {
	fmt.Printf("%.0e\n", stats.RateTest(8, 50, 100, 5000))
	// Output: 1e-05
}
