// Package arrows holds the project to its architecture: data goes one way, and
// no package imports what lies behind it.
package arrows

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/rumtop/rumtop/"

// A rule says what the packages under a path must never import, directly or
// through others. Prefixes end in "/" or are whole import paths; "os" and the
// like are forbidden as direct imports only, since every library uses them.
type rule struct {
	under  string
	never  []string
	direct []string
}

var rules = []rule{
	{under: "internal/beacon", never: []string{module, "github.com/nats-io/", "github.com/charmbracelet/"}, direct: []string{"os", "net", "net/http", "time"}},
	{under: "internal/filter", never: []string{module + "collector", module + "internal/agg", module + "internal/ui", module + "internal/stream", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}, direct: []string{"os", "net"}},
	{under: "internal/agg/detect", never: []string{module + "internal/agg/slo", module + "internal/agg/compare"}, direct: []string{module + "internal/agg"}},
	{under: "internal/agg/explain", never: []string{module + "internal/agg/slo", module + "internal/agg/detect", module + "internal/agg/compare"}, direct: []string{module + "internal/agg"}},
	{under: "internal/agg/compare", never: []string{module + "internal/agg/slo", module + "internal/agg/detect"}, direct: []string{module + "internal/agg"}},
	{under: "internal/agg/slo", never: []string{module + "internal/agg/detect", module + "internal/agg/compare"}, direct: []string{module + "internal/agg"}},
	{under: "internal/fingerprint", never: []string{module}, direct: []string{"os", "net", "net/http", "time"}},
	{under: "internal/hist", never: []string{module}, direct: []string{"os", "net", "net/http", "time"}},
	{under: "internal/stats", never: []string{module}, direct: []string{"os", "net", "net/http", "time"}},
	{under: "internal/agg", never: []string{module + "collector", module + "internal/ui", module + "internal/stream", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}, direct: []string{"os", "net", "net/http"}},
	{under: "internal/agg/store", never: []string{module + "internal/frame", module + "internal/agg/detect", module + "internal/agg/slo"}, direct: []string{module + "internal/agg", module + "internal/stats", module + "internal/hist"}},
	{under: "internal/stream", never: []string{module + "internal/agg", module + "internal/ui", module + "collector", "github.com/charmbracelet/"}},
	{under: "internal/ui/draw", never: []string{module + "internal/frame", module + "internal/agg", "github.com/charmbracelet/bubbletea"}},
	{under: "internal/ui", never: []string{module + "internal/agg", module + "internal/hist", module + "internal/stream", module + "internal/snapshot", module + "collector", "github.com/nats-io/"}},
	{under: "internal/snapshot", never: []string{module + "internal/ui", module + "internal/stream", module + "collector", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}},
	{under: "internal/feed", never: []string{module + "internal/ui", module + "collector", "github.com/charmbracelet/bubbletea"}},
	{under: "internal/record", never: []string{module + "internal/ui", module + "collector", "github.com/charmbracelet/bubbletea"}},
	{under: "internal/config", never: []string{module + "internal/ui", module + "internal/agg", module + "internal/stream", module + "collector", "github.com/charmbracelet/bubbletea"}},
	{under: "internal/frame", never: []string{module + "internal/agg", module + "internal/ui", module + "internal/stream", module + "collector", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}, direct: []string{"os", "net", "net/http"}},
	{under: "internal/measure", never: []string{module + "internal/agg", module + "internal/ui", module + "internal/frame", module + "internal/stream", module + "collector", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}, direct: []string{"os", "net", "net/http", "time"}},
	{under: "internal/demo", never: []string{module + "internal/agg", module + "internal/ui", module + "internal/stream", "github.com/nats-io/"}},
	{under: "collector", never: []string{module + "internal/agg", module + "internal/ui", "github.com/charmbracelet/bubbletea", "github.com/nats-io/"}},
	{under: "collector/edge", never: []string{module + "collector", module + "internal/beacon", module + "internal/agg", module + "internal/frame", module + "internal/ui", module + "internal/stream", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}},
	{under: "collector/stitch", never: []string{module + "collector/edge", module + "collector/enrich", module + "collector/scrub", module + "collector/forward", module + "internal/agg", module + "internal/frame", module + "internal/ui", module + "internal/stream", "github.com/nats-io/", "github.com/charmbracelet/bubbletea"}, direct: []string{"os", "net", "net/http"}},
}

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func under(path, dir string) bool {
	return path == module+dir || strings.HasPrefix(path, module+dir+"/")
}

func matches(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

func TestImportArrows(t *testing.T) {
	all := list(t)
	for _, r := range rules {
		found := false
		for _, p := range all {
			found = found || under(p.ImportPath, r.under)
		}
		if !found {
			t.Errorf("no package under %s: the rule guards nothing", r.under)
		}
	}
	for _, p := range all {
		for _, r := range rules {
			if !under(p.ImportPath, r.under) {
				continue
			}
			for _, dep := range p.Deps {
				for _, n := range r.never {
					// A package may import its own subpackages.
					if matches(dep, n) && !under(dep, r.under) {
						t.Errorf("%s depends on %s", p.ImportPath, dep)
					}
				}
			}
			for _, imp := range p.Imports {
				for _, n := range r.direct {
					if imp == n {
						t.Errorf("%s imports %s", p.ImportPath, imp)
					}
				}
			}
		}
	}
}

// The aggregator never asks what time it is: tests run simulated hours in milliseconds.
func TestAggregationHasNoClock(t *testing.T) {
	clock := regexp.MustCompile(`time\.(Now|Since|Until|After|AfterFunc|Tick|Sleep)\(`)
	var files []string
	for _, pattern := range [...]string{"../agg/*.go", "../agg/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no source of internal/agg found: %v", err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if at := clock.FindIndex(src); at != nil {
			t.Errorf("%s reads the clock: %s", name, src[at[0]:at[1]])
		}
	}
}
