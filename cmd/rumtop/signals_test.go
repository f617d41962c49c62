package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rumtop/rumtop/internal/testwait"
)

// running is a process of rumtop.
type running struct {
	*exec.Cmd
	printed, said testwait.Output
	ended         chan struct{}
}

// startRumtop starts a process and ends it with the test.
func startRumtop(t *testing.T, name string, args ...string) *running {
	t.Helper()
	r := &running{Cmd: exec.Command(name, args...), ended: make(chan struct{})}
	r.Dir = t.TempDir()
	r.Stdout, r.Stderr = &r.printed, &r.said
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.Wait(); close(r.ended) }()
	t.Cleanup(func() {
		_ = r.Process.Kill()
		<-r.ended
	})
	return r
}

// hasEnded reports whether the process has ended.
func (r *running) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// longRunning are commands that run until something stops them, with the status
// at SIGTERM.
var longRunning = []struct {
	args   []string
	status int
}{
	{[]string{"snapshot", "--for", "1h"}, 128 + 15},
	{[]string{"snapshot", "--every", "1h"}, 0},
	{[]string{"check", "--watch", "--objective", "errors=50% of views"}, 0},
	{[]string{"tail"}, 0},
	{[]string{"--count", "1000", "--interval", "1h"}, 128 + 15},
	{[]string{"collect", "--site", "shop=k", "--listen", "127.0.0.1:0", "--grace", "0s"}, 0},
}

// startLong starts the commands behind a shell's words, and waits until each
// talks to the server.
func startLong(t *testing.T, url, before string) []*running {
	t.Helper()
	var out []*running
	for _, c := range longRunning {
		p := startProxy(t, url, false)
		args := append([]string{"-c", before + `exec rumtop "$@"`, "rumtop"}, c.args...)
		r := startRumtop(t, "/bin/sh", append(args, "--server", p.address)...)
		testwait.Until(t, "the command asks the server", func() bool { return p.asked.Load() > 0 || r.hasEnded() })
		out = append(out, r)
	}
	return out
}

// A hangup that is not ignored ends the commands in order, also when it comes
// twice, as it does when a terminal closes: a recording becomes a file.
func TestHangupEndsInOrder(t *testing.T) {
	settleHome(t)
	for i, r := range startLong(t, publish(t, 3, 10), "") {
		want := longRunning[i].status
		if want > 0 {
			want = 128 + int(syscall.SIGHUP)
		}
		for range 2 {
			if err := r.Process.Signal(syscall.SIGHUP); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Error(err)
			}
		}
		<-r.ended
		if got := r.ProcessState.ExitCode(); got != want {
			t.Errorf("%q ended at SIGHUP with %d, want %d: %s", longRunning[i].args, got, want, r.said.String())
		}
		if files, _ := filepath.Glob(filepath.Join(r.Dir, "*")); longRunning[i].args[0] == "snapshot" && len(files) != 1 {
			t.Errorf("%q left %q, want one file", longRunning[i].args, files)
		}
	}
}

// What prints to a pipe ends when its reader has gone, on a quiet site, too.
func TestReaderGoneEndsCommand(t *testing.T) {
	settleHome(t)
	url := publish(t, 3, 10)
	for _, c := range longRunning[2:5] {
		r := startRumtop(t, "/bin/sh", append([]string{"-c", `{ rumtop "$@"; echo ended $? >&2; } | true`, "rumtop"}, append(c.args, "--server", url)...)...)
		<-r.ended
		testwait.Until(t, "the command ends", func() bool { return strings.Contains(r.said.String(), "ended") })
		if got := r.said.String(); got != "ended 141\n" {
			t.Errorf("%q: got %q, want 141 and no word", c.args, got)
		}
	}
}

// A collector goes on without a reader of its log.
func TestCollectWithoutLogReader(t *testing.T) {
	settleHome(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("rumtop", "collect", "--site", "shop=k", "--listen", "127.0.0.1:0", "--grace", "0s", "--server", publish(t, 3, 10))
	cmd.Stderr = write
	if err := errors.Join(cmd.Start(), write.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(read, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(read.Close(), cmd.Process.Signal(syscall.SIGTERM)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the collector ended with %v, want 0", err)
	}
}

// The command of --on-breach takes all along that it has started.
func TestOnBreachTakesChildrenAlong(t *testing.T) {
	settleHome(t)
	for _, c := range []struct{ command, says string }{
		{"exec 3>%s; cat >/dev/null; sleep 3600", ""},
		{"exec 3>%s; cat >/dev/null; sleep 3600 & sleep 3600 & wait", ""},
		{"exec 3>%s; cat >/dev/null; trap '' TERM; sleep 3600; sleep 3600", ""},
		{"exec 3>%s; cat >/dev/null; sleep 3600 &", ""}, // holds the output
	} {
		fifo := filepath.Join(t.TempDir(), "alive")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		r := startRumtop(t, "rumtop", "check", "--server", publish(t, 3, 10), "--watch", "--burn-for", "2m",
			"--objective", "errors=99% of views", "--on-breach", strings.Replace(c.command, "%s", fifo, 1))
		alive, err := os.Open(fifo) // waits for the command
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		<-r.ended
		if _, err := io.ReadAll(alive); err != nil { // until its last holder ends
			t.Error(err)
		}
		if got := r.ProcessState.ExitCode(); got != exitOK {
			t.Errorf("%s: ended with %d: %s", c.command, got, r.said.String())
		}
		_ = alive.Close()
	}
}
