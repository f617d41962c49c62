package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// stopSignal is the signal that stopped the program, as the cause of its
// context's end.
type stopSignal struct{ syscall.Signal }

func (s stopSignal) Error() string { return "interrupted (signal: " + s.String() + ")" }

// Is makes the end of the context by a signal a cancellation like any other.
func (s stopSignal) Is(target error) bool { return target == context.Canceled }

// readerGone stops a command whose standard output has no reader any more. A
// write would stop it with the same signal.
var readerGone = stopSignal{syscall.SIGPIPE}

// status is what shells report for a process that the signal ended.
func (s stopSignal) status() int { return 128 + int(s.Signal) }

// stoppedBy is the signal that the error of a command comes from, if any.
func stoppedBy(ctx context.Context, err error) (s stopSignal, ok bool) {
	if errors.As(err, &s) {
		return s, true
	}
	if errors.Is(err, context.Canceled) {
		ok = errors.As(context.Cause(ctx), &s)
	}
	return s, ok
}

// untilStopped is the error of a command that runs until a signal stops it: for
// such a command that is no failure. Without a reader it ends as a write would
// end it.
func untilStopped(err error) error {
	if errors.Is(err, context.Canceled) && !errors.Is(err, readerGone) {
		return nil
	}
	return err
}

// exitOnSignal ends the process at a signal, for what cannot be interrupted and
// leaves nothing behind. The caller calls done when that is over.
func exitOnSignal(ctx context.Context) (done func() bool) {
	return context.AfterFunc(ctx, func() {
		if s, ok := stoppedBy(ctx, ctx.Err()); ok {
			os.Exit(s.status())
		}
	})
}

// stopSignals are the signals that stop the program in order. A signal that is
// ignored at the start stays so: nohup and shells ignore signals on behalf of
// what they start.
func stopSignals() (out []os.Signal) {
	for _, s := range [...]os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			out = append(out, s)
		}
	}
	return out
}

// stopOn calls stop at the first signal, so that everything ends in order. At
// a second SIGINT or SIGTERM it exits at once; a second SIGHUP means nothing,
// since a terminal that closes sends one, and so does its shell.
func stopOn(signals <-chan os.Signal, stop context.CancelCauseFunc) {
	stopped := false
	for s := range signals {
		n, ok := s.(syscall.Signal)
		switch {
		case !ok:
		case !stopped:
			stop(stopSignal{n})
			stopped = true
		case n != syscall.SIGHUP:
			os.Exit(stopSignal{n}.status())
		}
	}
}
