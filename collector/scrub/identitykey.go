package scrub

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func newMaster(r io.Reader) ([]byte, error) {
	m := make([]byte, masterSize)
	if _, err := io.ReadFull(r, m); err != nil {
		return nil, fmt.Errorf("make identity secret: %w", err)
	}
	return m, nil
}

// sharedMaster reads the master secret from a file, and creates the file if it is
// missing. If several collectors start at once, one creates it and all read its
// secret: a link makes the file appear complete.
func sharedMaster(path string, r io.Reader) ([]byte, error) {
	m, err := readMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	if err := createMaster(path, r); err != nil && !errors.Is(err, fs.ErrExist) {
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err // without the temporary file's name
		}
		return nil, fmt.Errorf("create identity key file %s: %w", path, err)
	}
	return readMaster(path)
}

func createMaster(path string, r io.Reader) error {
	m, err := newMaster(r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".identity-*") // 0600
	if err != nil {
		return err
	}
	// The link keeps the file under its name; a leftover is harmless.
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(m) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func readMaster(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open identity key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat identity key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("identity key file %s: not a regular file: use a file with the key", path)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return nil, fmt.Errorf("identity key file %s: mode %04o lets other users read or write it: chmod 600 it, and consider a new key", path, perm)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return nil, fmt.Errorf("read identity key file: %w", err)
	}
	m, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(m) < masterSize {
		return nil, fmt.Errorf("identity key file %s: not %d hexadecimal digits or more: remove the file to create a new one", path, 2*masterSize)
	}
	return m, nil
}
