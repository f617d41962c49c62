package main

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// snapshotSuffix is how the names of snapshots end.
const snapshotSuffix = ".rumsnap"

// snapshots checks the arguments of a command that takes so many snapshots. A
// pattern of the shell names them all, and one that matches none names itself.
func snapshots(least, most int) cobra.PositionalArgs {
	few := cobra.RangeArgs(least, most)
	if least == most {
		few = cobra.ExactArgs(most)
	}
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least {
			return few(cmd, args)
		}
		if len(args) > most {
			takes := "one snapshot"
			if most == 2 {
				takes = "one snapshot, or two side by side"
			}
			return usage("%s takes %s, not %d: name the newest, %s", cmd.CommandPath(), takes, len(args), newest(args))
		}
		for _, name := range args {
			info, err := os.Stat(name)
			switch {
			case err == nil && info.IsDir():
				return usage("%s: a directory: name a snapshot in it", name)
			case err != nil && strings.ContainsAny(name, "*?["):
				return usage("%s: no such file: rumtop snapshot writes one", name)
			}
		}
		return nil
	}
}

// newest is the file that was changed last.
func newest(names []string) string {
	changed := func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	return slices.MaxFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(changed(a), changed(b)), strings.Compare(a, b)) // names end with a time
	})
}

// rejected explains why cobra rejected a command line: the name of a file that
// begins with - looks like a flag.
func rejected(cmd *cobra.Command, args []string, err error) error {
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") && strings.HasSuffix(arg, snapshotSuffix) && !strings.Contains(arg, "=") {
			return usage("%s looks like a flag: write ./%s", arg, arg)
		}
	}
	text := err.Error()
	if strings.Contains(text, "@") && !strings.Contains(text, "://") {
		text = "unexpected argument with an @: name a server with --server" // it may hold a password
	}
	return usage("%s: see %s --help", unquoted(text, args), cmd.CommandPath())
}

// word is the name of a command or a flag, as far as its letters tell.
var word = regexp.MustCompile(`^-{0,2}[a-z][a-z-]{0,19}$`)

// unquoted is what cobra says of an unknown command or flag without the argument,
// unless that is a word: it may be a token that was typed where it does not
// belong.
func unquoted(text string, args []string) string {
	if !strings.HasPrefix(text, "unknown ") {
		return text
	}
	for _, arg := range args {
		name, _, _ := strings.Cut(arg, "=")
		switch {
		case word.MatchString(name):
		case strings.HasPrefix(name, "-"):
			text = strings.ReplaceAll(text, name, "-…")
		default:
			text = strings.ReplaceAll(text, strconv.Quote(arg), `"…"`)
		}
	}
	return text
}
