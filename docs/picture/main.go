// Command picture makes the picture of the README: it runs rumtop demo in tmux,
// waits until the screen reports the incident, and writes the screen as SVG.
//
//	go run ./docs/picture > docs/screen.svg
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Size of the terminal in cells.
const (
	columns = 120
	rows    = 36
)

// patience is how long the demo may take to report the incident.
const patience = 3 * time.Minute

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "rumtop-picture-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := dir + "/rumtop"
	if out, err := exec.Command("go", "build", "-o", binary, "./cmd/rumtop").CombinedOutput(); err != nil {
		return fmt.Errorf("build rumtop: %w: %s", err, out)
	}
	socket := dir + "/tmux"
	tmux := func(args ...string) (string, error) {
		cmd := exec.Command("tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...)
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC")
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
		}
		return string(out), err
	}
	if _, err := tmux("new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), binary, "demo", "--by", "release", "--theme", "dark"); err != nil {
		return err
	}
	defer func() { _, _ = tmux("kill-server") }()
	// What the errored views share is on the screen some seconds after the finding.
	const settle = 10
	for end, left := time.Now().Add(patience), settle; time.Now().Before(end); time.Sleep(time.Second) {
		plain, err := tmux("capture-pane", "-p")
		if err != nil {
			return err
		}
		if strings.Contains(plain, "▲ error rate") {
			left--
		}
		if left == 0 {
			coloured, err := tmux("capture-pane", "-e", "-p")
			if err != nil {
				return err
			}
			_, err = fmt.Print(svg(coloured)) //nolint:forbidigo // standard output is the picture
			return err
		}
	}
	return errors.New("the screen does not report the incident")
}
