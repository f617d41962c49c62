package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
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

// Aliases and merged keys of YAML work in sections; what they break is refused.
func TestApplySectionsOfYAML(t *testing.T) {
	for _, c := range []struct{ file, listen, says string }{
		{"collect:\n  region: &r eu\n  listen: *r\n", "eu", ""},
		{"collect:\n  <<: {listen: a, region: b}\n", "a", ""},
		{"region: &a [*a]\n", "", "contains itself"},
		{"collect: {listen: a, listen: b}\n", "", "one twice"},
		{"collect:\n  <<: {lisen: a}\n", "", `unknown key "lisen"`},
	} {
		root, cmd := &cobra.Command{Use: "rumtop"}, &cobra.Command{Use: "collect"}
		root.AddCommand(cmd)
		listen := cmd.Flags().String("listen", "", "")
		cmd.Flags().String("region", "", "")
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Apply(cmd, []string{"RUMTOP_CONFIG=" + file, "HOME=" + t.TempDir()})
		if says := fmt.Sprint(err); c.says == "" && err != nil || !strings.Contains(says, c.says) || *listen != c.listen {
			t.Errorf("%q: listen %q, %s; want %q, %q", c.file, *listen, says, c.listen, c.says)
		}
	}
}
