package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/ui"
)

// savedView is a question by name, as it stands under views: in the configuration
// file, and in views.yaml beside it, which the screen writes: a file that people
// write and comment is not for programs to write.
type savedView struct {
	Filter   string `yaml:"filter,omitempty"`
	By       string `yaml:"by,omitempty"`
	Window   string `yaml:"window,omitempty"`
	Baseline string `yaml:"baseline,omitempty"`
}

const (
	maxViews     = 200
	maxViewName  = 40
	maxViewsFile = 1 << 20
)

// savedViews are the views of a configuration.
type savedViews struct {
	path string // of views.yaml; "": nothing can be saved

	saving sync.Mutex // one at a time

	mu    sync.Mutex           // of what is in memory: never held while a file is read or written
	given map[string]savedView // by the configuration file
	saved map[string]savedView // by the screen; these go first
}

// readViews reads what the configuration file has under views, and views.yaml.
func readViews(file map[string]any, config string) (*savedViews, error) {
	v := &savedViews{}
	if section, ok := file["views"]; ok {
		text, err := yaml.Marshal(section)
		if err == nil {
			v.given, err = decodeViews(text)
		}
		if err != nil {
			return nil, usage("%s: views: %w", config, err)
		}
	}
	if config == "" {
		return v, nil
	}
	v.path = filepath.Join(filepath.Dir(config), "views.yaml")
	var err error
	v.saved, err = v.read()
	return v, err
}

func (v *savedViews) read() (map[string]savedView, error) {
	data, err := os.ReadFile(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, usage("reading saved views: %w", err)
	}
	views, err := decodeViews(data)
	if err != nil {
		return nil, usage("%s: %w", v.path, err)
	}
	return views, nil
}

// decodeViews reads views strictly: a misspelt key would silently be left out.
func decodeViews(data []byte) (map[string]savedView, error) {
	if len(data) > maxViewsFile {
		return nil, fmt.Errorf("views take %d bytes, %d are the most", len(data), maxViewsFile)
	}
	var views map[string]savedView
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&views); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w; a view has filter, by, window, baseline", err)
	}
	if len(views) > maxViews {
		return nil, fmt.Errorf("%d views: %d are the most", len(views), maxViews)
	}
	for name, view := range views {
		if err := checkViewName(name); err != nil {
			return nil, err
		}
		if _, err := view.question(time.Now()); err != nil {
			return nil, fmt.Errorf("view %s: %w", name, err)
		}
	}
	return views, nil
}

func checkViewName(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	if name == "" || len(name) > maxViewName || strings.Trim(name, letters) != "" {
		return fmt.Errorf("%q is no name of a view: 1 to %d letters, digits, dots, hyphens and underscores", name, maxViewName)
	}
	return nil
}

// question is what a view asks; what it does not say is left at zero.
func (s savedView) question(now time.Time) (frame.Query, error) {
	e, err := filter.Parse(s.Filter)
	if err != nil {
		return frame.Query{}, fmt.Errorf("filter: %w", err)
	}
	q := frame.Query{Filter: e, By: s.By}
	if s.Window != "" {
		if q.Window, err = time.ParseDuration(s.Window); err != nil || q.Window < time.Second || q.Window > 24*time.Hour {
			return frame.Query{}, fmt.Errorf("window %q: a length of time from 1s to 24h", s.Window)
		}
	}
	q.Baseline, err = parseBaseline(s.Baseline, now)
	return q, err
}

// Names are those of all views, sorted.
func (v *savedViews) Names() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Sorted(maps.Keys(v.all()))
}

func (v *savedViews) all() map[string]savedView {
	all := maps.Clone(v.given)
	if all == nil {
		all = map[string]savedView{}
	}
	maps.Copy(all, v.saved)
	return all
}

func (v *savedViews) find(name string) (savedView, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	view, ok := v.all()[name]
	if !ok {
		known := "none is saved: type :save NAME on the screen"
		if len(v.all()) > 0 {
			known = "known are " + strings.Join(slices.Sorted(maps.Keys(v.all())), ", ")
		}
		return view, fmt.Errorf("no view %q: %s", name, known)
	}
	return view, nil
}

// Open gives the question of a view.
func (v *savedViews) Open(name string) (frame.Query, error) {
	view, err := v.find(name)
	if err != nil {
		return frame.Query{}, err
	}
	return view.question(time.Now())
}

// Save writes a view into views.yaml, whole or not at all, with what others have
// saved meanwhile.
func (v *savedViews) Save(name string, q frame.Query) error {
	if err := checkViewName(name); err != nil {
		return err
	}
	if v.path == "" {
		return errors.New("there is no place to save views in: set HOME or XDG_CONFIG_HOME")
	}
	view := savedView{Filter: q.Filter.Text, By: q.By, Window: q.Window.String()}
	if q.Baseline.Ago > 0 {
		view.Baseline = q.Baseline.Ago.String()
	}
	v.saving.Lock()
	defer v.saving.Unlock()
	views, err := v.read()
	if err != nil {
		return err
	}
	if views == nil {
		views = map[string]savedView{}
	}
	views[name] = view
	if len(views) > maxViews {
		return fmt.Errorf("%d views are saved: take one out of %s", maxViews, v.path)
	}
	data, err := yaml.Marshal(views)
	if err != nil {
		return fmt.Errorf("save view: %w", err)
	}
	if err := writeWhole(v.path, data); err != nil {
		return fmt.Errorf("save view: %w", advised(err))
	}
	v.mu.Lock()
	v.saved = views
	v.mu.Unlock()
	return nil
}

// writeWhole replaces a file that its owner alone can read.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".views-*") // 0600
	if err != nil {
		return failedTo(path, err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return failedTo(path, err)
	}
	return nil
}

var _ ui.Views = (*savedViews)(nil)

// section is a view in place of a section of the configuration; nil for no name.
func (v *savedViews) section(name string) (map[string]any, error) {
	if name == "" {
		return nil, nil
	}
	view, err := v.find(name)
	if err != nil {
		return nil, usage("--view: %w", err)
	}
	section := map[string]any{}
	for key, value := range map[string]string{"filter": view.Filter, "by": view.By, "window": view.Window, "baseline": view.Baseline} {
		if value != "" {
			section[key] = value
		}
	}
	return section, nil
}
