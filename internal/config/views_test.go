package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
	"go.yaml.in/yaml/v3"
)

func TestViewsSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rumtop")
	config := filepath.Join(dir, "config.yaml")
	var file map[string]yaml.Node
	if err := yaml.Unmarshal([]byte("views: {mobile: {filter: device=mobile, by: browser}}"), &file); err != nil {
		t.Fatal(err)
	}
	v, err := readViews(file, config)
	if err != nil {
		t.Fatal(err)
	}
	e, err := filter.Parse("page=/checkout region=eu-*")
	if err != nil {
		t.Fatal(err)
	}
	q := frame.Query{Filter: e, By: "release", Window: 15 * time.Minute, Baseline: frame.BaselineSpec{Ago: time.Hour}}
	if err := v.Save("checkout", q); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "views.yaml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".views-*")); left != nil {
		t.Errorf("left %v", left)
	}
	// Another session saves; neither forgets the other's.
	other, err := readViews(nil, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Save("mine", frame.Query{By: "os", Window: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if err := v.Save("third", frame.Query{By: "os", Window: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if names := v.Names(); !slices.Equal(names, []string{"checkout", "mine", "mobile", "third"}) {
		t.Errorf("%q", names)
	}
	got, err := v.Open("checkout")
	if err != nil || got.Filter.Text != e.Text || got.By != "release" || got.Window != 15*time.Minute || got.Baseline.Ago != time.Hour {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := v.Open("mobile"); err != nil || got.Window != 0 || got.By != "browser" {
		t.Errorf("%+v, %v", got, err)
	}
	section, err := v.section("checkout")
	if err != nil || section["filter"].Value != e.Text || section["window"].Value != "15m0s" {
		t.Errorf("%v, %v", section, err)
	}
	if _, err := v.section("none"); err == nil || !strings.Contains(err.Error(), "checkout, mine, mobile") {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"", "../x", "a b", "a/b", "\x1b[2J", strings.Repeat("a", maxViewName+1)} {
		if err := v.Save(name, q); err == nil {
			t.Errorf("saved under the name %q", name)
		}
	}
	nowhere, err := readViews(nil, "")
	if err != nil || nowhere.Save("x", q) == nil {
		t.Errorf("Save without a directory succeeded, %v", err)
	}
}

func TestDecodeViewsStrict(t *testing.T) {
	for _, bad := range []string{
		"x: {filtre: a=b}", "x: {window: soon}", "x: {window: 25h}", "x: {filter: 'lcp>fast'}", "x: {baseline: whenever}", "a b: {by: os}", "- x", "x: [1]", "x: y",
	} {
		if v, err := decodeViews([]byte(bad)); err == nil {
			t.Errorf("%q: %+v", bad, v)
		}
	}
	if v, err := decodeViews(nil); err != nil || v != nil {
		t.Errorf("empty input: %+v, %v", v, err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "views.yaml")
	if err := os.WriteFile(path, []byte("x: {filtre: a=b}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readViews(nil, filepath.Join(dir, "config.yaml")); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	if _, err := readViews(map[string]yaml.Node{"views": {Kind: yaml.SequenceNode}}, filepath.Join(dir, "none", "config.yaml")); err == nil {
		t.Error("accepted a list as views")
	}
}

func FuzzDecodeViews(f *testing.F) {
	f.Add([]byte("checkout: {filter: 'page=/checkout', by: release, window: 5m, baseline: 1h}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		views, err := decodeViews(data)
		if err != nil {
			return
		}
		for name, view := range views {
			if _, err := view.query(time.Now()); err != nil || checkViewName(name) != nil {
				t.Errorf("%q: %+v, %v", name, view, err)
			}
		}
	})
}
