package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

const (
	// breachTimeout is how long the command of --on-breach may run.
	breachTimeout = 30 * time.Second
	// breachGrace is how long it may take to end when it is told to.
	breachGrace = time.Second
	// maxBreaches is how many breaches wait for the command.
	maxBreaches = 4
	// breachOutput is how much of its output an error quotes, in bytes.
	breachOutput = 200
)

// breachRunner runs the command of --on-breach, for one breach after the other.
// While it runs, it queues a few breaches, and drops and counts more.
type breachRunner struct {
	command string
	waiting chan *breach
	ended   chan struct{}
	dropped atomic.Int64
	failed  func(error)
}

// startBreachRunner runs until ctx ends. It calls failed with the error of each
// command.
func startBreachRunner(ctx context.Context, command string, failed func(error)) *breachRunner {
	r := &breachRunner{command: command, waiting: make(chan *breach, maxBreaches), ended: make(chan struct{}), failed: failed}
	go func() {
		defer close(r.ended)
		for {
			select {
			case <-ctx.Done():
				return
			case b := <-r.waiting:
				if err := runOnBreach(ctx, r.command, b); err != nil && ctx.Err() == nil {
					failed(err)
				}
			}
		}
	}()
	return r
}

func (r *breachRunner) enqueue(b *breach) {
	select {
	case r.waiting <- b:
	default:
		if n := r.dropped.Add(1); n == 1 {
			r.failed(errors.New("--on-breach: its command is slower than breaches come: some are left out: make it faster"))
		}
	}
}

// wait waits until the command has ended, after ctx has.
func (r *breachRunner) wait() { <-r.ended }

// runOnBreach runs the command of --on-breach until it and all that holds its
// output have ended, ctx ends, or it has taken too long. Then it ends the whole
// group of processes: what a shell has started outlives the shell.
func runOnBreach(ctx context.Context, command string, b *breach) error {
	in, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("describe the breach: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, breachTimeout, fmt.Errorf("ran for more than %s", breachTimeout))
	defer cancel()
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("--on-breach: %w", err)
	}
	defer func() { _ = read.Close() }()
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Stdin = bytes.NewReader(append(in, '\n'))
	cmd.Stdout, cmd.Stderr = write, write
	cmd.WaitDelay = breachGrace // for a background process that holds the input
	ownGroup(cmd)
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return fmt.Errorf("--on-breach: %w", err)
	}
	var out []byte
	var status error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		out, _ = io.ReadAll(io.LimitReader(read, breachOutput))
		_, _ = io.Copy(io.Discard, read)
		if status = cmd.Wait(); errors.Is(status, exec.ErrWaitDelay) {
			status = nil
		}
	}()
	select {
	case <-ended:
		if err = status; err == nil {
			return nil
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
		if !endGroup(cmd, ended) {
			return fmt.Errorf("--on-breach: %w", err)
		}
	}
	return fmt.Errorf("--on-breach: %w: %s", err, bytes.TrimSpace(out))
}

// endGroup ends a group of processes, and reports whether it has ended: a
// process that left the group may still hold the output.
func endGroup(cmd *exec.Cmd, ended <-chan struct{}) bool {
	for _, force := range [...]bool{false, true} {
		signalGroup(cmd, force)
		select {
		case <-ended:
			return true
		case <-time.After(breachGrace):
		}
	}
	return false
}
