package slo_test

import (
	"fmt"

	"github.com/rumtop/rumtop/internal/agg/slo"
)

func ExampleParseObjective() {
	o, err := slo.ParseObjective("speed", "75% of LCP <= 2.5s where region=eu-*")
	fmt.Println(o, err)
	// Output: 75% of lcp<=2500 where region=eu-* <nil>
}
