package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// breakage is a snapshot of a shop in which Safari fails for three of eleven minutes.
func breakage(t *testing.T, path string) {
	t.Helper()
	meta := snapshot.Meta{Site: "shop", TakenAt: time.UnixMilli(beacontest.Start + 690_000)}
	w, err := snapshot.Create(path, meta)
	if err != nil {
		t.Fatal(err)
	}
	traffic := beacontest.Spread{Region: "eu-west", PerS: 16, Visitors: 300}.Traffic(7, 11_000)
	for i := range traffic {
		b := &traffic[i]
		if since := b.Received - beacontest.Start; since > 180_000 && since < 360_000 && b.Navigation && b.Dims[beacon.Browser] == "Safari" {
			b.Errors = []beacon.Error{{Type: "TypeError", Message: "it's broken"}}
		}
	}
	for _, b := range beacontest.Batches(traffic, 500) {
		if err := w.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(meta); err != nil {
		t.Fatal(err)
	}
}

// shell runs a command as a shell would read it.
func shell(t *testing.T, command string) string {
	t.Helper()
	return rumtop(t, words(t, command)[1:]...)
}

// words cuts a command as a shell would.
func words(t *testing.T, command string) (words []string) {
	t.Helper()
	for rest := command; rest != ""; {
		var word strings.Builder
		for rest != "" && rest[0] != ' ' {
			if quoted, ok := strings.CutPrefix(rest, "'"); ok {
				text, after, _ := strings.Cut(quoted, "'")
				word.WriteString(text)
				rest = after
			} else {
				rest = strings.TrimPrefix(rest, `\`)
				word.WriteByte(rest[0])
				rest = rest[1:]
			}
		}
		words = append(words, word.String())
		rest = strings.TrimPrefix(rest, " ")
	}
	if words[0] != "rumtop" {
		t.Fatalf("%q want a rumtop command", command)
	}
	return words
}

func rumtop(t *testing.T, args ...string) string {
	t.Helper()
	var out, problems bytes.Buffer
	if status := run(t.Context(), args, strings.NewReader(""), &out, &problems); status != 0 {
		t.Fatalf("rumtop %q ended with %d: %s", args, status, problems.String())
	}
	return out.String()
}

// reported is the part of a report that the test reads. Withheld values are not
// numbers.
type reported struct {
	Affected any `json:"affected_users"`
	Phases   []struct {
		Total   map[string]any
		Command string
	}
	Breakdowns []struct {
		By       string
		Segments []struct {
			Key    string
			Phases []map[string]any
		}
		Commands []string
	}
	Errors []struct {
		Fingerprint string
		Count       any
		Users       any
		Command     string
	}
	Findings []struct {
		Over    map[string]any
		Command string
	}
	Differs []struct {
		A, B   any
		Values []struct {
			Field, Value string
			A, B         float64
		}
		Commands []string
	}
	Verdict struct {
		Verdict       string
		BaselineViews any `json:"baseline_views"`
		CanaryUsers   any `json:"canary_users"`
		Support       any
		Measures      []map[string]any
		Command       string
	}
	Silences []struct {
		Filter   string
		Since    time.Time
		Expected float64 `json:"expected_per_m"`
		Received float64 `json:"received_per_m"`
		Command  string
	}
	Objectives []struct {
		Name string
		Good any
		Burn any
	}
	Chart struct {
		Points []struct {
			To        time.Time
			Affected  any `json:"affected_users"`
			ErrorRate any `json:"error_rate"`
			LCP95     any `json:"lcp_p95"`
		}
		Command string
	}
	All      map[string]any
	Commands struct{ All, Errors, Objectives string }
}

// Every number of a report equals what the command beside it prints.
func TestReportReproducible(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	name := "it's an incident.rumsnap"
	breakage(t, name)
	var r reported
	if err := json.Unmarshal([]byte(rumtop(t, "report", name, "--format", "json", "-f", `device=mobile or device="desktop"`, "--by", "browser", "--by", "page",
		"--objective", "errors=99% of views", "--burn-for", "2m", "--mute-error", "UnhandledRejection: *")), &r); err != nil {
		t.Fatal(err)
	}
	c := &reportComparison{t: t, frames: map[string]map[string]any{}}
	c.compareRow("all", r.All, c.total(r.Commands.All))
	c.comparePhases(&r)
	c.compareErrors(&r)
	c.compareDiffers(&r)
	c.compareVerdict(&r)
	c.compareObjectives(&r)
	c.compareChart(&r)
	if c.compared < 300 || len(r.Findings) == 0 || len(r.Errors) == 0 || len(r.Objectives) == 0 {
		t.Errorf("compared %d numbers, %d findings, %d errors: too few", c.compared, len(r.Findings), len(r.Errors))
	}
}

// reportComparison compares the numbers of a report with those that its commands
// print.
type reportComparison struct {
	t        *testing.T
	frames   map[string]map[string]any // by command
	compared int
}

// frame is what a command prints. Each command runs once.
func (c *reportComparison) frame(command string) map[string]any {
	c.t.Helper()
	if c.frames[command] == nil {
		var f map[string]any
		if err := json.Unmarshal([]byte(shell(c.t, command)), &f); err != nil {
			c.t.Fatal(err)
		}
		c.frames[command] = f
	}
	return c.frames[command]
}

func (c *reportComparison) total(command string) map[string]any {
	c.t.Helper()
	return c.frame(command)["total"].(map[string]any)
}

func (c *reportComparison) segment(command, key string) map[string]any {
	c.t.Helper()
	for _, s := range c.frame(command)["segments"].([]any) {
		if s := s.(map[string]any); s["key"] == key {
			return s
		}
	}
	return nil
}

// compareNumber skips what the report hides.
func (c *reportComparison) compareNumber(what string, reported, printed any) {
	c.t.Helper()
	v, shown := reported.(float64)
	if !shown {
		return
	}
	c.compared++
	if w, ok := printed.(float64); !ok || v != w {
		c.t.Errorf("%s: %v in the report, %v by the command", what, v, printed)
	}
}

func (c *reportComparison) compareRow(what string, reported, printed map[string]any) {
	c.t.Helper()
	for key, v := range reported {
		tail, ok := v.(map[string]any)
		if !ok || key == "change" {
			c.compareNumber(what+" "+key, v, printed[key])
			continue
		}
		of, _ := printed[key].(map[string]any)
		for p, x := range tail {
			c.compareNumber(what+" "+key+" "+p, x, of[p])
		}
	}
}

func (c *reportComparison) comparePhases(r *reported) {
	c.t.Helper()
	if len(r.Phases) != 3 {
		c.t.Fatalf("%d phases, want 3", len(r.Phases))
	}
	for i, p := range r.Phases {
		c.compareRow(fmt.Sprint("phase ", i), p.Total, c.total(p.Command))
	}
	c.compareNumber("affected users", r.Affected, c.total(r.Phases[1].Command)["affected_users"])
	for _, b := range r.Breakdowns {
		for _, s := range b.Segments {
			for i, p := range s.Phases {
				c.compareRow(b.By+"="+s.Key, p, c.segment(b.Commands[i], s.Key))
			}
		}
	}
	for _, f := range r.Findings {
		c.compareRow("finding", f.Over, c.total(f.Command))
	}
}

func (c *reportComparison) compareErrors(r *reported) {
	c.t.Helper()
	for _, e := range r.Errors {
		g := c.frame(e.Command)["errors"].([]any)[0].(map[string]any)
		c.compareNumber("count of "+e.Fingerprint, e.Count, g["count"])
		c.compareNumber("users of "+e.Fingerprint, e.Users, g["users"])
	}
}

func (c *reportComparison) compareDiffers(r *reported) {
	c.t.Helper()
	for _, d := range r.Differs {
		for _, v := range d.Values {
			at := slices.IndexFunc(d.Commands, func(command string) bool { return strings.Contains(command, "--by "+v.Field+" ") })
			if at < 0 {
				continue
			}
			s, all := c.segment(d.Commands[at], v.Value), c.total(d.Commands[at])
			if share := s["errored_views"].(float64) / all["errored_views"].(float64); share-v.A > 1e-9 || v.A-share > 1e-9 {
				c.t.Errorf("%s=%s: %v of errored views in the report, %v by the command", v.Field, v.Value, v.A, share)
			}
			c.compared++
		}
	}
}

func (c *reportComparison) compareVerdict(r *reported) {
	c.t.Helper()
	verdict := judged(c.t, r.Verdict.Command)
	if r.Verdict.Verdict != verdict["verdict"] {
		c.t.Errorf("verdict %q in the report, %q by the command", r.Verdict.Verdict, verdict["verdict"])
	}
	c.compareNumber("views of the baseline", r.Verdict.BaselineViews, verdict["baseline_views"])
	c.compareNumber("users of the canary", r.Verdict.CanaryUsers, verdict["canary_users"])
	c.compareNumber("support", r.Verdict.Support, verdict["support"])
	for i, m := range r.Verdict.Measures {
		by := verdict["measures"].([]any)[i].(map[string]any)
		for _, side := range []string{"baseline", "canary", "change"} {
			if shown, ok := m[side].(map[string]any); ok {
				c.compareRow(fmt.Sprint(m["measure"], " of the ", side), shown, by[side].(map[string]any))
			}
		}
	}
}

func (c *reportComparison) compareObjectives(r *reported) {
	c.t.Helper()
	for i, o := range r.Objectives {
		burn := c.frame(r.Commands.Objectives)["objectives"].([]any)[i].(map[string]any)
		c.compareNumber("good "+o.Name, o.Good, burn["good"])
		c.compareNumber("burn "+o.Name, o.Burn, burn["burn"])
	}
}

func (c *reportComparison) compareChart(r *reported) {
	c.t.Helper()
	for _, p := range r.Chart.Points[:5] {
		all := c.total(strings.Replace(r.Chart.Command, "TIME", p.To.Format(time.RFC3339), 1))
		c.compareNumber("point", p.Affected, all["affected_users"])
		c.compareNumber("point", p.ErrorRate, all["error_rate"])
		c.compareNumber("point", p.LCP95, all["lcp"].(map[string]any)["p95"])
	}
}

// judged returns the verdict that a command prints, and checks its exit status.
func judged(t *testing.T, command string) (verdict map[string]any) {
	t.Helper()
	var out, problems bytes.Buffer
	status := run(t.Context(), words(t, command)[1:], strings.NewReader(""), &out, &problems)
	if err := json.Unmarshal(out.Bytes(), &verdict); err != nil {
		t.Fatalf("%s: status %d, %s: %v", command, status, problems.String(), err)
	}
	if want := map[any]int{frame.NotWorse: exitOK, frame.Regressed: exitFailed, frame.NeedsMore: exitNoData}[verdict["verdict"]]; status != want {
		t.Errorf("status %d of a release that is %q", status, verdict["verdict"])
	}
	return verdict
}

// Each silence is reported with a command that prints it.
func TestReportSilencesReproducible(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	meta := snapshot.Meta{Site: "shop", TakenAt: time.UnixMilli(beacontest.Start + 26*60_000)}
	w, err := snapshot.Create("silence.rumsnap", meta)
	if err != nil {
		t.Fatal(err)
	}
	traffic := beacontest.Spread{Region: "eu-west", PerS: 16, Visitors: 300}.Traffic(7, 25_000)
	traffic = slices.DeleteFunc(traffic, func(b beacon.Beacon) bool {
		since := b.Received - beacontest.Start
		return b.Dims[beacon.Device] == "mobile" && since > 20*60_000 && since < 23*60_000
	})
	for _, b := range beacontest.Batches(traffic, 500) {
		if err := w.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(meta); err != nil {
		t.Fatal(err)
	}
	var r reported
	if err := json.Unmarshal([]byte(rumtop(t, "report", "silence.rumsnap", "--format", "json", "--by", "region")), &r); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, s := range r.Silences {
		found = found || s.Filter == "device=mobile" && s.Since.Sub(time.UnixMilli(beacontest.Start+20*60_000)).Abs() < time.Minute
		var printed frame.Frame
		if err := json.Unmarshal([]byte(shell(t, s.Command)), &printed); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(printed.Silences, func(x frame.Silence) bool {
			who := ""
			if x.Field != "" {
				who = x.String()
			}
			return who == s.Filter && x.Expected == s.Expected && x.Received == s.Received
		}) {
			t.Errorf("%s says %+v, not %+v", s.Command, printed.Silences, s)
		}
	}
	if !found {
		t.Errorf("got silences %+v, want device=mobile", r.Silences)
	}
}

// A report file is complete or absent.
func TestReportOutputFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	path := filepath.Join(dir, "a.rumsnap")
	breakage(t, path)
	for name, begins := range map[string]string{"a.html": "<!DOCTYPE html>", "a.md": "# shop", "a.json": "{", "a.csv": "phase,", "a.txt": "<!DOCTYPE html>"} {
		out := filepath.Join(dir, name)
		rumtop(t, "report", path, "-o", out)
		text, err := os.ReadFile(out)
		if err != nil || !strings.HasPrefix(string(text), begins) {
			t.Errorf("%s begins with %.40q: %v", name, text, err)
		}
	}
	var out, problems bytes.Buffer
	if status := run(t.Context(), []string{"report", path, "-f", "region=nowhere"}, nil, &out, &problems); status != exitNoData || out.Len() > 0 {
		t.Errorf("nothing to report: status %d, %d bytes", status, out.Len())
	}
	summary := filepath.Join(dir, "summary.txt")
	if err := os.WriteFile(summary, []byte("Payments failed.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	problems.Reset()
	if status := run(t.Context(), []string{"report", path, "--by", "region,release"}, nil, &out, &problems); status != exitUsage || !strings.Contains(problems.String(), "--by region --by release") {
		t.Errorf("two dimensions in a flag: status %d: %s", status, &problems)
	}
	if text := rumtop(t, "report", path, "--format", "md", "--summary", summary, "--note", "see SHOP-12", "--onset", "5m", "--end", "2m"); !strings.Contains(text, "> Payments failed.") || !strings.Contains(text, "see SHOP-12") || !strings.Contains(text, "as given") {
		t.Errorf("summary, note or given times are missing in %s", text)
	}
	if frame.Thin != 20 {
		t.Error("the reports' words say that fewer than 20 are thin")
	}
}
