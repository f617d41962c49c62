package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// What cannot be interrupted ends at once, and leaves nothing behind.
func TestSignalEndsWaitingForInput(t *testing.T) {
	settleHome(t)
	fixture, err := filepath.Abs("../../internal/snapshot/testdata/v1.rumsnap")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"scrub", "--as", "stack"}, {"report", "--summary", "-", "-o", "x.html", fixture}} {
		cmd := exec.Command("rumtop", args...)
		cmd.Dir = t.TempDir()
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		const pipe = 4 << 10
		if _, err := unix.FcntlInt(in.(*os.File).Fd(), unix.F_SETPIPE_SZ, pipe); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// What is written is longer than the pipe: it has been read, the end has not come.
		if _, err := in.Write(bytes.Repeat([]byte("\n"), 2*pipe)); err != nil {
			t.Error(err)
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 128+15 {
			t.Errorf("%q ended with %v, want %d", args, err, 128+15)
		}
		if files, _ := os.ReadDir(cmd.Dir); len(files) > 0 {
			t.Errorf("%q left %v", args, files)
		}
	}
}

// A signal that is ignored at the start, as nohup does, stays ignored; SIGTERM
// still ends the command in order.
func TestIgnoredHangupStaysIgnored(t *testing.T) {
	settleHome(t)
	all := startLong(t, publish(t, 3, 10), "trap '' HUP; ")
	for i, r := range all {
		if !ignoresHangup(t, r.Process.Pid) {
			t.Errorf("%q takes SIGHUP", longRunning[i].args)
		}
		if err := r.Process.Signal(syscall.SIGHUP); err != nil {
			t.Error(err)
		}
		if err := r.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		<-r.ended
		if got := r.ProcessState.ExitCode(); got != longRunning[i].status {
			t.Errorf("%q ended at SIGTERM with %d, want %d: %s", longRunning[i].args, got, longRunning[i].status, r.said.String())
		}
	}
}

// ignoresHangup reports whether the kernel drops SIGHUP for a process.
func ignoresHangup(t *testing.T, pid int) bool {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, mask, _ := strings.Cut(string(text), "SigIgn:\t")
	mask, _, _ = strings.Cut(mask, "\n")
	ignored, err := strconv.ParseUint(mask, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return ignored>>(syscall.SIGHUP-1)&1 != 0
}
