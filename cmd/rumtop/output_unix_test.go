//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe is written to directly, and stays a pipe.
func TestOutputToPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(path, os.O_RDWR, 0) // a pipe's writer waits for its reader
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	out, err := (&program{stdout: io.Discard}).openOutput(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.discard()
	if _, err := io.WriteString(out, "frame"); err != nil {
		t.Fatal(err)
	}
	if err := out.commit(); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 10)
	n, err := reader.Read(got)
	if err != nil || string(got[:n]) != "frame" {
		t.Errorf("read %q (%v)", got[:n], err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is now %v (%v)", info.Mode(), err)
	}
}
