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

// OneALine annotates repeatable flags whose values can have a comma, such as
// sentences: in an environment variable only a line break separates them.
const OneALine = "one-a-line"

// Collects annotates commands that run a collector: the section collect: of the
// file applies to them, too.
const Collects = "collects"

// NATSVariables are the environment variables of the nats command that set
// flags of rumtop, after RUMTOP_*.
var NATSVariables = map[string]string{
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
		layered, ok := f.Value.(*Layered)
		switch {
		case err != nil || f.Name == "help" || f.Name == "version":
		case ok:
			err = s.fill(layered, f.Name)
		case !f.Changed:
			err = s.set(f)
		}
	})
	return views, err
}

// sectionsOf returns the parts of the file that apply to a command, the most
// specific first.
func sectionsOf(cmd *cobra.Command, file map[string]yaml.Node) []map[string]yaml.Node {
	names := []string{cmd.Name()}
	if cmd.Annotations[Collects] != "" {
		names = append(names, "collect")
	}
	for _, name := range names {
		if section := sectionOf(file[name]); section != nil {
			return []map[string]yaml.Node{section, file}
		}
	}
	return []map[string]yaml.Node{file}
}

// sectionOf is a node that holds settings, with aliases and merged keys in
// place; nil for a value.
func sectionOf(node yaml.Node) (section map[string]yaml.Node) {
	if err := node.Decode(&section); err != nil {
		return nil
	}
	return section
}

// settings are the sources of values for flags that the command line does not set.
type settings struct {
	env      map[string]string
	path     string                 // of the file
	sections []map[string]yaml.Node // the file itself is the last
}

// variables are the environment variables of a flag, the first preferred.
func variables(flag string) [2]string {
	return [2]string{"RUMTOP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")), NATSVariables[flag]}
}

// set sets a flag from the first place that has a value for it.
func (s *settings) set(f *pflag.Flag) error {
	for _, name := range variables(f.Name) {
		if v := s.env[name]; v != "" {
			if err := setFlag(f, split(f, v)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}
	}
	for _, section := range s.sections {
		node, ok := section[f.Name]
		if !ok {
			continue
		}
		values, err := scalars(&node)
		if node.Kind == yaml.ScalarNode && err == nil {
			values = split(f, values[0])
		}
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

// fill sets what the sources below the command line say.
func (s *settings) fill(l *Layered, flag string) error {
	names := variables(flag)
	l.values[OwnVariable], l.values[NATSVariable] = strings.TrimSpace(s.env[names[0]]), strings.TrimSpace(s.env[names[1]])
	l.File = filepath.Base(s.path)
	for i, section := range s.sections {
		node, ok := section[flag]
		if !ok {
			continue
		}
		values, err := scalars(&node)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", s.path, flag, err)
		}
		source := Section
		if i == len(s.sections)-1 {
			source = File
		}
		l.values[source] = strings.Join(values, ",")
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

// split cuts the text of a repeatable flag into its values: into lines, and at
// commas unless the flag is annotated with [OneALine].
func split(f *pflag.Flag, text string) (values []string) {
	if _, ok := f.Value.(pflag.SliceValue); !ok {
		return []string{text}
	}
	_, sentences := f.Annotations[OneALine]
	for _, v := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' && !sentences }) {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}

// scalars are the values of a YAML node, flat and as they are written: 2.10 is a
// release, not a number. A map's are KEY=VALUE, since sites: {shop: KEY} reads
// well in a file.
func scalars(n *yaml.Node) ([]string, error) {
	switch {
	case n.Kind == yaml.AliasNode:
		return scalars(n.Alias)
	case n.Kind == yaml.SequenceNode:
		var out []string
		for _, e := range n.Content {
			s, err := scalars(e)
			if err != nil {
				return nil, err
			}
			out = append(out, s...)
		}
		return out, nil
	case n.Kind == yaml.MappingNode:
		out := make([]string, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			value, err := scalars(n.Content[i+1])
			if err != nil || len(value) != 1 {
				return nil, fmt.Errorf("%s: want one value", n.Content[i].Value)
			}
			out = append(out, n.Content[i].Value+"="+value[0])
		}
		slices.Sort(out)
		return out, nil
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		return nil, errors.New("no value")
	}
	return []string{n.Value}, nil
}

// readFile reads the configuration file. One that is missing is empty, unless
// RUMTOP_CONFIG names it.
func readFile(env map[string]string) (file map[string]yaml.Node, path string, err error) {
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
	// Nodes keep what is wrong inside them: an alias within its own anchor, a key
	// that is there twice.
	err = yaml.Unmarshal(data, new(any))
	if err == nil {
		err = yaml.Unmarshal(data, &file)
	}
	if err != nil {
		if errors.As(err, new(*yaml.TypeError)) {
			err = errors.New("not a list of settings, or one twice: use lines of KEY: VALUE") // it quotes the file
		}
		return nil, path, fmt.Errorf("%s: %w", path, err)
	}
	return file, path, nil
}

// checkKeys refuses keys that no command knows: a misspelt one would silently
// leave a default in force.
func checkKeys(root *cobra.Command, file map[string]yaml.Node, path string) error {
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
	for key, node := range file {
		section := sectionOf(node)
		switch {
		case key == "collect" && section != nil:
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
		if n != "help" && n != "version" {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
