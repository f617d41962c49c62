// Package secret looks after files that hold secrets: keys, credentials.
package secret

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// Check refuses a file that is missing, is no file, or that everybody on the
// machine may read or change. what names it in the error: "TLS key". A group may
// read it, as where a container's secrets are mounted.
func Check(what, file string) (fs.FileInfo, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read the %s: %w", what, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("the %s %s is no file", what, file)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o006 != 0:
		return nil, fmt.Errorf("the %s %s can be read by everybody: chmod 600 it", what, file)
	}
	return info, nil
}
