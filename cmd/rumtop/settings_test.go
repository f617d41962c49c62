package main

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

// Variables of repeatable flags hold several values, and sentences keep their commas.
func TestVariablesOfRepeatableFlags(t *testing.T) {
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	var v viewFlags
	v.register(fs)
	for _, c := range []struct {
		flag, value string
		want        []string
	}{
		{"region", "eu-*,us-*", []string{"eu-*", "us-*"}},
		{"filter", "device=mobile,tablet", []string{"device=mobile,tablet"}},
		{"objective", "speed=75% of lcp<=2500 where device=mobile,tablet", []string{"speed=75% of lcp<=2500 where device=mobile,tablet"}},
		{"mute-error", "Error: no cart, no order\nScript error.\n", []string{"Error: no cart, no order", "Script error."}},
	} {
		if got := split(fs.Lookup(c.flag), c.value); !slices.Equal(got, c.want) {
			t.Errorf("--%s: %q, want %q", c.flag, got, c.want)
		}
	}
}
