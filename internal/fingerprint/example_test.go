package fingerprint_test

import (
	"fmt"

	"github.com/rumtop/rumtop/internal/fingerprint"
)

// The same defect in two releases, as Chrome and as Safari report it.
func Example() {
	chrome := fingerprint.Of("TypeError", "Cannot read properties of undefined (reading 'total')",
		"    at pay (https://shop.example/checkout-8f3a12cd.js:1:48211)")
	safari := fingerprint.Of("TypeError", "undefined is not an object (evaluating 'cart.total')",
		"pay@https://shop.example/checkout-0b1c2d3e.js:1:47990")
	fmt.Println(chrome == safari)
	// Output: true
}
