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
	"time"
	_ "time/tzdata" // a machine may have no time zone database

	"github.com/rumtop/rumtop/internal/fserr"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/secret"
	"github.com/rumtop/rumtop/internal/walltime"
)

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	if stops := stopSignals(); len(stops) > 0 { // Notify takes none as all
		signals := make(chan os.Signal, 2)
		signal.Notify(signals, stops...)
		go stopOn(signals, stop)
	}
	if tz, ok := os.LookupEnv("TZ"); ok {
		time.Local, _ = walltime.Zone(tz) // of an unknown zone, times of day are refused
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs the whole program and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr, env: os.Environ(), stop: stop}
	root := p.command()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if marked := (*statusError)(nil); err != nil && !p.started && !errors.As(err, &marked) {
		err = rejected(cmd, args, err)
	}
	status := exitStatus(ctx, cmd, err)
	if status == exitOK || status == readerGone.status() {
		return status
	}
	text := fserr.Advise(err).Error()
	// Users do not know contexts.
	text = strings.ReplaceAll(text, context.Canceled.Error(), "interrupted")
	text = plain.Line(secret.Text(text), 0)
	if status == exitUnjudged {
		p.printUnjudged(cmd, text)
		text = "could not judge: " + text
	}
	_, _ = fmt.Fprintf(stderr, "rumtop: %s\n", text)
	return status
}
