// Package secret checks files that contain secrets, such as keys and
// credentials, and names servers without the secrets in their URLs.
package secret

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// Check returns an error for a file that is missing, is not a regular file, or
// that every user of the machine can read or write. what names it in the error:
// "TLS key". Group access is fine, because containers mount secrets with it.
func Check(what, file string) (fs.FileInfo, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the %s: %w", what, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s %s: not a file", what, file)
	case open(info, 0o006):
		return nil, fmt.Errorf("%s %s: every user can read or write it: chmod 600 it", what, file)
	}
	return info, nil
}

// Exposed reports whether every user of the machine can read a file.
func Exposed(file string) bool {
	info, err := os.Stat(file)
	return err == nil && open(info, 0o004)
}

// open reports whether a file has some of the permissions for everybody.
func open(info fs.FileInfo, permissions fs.FileMode) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&permissions != 0
}
