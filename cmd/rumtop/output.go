package main

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rumtop/rumtop/internal/fserr"
)

// output is what -o names. A file appears as a whole, with commit, or not at all;
// a pipe or a device is written to directly.
type output struct {
	to   io.Writer
	name string
	file *os.File // nil: standard output
	temp string   // name of file until commit; "": it has its own name
}

// openOutput opens what -o names; "-" is standard output. The caller commits, and
// defers discard.
func (p *program) openOutput(name string) (*output, error) {
	if name == "-" || name == "" {
		return &output{to: p.stdout}, nil
	}
	target, mode := name, fs.FileMode(0o666) // before the umask
	switch info, err := os.Stat(name); {
	case err == nil && !info.Mode().IsRegular():
		// A rename would replace /dev/null with a file.
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, fserr.Write(name, err)
		}
		return &output{to: f, name: name, file: f}, nil
	case err == nil:
		mode = info.Mode().Perm()
		if target, err = filepath.EvalSymlinks(name); err != nil {
			return nil, fserr.Write(name, err)
		}
	}
	temp := filepath.Join(filepath.Dir(target), ".rumtop-"+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, fserr.Write(name, err)
	}
	return &output{to: f, name: target, file: f, temp: temp}, nil
}

// Write writes to the file that commit makes visible.
func (o *output) Write(b []byte) (int, error) {
	n, err := o.to.Write(b)
	if err != nil && o.file != nil {
		err = fserr.Write(o.name, err)
	}
	return n, err
}

// commit makes the file visible under its name.
func (o *output) commit() error {
	if o.file == nil {
		return nil
	}
	var err error
	if o.temp != "" {
		err = o.file.Sync()
	}
	if err = errors.Join(err, o.file.Close()); err == nil && o.temp != "" {
		err = os.Rename(o.temp, o.name)
	}
	if err != nil {
		return fserr.Write(o.name, err)
	}
	o.file, o.temp = nil, ""
	return nil
}

// discard removes the file, unless it has been committed.
func (o *output) discard() {
	if o.file == nil {
		return
	}
	_ = o.file.Close()
	if o.temp != "" {
		_ = os.Remove(o.temp)
	}
}
