package config

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
	"github.com/rumtop/rumtop/internal/fserr"
)

// savedView is a query by name. It is in the configuration file, under views:,
// or in views.yaml beside it, which the screen writes: a program does not write
// to a file that people write and comment.
type savedView struct {
	Filter   string `yaml:"filter,omitempty"`
	Traffic  string `yaml:"traffic,omitempty"`
	By       string `yaml:"by,omitempty"`
	Window   string `yaml:"window,omitempty"`
	Baseline string `yaml:"baseline,omitempty"`
}

const (
	maxViews     = 200
	maxViewName  = 40
	maxViewsFile = 1 << 20
)

// Views are the saved views of a configuration.
type Views struct {
	path string // of views.yaml; "": there is no place to save

	saving sync.Mutex // held by one Save at a time

	mu         sync.Mutex           // of the maps: never held while a file is read or written
	configured map[string]savedView // in the configuration file
	saved      map[string]savedView // in views.yaml; preferred
}

// readViews reads what the configuration file has under views:, and views.yaml.
func readViews(file map[string]yaml.Node, config string) (*Views, error) {
	v := &Views{}
	if section, ok := file["views"]; ok {
		text, err := yaml.Marshal(&section)
		if err == nil {
			v.configured, err = decodeViews(text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: views: %w", config, err)
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

func (v *Views) read() (map[string]savedView, error) {
	data, err := os.ReadFile(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read saved views: %w", err)
	}
	views, err := decodeViews(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.path, err)
	}
	return views, nil
}

// decodeViews reads views strictly: a misspelt key would silently be ignored.
func decodeViews(data []byte) (map[string]savedView, error) {
	if len(data) > maxViewsFile {
		return nil, fmt.Errorf("saved views of %d bytes: at most %d", len(data), maxViewsFile)
	}
	var views map[string]savedView
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&views); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: a view has filter, traffic, by, window, baseline", err)
	}
	if len(views) > maxViews {
		return nil, fmt.Errorf("%d views: at most %d", len(views), maxViews)
	}
	for name, view := range views {
		if err := checkViewName(name); err != nil {
			return nil, err
		}
		if _, err := view.query(time.Now()); err != nil {
			return nil, fmt.Errorf("view %s: %w", name, err)
		}
	}
	return views, nil
}

func checkViewName(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	if name == "" || len(name) > maxViewName || strings.Trim(name, letters) != "" {
		return fmt.Errorf("view name %q: use 1 to %d letters, digits, dots, hyphens and underscores", name, maxViewName)
	}
	return nil
}

// query is the query of a view; what the view does not set stays zero.
func (s savedView) query(now time.Time) (frame.Query, error) {
	e, err := filter.Parse(s.Filter)
	if err != nil {
		return frame.Query{}, fmt.Errorf("filter: %w", err)
	}
	if choices := frame.TrafficChoices(); s.Traffic != "" && !slices.Contains(choices, s.Traffic) {
		return frame.Query{}, fmt.Errorf("traffic %q: unknown: use %s", s.Traffic, strings.Join(choices, ", "))
	}
	q := frame.Query{Filter: e, Traffic: s.Traffic, By: s.By}
	if s.Window != "" {
		if q.Window, err = time.ParseDuration(s.Window); err != nil || q.Window < time.Second || q.Window > 24*time.Hour {
			return frame.Query{}, fmt.Errorf("window %q: use a duration from 1s to 24h", s.Window)
		}
	}
	q.Baseline, err = ParseBaseline(s.Baseline, now)
	return q, err
}

// Names returns the names of all views, sorted.
func (v *Views) Names() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Sorted(maps.Keys(v.all()))
}

func (v *Views) all() map[string]savedView {
	all := maps.Clone(v.configured)
	if all == nil {
		all = map[string]savedView{}
	}
	maps.Copy(all, v.saved)
	return all
}

func (v *Views) find(name string) (savedView, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	view, ok := v.all()[name]
	if !ok {
		known := "none is saved: type :save NAME on the screen"
		if len(v.all()) > 0 {
			known = "use " + strings.Join(slices.Sorted(maps.Keys(v.all())), ", ")
		}
		return view, fmt.Errorf("no view %q: %s", name, known)
	}
	return view, nil
}

// Open returns the query of a view.
func (v *Views) Open(name string) (frame.Query, error) {
	view, err := v.find(name)
	if err != nil {
		return frame.Query{}, err
	}
	return view.query(time.Now())
}

// Save adds a view to views.yaml, which is replaced as a whole or not at all. It
// keeps what other sessions have saved meanwhile.
func (v *Views) Save(name string, q frame.Query) error {
	if err := checkViewName(name); err != nil {
		return err
	}
	if v.path == "" {
		return errors.New("no directory for saved views: set HOME or XDG_CONFIG_HOME")
	}
	view := savedView{Filter: q.Filter.Text, Traffic: q.Traffic, By: q.By, Window: q.Window.String()}
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
		return fmt.Errorf("%d views are saved already: remove one from %s", maxViews, v.path)
	}
	data, err := yaml.Marshal(views)
	if err != nil {
		return fmt.Errorf("save view: %w", err)
	}
	if err := writeWhole(v.path, data); err != nil {
		return fmt.Errorf("save view: %w", fserr.Advise(err))
	}
	v.mu.Lock()
	v.saved = views
	v.mu.Unlock()
	return nil
}

// writeWhole replaces a file with one that only its owner can read.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".views-*") // 0600
	if err != nil {
		return fserr.Write(path, err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fserr.Write(path, err)
	}
	return nil
}

// section is a view as a section of the configuration file; nil without a name.
func (v *Views) section(name string) (map[string]yaml.Node, error) {
	if name == "" {
		return nil, nil
	}
	view, err := v.find(name)
	if err != nil {
		return nil, fmt.Errorf("--view: %w", err)
	}
	section := map[string]yaml.Node{}
	for key, value := range map[string]string{"filter": view.Filter, "traffic": view.Traffic, "by": view.By, "window": view.Window, "baseline": view.Baseline} {
		if value != "" {
			section[key] = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
		}
	}
	return section, nil
}
