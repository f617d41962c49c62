// Command rumtop is top for the people who use your web site: live triage of
// Real User Monitoring in a terminal. See README.md for what it does and
// docs/ for the formats it speaks.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/rumtop/rumtop/internal/feed"
	"github.com/rumtop/rumtop/internal/fserr"
	"github.com/rumtop/rumtop/internal/plain"
)

// Exit statuses that scripts rely on.
const (
	exitOK     = 0
	exitFailed = 1 // the command failed
	exitUsage  = 2 // wrong usage
	exitNoData = 3 // not enough data
)

// A statusError ends the process with a status of its own.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// usage marks an error as wrong usage.
func usage(format string, args ...any) error {
	return &statusError{exitUsage, fmt.Errorf(format, args...)}
}

func main() {
	ctx, end := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go cancelOn(signals, end)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// cancelOn cancels at the first signal, so that everything ends in order, and
// exits at the second one, with the status that shells report for the signal.
func cancelOn(signals <-chan os.Signal, end context.CancelFunc) {
	<-signals
	end()
	if s, ok := (<-signals).(syscall.Signal); ok {
		os.Exit(128 + int(s))
	}
	os.Exit(exitFailed)
}

// run runs the whole program and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr, env: os.Environ()}
	root := p.command()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	status := exitFailed
	if errors.Is(err, feed.ErrNoSite) {
		status = exitNoData
	}
	if s := (*statusError)(nil); errors.As(err, &s) {
		status = s.status
	} else if !p.started {
		status = exitUsage // cobra rejected the command line
		err = fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	}
	text := fserr.Advise(err).Error()
	if ctx.Err() != nil { // users do not know contexts
		text = strings.ReplaceAll(text, context.Canceled.Error(), "interrupted")
	}
	_, _ = fmt.Fprintf(stderr, "rumtop: %s\n", plain.Line(text, 0))
	return status
}
