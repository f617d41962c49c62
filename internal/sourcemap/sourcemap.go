// Package sourcemap finds where the frames of a stack stood in the source, from
// the source maps of a release in a local directory. Maps never travel: the
// collector does not know them, and neither does the server.
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

// Frame is where one line of a stack stood. The zero value says that nobody knows.
type Frame struct {
	File     string // as the map names it, without what leads out of the project
	Line     int    // from 1
	Function string // "" where neither the stack nor the map names it
}

const (
	// MaxMap is the most that a map may take on disk, in bytes. Larger ones are refused.
	MaxMap = 32 << 20
	// maxCached is how many maps are kept in memory, the last used.
	maxCached = 8
	// maxFrames is how many lines of a stack are looked at.
	maxFrames = 100
	// maxName is the longest release or path that is looked for, in bytes.
	maxName = 256
)

// Maps are the source maps in a directory: DIR/RELEASE/FILE.map, where FILE is the
// bundle's path in its URL or the last element of that, as in
// DIR/2.4.1/assets/app.js.map or DIR/2.4.1/app.js.map.
type Maps struct {
	root *os.Root

	mu    sync.Mutex // one map is read at a time
	cache *lru.Cache[string, *sourcemap.Consumer]
}

// Open opens a directory of maps. What lies outside of it is out of reach,
// whatever a release or a file is called and wherever links lead.
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

// Close gives the directory up.
func (m *Maps) Close() error { return m.root.Close() }

// errNoMap says that a bundle has no map; that is usual for code of others.
var errNoMap = errors.New("no source map")

// Frames finds the source of each line of a stack of a release; there are as many
// as lines. The error says why some, or all, are not known.
func (m *Maps) Frames(ctx context.Context, release string, stack []string) ([]Frame, error) {
	if !single(release) {
		return nil, fmt.Errorf("no source maps: %q is no release that could have a directory", release)
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
		at, ok := parse(line)
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
			// What stands where a function was called is what the source calls it.
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
		broken = fmt.Errorf("no source maps of release %s fit", release)
	}
	return frames, broken
}

// minName is the length of the shortest function names that a minifier did not make.
const minName = 3

// single is whether a release is the name of one directory.
func single(release string) bool {
	return release != "" && release != "." && len(release) <= maxName && fs.ValidPath(release) && !strings.ContainsAny(release, "/\\\x00")
}

// load gives the map of a bundle: by its whole path, else by its name.
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

// read reads a map. Of what it is given it keeps no source.
func (m *Maps) read(name string) (c *sourcemap.Consumer, err error) {
	file, err := m.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("is no file")
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxMap+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxMap {
		return nil, fmt.Errorf("takes more than %d MiB", MaxMap>>20)
	}
	return decode(data)
}

// decode reads a map that may be anything. The library trusts its indices: what
// it trips over is malformed.
func decode(data []byte) (c *sourcemap.Consumer, err error) {
	defer func() {
		if recover() != nil {
			c, err = nil, errors.New("is malformed")
		}
	}()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("is malformed: %w", err)
	}
	delete(fields, "sourcesContent")
	if data, err = json.Marshal(fields); err != nil {
		return nil, fmt.Errorf("is malformed: %w", err)
	}
	if c, err = sourcemap.Parse("", data); err != nil {
		return nil, fmt.Errorf("is malformed: %w", err)
	}
	return c, nil
}

// locate finds a place of a bundle; line is 0 where the map does not know it.
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
