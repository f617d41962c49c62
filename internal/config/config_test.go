package config

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

func TestSplitRepeatableFlags(t *testing.T) {
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	fs.String("filter", "", "")
	fs.StringArray("region", nil, "")
	fs.StringArray("objective", nil, "")
	if err := fs.SetAnnotation("objective", OneALine, []string{"yes"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flag, value string
		want        []string
	}{
		{"region", "eu-*,us-*", []string{"eu-*", "us-*"}},
		{"filter", "device=mobile,tablet", []string{"device=mobile,tablet"}},
		{"objective", "speed=75% of lcp<=2500 where device=mobile,tablet", []string{"speed=75% of lcp<=2500 where device=mobile,tablet"}},
		{"objective", "Error: no cart, no order\nScript error.\n", []string{"Error: no cart, no order", "Script error."}},
	} {
		if got := split(fs.Lookup(c.flag), c.value); !slices.Equal(got, c.want) {
			t.Errorf("--%s: got %q, want %q", c.flag, got, c.want)
		}
	}
}
