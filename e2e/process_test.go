//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/testwait"
)

// process is a program that runs during the test.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines testwait.Output // of standard output and error
	ended chan error
}

// start runs a program until the test ends, in an environment without settings.
func start(t *testing.T, stdout io.Writer, program string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...), ended: make(chan error, 1)}
	p.cmd.Env = bareEnvironment(t)
	p.cmd.Stdout, p.cmd.Stderr = &p.lines, &p.lines
	if stdout != nil {
		p.cmd.Stdout = stdout
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait(); close(p.ended) }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		<-p.ended
		if t.Failed() {
			t.Logf("last output of %s:\n%s", filepath.Base(program), tail(p.lines.String(), 2000))
		}
	})
	return p
}

// stop sends SIGTERM and returns the exit status.
func (p *process) stop() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	return p.status()
}

// status waits for the end and returns the exit status.
func (p *process) status() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(testwait.Patience):
		p.t.Fatalf("%v does not end", p.cmd.Args)
		return 0
	}
}

// run runs a program to its end.
func run(t *testing.T, program string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*testwait.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = bareEnvironment(t)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("%s %q: %v", program, args, err)
	}
	return out.String(), problems.String(), cmd.ProcessState.ExitCode()
}

func bareEnvironment(t *testing.T) []string {
	return []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
}

// freePort returns an unused loopback port.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// tail returns the last lines, at most a number of bytes: enough to explain a
// failure.
func tail(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = s[len(s)-most:]
	return "…" + s[strings.IndexByte(s, '\n')+1:]
}
