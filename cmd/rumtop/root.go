package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/config"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/secret"
	"github.com/rumtop/rumtop/internal/stream"
)

// program is one run of the command line.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
	stop           context.CancelCauseFunc // stops the command
	started        bool                    // the command line was valid and a command ran

	views *config.Views // set when the configuration is read

	mu      sync.Mutex
	delayed []error // printed when the screen has closed
}

// printError prints an error that does not end the program.
func (p *program) printError(err error) {
	_, _ = fmt.Fprintf(p.stderr, "rumtop: %s\n", plain.Line(secret.Text(err.Error()), 0))
}

// maxDelayed bounds the errors kept for printDelayed.
const maxDelayed = 20

// delayError keeps an error until the screen, which hides it, has closed.
func (p *program) delayError(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.delayed) < maxDelayed {
		p.delayed = append(p.delayed, err)
	}
}

func (p *program) printDelayed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, err := range p.delayed {
		p.printError(err)
	}
	p.delayed = nil
}

func (p *program) command() *cobra.Command {
	root := p.viewCommand()
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.Version = versionName()
	root.SetVersionTemplate(versionLine())
	root.SilenceErrors, root.SilenceUsage = true, true
	root.AddCommand(
		p.demoCommand(),
		p.localCommand(),
		p.collectCommand(),
		p.tailCommand(),
		p.checkCommand(),
		p.verdictCommand(),
		p.annotateCommand(),
		p.openCommand(),
		p.snapshotCommand(),
		p.reportCommand(),
		p.scrubCommand(),
		p.doctorCommand(),
		p.versionCommand(),
	)
	// Without this a misspelt shell prints help into the file for completions.
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.RunE = func(*cobra.Command, []string) error {
			return usage("name a shell: bash, zsh, fish, powershell")
		}
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if isHelp(cmd) { // works with a configuration that is being repaired
			p.started = true
			return nil
		}
		var err error
		if p.views, err = config.Apply(cmd, p.env); err != nil && unjudged[cmd.Name()] != nil {
			return &statusError{exitUnjudged, err} // the command line is right, what is around it is not
		} else if err != nil {
			return usage("%w", err)
		}
		p.started = true
		options := stream.ConnectOptions{Sources: natsSources(cmd.Flags())}
		if options.Sources == nil {
			return nil
		}
		for _, text := range [...]string{options.Overrides(), options.Exposed()} {
			if text != "" {
				p.announce("rumtop: " + text)
			}
		}
		return nil
	}
	return root
}

// isHelp reports whether a command prints what the program knows by itself.
func isHelp(cmd *cobra.Command) bool {
	names := []string{"version", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}
	return slices.Contains(names, cmd.Name()) || cmd.Parent() != nil && cmd.Parent().Name() == "completion"
}

// interactive reports whether standard output is a terminal.
func (p *program) interactive() bool {
	f, ok := p.stdout.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}
