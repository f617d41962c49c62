package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/agg/slo"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
)

var update = flag.Bool("update", false, "write the golden files")

// The incident of the fixture, in milliseconds after the first beacon.
const (
	breaksAt = 12 * 60_000
	healsAt  = 18 * 60_000
	length   = 24 * 60_000
)

// traffic is that of a shop in two regions. During the incident, payments fail
// in Safari in one of them.
func traffic() []beacon.Beacon {
	var all []beacon.Beacon
	for i, region := range []string{"eu-west", "us-east"} {
		all = append(all, beacontest.Spread{Region: region, PerS: 8, Visitors: 200}.Traffic(uint64(1+i), 13_000)...)
	}
	all = slices.DeleteFunc(all, func(b beacon.Beacon) bool { return b.Received >= beacontest.Start+length })
	slices.SortStableFunc(all, func(x, y beacon.Beacon) int { return cmp.Compare(x.Received, y.Received) })
	for i := range all {
		b := &all[i]
		since := b.Received - beacontest.Start
		if since < breaksAt || since >= healsAt || !b.Navigation || b.Dims[beacon.Region] != "eu-west" || b.Dims[beacon.Browser] != "Safari" || b.View%2 == 0 {
			continue
		}
		b.Errors = []beacon.Error{{Type: "TypeError", Message: "undefined is not an object (evaluating 'cart.total')", Stack: "pay@https://shop.example/app.js:1:2\nsubmit@https://shop.example/app.js:3:4"}}
	}
	return all
}

func at(ms int64) time.Time { return time.UnixMilli(beacontest.Start + ms).UTC() }

func meta() snapshot.Meta {
	return snapshot.Meta{
		Version: "1.2.3", Site: "shop", TakenAt: at(length),
		Markers: []beacon.Marker{
			{ID: "a", At: at(breaksAt - 30_000).UnixMilli(), Kind: beacon.MarkerDeploy, Text: "deploy 2.4.1", By: "ci"},
			{ID: "b", At: at(healsAt - 20_000).UnixMilli(), Kind: beacon.MarkerMitigation, Text: "roll back", By: "jane"},
		},
		Summary: "Payments failed in Safari.\nThe release was rolled back.",
		Notes:   []snapshot.Note{{At: at(breaksAt + 60_000), By: "jane", Text: "Support hears of it."}},
		Health:  frame.Health{Loading: 1, Gaps: 3},
	}
}

// writeSnapshot writes a snapshot and opens it.
func writeSnapshot(t testing.TB, beacons []beacon.Beacon, m snapshot.Meta) *snapshot.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "incident.rumsnap")
	w, err := snapshot.Create(path, m)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range beacontest.Batches(beacons, 500) {
		if err := w.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(m); err != nil {
		t.Fatal(err)
	}
	f, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func build(t testing.TB, f *snapshot.File, o Options) *Report {
	t.Helper()
	o.File, o.Version = cmp.Or(o.File, "incident.rumsnap"), "1.2.3"
	r, err := Build(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func objectives(t testing.TB) (agg.Config, []string) {
	t.Helper()
	o, err := slo.ParseObjective("errors", "99% of views")
	if err != nil {
		t.Fatal(err)
	}
	return agg.Config{Objectives: []slo.Objective{o}, Alert: slo.Alert{LongWindow: 3 * time.Minute}}, []string{"--burn-for", "3m", "--objective", "errors=99% of views"}
}

// formats are the formats of reports.
var formats = map[string]func(io.Writer, *Report) error{"html": HTML, "md": Markdown, "json": JSON, "csv": CSV}

func render(t testing.TB, format string, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := formats[format](&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormatsMatchGolden(t *testing.T) {
	o := Options{By: []string{"region", "browser", "release"}, Notes: []string{"Follow-up: SHOP-12"}}
	o.Config, o.ObjectiveFlags = objectives(t)
	r := build(t, writeSnapshot(t, traffic(), meta()), o)
	for format := range formats {
		got := render(t, format, r)
		name := filepath.Join("testdata", "incident."+format)
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the report differs from %s: run with -update and look at the difference", name)
		}
	}
}

// The report finds the incident of the fixture, and its times.
func TestIncidentFromFindings(t *testing.T) {
	r := build(t, writeSnapshot(t, traffic(), meta()), Options{})
	in := r.Incident
	if in.Onset.Source != SourceFinding || in.Onset.At.Sub(at(breaksAt)).Abs() > 30*time.Second {
		t.Errorf("onset %+v, want about %s", in.Onset, at(breaksAt))
	}
	if in.End.Source != SourceFinding || in.End.At.Sub(at(healsAt)).Abs() > 30*time.Second {
		t.Errorf("end %+v, want about %s", in.End, at(healsAt))
	}
	if len(r.Findings) == 0 || !strings.Contains(r.Findings[0].Filter, "browser=Safari") || !strings.Contains(r.Findings[0].Filter, "region=eu-west") {
		t.Errorf("findings %+v", r.Findings)
	}
	if len(r.Errors) == 0 || r.Errors[0].New == nil || !*r.Errors[0].New || !strings.HasPrefix(r.Errors[0].Stack, "pay@") {
		t.Errorf("errors %+v", r.Errors)
	}
	if d := r.Differs[0]; !strings.Contains(d.Together, "Safari") || len(d.Values) == 0 {
		t.Errorf("differs %+v", d)
	}
	kinds := []string{}
	for i, e := range r.Timeline {
		kinds = append(kinds, e.Kind)
		if i > 0 && e.At.Before(r.Timeline[i-1].At) {
			t.Errorf("timeline is out of order at %+v", e)
		}
	}
	for _, kind := range []string{"record", beacon.MarkerDeploy, beacon.MarkerMitigation, "note", "onset", "end", "finding"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no %s in the timeline: %v", kind, kinds)
		}
	}
	if !slices.ContainsFunc(r.Caveats, func(s string) bool { return strings.Contains(s, "3 messages missing") }) {
		t.Errorf("no caveat about gaps: %q", r.Caveats)
	}
}

// Flags precede findings, and findings precede markers.
func TestMomentSources(t *testing.T) {
	quiet := traffic()
	for i := range quiet {
		quiet[i].Errors = nil
	}
	bare := snapshot.Meta{Site: "shop", TakenAt: at(length)}
	given := Options{Onset: at(breaksAt + 60_000), End: at(healsAt + 60_000)}
	for name, c := range map[string]struct {
		beacons    []beacon.Beacon
		meta       snapshot.Meta
		o          Options
		onset, end string
	}{
		"a person":           {traffic(), meta(), given, SourcePerson, SourcePerson},
		"figures":            {traffic(), meta(), Options{}, SourceFinding, SourceFinding},
		"cut off":            {traffic(), meta(), Options{To: at(healsAt - 60_000)}, SourceFinding, SourceUnknown},
		"markers":            {quiet, meta(), Options{}, SourceMarker, SourceMarker},
		"nothing":            {quiet, bare, Options{}, SourceUnknown, SourceUnknown},
		"outside":            {quiet, bare, Options{Onset: at(-time.Hour.Milliseconds())}, SourceUnknown, SourceUnknown},
		"onset alone":        {quiet, bare, Options{Onset: at(breaksAt)}, SourcePerson, SourceUnknown},
		"end before it":      {quiet, bare, Options{Onset: at(healsAt), End: at(breaksAt)}, SourcePerson, SourceUnknown},
		"onset at the start": {quiet, bare, Options{Onset: at(0)}, SourcePerson, SourceUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.o.By = []string{"region"}
			r := build(t, writeSnapshot(t, c.beacons, c.meta), c.o)
			if r.Incident.Onset.Source != c.onset || r.Incident.End.Source != c.end {
				t.Errorf("onset %+v, end %+v, want %s and %s", r.Incident.Onset, r.Incident.End, c.onset, c.end)
			}
			for _, m := range []Moment{r.Incident.Onset, r.Incident.End} {
				if m.Why == "" || m.Known() == m.At.IsZero() {
					t.Errorf("%+v has no time or no reason", m)
				}
			}
			for i, p := range r.Phases {
				if p.To.Sub(p.From) < time.Second || i > 0 && !p.From.Equal(r.Phases[i-1].To) {
					t.Errorf("phases %+v are not contiguous", r.Phases)
				}
			}
			for format := range formats {
				render(t, format, r)
			}
		})
	}
}

// Figures of phases and segments are those of frames.
func TestFiguresEqualFrames(t *testing.T) {
	f := writeSnapshot(t, traffic(), meta())
	r := build(t, f, Options{})
	a := agg.New(agg.Config{})
	if err := f.Batches(func(b *beacon.Batch) error { a.Add(b, at(length)); return nil }); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i, p := range r.Phases {
		for _, b := range r.Breakdowns {
			fr := a.Frame(frame.Query{By: b.By, At: p.To, Window: p.To.Sub(p.From)}, agg.SourceStatus{}, at(length))
			compared += compareRow(t, p.Name+" "+b.By, &r.Phases[i].Total, &fr.Total)
			want := map[string]*frame.Row{}
			for k := range fr.Segments {
				want[fr.Segments[k].Key] = &fr.Segments[k]
			}
			for _, s := range b.Segments {
				compared += compareRow(t, p.Name+" "+b.By+"="+s.Key, s.Rows[i], want[s.Key])
			}
		}
	}
	if compared < 500 {
		t.Errorf("compared %d figures, want 500 or more", compared)
	}
	// One error affects users on several pages: the total is their union.
	sum := 0.0
	for _, s := range r.Breakdowns[2].Segments {
		if row := s.Rows[r.during()]; row != nil && row.Affected.Shown() {
			sum += row.Affected.Value
		}
	}
	if r.Affected.Value >= sum {
		t.Errorf("%v affected users, want fewer than %v, the sum over pages", r.Affected.Value, sum)
	}
}

// compareRow compares the shown figures of a row with those of a frame's row,
// and returns their number. A row is nil if the frame has none.
func compareRow(t *testing.T, what string, got *Row, want *frame.Row) (compared int) {
	t.Helper()
	if got == nil {
		if want != nil {
			t.Errorf("%s: no row", what)
		}
		return 0
	}
	same := func(name string, got Figure, want float64) {
		t.Helper()
		if !got.Shown() {
			return
		}
		compared++
		if got.Value != want {
			t.Errorf("%s %s: got %v, want %v as in the frame", what, name, got.Value, want)
		}
	}
	same("users", got.Users, float64(want.Users))
	same("affected", got.Affected, float64(want.Affected))
	same("views", got.Views, float64(want.Views))
	same("errors", got.Errors, float64(want.Errors))
	same("error rate", got.ErrorRate, want.ErrorRate)
	for _, v := range vitals {
		tail, d := v.tail(got), want.Vital(v.measure().Vital)
		same(v.measure().Name+" n", tail.N, float64(d.N))
		same(v.measure().Name+" p75", tail.P75, d.P75)
		same(v.measure().Name+" p95", tail.P95, d.P95)
	}
	return compared
}

// Every vital and line of a chart has a name, and is in the JSON and the
// document.
func TestVitalsAndLinesDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "reports.md"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		All   map[string]json.RawMessage
		Chart struct{ Points []map[string]json.RawMessage }
	}
	if err := json.Unmarshal([]byte(render(t, "json", build(t, writeSnapshot(t, traffic(), meta()), Options{}))), &doc); err != nil {
		t.Fatal(err)
	}
	change := map[string]json.RawMessage{}
	if err := json.Unmarshal(doc.All["change"], &change); err != nil {
		t.Fatal(err)
	}
	member := func(members map[string]json.RawMessage, key string) {
		t.Helper()
		if members[key] == nil || key == "" {
			t.Errorf("JSON has no member %q", key)
		}
		if !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("docs/reports.md has no `%s`", key)
		}
	}
	for _, v := range vitals {
		member(doc.All, v.measure().Name)
		member(change, v.measure().Key)
	}
	drawn := map[int]bool{}
	for _, p := range plots {
		for _, l := range p.lines {
			drawn[l] = true
		}
	}
	for i, l := range lines {
		member(doc.Chart.Points[0], l.key)
		if l.name == "" || !drawn[i] {
			t.Errorf("line %q is in no chart", l.key)
		}
	}
}

// The document is the same for the same file, and has its schema.
func TestJSONStable(t *testing.T) {
	f := writeSnapshot(t, traffic(), meta())
	one, two := render(t, "json", build(t, f, Options{})), render(t, "json", build(t, f, Options{}))
	if one != two {
		t.Error("two reports of one file differ")
	}
	var doc struct{ Schema string }
	if err := json.Unmarshal([]byte(one), &doc); err != nil || doc.Schema != Schema {
		t.Errorf("%v, schema %q", err, doc.Schema)
	}
}

func TestBuildEmptyRangeFails(t *testing.T) {
	f := writeSnapshot(t, traffic()[:100], meta())
	if _, err := Build(f, Options{From: at(length), To: at(length + 60_000)}); !errors.Is(err, ErrNothing) {
		t.Errorf("range without beacons: %v, want ErrNothing", err)
	}
	if _, err := Build(f, Options{From: at(1000), To: at(1000)}); err == nil {
		t.Error("empty range: no error")
	}
}
