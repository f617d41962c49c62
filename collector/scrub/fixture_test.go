package scrub

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// fixture is a case of testdata/*.jsonl. Out is nil if the text stays as it is.
type fixture struct {
	Kind string  `json:"kind"`
	In   string  `json:"in"`
	Out  *string `json:"out"`
	Why  string  `json:"why"`
}

func (f fixture) want() string {
	if f.Out == nil {
		return f.In
	}
	return *f.Out
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var all []fixture
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			var c fixture
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatalf("%s:%d: %v", name, n, err)
			}
			all = append(all, c)
		}
		if err := lines.Err(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f.Close()
	}
	return all
}

func TestExplainFixtures(t *testing.T) {
	s := newScrubber(t)
	all := fixtures(t)
	kept := 0
	for _, c := range all {
		c.check(t, s)
		if c.want() == c.In {
			kept++
		}
	}
	if len(all) < 400 || kept < len(all)*2/5 || kept > len(all)*3/5 {
		t.Errorf("%d fixtures, of which %d stay as they are: want at least 400, about half of each", len(all), kept)
	}
}

// check asserts that the text becomes what the fixture says, and then stays.
func (f fixture) check(t *testing.T, s *Scrubber) {
	t.Helper()
	r, err := s.Explain(f.Kind, f.In)
	if err != nil {
		t.Fatal(err)
	}
	if r.Text != f.want() {
		t.Errorf("%s (%s)\n in   %q\n got  %q\n want %q", f.Kind, f.Why, f.In, r.Text, f.want())
	}
	if f.want() == f.In && len(r.Redactions) > 0 {
		t.Errorf("%s %q stays, but counts %v", f.Kind, f.In, r.Redactions)
	}
	again, err := s.Explain(f.Kind, r.Text)
	if err != nil {
		t.Fatal(err)
	}
	if again.Text != r.Text {
		t.Errorf("%s %q is not settled: %q, then %q", f.Kind, f.In, r.Text, again.Text)
	}
}
