package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
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
