package filter_test

import (
	"fmt"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// Slow or failing page views of phones in Europe.
func ExampleParse() {
	e, err := filter.Parse("region=eu-* and device=mobile (lcp > 2.5s or error==yes)")
	if err != nil {
		fmt.Println(err)
		return
	}
	b := beacon.Beacon{Metrics: []beacon.Metric{{Name: "lcp", Value: 2600}}}
	b.Dims[beacon.Region], b.Dims[beacon.Device] = "eu-west", "mobile"
	fmt.Println(e.Text)
	fmt.Println(e.Match(&b))
	// Output:
	// region=eu-* device=mobile (lcp>2500 or error=yes)
	// true
}

// A mistake has a column and says what was expected there.
func ExampleParse_error() {
	_, err := filter.Parse("region=eu-west lcp>fast")
	fmt.Println(err)
	// Output: filter, column 20: expected a number for lcp, such as 2500 or 2.5s
}

// Drilling down adds a term. Literal keeps the * of a value from matching all.
func ExampleExpr_And() {
	e, err := filter.Parse("device=mobile or device=tablet")
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := filter.NewTerm("page", filter.Eq, filter.Literal("/search/*"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.And(t).Text)
	// Output: (device=mobile or device=tablet) page=/search/\*
}

// A name that is not a field is a tag, which may be a mistake.
func ExampleExpr_Validate() {
	e, err := filter.Parse("plan=paid")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Validate([]string{"flag", "plan"}))
	fmt.Println(e.Validate([]string{"flag", "tier"}) != nil)
	// Output:
	// <nil>
	// true
}
