// Package sourcemap maps the frames of a stack to source positions, by the
// source maps of a release in a local directory. Neither the collector nor the
// server sees the maps.
package sourcemap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"github.com/go-sourcemap/sourcemap"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Frame is the source position of one line of a stack. The zero value means
// unknown.
type Frame struct {
	File     string // in the map, without leading ../
	Line     int    // from 1
	Function string // "" if neither the stack nor the map names it
}

const (
	// MaxMap is the size limit of a map's file, in bytes.
	MaxMap = 32 << 20
	// maxCached is how many of the last used maps stay in memory.
	maxCached = 8
	// maxFrames is how many lines of a stack are mapped.
	maxFrames = 100
	// maxName is the longest release or path, in bytes.
	maxName = 256
)

// Maps are the source maps in a directory: DIR/RELEASE/FILE.map. FILE is the path
// of the bundle's URL or its last element, as in DIR/2.4.1/assets/app.js.map or
// DIR/2.4.1/app.js.map.
type Maps struct {
	root *os.Root

	mu    sync.Mutex // one map is read at a time
	cache *lru.Cache[string, *sourcemap.Consumer]
}

// Open opens a directory of maps. No name of a release or file, and no link, can
// reach outside of it.
func Open(dir string) (*Maps, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("source maps: %w", err)
	}
	cache, err := lru.New[string, *sourcemap.Consumer](maxCached)
	if err != nil {
		return nil, fmt.Errorf("source maps: %w", err)
	}
	return &Maps{root: root, cache: cache}, nil
}

// Close closes the directory.
func (m *Maps) Close() error { return m.root.Close() }

// errNoMap means that a bundle has no map, as is usual for third-party code.
var errNoMap = errors.New("no source map")

// Frames returns the source position of each line of a release's stack. The
// error says why some or all are unknown.
func (m *Maps) Frames(ctx context.Context, release string, stack []string) ([]Frame, error) {
	if !isDirName(release) {
		return nil, fmt.Errorf("source maps of release %q: not a directory name", release)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	frames := make([]Frame, len(stack))
	callee := -1 // the line before, if it has a place
	var broken, missing error
	found := false
	for i, line := range stack[:min(len(stack), maxFrames)] {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("source maps: %w", err)
		}
		at, ok := parseLine(line)
		if !ok {
			callee = -1
			continue
		}
		consumer, err := m.load(release, at.file)
		switch {
		case errors.Is(err, errNoMap):
			missing = errors.Join(missing, err)
		case err != nil:
			broken = err
		default:
			file, name, number := locate(consumer, at)
			if number > 0 {
				found = true
				frames[i] = Frame{File: file, Line: number, Function: at.function}
			}
			// The name at the call is the source's name of the called function.
			if callee >= 0 && name != "" && len(frames[callee].Function) < minName {
				frames[callee].Function = name
			}
		}
		callee = i
	}
	for i := range frames {
		if len(frames[i].Function) < minName {
			frames[i].Function = ""
		}
	}
	if broken == nil && !found && missing != nil {
		broken = fmt.Errorf("no source maps of release %s match", release)
	}
	return frames, broken
}

// minName is the length below which a function name is probably minified.
const minName = 3

// isDirName reports whether a release is a valid name of one directory.
func isDirName(release string) bool {
	return release != "" && release != "." && len(release) <= maxName && fs.ValidPath(release) && !strings.ContainsAny(release, "/\\\x00")
}

// load returns the map of a bundle, by its full path or else by its name.
func (m *Maps) load(release, file string) (*sourcemap.Consumer, error) {
	names := []string{file + ".map", path.Base(file) + ".map"}
	if !strings.HasSuffix(file, ".js") {
		names = append(names, path.Base(file)+".js.map")
	}
	for _, name := range names {
		name = release + "/" + name
		if !fs.ValidPath(name) || len(name) > 2*maxName || strings.ContainsAny(name, "\\\x00") {
			continue
		}
		if c, ok := m.cache.Get(name); ok {
			return c, nil
		}
		c, err := m.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("source map %s: %w", name, err)
		}
		m.cache.Add(name, c)
		return c, nil
	}
	return nil, errNoMap
}

// read reads a map, without the sources in it.
func (m *Maps) read(name string) (c *sourcemap.Consumer, err error) {
	file, err := m.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxMap+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxMap {
		return nil, fmt.Errorf("larger than %d MiB", MaxMap>>20)
	}
	return decode(data)
}

// decode decodes a map of any content. The library trusts its indices: a panic
// means that the map is malformed.
func decode(data []byte) (c *sourcemap.Consumer, err error) {
	defer func() {
		if recover() != nil {
			c, err = nil, errors.New("malformed")
		}
	}()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("malformed: %w", err)
	}
	delete(fields, "sourcesContent")
	if data, err = json.Marshal(fields); err != nil {
		return nil, fmt.Errorf("malformed: %w", err)
	}
	if c, err = sourcemap.Parse("", data); err != nil {
		return nil, fmt.Errorf("malformed: %w", err)
	}
	return c, nil
}

// locate maps a place of a bundle. line is 0 if the map does not contain it.
func locate(c *sourcemap.Consumer, at place) (file, name string, line int) {
	defer func() {
		if recover() != nil { // see decode
			file, name, line = "", "", 0
		}
	}()
	file, name, line, _, ok := c.Source(at.line, at.column-1)
	if !ok || file == "" || line <= 0 {
		return "", "", 0
	}
	for strings.HasPrefix(file, "../") || strings.HasPrefix(file, "./") {
		_, file, _ = strings.Cut(file, "/")
	}
	return file, name, line
}
