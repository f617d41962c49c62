package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/config"
)

// repeatable are the flags that take a list, and whether a comma can be a part of
// a value, so that only lines separate values in a variable.
var repeatable = map[string]bool{
	"region": false, "release": false, "site": false, "origin": false, "trusted-proxies": false, "keep-param": false,
	"person-word": false, "forward-to": false, "by": false, "margin": false, "mute": false, "maintenance": false,
	"note": true, "objective": true, "mute-error": true,
}

// TestListsFromVariablesAndFile tries every repeatable flag of every command.
func TestListsFromVariablesAndFile(t *testing.T) {
	tried := map[string]bool{}
	root := (&program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}).command()
	for _, cmd := range append(root.Commands(), root) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if _, ok := f.Value.(pflag.SliceValue); !ok {
				return
			}
			tried[f.Name] = true
			sentence, known := repeatable[f.Name]
			if !known {
				t.Errorf("%s --%s is not in the table", cmd.Name(), f.Name)
			}
			checkLists(t, cmd, f, sentence)
		})
	}
	for name := range repeatable {
		if !tried[name] {
			t.Errorf("no command has a repeatable --%s", name)
		}
	}
}

// checkLists sets a flag from a variable and from the file, in each form that
// they have for a list.
func checkLists(t *testing.T, cmd *cobra.Command, f *pflag.Flag, sentence bool) {
	t.Helper()
	key := f.Name
	variable := "RUMTOP_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
	split := []string{"a=1", "b=2", "c"}
	if sentence {
		split = []string{"a=1,b=2", "c"}
	}
	for _, c := range []struct {
		env, file string
		want      []string
	}{
		{"a=1,b=2\nc", "", split},
		{" a=1,b=2 ,\r\n\n c ", "", func() []string {
			if sentence {
				return []string{"a=1,b=2 ,", "c"}
			}
			return split
		}()},
		{"99.5%", "", []string{"99.5%"}},
		{"", key + ": [\"a=1\", 'b=2', c]", []string{"a=1", "b=2", "c"}},
		{"", key + ": [\"a=1,b=2\"]", []string{"a=1,b=2"}},
		{"", key + ": [2.10, 007, 2026-11-20T14:00:00Z, yes]", []string{"2.10", "007", "2026-11-20T14:00:00Z", "yes"}},
		{"", key + ": {b: 2, a: 2026-11-20T14:00:00Z}", []string{"a=2026-11-20T14:00:00Z", "b=2"}},
		{"", key + ": \"a=1,b=2\\nc\"", split},
		{"", key + ": |\n  a=1,b=2\n  c\n", split},
		{"", key + ": 2.10", []string{"2.10"}},
		{"d", key + ": [a, b]", []string{"d"}},
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(c.file+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		environ := []string{"RUMTOP_CONFIG=" + file, "HOME=" + t.TempDir()}
		if c.env != "" {
			environ = append(environ, variable+"="+c.env)
		}
		if _, err := config.Apply(cmd, environ); err != nil {
			t.Errorf("%s --%s: %v", cmd.Name(), f.Name, err)
			continue
		}
		if got := f.Value.(pflag.SliceValue).GetSlice(); !slices.Equal(got, c.want) {
			t.Errorf("%s --%s: variable %q, file %q: got %q, want %q", cmd.Name(), f.Name, c.env, c.file, got, c.want)
		}
	}
}
