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

const (
	nats      = "github.com/nats-io"
	bubbletea = "github.com/charmbracelet/bubbletea"
)

// rule is what the packages under a path must never import: never also through
// others, direct only directly, since every library imports the like of "os". A
// name of ours is its path in the module.
type rule struct {
	under  string
	never  []string
	direct []string
}

var rules = []rule{
	// The vocabulary, and what has one idea.
	{"internal/beacon", []string{"collector", "internal", nats, bubbletea}, []string{"os", "net", "net/http", "time"}},
	{"internal/measure", []string{"collector", "internal/frame", "internal/agg", "internal/stream", "internal/ui", nats, bubbletea}, []string{"os", "net", "net/http", "time"}},
	{"internal/filter", []string{"collector", "internal/frame", "internal/agg", "internal/stream", "internal/ui", nats, bubbletea}, []string{"os", "net", "net/http"}},
	{"internal/fingerprint", []string{"collector", "internal", nats, bubbletea}, []string{"os", "net", "net/http", "time"}},
	{"internal/hist", []string{"collector", "internal", nats, bubbletea}, []string{"os", "net", "net/http", "time"}},
	{"internal/stats", []string{"collector", "internal", nats, bubbletea}, []string{"os", "net", "net/http", "time"}},
	{"internal/walltime", []string{"collector", "internal", nats, bubbletea}, []string{"net", "net/http"}},
	{"internal/frame", []string{"collector", "internal/agg", "internal/stream", "internal/snapshot", "internal/ui", nats, bubbletea}, []string{"os", "net", "net/http"}},

	// The aggregation.
	{"internal/agg", []string{"collector", "internal/stream", "internal/snapshot", "internal/feed", "internal/ui", nats, bubbletea}, []string{"os", "net", "net/http"}},
	{"internal/agg/store", []string{"internal/frame", "internal/agg/detect", "internal/agg/slo", "internal/agg/compare"}, []string{"internal/agg", "internal/stats", "internal/hist"}},
	{"internal/agg/explain", []string{"internal/agg/slo", "internal/agg/detect", "internal/agg/compare"}, []string{"internal/agg"}},
	{"internal/agg/detect", []string{"internal/agg/slo", "internal/agg/compare"}, []string{"internal/agg"}},
	{"internal/agg/compare", []string{"internal/agg/slo", "internal/agg/detect"}, []string{"internal/agg"}},
	{"internal/agg/slo", []string{"internal/agg/detect", "internal/agg/compare"}, []string{"internal/agg"}},

	// Where beacons and frames come from.
	{"internal/stream", []string{"collector", "internal/frame", "internal/agg", "internal/ui", bubbletea}, nil},
	{"internal/demo", []string{"internal/frame", "internal/agg", "internal/stream", "internal/ui", nats, bubbletea}, nil},
	{"internal/snapshot", []string{"collector", "internal/stream", "internal/ui", nats, bubbletea}, nil},
	{"internal/feed", []string{"collector", "internal/ui", bubbletea}, nil},
	{"internal/record", []string{"collector", "internal/ui", bubbletea}, nil},
	{"internal/config", []string{"collector", "internal/agg", "internal/stream", "internal/ui", nats, bubbletea}, nil},

	// The screen knows frames, not the aggregator.
	{"internal/ui", []string{"collector", "internal/agg", "internal/hist", "internal/stream", "internal/snapshot", "internal/feed", nats}, []string{"net", "net/http"}},
	{"internal/ui/draw", []string{"internal/frame", bubbletea}, []string{"os"}},

	// The collector knows neither the aggregation nor NATS.
	{"collector", []string{"internal/frame", "internal/agg", "internal/stream", "internal/ui", nats, bubbletea}, nil},
	{"collector/edge", []string{"collector", "internal/beacon"}, nil},
	{"collector/stitch", []string{"collector/edge", "collector/enrich", "collector/scrub", "collector/forward"}, []string{"os", "net", "net/http"}},
	{"collector/scrub", []string{"collector"}, []string{"net/http"}},
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

// within reports whether an import path is dir, or below it. Without a domain, dir
// is a path in the module: the standard library has an internal of its own.
func within(path, dir string) bool {
	if !strings.Contains(dir, ".") {
		dir = module + dir
	}
	return path == dir || strings.HasPrefix(path, dir+"/")
}

// broken lists the imports of p that the rule forbids. A package may import its
// own subpackages.
func (r rule) broken(p pkg) (out []string) {
	for _, dep := range p.Deps {
		for _, n := range r.never {
			if within(dep, n) && !within(dep, r.under) {
				out = append(out, dep)
			}
		}
	}
	for _, imp := range p.Imports {
		for _, n := range r.direct {
			if imp == n || imp == module+n {
				out = append(out, imp)
			}
		}
	}
	return out
}

func TestImportArrows(t *testing.T) {
	all := list(t)
	for _, r := range rules {
		guarded := 0
		for _, p := range all {
			if !within(p.ImportPath, r.under) {
				continue
			}
			guarded++
			for _, imp := range r.broken(p) {
				t.Errorf("%s imports %s, which the rule for %s forbids", p.ImportPath, imp, r.under)
			}
		}
		if guarded == 0 {
			t.Errorf("no package under %s: the rule guards nothing", r.under)
		}
	}
}

// The aggregator never reads the clock: tests run simulated hours in milliseconds.
func TestAggregationWithoutClock(t *testing.T) {
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
