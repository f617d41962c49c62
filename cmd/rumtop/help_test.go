package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rumtop/rumtop/internal/beacon"
)

// The summary of a command is an imperative of at most 60 characters, the help
// of a flag a phrase of at most 90; neither ends with a full stop.
func TestHelpLengths(t *testing.T) {
	const summary, flagHelp = 60, 90
	dimensions := strings.Join(beacon.DimNames(), " ") // --by lists them all
	check := func(what, text string, most int) {
		t.Helper()
		if n := utf8.RuneCountInString(strings.Replace(text, dimensions, "", 1)); n == 0 || n > most || strings.HasSuffix(text, ".") {
			t.Errorf("%s: got %q of %d characters, want 1 to %d without a full stop", what, text, n, most)
		}
	}
	root := (&program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}).command()
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		path := cmd.CommandPath()
		if cmd.Name() == "completion" { // by cobra
			continue
		}
		check(path, cmd.Short, summary)
		if first, _ := utf8.DecodeRuneInString(cmd.Short); cmd != root && (first < 'A' || first > 'Z') {
			t.Errorf("%s: got %q, want a capital letter first", path, cmd.Short)
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { check(path+" --"+f.Name, f.Usage, flagHelp) })
	}
}

// The README has the table of exit statuses that help prints.
func TestReadmeExitStatuses(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for status, m := range exitMeanings {
		row := fmt.Sprintf("| %d | %s | %s | %s |", status, m.any, m.verdict, m.check)
		if status == exitUnjudged { // only verdict and check
			row = fmt.Sprintf("| %d | | %s | %s |", status, m.verdict, m.check)
		}
		if !strings.Contains(string(readme), row) {
			t.Errorf("README.md has no row %q", row)
		}
	}
}
