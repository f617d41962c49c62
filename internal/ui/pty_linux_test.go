package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/testwait"
	"golang.org/x/sys/unix"
)

// openPTY gives both ends of a new terminal: the side of the person, which
// answers nothing by itself, and that of the program.
func openPTY(t testing.TB, w, h uint16) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: h, Col: w}); err != nil {
		t.Fatal(err)
	}
	return person, program
}

// startScreen runs this test binary as a screen in a terminal of its own.
func startScreen(t testing.TB, env ...string) (person *os.File, cmd *exec.Cmd) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	person, program := openPTY(t, 120, 36)
	cmd = exec.Command(self)
	cmd.Env = append([]string{screenVariable + "=incident", "TERM=xterm-256color", "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
	})
	return person, cmd
}

// readUntil reads what the program sends, until it holds the text.
func readUntil(t testing.TB, r io.Reader, text string) string {
	t.Helper()
	var got bytes.Buffer
	buf := make([]byte, 1<<16)
	for !strings.Contains(got.String(), text) {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatalf("%v before %q came: %q", err, text, got.String())
		}
		got.Write(buf[:n])
	}
	return got.String()
}

// asking is how long bubbletea waits for a terminal that does not answer.
const asking = 5 * time.Second

// The terminal must not be asked, nor waited for. BenchmarkFirstPaint measures the
// first paint; here it need only be faster than a terminal that was asked, in one
// of some tries on a busy machine.
func TestFirstPaintAsksNothing(t *testing.T) {
	var took time.Duration
	for range 5 {
		start := time.Now()
		person, cmd := startScreen(t)
		got := readUntil(t, person, "affected")
		took = time.Since(start)
		for _, query := range []string{"\x1b]11;?", "\x1b]10;?", "\x1b[6n", "\x1b[c", "\x1b[>c"} {
			if strings.Contains(got, query) {
				t.Errorf("the terminal is asked %q", query)
			}
		}
		_ = cmd.Process.Kill()
		if took < asking-time.Second {
			return
		}
	}
	t.Errorf("first paint after %v, as if the terminal had been asked", took)
}

// BenchmarkFirstPaint is the time from the start of the process to numbers on the
// screen.
func BenchmarkFirstPaint(b *testing.B) {
	for b.Loop() {
		person, cmd := startScreen(b)
		readUntil(b, person, "affected")
		_ = cmd.Process.Kill()
		_ = person.Close()
	}
}

func TestRunEndsWithTerminal(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"", ignoreHangup + "=1"} {
		t.Run("env "+env, func(t *testing.T) {
			person, cmd := startScreen(t, env)
			readUntil(t, person, "affected")
			if err := person.Close(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			select {
			case <-done:
			case <-time.After(testwait.Patience):
				t.Error("still there, though its terminal went")
			}
		})
	}
}

// pipes runs a screen on pipes in place of a terminal.
func pipes(ctx context.Context, t *testing.T) (typing, shown *os.File, ended chan error) {
	t.Helper()
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	shown, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range []*os.File{in, typing, shown, out} {
			_ = f.Close()
		}
	})
	ended = make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Source: newStill(), Query: testQuery(), Input: in, Output: out})
	}()
	return typing, shown, ended
}

func TestRunEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, shown, ended := pipes(ctx, t)
	readUntil(t, shown, "\x1b[?1049h")
	go func() { _, _ = io.Copy(io.Discard, shown) }()
	cancel()
	want(t, ended, context.Canceled)
}

func TestRunEndsWithInput(t *testing.T) {
	typing, shown, ended := pipes(context.Background(), t)
	go func() { _, _ = io.Copy(io.Discard, shown) }()
	_ = typing.Close()
	want(t, ended, ErrTerminalGone)
}

func TestRunEndsWithBrokenOutput(t *testing.T) {
	typing, shown, ended := pipes(context.Background(), t)
	readUntil(t, shown, "\x1b[?1049h")
	_ = shown.Close()
	_, _ = typing.WriteString("?")
	want(t, ended, ErrTerminalGone)
}

func want(t *testing.T, ended chan error, target error) {
	t.Helper()
	select {
	case err := <-ended:
		if !errors.Is(err, target) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(testwait.Patience):
		t.Fatal("does not end")
	}
}

// A terminal whose flow is stopped takes nothing in: it must not keep the process
// from ending.
func TestRunEndsWithStuckTerminal(t *testing.T) {
	t.Parallel()
	person, program := openPTY(t, 200, 50)
	t.Cleanup(func() { _ = program.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	source := newSimSource(true)
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Source: source, Query: testQuery(), Input: program, Output: program})
	}()
	readUntil(t, person, "affected")
	for range 20 { // repaints, until nothing more fits between the two
		_, _ = person.WriteString("?")
		time.Sleep(40 * time.Millisecond)
	}
	cancel()
	want(t, ended, context.Canceled)
	go func() { _, _ = io.Copy(io.Discard, person) }() // lets the writer go
}
