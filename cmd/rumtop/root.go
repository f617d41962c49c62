package main

import (
	"io"
	"os"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

// program is one run of the command line.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
	started        bool // the words made sense and a command began
}

func (p *program) command() *cobra.Command {
	root := p.viewCommand()
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.AddCommand(
		p.demoCommand(),
		p.localCommand(),
		p.collectCommand(),
		p.tailCommand(),
		p.scrubCommand(),
		p.doctorCommand(),
		p.versionCommand(),
	)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := p.configure(cmd); err != nil {
			return err
		}
		p.started = true
		return nil
	}
	return root
}

// interactive reports whether a person sits at standard output.
func (p *program) interactive() bool {
	f, ok := p.stdout.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}
