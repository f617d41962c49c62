package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Temporary files are in the directory of their target, so that a rename is
// atomic.
const tempPrefix = ".rumsnap-"

// abandonedAge is the age above which a temporary file is from a crash: a
// writer touches its file far more often.
const abandonedAge = 24 * time.Hour

func createTemp(dir string) (*os.File, error) {
	return os.CreateTemp(dir, tempPrefix+"*.tmp") // 0600: the owner decides who else may read it
}

// removeAbandoned removes temporary files that crashes left in a directory. It
// ignores errors.
func removeAbandoned(dir string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > abandonedAge {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// writeError names the snapshot instead of a temporary file, which users do not
// know.
func writeError(path string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("write %s: %w", path, err)
}

// moveInto gives a finished temporary file its name. The file appears whole or
// not at all, and never replaces another.
func moveInto(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// A link fails if the target exists; a rename would replace it.
	err := os.Link(f.Name(), path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return errExists(path)
	case err != nil: // a file system without links
		if _, missing := os.Lstat(path); !errors.Is(missing, fs.ErrNotExist) {
			return errExists(path)
		}
		if err := os.Rename(f.Name(), path); err != nil {
			return err
		}
		return syncDir(filepath.Dir(path))
	}
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func errExists(path string) error {
	return fmt.Errorf("%s exists: choose another name, or move it", filepath.Base(path))
}

// syncDir makes a rename survive a crash, if the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// Name is the file name of a snapshot: its site and the time, UTC.
func Name(site string, at time.Time) string {
	return namePrefix(site) + at.UTC().Format(nameTime) + Extension
}

func namePrefix(site string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, cmp.Or(site, "site"))
	return "rumtop-" + safe + "-"
}

const nameTime = "20060102T150405Z"

// Extension is the extension of snapshots.
const Extension = ".rumsnap"
