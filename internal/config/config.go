// Package config fills a command's flags from the environment and from the
// configuration file, and keeps the saved views beside that file.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// OneALine annotates repeatable flags whose values are sentences: in an
// environment variable a line break separates them, since a comma is part of
// one.
const OneALine = "one-a-line"

// Collects annotates commands that run a collector: the section collect: of the
// file applies to them, too.
const Collects = "collects"

// natsVariables are the environment variables of the nats command that set
// flags of rumtop, after RUMTOP_*.
var natsVariables = map[string]string{
	"server":  "NATS_URL",
	"context": "NATS_CONTEXT",
	"creds":   "NATS_CREDS",
	"nkey":    "NATS_NKEY",
	"tlsca":   "NATS_CA",
	"tlscert": "NATS_CERT",
	"tlskey":  "NATS_KEY",
}

// Apply sets the flags of cmd that the command line does not: from RUMTOP_*,
// then from the variables of the nats command, then from a saved view that --view
// names, then from the configuration file. environ is as os.Environ has it. It
// returns the saved views. Every error is a mistake in what it read.
func Apply(cmd *cobra.Command, environ []string) (*Views, error) {
	env := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok {
			env[k] = v
		}
	}
	file, path, err := readFile(env)
	if err != nil {
		return nil, err
	}
	if err := checkKeys(cmd.Root(), file, path); err != nil {
		return nil, err
	}
	views, err := readViews(file, path)
	if err != nil {
		return nil, err
	}
	s := &settings{env: env, path: path, sections: sectionsOf(cmd, file)}
	if view := cmd.Flags().Lookup("view"); view != nil {
		name := view.Value.String()
		if !view.Changed {
			name = env["RUMTOP_VIEW"]
		}
		section, err := views.section(name)
		if err != nil {
			return nil, err
		}
		s.sections = slices.Insert(s.sections, 0, section)
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Changed && f.Name != "help" && err == nil {
			err = s.set(f)
		}
	})
	return views, err
}

// sectionsOf returns the parts of the file that apply to a command, the most
// specific first.
func sectionsOf(cmd *cobra.Command, file map[string]any) []map[string]any {
	if section, ok := file[cmd.Name()].(map[string]any); ok {
		return []map[string]any{section, file}
	}
	if section, ok := file["collect"].(map[string]any); ok && cmd.Annotations[Collects] != "" {
		return []map[string]any{section, file}
	}
	return []map[string]any{file}
}

// settings are the sources of values for flags that the command line does not set.
type settings struct {
	env      map[string]string
	path     string // of the file
	sections []map[string]any
}

// set sets a flag from the first place that has a value for it.
func (s *settings) set(f *pflag.Flag) error {
	own := "RUMTOP_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
	for _, name := range []string{own, natsVariables[f.Name]} {
		if v := s.env[name]; v != "" {
			if err := setFlag(f, split(f, v)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}
	}
	for _, section := range s.sections {
		v, ok := section[f.Name]
		if !ok {
			continue
		}
		values, err := scalars(v)
		if err == nil {
			err = setFlag(f, values)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", s.path, f.Name, err)
		}
		return nil
	}
	return nil
}

// setFlag sets a flag without marking it as set on the command line.
func setFlag(f *pflag.Flag, values []string) error {
	if s, ok := f.Value.(pflag.SliceValue); ok {
		return s.Replace(values)
	}
	if len(values) != 1 {
		return fmt.Errorf("got %d values, want one", len(values))
	}
	return f.Value.Set(values[0])
}

// split cuts the variable of a repeatable flag into its values: at commas, or
// into lines where the flag is annotated with [OneALine].
func split(f *pflag.Flag, v string) []string {
	if _, ok := f.Value.(pflag.SliceValue); !ok {
		return []string{v}
	}
	if _, ok := f.Annotations[OneALine]; ok {
		return strings.Split(strings.TrimSpace(v), "\n")
	}
	return strings.Split(v, ",")
}

// scalars are the values of a YAML node, flat: a map's as KEY=VALUE, since
// sites: {shop: KEY} reads well in a file.
func scalars(v any) ([]string, error) {
	switch v := v.(type) {
	case []any:
		var out []string
		for _, e := range v {
			s, err := scalars(e)
			if err != nil {
				return nil, err
			}
			out = append(out, s...)
		}
		return out, nil
	case map[string]any:
		out := make([]string, 0, len(v))
		for k, e := range v {
			out = append(out, fmt.Sprintf("%s=%v", k, e))
		}
		slices.Sort(out)
		return out, nil
	case nil:
		return nil, errors.New("no value")
	}
	return []string{fmt.Sprint(v)}, nil
}

// readFile reads the configuration file. One that is missing is empty, unless
// RUMTOP_CONFIG names it.
func readFile(env map[string]string) (file map[string]any, path string, err error) {
	dir := env["XDG_CONFIG_HOME"]
	if dir == "" {
		if env["HOME"] == "" {
			return nil, "", nil
		}
		dir = filepath.Join(env["HOME"], ".config")
	}
	path = filepath.Join(dir, "rumtop", "config.yaml")
	if v := env["RUMTOP_CONFIG"]; v != "" {
		path = v
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && env["RUMTOP_CONFIG"] == "" {
		return nil, path, nil
	}
	if err != nil {
		return nil, path, fmt.Errorf("read the configuration: %w", err)
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, path, fmt.Errorf("%s: %w", path, err)
	}
	return file, path, nil
}

// checkKeys refuses keys that no command knows: a misspelt one would silently
// leave a default in force.
func checkKeys(root *cobra.Command, file map[string]any, path string) error {
	known := map[string]bool{}
	collect := map[string]bool{}
	for _, c := range append(root.Commands(), root) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			known[f.Name] = true
			if c.Name() == "collect" {
				collect[f.Name] = true
			}
		})
	}
	for key, v := range file {
		section, isSection := v.(map[string]any)
		switch {
		case key == "collect" && isSection:
			for k := range section {
				if !collect[k] {
					return fmt.Errorf("%s: collect: unknown key %q: use %s", path, k, names(collect))
				}
			}
		case key == "views": // readViews is as strict
		case !known[key]:
			return fmt.Errorf("%s: unknown key %q: use collect, views, %s", path, key, names(known))
		}
	}
	return nil
}

func names(set map[string]bool) string {
	var out []string
	for n := range set {
		if n != "help" {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
