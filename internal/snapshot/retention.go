package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Bounds limit the files of a site in a rolling recording; 0: no limit.
type Bounds struct {
	Keep    int
	MaxAge  time.Duration
	MaxSize int64 // bytes of all files
}

// Prune removes the oldest snapshots of a site from a directory until the
// bounds hold. It touches only files with names by Name, and never the newest.
func Prune(dir, site string, b Bounds, now time.Time) error {
	if b == (Bounds{}) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("prune recordings: %w", err)
	}
	type file struct {
		name  string
		taken time.Time
		size  int64
	}
	var files []file
	for _, e := range entries {
		stamp, ok := strings.CutPrefix(e.Name(), namePrefix(site))
		stamp, suffixed := strings.CutSuffix(stamp, Extension)
		taken, err := time.Parse(nameTime, stamp)
		if !ok || !suffixed || err != nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // it has just been removed
		}
		files = append(files, file{e.Name(), taken, info.Size()})
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(b.taken.Unix(), a.taken.Unix()) })
	var total int64
	var failed error
	for i, f := range files {
		total += f.size
		old := b.MaxAge > 0 && now.Sub(f.taken) > b.MaxAge
		if i == 0 || !old && (b.Keep == 0 || i < b.Keep) && (b.MaxSize == 0 || total <= b.MaxSize) {
			continue
		}
		failed = errors.Join(failed, os.Remove(filepath.Join(dir, f.name)))
	}
	return failed
}
