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

// Temporary files stand beside what they become, for a rename to be atomic.
const tempPrefix = ".rumsnap-"

// abandoned is the age from which a temporary file is one that a crash left
// behind: whoever writes one touches it far more often.
const abandoned = 24 * time.Hour

func createTemp(dir string) (*os.File, error) {
	return os.CreateTemp(dir, tempPrefix+"*.tmp") // 0600: who may read it is for its owner to say
}

// sweep removes what a crash left behind in a directory. What cannot be removed stays.
func sweep(dir string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// failedTo says that a snapshot could not be written, by its own name: nobody
// knows a temporary file's.
func failedTo(path string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("write %s: %w", path, err)
}

// publish gives a finished temporary file its name. It appears whole or not at
// all, and never in the place of another file.
func publish(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// A link fails where there is a file; a rename would replace it.
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
	return fmt.Errorf("%s is there already: choose another name, or move it away", filepath.Base(path))
}

// syncDir makes a rename outlast a crash, where the system can.
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

// Name is what a snapshot is called: by its site and the time, UTC.
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

// Extension is how snapshots' names end.
const Extension = ".rumsnap"
