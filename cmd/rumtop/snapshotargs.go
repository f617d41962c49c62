package main

import (
	"cmp"
	"errors"
	"os"
	"slices"
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
	if text := err.Error(); strings.Contains(text, "@") && !strings.Contains(text, "://") {
		err = errors.New("unexpected argument with an @: name a server with --server") // it may hold a password
	}
	return usage("%w: see %s --help", err, cmd.CommandPath())
}
