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

var update = flag.Bool("update", false, "write the golden files anew")

// The incident of the fixture, in milliseconds after the first beacon.
const (
	breaks = 12 * 60_000
	heals  = 18 * 60_000
	lasts  = 24 * 60_000
)

// traffic is a shop's in two regions. While the incident is on, payments fail in
// Safari in one of them.
func traffic() []beacon.Beacon {
	var all []beacon.Beacon
	for i, region := range []string{"eu-west", "us-east"} {
		all = append(all, beacontest.Spread{Region: region, PerS: 8, Visitors: 200}.Traffic(uint64(1+i), 13_000)...)
	}
	all = slices.DeleteFunc(all, func(b beacon.Beacon) bool { return b.Received >= beacontest.Start+lasts })
	slices.SortStableFunc(all, func(x, y beacon.Beacon) int { return cmp.Compare(x.Received, y.Received) })
	for i := range all {
		b := &all[i]
		since := b.Received - beacontest.Start
		if since < breaks || since >= heals || !b.Navigation || b.Dims[beacon.Region] != "eu-west" || b.Dims[beacon.Browser] != "Safari" || b.View%2 == 0 {
			continue
		}
		b.Errors = []beacon.Error{{Type: "TypeError", Message: "undefined is not an object (evaluating 'cart.total')", Stack: "pay@https://shop.example/app.js:1:2\nsubmit@https://shop.example/app.js:3:4"}}
	}
	return all
}

func at(ms int64) time.Time { return time.UnixMilli(beacontest.Start + ms).UTC() }

func meta() snapshot.Meta {
	return snapshot.Meta{
		Version: "1.2.3", Site: "shop", TakenAt: at(lasts),
		Markers: []beacon.Marker{
			{ID: "a", At: at(breaks - 30_000).UnixMilli(), Kind: beacon.MarkerDeploy, Text: "deploy 2.4.1", By: "ci"},
			{ID: "b", At: at(heals - 20_000).UnixMilli(), Kind: beacon.MarkerMitigation, Text: "roll back", By: "jane"},
		},
		Summary: "Payments failed in Safari.\nThe release was rolled back.",
		Notes:   []snapshot.Note{{At: at(breaks + 60_000), By: "jane", Text: "Support hears of it."}},
		Health:  frame.Health{Loading: 1, Gaps: 3},
	}
}

// record writes a snapshot and opens it.
func record(t testing.TB, beacons []beacon.Beacon, m snapshot.Meta) *snapshot.File {
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

// formats are all that a report can be written as.
var formats = map[string]func(io.Writer, *Report) error{"html": HTML, "md": Markdown, "json": JSON, "csv": CSV}

func render(t testing.TB, format string, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := formats[format](&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	o := Options{By: []string{"region", "browser", "release"}, Notes: []string{"Follow-up: SHOP-12"}}
	o.Config, o.ObjectiveFlags = objectives(t)
	r := build(t, record(t, traffic(), meta()), o)
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
			t.Errorf("the report is not what %s has: write it anew with -update and look at the difference", name)
		}
	}
}

// The report finds what the fixture did, and says when.
func TestIncident(t *testing.T) {
	r := build(t, record(t, traffic(), meta()), Options{})
	in := r.Incident
	if in.Onset.Source != SourceFinding || in.Onset.At.Sub(at(breaks)).Abs() > 30*time.Second {
		t.Errorf("onset %+v, want about %s", in.Onset, at(breaks))
	}
	if in.End.Source != SourceFinding || in.End.At.Sub(at(heals)).Abs() > 30*time.Second {
		t.Errorf("end %+v, want about %s", in.End, at(heals))
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
			t.Errorf("the timeline is out of order at %+v", e)
		}
	}
	for _, kind := range []string{"record", beacon.MarkerDeploy, beacon.MarkerMitigation, "note", "onset", "end", "finding"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no %s in the timeline: %v", kind, kinds)
		}
	}
	if !slices.ContainsFunc(r.Caveats, func(s string) bool { return strings.Contains(s, "3 messages missing") }) {
		t.Errorf("the gaps are not among the caveats: %q", r.Caveats)
	}
}

// How a moment is known goes by who knows best.
func TestMoments(t *testing.T) {
	quiet := traffic()
	for i := range quiet {
		quiet[i].Errors = nil
	}
	bare := snapshot.Meta{Site: "shop", TakenAt: at(lasts)}
	given := Options{Onset: at(breaks + 60_000), End: at(heals + 60_000)}
	for name, c := range map[string]struct {
		beacons    []beacon.Beacon
		meta       snapshot.Meta
		o          Options
		onset, end string
	}{
		"a person":           {traffic(), meta(), given, SourcePerson, SourcePerson},
		"figures":            {traffic(), meta(), Options{}, SourceFinding, SourceFinding},
		"cut off":            {traffic(), meta(), Options{To: at(heals - 60_000)}, SourceFinding, SourceUnknown},
		"markers":            {quiet, meta(), Options{}, SourceMarker, SourceMarker},
		"nothing":            {quiet, bare, Options{}, SourceUnknown, SourceUnknown},
		"outside":            {quiet, bare, Options{Onset: at(-time.Hour.Milliseconds())}, SourceUnknown, SourceUnknown},
		"onset alone":        {quiet, bare, Options{Onset: at(breaks)}, SourcePerson, SourceUnknown},
		"end before it":      {quiet, bare, Options{Onset: at(heals), End: at(breaks)}, SourcePerson, SourceUnknown},
		"onset at the start": {quiet, bare, Options{Onset: at(0)}, SourcePerson, SourceUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.o.By = []string{"region"}
			r := build(t, record(t, c.beacons, c.meta), c.o)
			if r.Incident.Onset.Source != c.onset || r.Incident.End.Source != c.end {
				t.Errorf("onset %+v, end %+v, want %s and %s", r.Incident.Onset, r.Incident.End, c.onset, c.end)
			}
			for _, m := range []Moment{r.Incident.Onset, r.Incident.End} {
				if m.Why == "" || m.Known() == m.At.IsZero() {
					t.Errorf("%+v does not say how it is known", m)
				}
			}
			for i, p := range r.Phases {
				if p.To.Sub(p.From) < time.Second || i > 0 && !p.From.Equal(r.Phases[i-1].To) {
					t.Errorf("phases %+v do not follow each other", r.Phases)
				}
			}
			for format := range formats {
				render(t, format, r)
			}
		})
	}
}

// What is told of phases and segments is what frames say of them.
func TestFiguresAreThoseOfFrames(t *testing.T) {
	f := record(t, traffic(), meta())
	r := build(t, f, Options{})
	a := agg.New(agg.Config{})
	if err := f.Batches(func(b *beacon.Batch) error { a.Add(b, at(lasts)); return nil }); err != nil {
		t.Fatal(err)
	}
	compared := 0
	same := func(what string, got Figure, want float64) {
		t.Helper()
		if got.Shown() {
			compared++
			if got.Value != want {
				t.Errorf("%s: %v, the frame says %v", what, got.Value, want)
			}
		}
	}
	for i, p := range r.Phases {
		for _, b := range r.Breakdowns {
			fr := a.Frame(frame.Query{By: b.By, At: p.To, Window: p.To.Sub(p.From)}, agg.SourceStatus{}, at(lasts))
			rows := map[string]*frame.Row{"": &fr.Total}
			mine := map[string]*Row{"": &r.Phases[i].Total}
			for k := range fr.Segments {
				rows[fr.Segments[k].Key] = &fr.Segments[k]
			}
			for k := range b.Segments {
				mine[b.Segments[k].Key] = b.Segments[k].Rows[i]
			}
			for key, row := range mine {
				want := rows[key]
				if row == nil {
					if want != nil {
						t.Errorf("%s %s: no row", p.Name, key)
					}
					continue
				}
				what := p.Name + " " + b.By + "=" + key
				same(what+" users", row.Users, float64(want.Users))
				same(what+" affected", row.Affected, float64(want.Affected))
				same(what+" views", row.Views, float64(want.Views))
				same(what+" errors", row.Errors, float64(want.Errors))
				same(what+" rate", row.ErrorRate, want.ErrorRate)
				for m, tail := range row.tails() {
					d := want.Vital(m)
					same(what+" n", tail.N, float64(d.N))
					same(what+" p75", tail.P75, d.P75)
					same(what+" p95", tail.P95, d.P95)
				}
			}
		}
	}
	if compared < 500 {
		t.Errorf("%d figures are not much to compare", compared)
	}
	// The same error hits people in several pages: the union is what counts.
	sum := 0.0
	for _, s := range r.Breakdowns[2].Segments {
		if row := s.Rows[r.during()]; row != nil && row.Affected.Shown() {
			sum += row.Affected.Value
		}
	}
	if r.Affected.Value >= sum {
		t.Errorf("%v users are affected, %v is the sum over pages", r.Affected.Value, sum)
	}
}

// The document is the same for the same file, and says which schema it has.
func TestJSONIsStable(t *testing.T) {
	f := record(t, traffic(), meta())
	one, two := render(t, "json", build(t, f, Options{})), render(t, "json", build(t, f, Options{}))
	if one != two {
		t.Error("two reports of one file differ")
	}
	var doc struct{ Schema string }
	if err := json.Unmarshal([]byte(one), &doc); err != nil || doc.Schema != Schema {
		t.Errorf("%v, schema %q", err, doc.Schema)
	}
}

func TestNothingToReport(t *testing.T) {
	f := record(t, traffic()[:100], meta())
	if _, err := Build(f, Options{From: at(lasts), To: at(lasts + 60_000)}); !errors.Is(err, ErrNothing) {
		t.Errorf("a span without beacons: %v", err)
	}
	if _, err := Build(f, Options{From: at(1000), To: at(1000)}); err == nil {
		t.Error("an empty span is reported")
	}
}
