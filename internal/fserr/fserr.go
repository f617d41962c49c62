// Package fserr completes file errors for the user: with the name that the user
// gave, and with what to do about a full disk.
package fserr

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Write reports that the file called name could not be written. It drops the
// path in err, which may be a temporary file's.
func Write(name string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("write %s: %w", name, err)
}

// Advise appends what to do to an error of a full disk or quota. It returns
// other errors as they are.
func Advise(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w: make room there or write elsewhere, then try again", err)
	}
	return err
}
