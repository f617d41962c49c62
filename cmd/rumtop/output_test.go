package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestOutput(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "frame.json")
	p := &program{stdout: io.Discard}
	write := func(name, text string, commit bool) {
		t.Helper()
		out, err := p.openOutput(name)
		if err != nil {
			t.Fatal(err)
		}
		defer out.discard()
		if _, err := io.WriteString(out, text); err != nil {
			t.Fatal(err)
		}
		if commit {
			if err := out.commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	holds := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Fatalf("%s holds %q (%v), want %q", path, got, err, want)
		}
	}
	files := func(want int) {
		t.Helper()
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != want {
			t.Fatalf("%v (%v), want %d files", entries, err, want)
		}
	}
	write(path, "never", false)
	files(0)
	write(path, "one", true)
	holds("one")

	// Without commit, the old file stays and no temporary one is left.
	write(path, "two", false)
	holds("one")
	files(1)

	// A file keeps its permissions, and a link its target.
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "latest.json")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	write(link, "three", true)
	holds("three")
	files(2)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v (%v)", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
}
