//go:build e2e

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// TestDisk fills the disk, or kills rumtop, while it writes: existing files stay
// unchanged, no partial file is left, and the error says what to do.
func TestDisk(t *testing.T) {
	e := buildPrograms(t)
	r := newHarness(t, e)
	const sent = 6000
	r.postRandom(sent)
	r.frameWith("all beacons", func(f *frame.Frame) bool { return f.Total.Beacons == sent })
	recorded := filepath.Join(t.TempDir(), "recorded.rumsnap")
	r.rumtop("snapshot", "--since", "1h", "-o", recorded)

	t.Run("full", func(t *testing.T) { fullDisk(t, r, recorded) })
	t.Run("full, on the screen", func(t *testing.T) { fullDiskOnScreen(t, r, recorded) })
	t.Run("killed", func(t *testing.T) { killedWhileWriting(t, r) })
}

const advice = "no space left on device: make room there or write elsewhere, then try again"

// smallDisk mounts a file system of a size: a tmpfs in the mount namespace of an
// idle process, accessed from outside.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	holder := start(t, nil, "unshare", "--map-root-user", "--mount", "sh", "-c",
		`mount -t tmpfs -o size="$1" none "$0" && echo mounted && exec sleep 3600`, dir, strconv.Itoa(bytes))
	testwait.Until(t, "a small file system", func() bool {
		select {
		case err := <-holder.ended:
			t.Fatalf("no file system: %v: %s: run as root, or where users may make namespaces", err, holder.lines.String())
		default:
		}
		return strings.Contains(holder.lines.String(), "mounted")
	})
	return filepath.Join("/proc", strconv.Itoa(holder.cmd.Process.Pid), "root", dir)
}

// fill fills a file system up to a number of free bytes.
func fill(t *testing.T, dir string, but int) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	size := int64(0)
	for block := make([]byte, 4096); ; size += int64(len(block)) {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Truncate(max(0, size-int64(but))); err != nil {
		t.Fatal(err)
	}
}

// readFiles reads the files of a directory, including hidden ones.
func readFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

// writeFile writes a file or fails the test.
func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fullDisk(t *testing.T, r *harness, recorded string) {
	dir := smallDisk(t, 256<<10)
	for name, text := range map[string]string{"report.html": "a report", "frame.json": "a frame", "old.rumsnap": "a snapshot"} {
		writeFile(t, filepath.Join(dir, name), text)
	}
	for _, c := range []struct {
		name string
		room int // free bytes
		file string
		args []string
	}{
		{"a snapshot", 0, "new.rumsnap", []string{"snapshot", "--server", r.server, "--since", "1h", "-o", "new.rumsnap"}},
		{"a snapshot, while it is put together", 140 << 10, "new.rumsnap", []string{"snapshot", "--server", r.server, "--since", "1h", "-o", "new.rumsnap"}},
		{"a recording", 0, "new.rumsnap", []string{"snapshot", "--server", r.server, "--since", "1h", "--for", "1s", "-o", "new.rumsnap"}},
		{"a rolling recording", 0, ".rumsnap", []string{"snapshot", "--server", r.server, "--since", "1h", "--every", "1s"}},
		{"a report", 0, "report.html", []string{"report", recorded, "-o", "report.html"}},
		{"half a report", 16 << 10, "report.html", []string{"report", recorded, "-o", "report.html"}},
		{"a frame", 0, "frame.json", []string{"--once", "--server", r.server, "--format", "json", "-o", "frame.json"}},
		{"an identity key", 0, "identity.key", []string{"collect", "--server", r.server, "--listen", "127.0.0.1:0", "--site", "shop=" + siteKey, "--identity-key", "identity.key"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fill(t, dir, c.room)
			before := readFiles(t, dir)
			stdout, stderr, status := run(t, "env", append([]string{"-C", dir, r.env.rumtop}, c.args...)...)
			if status != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.file+": "+advice) {
				t.Errorf("status %d, prints %q, says %q", status, stdout, stderr)
			}
			if after := readFiles(t, dir); !sameFiles(before, after) {
				t.Errorf("%v before, %v after", names(before), names(after))
			}
			if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
				t.Fatal(err)
			}
		})
	}
	// With free space, the same commands succeed.
	file := filepath.Join(dir, "new.rumsnap")
	r.rumtop("snapshot", "--since", "1h", "-o", file)
	run(t, "env", "-C", dir, r.env.rumtop, "report", "new.rumsnap", "-o", "report.html")
	if text := readFiles(t, dir)["report.html"]; !strings.HasPrefix(text, "<!DOCTYPE html>") {
		t.Errorf("the report starts with %.40q", text)
	}
	// Printing to standard output can fail, too.
	for _, args := range [][]string{{"report", recorded, "--format", "md"}, {"open", recorded, "--once"}, {"version"}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(r.env.rumtop, args...)
		var problems bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &problems
		err = errors.Join(cmd.Run(), full.Close())
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(problems.String(), "no space left") {
			t.Errorf("rumtop %q > /dev/full: %v, says %q", args, err, problems.String())
		}
	}
}

func sameFiles(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, text := range a {
		if other, ok := b[name]; !ok || other != text {
			return false
		}
	}
	return true
}

func names(files map[string]string) (all []string) {
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// fullDiskOnScreen: the screen reports the error, stays live, and a retry works.
func fullDiskOnScreen(t *testing.T, r *harness, recorded string) {
	dir := smallDisk(t, 512<<10)
	config := filepath.Join(dir, "config.yaml")
	writeFile(t, config, "by: release\n")
	writeFile(t, filepath.Join(dir, "views.yaml"), "mine:\n  by: page\n")
	fill(t, dir, 0)
	before := readFiles(t, dir)
	m := newTerminal(t, 160, 36, "env", "-C", dir, "RUMTOP_CONFIG="+config, r.env.rumtop, "--server", r.server, "--site", "shop")
	m.waitFor("live", "by release", "TypeError")
	m.sendKeys("s")
	m.waitFor("write rumtop-shop-", advice)
	m.sendKeys("R")
	m.waitFor("● REC")
	m.sendKeys("R")
	m.waitFor("write rumtop-shop-", advice)
	m.sendKeys(":", "s", "a", "v", "e", "Space", "y", "o", "u", "r", "s", "Enter")
	m.waitFor("save view: write ", "views.yaml: no space left on device")
	if after := readFiles(t, dir); !sameFiles(before, after) {
		t.Errorf("%v before, %v after", names(before), names(after))
	}
	if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
		t.Fatal(err)
	}
	m.sendKeys("s")
	m.waitFor(".rumsnap: ", "6,000 beacons")
	m.sendKeys("R")
	m.waitFor("● REC")
	m.sendKeys("q")
	if status := m.exitStatus(); status != "0" {
		t.Errorf("rumtop ended with %s", status)
	}
	m.waitFor(".rumsnap: ", "next: rumtop report rumtop-shop-")
	if found, err := filepath.Glob(filepath.Join(dir, "rumtop-shop-*.rumsnap")); err != nil || len(found) != 2 {
		t.Errorf("%q are there, not two files (%v)", found, err)
	}
}

// killedWhileWriting kills snapshot commands until one is in the middle of its
// file. Every file with its final name is complete; temporary files are deleted
// when they are a day old.
func killedWhileWriting(t *testing.T, r *harness) {
	dir := t.TempDir()
	torn := func(least int64) (found []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil && filepath.Ext(e.Name()) == ".tmp" && info.Size() >= least {
				found = append(found, filepath.Join(dir, e.Name()))
			}
		}
		return found
	}
	kills := 0
	testwait.Until(t, "a kill in the middle of a file", func() bool {
		kills++
		p := exec.Command(r.env.rumtop, "snapshot", "--server", r.server, "--since", "1h", "-o", filepath.Join(dir, fmt.Sprintf("%d.rumsnap", kills)))
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- p.Wait() }()
		for len(torn(1)) == 0 {
			select {
			case <-ended:
				return false // it ended before the kill
			default:
			}
		}
		_ = p.Process.Kill() // it may have ended
		<-ended
		return len(torn(1)) > 0
	})
	t.Logf("%d kills", kills)
	whole, err := filepath.Glob(filepath.Join(dir, "*.rumsnap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range whole {
		if f := printed(t, r.env, "open", path, "--once", "--format", "json", "--window", "2h"); f.object("total")["beacons"] != 6000.0 {
			t.Errorf("%s holds %v", path, f.object("total"))
		}
	}
	old := torn(0)
	yesterday := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old[0], yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	r.rumtop("snapshot", "--since", "1h", "--dir", dir)
	if left := torn(0); slices.Contains(left, old[0]) || len(left) != len(old)-1 {
		t.Errorf("temporary files before %q, after %q", old, left)
	}
}
