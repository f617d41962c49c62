package snapshot

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot/columns"
)

// fullBeacon has a value of every dimension and vital.
func fullBeacon() beacon.Beacon {
	b := beacon.Beacon{Received: 1, Navigation: true, View: 1, SampleRate: 1}
	for d, name := range beacon.DimNames() {
		b.Dims[d] = "value of " + name
	}
	for i, name := range beacon.Vitals {
		b.Metrics = append(b.Metrics, beacon.Metric{Name: name, Value: float64(i + 1)})
	}
	return b
}

// writeFull writes a snapshot of one full beacon, and opens its table of
// beacons.
func writeFull(t *testing.T) (path string, r *columns.Reader) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "full.rumsnap")
	w, err := Create(path, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	var b beacon.Batch
	full := fullBeacon()
	b.Append(&full)
	if err := w.Add(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(Meta{}); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	m, err := z.Open("beacons.parquet")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(m)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = columns.NewReader(bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return path, r
}

// Every dimension and vital has a column with its values, which the decoder
// reads.
func TestBeaconColumnsComplete(t *testing.T) {
	path, r := writeFull(t)
	full := fullBeacon()
	dims := map[beacon.Dim]*columns.WordsInput{}
	for d := range beacon.NumDims {
		if d.String() == "" {
			t.Errorf("dimension %d has no name", d)
		}
		dims[d] = columns.ReadWords(r, d.String())
	}
	vitals := map[string]*columns.Input[float32]{}
	for _, name := range beacon.Vitals {
		vitals[name] = columns.Read[float32](r, name)
	}
	if n, err := r.Next(1); n != 1 || err != nil {
		t.Fatalf("read %d rows, %v, want 1", n, err)
	}
	for d, c := range dims {
		if got := c.List[c.Numbers[0]]; got != full.Dims[d] {
			t.Errorf("column %s: got %q, want %q", d, got, full.Dims[d])
		}
	}
	for i, name := range beacon.Vitals {
		if c := vitals[name]; len(c.Values) != 1 || c.Values[0] != float32(i+1) {
			t.Errorf("column %s: got %v, want %d", name, c.Values, i+1)
		}
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	err = f.Batches(func(b *beacon.Batch) error {
		for d := range beacon.NumDims {
			if got := b.Strings[b.Dims[d][0]]; got != full.Dims[d] {
				t.Errorf("decoded %s: got %q, want %q", d, got, full.Dims[d])
			}
		}
		if len(b.MetricRow) != len(beacon.Vitals) {
			t.Errorf("decoded %d vitals, want %d", len(b.MetricRow), len(beacon.Vitals))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The documents list every dimension and vital, in the order of their columns.
func TestBeaconColumnsDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "snapshots.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{strings.Join(beacon.DimNames(), " "), strings.Join(beacon.Vitals[:], " ")} {
		if !strings.Contains(string(text), "`"+list+"`") {
			t.Errorf("docs/snapshots.md: no list `%s`", list)
		}
	}
	for _, name := range beacon.Vitals {
		if !strings.Contains(readme, name) {
			t.Errorf("README.txt: no vital %s", name)
		}
	}
}
