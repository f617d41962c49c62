package main

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

// natsVariables are the environment variables of the nats command that stand
// behind our own flags, after RUMTOP_*.
var natsVariables = map[string]string{
	"server":  "NATS_URL",
	"context": "NATS_CONTEXT",
	"creds":   "NATS_CREDS",
	"nkey":    "NATS_NKEY",
	"tlsca":   "NATS_CA",
	"tlscert": "NATS_CERT",
	"tlskey":  "NATS_KEY",
}

// configure fills the flags that were not given: from RUMTOP_*, then from the
// variables of the nats command, then from the configuration file.
func (p *program) configure(cmd *cobra.Command) error {
	env := map[string]string{}
	for _, kv := range p.env {
		if k, v, ok := strings.Cut(kv, "="); ok {
			env[k] = v
		}
	}
	file, path, err := readConfig(env)
	if err != nil {
		return err
	}
	if err := checkKeys(cmd.Root(), file, path); err != nil {
		return err
	}
	sections := []map[string]any{file}
	if section, ok := file[cmd.Name()].(map[string]any); ok {
		sections = []map[string]any{section, file}
	} else if section, ok := file["collect"].(map[string]any); ok && cmd.Annotations["collects"] != "" {
		sections = []map[string]any{section, file}
	}
	if p.views, err = readViews(file, path); err != nil {
		return err
	}
	if view := cmd.Flags().Lookup("view"); view != nil {
		name := view.Value.String()
		if !view.Changed {
			name = env["RUMTOP_VIEW"]
		}
		section, err := p.views.section(name)
		if err != nil {
			return err
		}
		sections = slices.Insert(sections, 0, section)
	}
	var problem error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" || problem != nil {
			return
		}
		name := "RUMTOP_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		for _, name := range []string{name, natsVariables[f.Name]} {
			if v, ok := env[name]; ok && name != "" && v != "" {
				if err := setFlag(f, split(f, v)); err != nil {
					problem = usage("%s: %w", name, err)
				}
				return
			}
		}
		for _, section := range sections {
			if v, ok := section[f.Name]; ok {
				values, err := scalars(v)
				if err == nil {
					err = setFlag(f, values)
				}
				if err != nil {
					problem = usage("%s: %s: %w", path, f.Name, err)
				}
				return
			}
		}
	})
	return problem
}

// setFlag gives a flag its values without marking it as given on the command line.
func setFlag(f *pflag.Flag, values []string) error {
	if s, ok := f.Value.(pflag.SliceValue); ok {
		return s.Replace(values)
	}
	if len(values) != 1 {
		return fmt.Errorf("one value is wanted, not %d", len(values))
	}
	return f.Value.Set(values[0])
}

// oneALine annotates repeatable flags whose values are sentences: a comma is part of one.
const oneALine = "one-a-line"

// split cuts a variable's value where the flag may be repeated: at commas, or,
// where they belong to the values, into lines.
func split(f *pflag.Flag, v string) []string {
	if _, ok := f.Value.(pflag.SliceValue); !ok {
		return []string{v}
	}
	if _, ok := f.Annotations[oneALine]; ok {
		return strings.Split(strings.TrimSpace(v), "\n")
	}
	return strings.Split(v, ",")
}

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
		// sites: {shop: KEY} reads well in a file.
		out := make([]string, 0, len(v))
		for k, e := range v {
			out = append(out, fmt.Sprintf("%s=%v", k, e))
		}
		slices.Sort(out)
		return out, nil
	case nil:
		return nil, errors.New("a value is missing")
	}
	return []string{fmt.Sprint(v)}, nil
}

// readConfig reads the configuration file. A missing one is empty.
func readConfig(env map[string]string) (map[string]any, string, error) {
	dir := env["XDG_CONFIG_HOME"]
	if dir == "" {
		if env["HOME"] == "" {
			return nil, "", nil
		}
		dir = filepath.Join(env["HOME"], ".config")
	}
	path := filepath.Join(dir, "rumtop", "config.yaml")
	if v := env["RUMTOP_CONFIG"]; v != "" {
		path = v
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && env["RUMTOP_CONFIG"] == "" {
		return nil, path, nil
	}
	if err != nil {
		return nil, path, usage("reading the configuration: %w", err)
	}
	var out map[string]any
	if err := yaml.Unmarshal(data, &out); err != nil {
		return nil, path, usage("%s: %w", path, err)
	}
	return out, path, nil
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
					return usage("%s: collect: unknown key %q; known are %s", path, k, names(collect))
				}
			}
		case key == "views": // readViews is as strict
		case !known[key]:
			return usage("%s: unknown key %q; known are collect, views, %s", path, key, names(known))
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
